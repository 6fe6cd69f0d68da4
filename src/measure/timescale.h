/* The timescale of sparsification: an exponential fitted to the fall of the fraction of active
 * units (docs/model.md, section 4.5), as the paper's methods define it, and by least squares. */
#ifndef ND_MEASURE_TIMESCALE_H
#define ND_MEASURE_TIMESCALE_H

#include <stddef.h>

/* The published definition: the rate of decay (1/step; tau is its inverse) of
 * `fraction_active_units` (records) over `step` (records, from 0 on):
 * 1. the curve is cut before the record nearest to max - 0.9 (max - min), the first of ties;
 * 2. what is left is shifted so that its lowest value is 1e-10;
 * 3. its logarithm is fitted by a line, least squares with residuals weighted by the square root of
 *    the reversed step / last step.
 * The cut jumps where two records are as near to the target: so then does the rate, by a factor of
 * two at times. NaN when fewer than two records are left to fit. */
double nd_sparsification_rate(const double *step, const double *fraction_active_units,
                              size_t records);

/* The rate r of the least squares fit a + b exp(-r t), b >= 0, to all records: r between 0.1 over
 * the run's steps and 1 over the least step between records. It moves no more than the records do.
 * NaN with fewer than five records, where nothing falls, and where the best r is at either end:
 * then the records do not tell it. */
double nd_fitted_rate(const double *step, const double *fraction_active_units, size_t records);

#endif
