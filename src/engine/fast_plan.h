/* What may be taken for granted about an experiment, so that the fast engine does less
 * (docs/model.md, section 6): which coordinates, which form of the drive, which kernels, whether
 * silent units may sleep. */
#ifndef ND_ENGINE_FAST_PLAN_H
#define ND_ENGINE_FAST_PLAN_H

#include "engine/fast_engine.h"

/* Is there a rule and an activation of these names that the fast engine knows? */
bool nd_fast_serves(const nd_experiment *experiment, const nd_dataset *dataset);

/* Fills the engine's layer but for its arrays, and chooses kernels, order of the samples, subspace
 * and silence. Experiment, data set, initial parameters and rate are known. */
bool nd_fast_plan(nd_fast_engine *engine, nd_error *error);

#endif
