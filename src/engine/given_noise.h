/* Noise that is given to the fast engine, step by step, instead of drawn: what tests need, to hold
 * it against the reference. */
#ifndef ND_ENGINE_GIVEN_NOISE_H
#define ND_ENGINE_GIVEN_NOISE_H

#include "engine/engine.h"
#include "rule/rule.h"

/* One step of a fast engine with the noise given, as nd_learner_step. The engine must have been
 * opened for an experiment with the same kinds of noise, and makes no other steps from then on:
 * units neither fall asleep nor wake. False: diverged, or out of memory. */
bool nd_fast_step_with_noise(nd_engine *engine, const nd_noise *noise);

#endif
