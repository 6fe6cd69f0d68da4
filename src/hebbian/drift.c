#include "hebbian/drift.h"

#include <gsl/gsl_fit.h>
#include <math.h>
#include <stdlib.h>

/* How far along position `b` lies from `a`; the shorter way round on a ring. */
static double offset(const nd_hebbian_inputs *inputs, size_t a, size_t b) {
    double difference = inputs->position[b] - inputs->position[a];
    return inputs->circular ? remainder(difference, 2 * M_PI) : difference;
}

/* Adds up the field on one side of its peak (step +1 or -1), as long as there is a response. */
static void add_side(const nd_hebbian_inputs *inputs, const double *response, size_t neurons,
                     size_t peak, int step, double *mass, double *moment) {
    size_t count = inputs->count, at = peak;
    for (size_t k = 1; k <= (count - 1) / 2 || (!inputs->circular && k < count); k++) {
        if (!inputs->circular && at == (step > 0 ? count - 1 : 0))
            return;
        at = step > 0 ? (at + 1 < count ? at + 1 : 0) : (at > 0 ? at - 1 : count - 1);
        double y = response[at * neurons];
        if (!(y > 0))
            return;
        *mass += y;
        *moment += y * offset(inputs, peak, at);
    }
}

/* The centre of mass of the stretch above 0 around the input `peak`, in the unit of position. */
static double field_centre(const nd_hebbian_inputs *inputs, const double *response, size_t neurons,
                           size_t peak) {
    double mass = response[peak * neurons], moment = 0;
    add_side(inputs, response, neurons, peak, 1, &mass, &moment);
    add_side(inputs, response, neurons, peak, -1, &mass, &moment);
    double centre = inputs->position[peak] + moment / mass;
    return inputs->circular ? centre - 2 * M_PI * floor(centre / (2 * M_PI)) : centre;
}

void nd_field_centroids(const nd_hebbian_inputs *inputs, const double *response, size_t neurons,
                        double threshold, double *centroid) {
    for (size_t i = 0; i < neurons; i++) {
        size_t peak = 0;
        for (size_t s = 1; s < inputs->count; s++)
            if (response[s * neurons + i] > response[peak * neurons + i])
                peak = s;
        centroid[i] = response[peak * neurons + i] > threshold
                          ? field_centre(inputs, response + i, neurons, peak)
                          : NAN;
    }
}

/* Lays each field's way out from where it began: the ring's turns unrolled, NaN kept. */
static double *unroll(const double *centroid, size_t times, size_t neurons, bool circular,
                      nd_error *error) {
    double *way = nd_doubles(times * neurons, error);
    for (size_t k = 0; way && k < times * neurons; k++) {
        way[k] = centroid[k];
        if (circular && k >= neurons && isfinite(way[k - neurons])) {
            double step = remainder(centroid[k] - centroid[k - neurons], 2 * M_PI);
            way[k] = way[k - neurons] + step;
        }
    }
    return way;
}

bool nd_mean_squared_displacement(const double *centroid, size_t times, size_t neurons,
                                  bool circular, size_t lags, double *squared, nd_error *error) {
    double *way = unroll(centroid, times, neurons, circular, error);
    double *pairs = way ? nd_doubles(lags, error) : NULL;
    if (!pairs) {
        free(way);
        return false;
    }
    for (size_t lag = 0; lag < lags; lag++)
        squared[lag] = 0;
    for (size_t start = 0; start < times; start++)
        for (size_t i = 0; i < neurons; i++)
            for (size_t lag = 1; lag <= lags && start + lag < times; lag++) {
                double distance = way[(start + lag) * neurons + i] - way[start * neurons + i];
                if (isfinite(distance)) {
                    squared[lag - 1] += distance * distance;
                    pairs[lag - 1]++;
                } else if (circular) { /* how often it would have gone round cannot be known */
                    break;
                }
            }
    for (size_t lag = 0; lag < lags; lag++)
        squared[lag] =
            pairs[lag] > 0 && pairs[lag] >= pairs[0] / 10 ? squared[lag] / pairs[lag] : NAN;
    free(pairs);
    free(way);
    return true;
}

/* Copies lag and displacement where both fits can use them. */
static size_t usable(const double *squared, size_t lags, double interval, bool logarithms,
                     double *time, double *value) {
    size_t count = 0;
    for (size_t lag = 0; lag < lags; lag++)
        if (isfinite(squared[lag]) && squared[lag] > 0) {
            double t = (double)(lag + 1) * interval;
            time[count] = logarithms ? log(t) : t;
            value[count++] = logarithms ? log(squared[lag]) : squared[lag];
        }
    return count;
}

nd_diffusion nd_fit_diffusion(const double *squared, size_t lags, double interval) {
    nd_diffusion fit = {NAN, NAN, NAN, NAN, NAN, 0};
    double *time = nd_doubles(lags, NULL), *value = nd_doubles(lags, NULL);
    if (time && value) {
        double intercept, slope, cov00, cov01, cov11, residual;
        fit.lags = usable(squared, lags, interval, false, time, value);
        if (fit.lags >= 3) {
            gsl_fit_linear(time, 1, value, 1, fit.lags, &intercept, &slope, &cov00, &cov01, &cov11,
                           &residual);
            fit.linear = slope / 2;
            fit.linear_error = sqrt(cov11) / 2;
            usable(squared, lags, interval, true, time, value);
            gsl_fit_linear(time, 1, value, 1, fit.lags, &intercept, &slope, &cov00, &cov01, &cov11,
                           &residual);
            fit.logarithmic = exp(intercept) / 2;
            fit.exponent = slope;
            fit.exponent_error = sqrt(cov11);
        }
    }
    free(time);
    free(value);
    return fit;
}

size_t nd_drift_lags(size_t times) {
    return times >= 16 ? times / 8 : 1;
}

/* Steps are whole, so even spacing may be off by one. */
static bool is_even(const double *step, size_t times) {
    double interval = (step[times - 1] - step[0]) / (double)(times - 1);
    for (size_t k = 0; k < times; k++)
        if (fabs(step[k] - step[0] - interval * (double)k) > 1)
            return false;
    return true;
}

/* Half the mean squared distance of two positions: beyond it a walk feels the ends of the line. */
static double ceiling_of(const nd_hebbian_inputs *inputs) {
    double mean = 0, variance = 0, count = (double)inputs->count;
    if (inputs->circular)
        return INFINITY;
    for (size_t s = 0; s < inputs->count; s++)
        mean += inputs->position[s] / count;
    for (size_t s = 0; s < inputs->count; s++)
        variance += (inputs->position[s] - mean) * (inputs->position[s] - mean) / count;
    return variance;
}

bool nd_late_diffusion(const double *centroid, const double *step, size_t times, size_t neurons,
                       const nd_hebbian_inputs *inputs, double *squared, nd_diffusion *fit,
                       nd_error *error) {
    size_t lags = nd_drift_lags(times), first = times / 2, fitted = 0;
    double interval = NAN, ceiling = ceiling_of(inputs);
    for (size_t lag = 0; lag < lags; lag++)
        squared[lag] = NAN;
    if (times >= 2 && is_even(step, times)) {
        interval = (step[times - 1] - step[0]) / (double)(times - 1);
        if (!nd_mean_squared_displacement(centroid + first * neurons, times - first, neurons,
                                          inputs->circular, lags, squared, error))
            return false;
    }
    while (fitted < lags && squared[fitted] <= ceiling)
        fitted++;
    *fit = nd_fit_diffusion(squared, fitted, interval);
    return true;
}

void nd_correlation_by_lag(const double *correlation, size_t snapshots, size_t first,
                           double *by_lag) {
    for (size_t lag = 0; lag < snapshots; lag++) {
        double sum = 0;
        size_t count = 0;
        for (size_t a = first; a + lag < snapshots; a++) {
            double r = correlation[a * snapshots + a + lag];
            if (isfinite(r)) {
                sum += r;
                count++;
            }
        }
        by_lag[lag] = count > 0 ? sum / (double)count : NAN;
    }
}
