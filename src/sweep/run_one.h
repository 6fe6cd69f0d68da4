/* One run of a sweep, from its experiment to what the store keeps of it. */
#ifndef ND_SWEEP_RUN_ONE_H
#define ND_SWEEP_RUN_ONE_H

#include "sweep/way.h"

/* Runs `experiment` (of either model) and fills `result`: state, metrics, traces. In memory, unless
 * its file is to be kept or measured. `reason` (512 bytes) gets why it diverged or failed. False
 * when `watch` stopped it, or, with `error`, when its own files cannot be written or stand in its
 * way, or memory or a process was not to be had: that is no fault of the run, which is left
 * waiting. */
bool nd_sweep_run_one(const nd_experiment *experiment, const nd_sweep_way *way,
                      const nd_watch *watch, nd_sweep_result *result, char reason[512],
                      nd_error *error);

#endif
