/* The timescale of sparsification: an exponential fitted to the fall of the fraction of active
 * units (docs/model.md, section 4.5, the paper's methods). */
#ifndef ND_MEASURE_TIMESCALE_H
#define ND_MEASURE_TIMESCALE_H

#include <stddef.h>

/* The rate of decay (1/step; tau is its inverse) of `fraction_active_units` (records) over `step`
 * (records, from 0 on):
 * 1. the curve is cut before the record nearest to max - 0.9 (max - min), the first of ties;
 * 2. what is left is shifted so that its lowest value is 1e-10;
 * 3. its logarithm is fitted by a line, least squares with residuals weighted by the square root of
 *    the reversed step / last step.
 * NaN when fewer than two records are left to fit. */
double nd_sparsification_rate(const double *step, const double *fraction_active_units,
                              size_t records);

#endif
