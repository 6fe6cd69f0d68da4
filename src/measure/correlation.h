/* How alike two sets of rate maps are (science.md 4). */
#ifndef ND_MEASURE_CORRELATION_H
#define ND_MEASURE_CORRELATION_H

#include "base/memory.h"

/* Pearson r of two series; NaN when either is constant. */
double nd_pearson(const double *x, const double *y, size_t count);

/* Mean over units of the Pearson r between their maps at two times (units x bins each), over the
 * units for which both `use_a` and `use_b` hold (NULL: all). NaN if there are none. */
double nd_rate_map_correlation(const double *maps_a, const double *maps_b, const bool *use_a,
                               const bool *use_b, size_t units, size_t bins);

/* Mean over bins of the Pearson r across units. */
double nd_population_vector_correlation(const double *maps_a, const double *maps_b, size_t units,
                                        size_t bins);

#endif
