/* A trace that falls to a plateau: where the fall begins and ends, by least squares. */
#ifndef ND_MEASURE_FALL_H
#define ND_MEASURE_FALL_H

#include "base/memory.h"

/* value(t) = plateau + depth clamp((to - t) / (to - from), 0, 1)^power : flat until `from`, falling
 * until `to` (steadily for power 1, ever more slowly for 2 and 3), flat after. */
typedef struct nd_fall {
    double from, to, plateau, depth;
    int power;        /* 1, 2 or 3 */
    double deviation; /* standard deviation of the residuals of the means that were fitted */
} nd_fall;

/* Fits `count` values over ascending times: a grid search over from and to at means of neighbours
 * (at most 160), refined at single values, linear least squares for the rest. */
bool nd_fit_fall(const double *time, const double *values, size_t count, nd_fall *fall,
                 nd_error *error);

/* When the share of the fall (0..1) is made. */
double nd_fall_time(const nd_fall *fall, double share);

/* The median; puts the values in order. */
double nd_median(double *values, size_t count);

#endif
