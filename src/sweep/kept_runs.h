/* What keeping the run files of a sweep means before it starts: which runs have ended without one,
 * and how much disk the rest will take. */
#ifndef ND_SWEEP_KEPT_RUNS_H
#define ND_SWEEP_KEPT_RUNS_H

#include "experiment/experiment.h"
#include "sweep/sweep.h"

/* Tells options->tell both; runs that ended without a file are put back to waiting where
 * options->retry_unkept says so. */
bool nd_sweep_plan_kept(nd_sweep_store *store, const nd_sweep_plan *plan, const char *folder,
                        const nd_sweep_options *options, nd_error *error);

/* Bytes of a run file before compression, about: its parameters (or responses) at every snapshot,
 * and its records. */
double nd_sweep_run_bytes(const nd_experiment *experiment);

#endif
