/* What a sweep keeps of a run (docs/sweeps.md). */
#ifndef ND_SWEEP_METRICS_H
#define ND_SWEEP_METRICS_H

#include <pthread.h>

#include "run/simulate.h"
#include "store/sweep_store.h"

/* Runs `experiment` (of either model) in memory and fills `result`: state, metrics, traces.
 * `reason` (512 bytes) gets why it diverged or failed. `reading` is held while a world is made:
 * netCDF serves one thread at a time. False only when `watch` stopped it. */
bool nd_sweep_run_one(const nd_experiment *experiment, bool spectrum, pthread_mutex_t *reading,
                      const nd_watch *watch, nd_sweep_result *result, char reason[512]);
void nd_sweep_result_free(nd_sweep_result *result);

#endif
