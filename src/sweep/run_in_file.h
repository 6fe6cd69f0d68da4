/* A run of a sweep by way of its run file: where that is to be kept, or measured. */
#ifndef ND_SWEEP_RUN_IN_FILE_H
#define ND_SWEEP_RUN_IN_FILE_H

#include "sweep/way.h"

/* Runs `experiment` into PREFIX.nc, or a file that is removed in the end, and fills `result` from
 * it: state, metrics, traces. `error` must not be NULL. */
nd_outcome nd_sweep_run_in_file(const nd_experiment *experiment, const nd_sweep_way *way,
                                const nd_watch *watch, nd_sweep_result *result, nd_error *error);

#endif
