/* The fast engine's constant arrays, and those of one step, in its kernels' precision. */
#ifndef ND_ENGINE_FAST_DATA_H
#define ND_ENGINE_FAST_DATA_H

#include "engine/fast_engine.h"

/* Inputs, targets, coordinates, and what sparse kernels need to know of them; the engine's plan is
 * made. */
bool nd_fast_data_open(nd_fast_engine *engine, nd_error *error);
void nd_fast_data_close(nd_fast_engine *engine);

#endif
