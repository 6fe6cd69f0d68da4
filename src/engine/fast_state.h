/* The fast engine's state as bytes. */
#ifndef ND_ENGINE_FAST_STATE_H
#define ND_ENGINE_FAST_STATE_H

#include "engine/engine.h"

bool nd_fast_save(const nd_engine *engine, nd_buffer *state, nd_error *error);
bool nd_fast_restore(nd_engine *engine, nd_buffer *state, nd_error *error);

#endif
