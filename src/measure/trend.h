/* Does a series rise or fall? Tested with regard to its autocorrelation. */
#ifndef ND_MEASURE_TREND_H
#define ND_MEASURE_TREND_H

#include "base/memory.h"

typedef struct nd_trend {
    double slope;           /* Sen's: the median slope of all pairs, per unit of time */
    double p;               /* two-sided, Mann-Kendall */
    double variance_factor; /* Hamed and Rao's correction of the variance, at least 1 */
} nd_trend;

/* The trend of `values` over `time` (ascending). Series longer than 500 are cut to 500 means of
 * neighbours. Autocorrelation is taken from the ranks left after Sen's line is removed, at lags up
 * to the first where it is not positive, corrected for the bias that removing a line brings. Of ten
 * values or fewer p is exact, over all their orders, and neighbours are taken for independent. NaN
 * for fewer than five values or for a constant series (slope 0, p 1). Source: Hamed & Rao, J.
 * Hydrol. 204:182 (1998). */
bool nd_trend_test(const double *time, const double *values, size_t count, nd_trend *trend,
                   nd_error *error);

#endif
