/* The Hebbian network as an engine (engine/engine.h), so that what takes any engine through a run
 * takes it too. Its `loss` is the similarity-matching error; its full parameters are not
 * nd_parameters, so `parameters` does nothing: snapshots hold responses instead. */
#ifndef ND_HEBBIAN_ENGINE_H
#define ND_HEBBIAN_ENGINE_H

#include "engine/engine.h"
#include "hebbian/hebbian.h"

/* Opens it before any update, the settling ones (run.settle) included; they are made by
 * nd_hebbian_engine_settle, or by the first advance. The experiment outlives the engine. */
nd_engine *nd_hebbian_engine_open(const nd_experiment *experiment, unsigned threads,
                                  nd_error *error);

/* Makes up to `count` of the settling updates; *left says how many remain. */
bool nd_hebbian_engine_settle(nd_engine *engine, uint64_t count, uint64_t *left, nd_error *error);

const nd_hebbian *nd_hebbian_engine_network(const nd_engine *engine);

/* The same, to be changed: what is known of its responses is forgotten. */
nd_hebbian *nd_hebbian_engine_changed(nd_engine *engine);

/* The responses (n x N) at the present step, computed once for record and snapshot; NULL with
 * `error` where the dynamics do not settle. They belong to the engine. */
const double *nd_hebbian_engine_responses(nd_engine *engine, nd_error *error);

/* Why the last record has no numbers (its loss is NaN), if it has not. */
const nd_error *nd_hebbian_engine_trouble(const nd_engine *engine);

#endif
