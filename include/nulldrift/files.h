/** @file
 * Verbs on run files: what the program's commands measure, spectrum, run --continue and figure do.
 */
#ifndef NULLDRIFT_FILES_H
#define NULLDRIFT_FILES_H

#include "nulldrift/run.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** Adds tuning, information, correlations and phases to the run file `path`, which is replaced
 * whole, as `nulldrift measure` does. Waits while another process amends it. `watch` may be NULL.
 * Fails where the world has no positions. */
bool nd_measure_file(const char *path, const nd_watch *watch, nd_error *error);

/** Adds the measures of drift (docs/drift-measures.md) to the run file `path`, at most 21 of its
 * snapshots taken as sessions, as `nulldrift measure --drift` does; results do not depend on
 * `threads` (0: one). A file that is not measured is measured aside for it. */
bool nd_drift_file(const char *path, unsigned threads, nd_error *error);

/** What of the flatness is asked for; all zero: the Gauss-Newton spectra of all snapshots. */
typedef struct nd_spectrum_request {
    const char *snapshots; /**< "0,25,50", "first,middle,last", "10-20"; NULL: all */
    bool exact;            /**< the exact Hessian's eigenvalues, too */
    bool relax;            /**< everything again at the relaxed points */
    bool lanczos;          /**< extreme eigenvalues, trace and density by Lanczos */
    size_t probes;         /**< of Lanczos; 0: 16 */
    size_t steps;          /**< of Lanczos; 0: 100 */
    double memory;         /**< bytes it may take; 0: what the machine has free */
    unsigned threads;      /**< snapshots beside each other; 0: one */
} nd_spectrum_request;

/** Adds the flatness of its snapshots to the run file `path`, as `nulldrift spectrum` does.
 * `request` and `watch` may be NULL. */
bool nd_spectrum_file(const char *path, const nd_spectrum_request *request, const nd_watch *watch,
                      nd_error *error);

/** Goes on with the finished run in the file `from`, into `path` (which may be `from`), to more
 * steps: `sets` are "run.steps=N" and, if records are not to keep their distance, run.records and
 * run.snapshots; bit for bit as one long run. `options` and `watch` may be NULL. */
nd_outcome nd_continue_file(const char *from, const char *const *sets, size_t set_count,
                            const char *path, const nd_run_options *options, const nd_watch *watch,
                            nd_error *error);

/** A figure. All strings are constants of the library. */
typedef struct nd_figure_description {
    const char *name;    /**< "fig2", "fig4a", ... */
    const char *summary; /**< what it shows */
    const char *inputs;  /**< what it wants, e.g. "RUN.nc" or "SWEEP-FOLDER..." */
    size_t least_inputs; /**< how many at least */
    size_t most_inputs;  /**< and at most */
} nd_figure_description;

/** Describes figure `index` of them; false beyond the last. */
bool nd_figure_describe(size_t index, nd_figure_description *description);

/** Draws the figure called `name` of the files or folders `inputs` into `output`, whose ending says
 * how: .pdf, .svg, .png or .eps. What stands there is replaced only if it is an earlier picture of
 * such an input or `replace` is set, and never an input. Needs gnuplot, which it runs. `remark`
 * (may be NULL) gets what is worth a word though the picture was drawn; its `what` is empty
 * otherwise. */
bool nd_draw_figure(const char *name, const char *const *inputs, size_t input_count,
                    const char *output, bool replace, nd_error *remark, nd_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
