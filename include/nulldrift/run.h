/** @file
 * From an experiment to a run file (docs/run-file.md).
 */
#ifndef NULLDRIFT_RUN_H
#define NULLDRIFT_RUN_H

#include "nulldrift/dataset.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** How a run is to be made; all zero: as usual. */
typedef struct nd_run_options {
    unsigned threads;          /**< inside the run; 0: one */
    double checkpoint_seconds; /**< 0: every 60 s */
    const char *command_line;  /**< for the history attribute; may be NULL */
    /** Gets what the user should know whatever else is shown: what a data file holds that is not
     * used, one or more lines. NULL: nobody listens. */
    void (*tell)(const char *lines, void *context);
    void *context; /**< what `tell` gets */
    /** A run begun on another instruction set, whose rounding differs, is refused; unless this is
     * set: then it goes on here, and its file says so. */
    bool resume_here;
    bool no_wait; /**< where a file is gone on with in place: fails while another amends it */
    /** Links in the world's data file (HDF5's external links) are followed, to any regular file,
     * and `tell` says to which; otherwise such a data file is refused. */
    bool follow_links;
} nd_run_options;

/** How a run ended. */
typedef enum nd_outcome {
    ND_RUN_COMPLETE,    /**< the run file is there */
    ND_RUN_INTERRUPTED, /**< stopped by the watch, at a checkpoint; run again to resume */
    ND_RUN_DIVERGED,    /**< the run file holds what came before; error says at which step */
    ND_RUN_FAILED       /**< error says why */
} nd_outcome;

/** Runs `experiment` into the run file `path`; resumes what was interrupted. A finished run of the
 * same experiment is left as it is, anything else at `path` is refused. `options` and `watch` may
 * be NULL: all as usual, and nobody looks on. */
nd_outcome nd_simulate(const nd_experiment *experiment, const char *path,
                       const nd_run_options *options, const nd_watch *watch, nd_error *error);

/** The same on a data set that is there already, the experiment's own or the caller's arrays
 * (nd_dataset_from); the run file holds it. Fails for a Hebbian experiment. */
nd_outcome nd_simulate_on(const nd_experiment *experiment, const nd_dataset *dataset,
                          const char *path, const nd_run_options *options, const nd_watch *watch,
                          nd_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
