/* How alike two sets of rate maps are (docs/model.md, section 4.4). */
#ifndef ND_MEASURE_CORRELATION_H
#define ND_MEASURE_CORRELATION_H

#include "base/memory.h"

/* Pearson r of two series, over the pairs of which neither is NaN (a bin that was not visited at
 * one of two times says nothing of both); NaN when either is constant there. */
double nd_pearson(const double *x, const double *y, size_t count);

/* Mean over units of the Pearson r between their maps at two times (units x bins each), over the
 * units for which both `use_a` and `use_b` hold (NULL: all) and r is defined. NaN if there are
 * none. Bins that are NaN in either map are left out. */
double nd_rate_map_correlation(const double *maps_a, const double *maps_b, const bool *use_a,
                               const bool *use_b, size_t units, size_t bins);

/* Mean over bins of the Pearson r across units, over the bins where it is defined. */
double nd_population_vector_correlation(const double *maps_a, const double *maps_b, size_t units,
                                        size_t bins);

/* Where maps come from: fills `maps` (units x bins) and `use` (units) of time `index`. */
typedef bool (*nd_maps_at)(size_t index, double *maps, bool *use, void *context, nd_error *error);

/* Both correlations for every pair of `times`, into two matrices (times x times), as the functions
 * above would give to rounding. A bin not visited is NaN in the maps of all units of its time.
 * Holds at most about 64 MB of maps at once, reading them again where they are more. */
bool nd_correlation_matrices(size_t times, size_t units, size_t bins, nd_maps_at maps_at,
                             void *context, double *rate_map, double *population_vector,
                             nd_error *error);

#endif
