/* Runs a Hebbian experiment (docs/model.md, section 7) from beginning to end: settling, records,
 * snapshots of the responses, run file; resumes what was interrupted, just as nd_simulate does. */
#ifndef ND_RUN_HEBBIAN_RUN_H
#define ND_RUN_HEBBIAN_RUN_H

#include "hebbian/drift.h"
#include "hebbian/fixed_point.h"
#include "run/simulate.h"

/* Runs `experiment` (network.model: hebbian) into the run file `path` (docs/hebbian.md). */
nd_outcome nd_hebbian_simulate(const nd_experiment *experiment, const char *path,
                               const nd_run_options *options, const nd_watch *watch,
                               nd_error *error);

/* The same as nd_simulate_anew does it. */
nd_outcome nd_hebbian_simulate_anew(const nd_experiment *experiment, const char *path,
                                    const nd_run_options *options, const nd_watch *watch,
                                    nd_error *error);

/* The course of a run kept in memory: for sweeps. */
typedef struct nd_hebbian_traces {
    size_t records;
    uint64_t *step;                                         /* records */
    double *loss, *active_fraction, *fraction_active_units; /* records */
    double *centroid;             /* records x N: where each field is; NaN where there is none */
    size_t lags;                  /* nd_drift_lags(records) */
    double *squared;              /* lags: mean squared displacement in the run's second half */
    nd_diffusion diffusion;       /* per step */
    nd_fixed_point_counts counts; /* of the steps */
} nd_hebbian_traces;

/* Runs in memory, saved as `saving` says (NULL: not at all), and goes on from what was saved there.
 * On ND_RUN_DIVERGED the traces end where it diverged. Free the traces in any case. */
nd_outcome nd_hebbian_simulate_in_memory(const nd_experiment *experiment, const nd_saving *saving,
                                         nd_hebbian_traces *traces, const nd_watch *watch,
                                         nd_error *error);
void nd_hebbian_traces_free(nd_hebbian_traces *traces);

#endif
