/* How the fields of a population move (science.md 7): centroids, their mean squared displacement
 * and its diffusion constant, and how long the population vectors stay alike. */
#ifndef ND_HEBBIAN_DRIFT_H
#define ND_HEBBIAN_DRIFT_H

#include "hebbian/inputs.h"

/* Centroids of the fields of one snapshot, in the unit of inputs->position: the centre of mass of
 * each neuron's responses, on a ring the direction of their vector sum, in 0 .. 2 pi. `response` is
 * n x N, `centroid` N; NaN for neurons whose peak does not exceed `threshold`. */
void nd_field_centroids(const nd_hebbian_inputs *inputs, const double *response, size_t neurons,
                        double threshold, double *centroid);

/* Mean squared displacement against lag: squared[lag - 1] is the mean over neurons and over pairs
 * of snapshots `lag` apart of the squared distance the centroid has gone, lag = 1 .. lags.
 * `centroid` is snapshots x N, evenly spaced in time. A field is followed from snapshot to snapshot
 * (so that a turn around the ring counts in full) for as long as it has a centroid; NaN where none
 * lasts. */
bool nd_mean_squared_displacement(const double *centroid, size_t snapshots, size_t neurons,
                                  bool circular, size_t lags, double *squared, nd_error *error);

/* The diffusion constant D in a mean squared displacement 2 D t. */
typedef struct nd_diffusion {
    double linear, linear_error;     /* from squared = c + 2 D t, and its standard error */
    double logarithmic;              /* from log squared = log 2 D + exponent log t, at t = 1 */
    double exponent, exponent_error; /* 1 for a free walk, 0 for a field that stays where it is */
    size_t lags;                     /* fitted; with fewer than 3 all others are NaN */
} nd_diffusion;

/* Least squares over the lags with a finite, positive mean squared displacement; `interval` is the
 * time between snapshots, the unit of time of D. */
nd_diffusion nd_fit_diffusion(const double *squared, size_t lags, double interval);

/* Both of the above over the second half of a run, when sparsification is over: `centroid` is
 * snapshots x N, taken at `step`; `squared` is nd_drift_lags(snapshots). D is per step. Where the
 * snapshots are not evenly spaced there is no common lag, and all is NaN. */
bool nd_late_diffusion(const double *centroid, const double *step, size_t snapshots, size_t neurons,
                       bool circular, double *squared, nd_diffusion *fit, nd_error *error);

/* Lags looked at: an eighth of the snapshots, at least 1. */
size_t nd_drift_lags(size_t snapshots);

/* PV correlation of every pair of snapshots: Pearson r across the neurons, averaged over the inputs
 * at which both population vectors vary; NaN if none do. `response` is snapshots x n x N and is
 * overwritten; `correlation` is snapshots x snapshots. */
void nd_response_correlations(double *response, size_t snapshots, size_t inputs, size_t neurons,
                              double *correlation);

/* Its mean over the pairs `lag` snapshots apart, lag = 0 .. snapshots - 1, both from snapshot
 * `first` on; NaN where there are none. */
void nd_correlation_by_lag(const double *correlation, size_t snapshots, size_t first,
                           double *by_lag);

#endif
