/* Smoothing with a Gaussian. */
#ifndef ND_BASE_SMOOTH_H
#define ND_BASE_SMOOTH_H

#include <stddef.h>

/* What lies beyond the ends: the values mirrored at the outer edge of the last one (c b a | a b c |
 * c b a), or the values again, as on a ring. */
typedef enum nd_ends { ND_REFLECT, ND_PERIODIC } nd_ends;

/* Smooths `count` values, `stride` apart, in place, with a Gaussian of standard deviation `sigma`
 * (in steps from one value to the next; cut at 4 sigma; 0 or less: left as they are). `scratch` has
 * room for `count` values. */
void nd_gaussian_smooth(double *values, size_t count, size_t stride, double sigma, nd_ends ends,
                        double *scratch);

/* Smooths a map of `rows` rows of `columns` values in place, along both sides; `ends` is of the
 * columns, rows reflect. What is NaN takes no part and stays NaN: each value is the mean of those
 * there are, weighed by the Gaussian. `scratch` has room for
 * ND_SMOOTH_SCRATCH doubles. */
#define ND_SMOOTH_SCRATCH(rows, columns) (2 * (rows) * (columns) + (rows) + (columns))
void nd_gaussian_smooth_map(double *map, size_t rows, size_t columns, double sigma, nd_ends ends,
                            double *scratch);

#endif
