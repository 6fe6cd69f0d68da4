/* How the fields of a population move (docs/model.md, section 7.4): centroids, their mean squared
 * displacement and its diffusion constant, and how long the population vectors stay alike. */
#ifndef ND_HEBBIAN_DRIFT_H
#define ND_HEBBIAN_DRIFT_H

#include "hebbian/inputs.h"

/* Centroids of the fields at one time, in the unit of inputs->position (0 .. 2 pi on a ring). A
 * neuron's field is the unbroken stretch of responses above 0 around its largest one, the centroid
 * its centre of mass. `response` is n x N, `centroid` N; NaN for neurons whose peak does not exceed
 * `threshold`. */
void nd_field_centroids(const nd_hebbian_inputs *inputs, const double *response, size_t neurons,
                        double threshold, double *centroid);

/* Mean squared displacement against lag: squared[lag - 1] is the mean over neurons and over pairs
 * of times `lag` apart of the squared distance the centroid has gone, lag = 1 .. lags. `centroid`
 * is times x N, evenly spaced. On a ring a field is followed from one time to the next, so that a
 * turn around counts in full, for as long as it has a centroid; elsewhere any two times with a
 * centroid count. NaN where there are fewer than a tenth of the pairs of lag 1: few tracks are not
 * like the rest. */
bool nd_mean_squared_displacement(const double *centroid, size_t times, size_t neurons,
                                  bool circular, size_t lags, double *squared, nd_error *error);

/* The diffusion constant D in a mean squared displacement 2 D t. */
typedef struct nd_diffusion {
    double linear, linear_error;     /* from squared = c + 2 D t, and its standard error */
    double logarithmic;              /* from log squared = log 2 D + exponent log t, at t = 1 */
    double exponent, exponent_error; /* 1 for a free walk, 0 for a field that stays where it is */
    size_t lags;                     /* fitted; with fewer than 3 all others are NaN */
} nd_diffusion;

/* Least squares over the lags with a finite, positive mean squared displacement; `interval` is the
 * time between neighbours, in the unit of time of D. */
nd_diffusion nd_fit_diffusion(const double *squared, size_t lags, double interval);

/* Both of the above over the second half of a run, when sparsification is over: `centroid` is
 * times x N, taken at `step`; `squared` is nd_drift_lags(times). D is per step, fitted up to the
 * lag at which fields on a line have gone half as far as their ends let them. Where the times are
 * not evenly spaced there is no common lag, and all is NaN. */
bool nd_late_diffusion(const double *centroid, const double *step, size_t times, size_t neurons,
                       const nd_hebbian_inputs *inputs, double *squared, nd_diffusion *fit,
                       nd_error *error);

/* Lags looked at: an eighth of the times, at least 1. */
size_t nd_drift_lags(size_t times);

/* The mean of a correlation matrix (snapshots x snapshots) over the pairs `lag` apart, lag = 0 ..
 * snapshots - 1, both from snapshot `first` on; NaN where there are none. */
void nd_correlation_by_lag(const double *correlation, size_t snapshots, size_t first,
                           double *by_lag);

#endif
