/* Runs an experiment from beginning to end: world, engine, records, snapshots. nd_simulate, which
 * makes a run file, is declared in nulldrift.h; here is its sibling without a file. */
#ifndef ND_RUN_SIMULATE_H
#define ND_RUN_SIMULATE_H

#include "engine/engine.h"
#include "experiment/experiment.h"
#include "run/saved.h"

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
