/* The fast engine's opening and closing, and which experiments it serves. */
#ifndef ND_ENGINE_FAST_OPEN_H
#define ND_ENGINE_FAST_OPEN_H

#include "engine/engine.h"

bool nd_fast_serves(const nd_experiment *experiment, const nd_dataset *dataset);
nd_engine *nd_fast_open(const nd_experiment *experiment, const nd_dataset *dataset,
                        unsigned threads, nd_error *error);
/* NULL is fine. */
void nd_fast_close(nd_engine *engine);

#endif
