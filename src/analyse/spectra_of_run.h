/* Adds the flatness of its snapshots to a run file (docs/model.md, section 5, docs/flatness.md). */
#ifndef ND_ANALYSE_SPECTRA_OF_RUN_H
#define ND_ANALYSE_SPECTRA_OF_RUN_H

#include "flatness/point.h"
#include "store/run_file.h"

/* What was done, for a word to the user. */
typedef struct nd_spectra_report {
    size_t snapshots; /* computed */
    /* Relaxed, but above a loss of 1e-8: to minima; or while it still fell. Over Var(y): the worst
     * of each, and the least that the data allow. */
    size_t at_minimum, still_falling;
    double worst_minimum, worst_falling, least_loss;
} nd_spectra_report;

/* Computes and adds, over (snapshot): hessian_loss, hessian_trace, hessian_largest,
 * gauss_newton_rank, gauss_newton_log_sum, gauss_newton_eigenvalues; with exact: eigenvalues; with
 * relax: all of them with the prefix relaxed_, and relaxed_distance; with lanczos: lanczos_largest,
 * lanczos_smallest and their errors, lanczos_trace, spectral_density and their errors. Snapshots
 * that were not asked for keep what they had, or are NaN. The file is replaced whole, at the end.
 * Fails on a run without snapshots, a snapshot that is not finite, a spectrum that does not fit. */
bool nd_spectra_into_run(const char *path, const nd_spectra_options *options, const nd_watch *watch,
                         nd_spectra_report *report, nd_error *error);

/* Reads a list of snapshots, given by `argument`, into `chosen` (`count` flags); fails naming what
 * it cannot read. */
bool nd_snapshot_list(const char *argument, const char *list, size_t count, bool *chosen,
                      nd_error *error);

#endif
