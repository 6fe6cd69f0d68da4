/* The fast engine's noise in the units' parameters: how much is drawn at a time, drawing it, and
 * handing it in instead (tests). */
#ifndef ND_ENGINE_FAST_NOISE_H
#define ND_ENGINE_FAST_NOISE_H

#include "engine/fast_engine.h"

/* The period and the scales of every kind of noise of the experiment. */
bool nd_fast_open_noise(nd_fast_engine *engine, nd_error *error);
/* A pack's arrays for it. */
bool nd_fast_open_pack_noise(const nd_fast_engine *engine, nd_pack *pack, nd_error *error);
/* The noise of the period that the present step is in. */
void nd_fast_draw(nd_fast_engine *engine, nd_share *share);
/* Sparse kernels take noise that is handed in from arrays of their own. */
void nd_fast_open_given(nd_fast_engine *engine);
/* This step's noise, as given. */
void nd_fast_hand_in(nd_fast_engine *engine, nd_share *share, const nd_noise *noise);
/* After such a step: the part of the noise outside the subspace joins the complement. */
void nd_fast_stray(nd_fast_engine *engine, const nd_noise *noise, double sed_factor);

#endif
