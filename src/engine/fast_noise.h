/* The fast engine's noise, drawn by address (vector/gaussians.h): how much is drawn at a time, and
 * drawing it. The addresses are those of rule/rule.h; Gaussians are made in bulk, so that the
 * numbers are others than the reference's, their law the same. */
#ifndef ND_ENGINE_FAST_NOISE_H
#define ND_ENGINE_FAST_NOISE_H

#include "engine/fast_engine.h"

/* The period and the scales of every kind of noise of the experiment; the engine draws it. */
bool nd_noise_open(nd_fast_engine *engine, nd_error *error);
void nd_noise_close(nd_fast_engine *engine);

#endif
