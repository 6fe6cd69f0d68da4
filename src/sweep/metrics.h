/* What a sweep keeps of a run (docs/sweeps.md). */
#ifndef ND_SWEEP_METRICS_H
#define ND_SWEEP_METRICS_H

#include <pthread.h>

#include "run/simulate.h"
#include "store/sweep_store.h"

/* How one run of a sweep is to be made. */
typedef struct nd_sweep_way {
    bool spectrum;            /* metrics of the Hessian's spectrum too */
    pthread_mutex_t *reading; /* held while a world is made: netCDF serves one thread at a time */
    nd_saving saving;         /* and who hears of what a data file holds that is not used */
} nd_sweep_way;

/* Runs `experiment` (of either model) in memory and fills `result`: state, metrics, traces.
 * `reason` (512 bytes) gets why it diverged or failed. False only when `watch` stopped it. */
bool nd_sweep_run_one(const nd_experiment *experiment, const nd_sweep_way *way,
                      const nd_watch *watch, nd_sweep_result *result, char reason[512]);
void nd_sweep_result_free(nd_sweep_result *result);

#endif
