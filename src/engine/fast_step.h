/* One step of the fast engine. */
#ifndef ND_ENGINE_FAST_STEP_H
#define ND_ENGINE_FAST_STEP_H

#include "engine/fast_engine.h"

/* One update. False: diverged. */
bool nd_fast_step(nd_fast_engine *engine);

/* The outputs of the current parameters at the clean inputs, n x output_stride reals. */
const void *nd_fast_outputs(nd_fast_engine *engine);

#endif
