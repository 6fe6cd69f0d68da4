/** @file
 * The Hebbian/anti-Hebbian network, step by step (docs/hebbian.md). It is an nd_engine: advance it,
 * record it, close it as any. Its loss is the similarity-matching error; it has no nd_parameters,
 * and nd_engine_set, nd_engine_forward and nd_engine_save refuse it.
 */
#ifndef NULLDRIFT_HEBBIAN_H
#define NULLDRIFT_HEBBIAN_H

#include "nulldrift/engine.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** Opens the network of an experiment of model hebbian before any update; run.settle updates are
 * made by the first nd_engine_advance, before step 0. The experiment must outlive it. Results do
 * not depend on `threads` (0: one). Fails for an experiment of another model. */
nd_engine *nd_hebbian_open(const nd_experiment *experiment, unsigned threads, nd_error *error);

/** The shape of its responses: inputs on the ring or in the place world, and neurons; either may be
 * NULL. Fails for an engine that nd_hebbian_open did not open. */
bool nd_hebbian_shape(const nd_engine *engine, size_t *inputs, size_t *neurons, nd_error *error);

/** The neurons' responses to all inputs at the present step, inputs x neurons, into `responses`.
 * Fails where the dynamics do not settle, and for an engine that nd_hebbian_open did not open. */
bool nd_hebbian_respond(nd_engine *engine, double *responses, nd_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
