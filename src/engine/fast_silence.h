/* Silent units of the fast engine (docs/model.md, section 6.1): a ReLU unit that no sample drives
 * gets no gradient, so that what moves it follows from the step alone. It sleeps for as long as it
 * crosses threshold with a chance below 1e-15, then takes its whole walk at once. */
#ifndef ND_ENGINE_FAST_SILENCE_H
#define ND_ENGINE_FAST_SILENCE_H

#include "engine/fast_engine.h"

/* What spares silent units in this experiment; the layer is known. `margins_move`: preactivations
 * move by themselves (input noise, weight noise). */
void nd_silence_choose(nd_fast_engine *engine, bool margins_move);
/* In a word, as run files say it. */
const char *nd_silence_word(nd_silence silence);

/* Wakes the units of a share that are due, if units may move; true: some woke. */
bool nd_silence_wake(nd_fast_engine *engine, nd_share *share);
/* Puts a share's silent units to sleep that may sleep, at every ND_FAST_BLOCK-th step, if units may
 * move; true: some fell asleep. */
bool nd_silence_put_to_sleep(nd_fast_engine *engine, nd_share *share);

/* The state of a unit asleep or at rest, at the present step, into `state` (rows). */
void nd_silence_state(const nd_fast_engine *engine, size_t unit, nd_unit_scratch *scratch,
                      double *state);

#endif
