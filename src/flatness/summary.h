/* How a run changed the flatness, in five numbers: what a sweep keeps of it (docs/model.md,
 * section 4.6). */
#ifndef ND_FLATNESS_SUMMARY_H
#define ND_FLATNESS_SUMMARY_H

#include "flatness/linearization.h"

/* How a run changed the flatness: ratios of last to first, fractions of the last's eigenvalues. */
typedef struct nd_spectrum_summary {
    double eigenvalue_sum_ratio;         /* traces of the exact Hessians */
    double eigenvalue_max_ratio;         /* their largest eigenvalues */
    double positive_eigenvalue_fraction; /* of the last: positive, above the tolerance, over all */
    double nonzero_eigenvalue_fraction;  /* of the last: either sign */
    double gauss_newton_rank;            /* of the last */
} nd_spectrum_summary;

bool nd_summarize_spectra(const nd_parameters *first, const nd_parameters *last,
                          const nd_dataset *dataset, const nd_activation *activation,
                          nd_spectrum_summary *summary, nd_error *error);

#endif
