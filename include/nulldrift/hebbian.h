/** @file
 * The Hebbian/anti-Hebbian network, step by step (docs/hebbian.md). It is an nd_engine: advance it,
 * record it, change its learning keys (nd_engine_set), save and load its state, close it as any.
 * Its loss is the similarity-matching error; it has weights of its own kind in place of
 * nd_parameters, and nd_engine_set_parameters and nd_engine_forward refuse it.
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

/** The weights of such a network, in the symbols of docs/hebbian.md. Arrays are the caller's. */
typedef struct nd_hebbian_weights {
    size_t neurons;    /**< N */
    size_t components; /**< d, of an input */
    double *forward;   /**< W, N x d; may be NULL */
    double *lateral;   /**< M, N x N; may be NULL */
    double *threshold; /**< b, N; may be NULL */
} nd_hebbian_weights;

/** The present weights: their sizes, and into each array that is not NULL its values. Fails for an
 * engine that nd_hebbian_open did not open. */
bool nd_hebbian_weights_of(const nd_engine *engine, nd_hebbian_weights *weights, nd_error *error);

/** The network has these weights from the present step on; what is NULL stays. Fails on other
 * sizes, on what is not finite, and on lateral weights below 0; nothing is changed then. */
bool nd_hebbian_set_weights(nd_engine *engine, const nd_hebbian_weights *weights, nd_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
