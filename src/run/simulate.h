/* Runs an experiment from beginning to end: world, engine, records, snapshots, run file; resumes
 * what was interrupted. */
#ifndef ND_RUN_SIMULATE_H
#define ND_RUN_SIMULATE_H

#include "engine/engine.h"
#include "experiment/experiment.h"

typedef struct nd_run_options {
    unsigned threads;          /* inside the run; 0: one */
    double checkpoint_seconds; /* 0: every 60 s */
    const char *command_line;  /* for the history attribute; may be NULL */
} nd_run_options;

typedef enum nd_outcome {
    ND_RUN_COMPLETE,
    ND_RUN_INTERRUPTED, /* stopped by the watch, at a checkpoint; run again to resume */
    ND_RUN_DIVERGED,    /* the run file holds what came before; error says at which step */
    ND_RUN_FAILED
} nd_outcome;

/* Runs `experiment` into the run file `path` (science.md 1-3, docs/run-file.md). */
nd_outcome nd_simulate(const nd_experiment *experiment, const char *path,
                       const nd_run_options *options, const nd_watch *watch, nd_error *error);

/* The traces of a run kept in memory: for sweeps, whose thousands of runs write no file. */
typedef struct nd_traces {
    size_t records;
    uint64_t *step;
    double *loss, *active_fraction, *fraction_active_units; /* records */
    nd_parameters *first, *last; /* parameters at step 0 and at the end */
} nd_traces;

/* Runs in memory, without checkpoints. On ND_RUN_DIVERGED the traces end where it diverged. */
nd_outcome nd_simulate_in_memory(const nd_experiment *experiment, const nd_dataset *dataset,
                                 nd_traces *traces, const nd_watch *watch, nd_error *error);
void nd_traces_free(nd_traces *traces);

#endif
