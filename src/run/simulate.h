/* Runs an experiment from beginning to end: world, engine, records, snapshots. nd_simulate, which
 * makes a run file, is declared in nulldrift.h; here is its sibling without a file. */
#ifndef ND_RUN_SIMULATE_H
#define ND_RUN_SIMULATE_H

#include "engine/engine.h"
#include "experiment/experiment.h"
#include "nulldrift/run.h"
#include "run/saved.h"

/* As nd_simulate, but what an earlier call left and cannot be used (damaged, or made by other
 * vector instructions) is removed, and the run begun anew, which options->tell is told. */
nd_outcome nd_simulate_anew(const nd_experiment *experiment, const char *path,
                            const nd_run_options *options, const nd_watch *watch, nd_error *error);

/* Goes on with the finished run in the file `from`, to more steps: `sets` are "run.steps=N" and, if
 * the records are not to keep their distance, run.records and run.snapshots. Where the file keeps
 * the engine's final state, the result is what one long run gives, bit for bit; otherwise (0.1.0)
 * it is so in law, which options->tell is told and the file says (attribute `continued`). `path`
 * may be `from`, which stays until the longer run is whole. Interrupted, the same call goes on. */
nd_outcome nd_continue(const char *from, const char *const *sets, size_t set_count,
                       const char *path, const nd_run_options *options, const nd_watch *watch,
                       nd_error *error);

/* The traces of a run kept in memory: for sweeps, whose thousands of runs write no file. */
typedef struct nd_traces {
    size_t records, room; /* made; at most */
    uint64_t *step;
    double *loss, *active_fraction, *fraction_active_units; /* records */
    nd_parameters *first, *last; /* parameters at step 0 and at the end */
} nd_traces;

/* Runs in memory, saved as `saving` says (NULL: not at all), and goes on from what was saved there.
 * On ND_RUN_DIVERGED the traces end where it diverged. */
nd_outcome nd_simulate_in_memory(const nd_experiment *experiment, const nd_dataset *dataset,
                                 const nd_saving *saving, nd_traces *traces, const nd_watch *watch,
                                 nd_error *error);
void nd_traces_free(nd_traces *traces);

#endif
