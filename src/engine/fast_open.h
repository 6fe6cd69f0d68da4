/* The fast engine's opening and closing. */
#ifndef ND_ENGINE_FAST_OPEN_H
#define ND_ENGINE_FAST_OPEN_H

#include "engine/fast_engine.h"

/* An engine at step 0 without its back end; NULL with error. */
nd_fast_engine *nd_fast_open(const nd_experiment *experiment, const nd_dataset *dataset,
                             unsigned threads, nd_error *error);
/* Begins anew at the present step: with this experiment and, as its own, these parameters, moments
 * at zero. Unchanged where it fails. */
bool nd_fast_begin_anew(nd_fast_engine *engine, const nd_experiment *experiment,
                        nd_parameters *parameters, nd_error *error);
/* NULL is fine. */
void nd_fast_close(nd_fast_engine *engine);

#endif
