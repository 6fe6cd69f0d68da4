/* Does a metric change with time? A straight line with intercept and the t-test of its slope. */
#ifndef ND_MEASURE_REGRESSION_H
#define ND_MEASURE_REGRESSION_H

#include "nulldrift/base.h"

typedef struct nd_regression {
    size_t count;   /* points used */
    double degrees; /* of freedom */
    double slope, intercept;
    double slope_error;     /* standard error of the slope */
    double intercept_error; /* of the intercept */
    double t, p;            /* t-test that the slope is zero, two-sided */
    double correlation;     /* Pearson r */
} nd_regression;

/* Least squares of y on x, points with NaN left out. With fewer than three points, or all x equal,
 * errors, t and p (and then the slope too) are NaN; on a perfect line p is 0, or 1 if level. */
nd_regression nd_regress(const double *x, const double *y, size_t count);

/* The same through the origin of x and y already taken about the means of their series, with the
 * degrees of freedom left: count less the series less one. The intercept is NaN. */
nd_regression nd_regress_centred(const double *x, const double *y, size_t count, size_t degrees);

/* The chance that Student's |t| is at least |t|. */
double nd_student_two_sided(double t, double degrees);

/* Student's t below which a share `probability` lies. */
double nd_student_quantile(double probability, double degrees);

#endif
