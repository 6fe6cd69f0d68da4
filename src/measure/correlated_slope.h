/* Does a series of days change, when neighbouring days resemble each other? The least squares
 * slope, tested against noise that is an AR(1) (docs/model.md, section 8.7). */
#ifndef ND_MEASURE_CORRELATED_SLOPE_H
#define ND_MEASURE_CORRELATED_SLOPE_H

#include "measure/regression.h"

/* A noise less correlated than this is not believed of a few days. */
#define ND_LEAST_SERIAL_CORRELATION 0.5

typedef struct nd_correlated_slope {
    nd_regression line; /* p is that of the AR(1) */
    double serial;      /* the AR(1)'s correlation of neighbours that p and limits are for */
    double limit_90;    /* the t that noise exceeds, either way, in 10 % of series */
    double limit_95;    /* in 5 % */
} nd_correlated_slope;

/* Least squares of y on x (both `count`, in order of time) with an intercept for each of the
 * `parts` parts that points belong to (`part`; NULL: one). The serial correlation is that of
 * neighbouring residuals, with (1 + 4 r) / count added for the bias of removing a line, at least
 * ND_LEAST_SERIAL_CORRELATION and at most 0.95. p and limits are exact for Gaussian noise (Imhof
 * 1961). With fewer than parts + 2 points all but slope and count is NaN. */
bool nd_correlated_slope_test(const double *x, const double *y, const size_t *part, size_t count,
                              size_t parts, nd_correlated_slope *found, nd_error *error);

/* The slope of the above alone. */
bool nd_slope_of_parts(const double *x, const double *y, const size_t *part, size_t count,
                       size_t parts, double *slope, nd_error *error);

/* The chance that |t| of the above exceeds `t` in AR(1) noise of correlation `serial`. NaN where
 * memory is out. */
double nd_correlated_slope_tail(const double *x, const size_t *part, size_t count, size_t parts,
                                double serial, double t);

#endif
