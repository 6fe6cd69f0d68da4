/* A Hebbian network's state as bytes, for nd_engine_save and nd_engine_load. */
#ifndef ND_API_HEBBIAN_STATE_H
#define ND_API_HEBBIAN_STATE_H

#include "engine/engine.h"

/* Is it one? Fails otherwise, naming the function. */
bool nd_is_hebbian(const nd_engine *engine, const char *function, nd_error *error);

/* The other kind, whose parameters are nd_parameters? Fails otherwise likewise. */
bool nd_is_feed_forward(const nd_engine *engine, const char *function, nd_error *error);

/* The state with what it is of, into an empty buffer; and back, the engine being as it was where
 * that fails. */
bool nd_hebbian_state_put(const nd_engine *engine, nd_buffer *to, nd_error *error);
bool nd_hebbian_state_take(nd_engine *engine, const void *bytes, size_t length, nd_error *error);

#endif
