#include "hebbian/drift.h"

#include <gsl/gsl_fit.h>
#include <math.h>
#include <stdlib.h>

static double centre_of_mass(const nd_hebbian_inputs *inputs, const double *response,
                             size_t neurons) {
    double sum = 0, moment = 0, across = 0, along = 0;
    for (size_t s = 0; s < inputs->count; s++) {
        double y = response[s * neurons], position = inputs->position[s];
        sum += y;
        moment += y * position;
        along += y * cos(position);
        across += y * sin(position);
    }
    if (!inputs->circular)
        return moment / sum;
    double angle = atan2(across, along);
    return angle < 0 ? angle + 2 * M_PI : angle;
}

void nd_field_centroids(const nd_hebbian_inputs *inputs, const double *response, size_t neurons,
                        double threshold, double *centroid) {
    for (size_t i = 0; i < neurons; i++) {
        double peak = 0;
        for (size_t s = 0; s < inputs->count; s++)
            peak = fmax(peak, response[s * neurons + i]);
        centroid[i] = peak > threshold ? centre_of_mass(inputs, response + i, neurons) : NAN;
    }
}

/* Lays each field's way out from where it began: the ring's turns unrolled, NaN kept. */
static double *unroll(const double *centroid, size_t snapshots, size_t neurons, bool circular,
                      nd_error *error) {
    double *way = nd_doubles(snapshots * neurons, error);
    for (size_t k = 0; way && k < snapshots * neurons; k++) {
        way[k] = centroid[k];
        if (circular && k >= neurons && isfinite(way[k - neurons])) {
            double step = remainder(centroid[k] - centroid[k - neurons], 2 * M_PI);
            way[k] = way[k - neurons] + step;
        }
    }
    return way;
}

bool nd_mean_squared_displacement(const double *centroid, size_t snapshots, size_t neurons,
                                  bool circular, size_t lags, double *squared, nd_error *error) {
    double *way = unroll(centroid, snapshots, neurons, circular, error);
    double *pairs = way ? nd_doubles(lags, error) : NULL;
    if (!pairs) {
        free(way);
        return false;
    }
    for (size_t lag = 0; lag < lags; lag++)
        squared[lag] = 0;
    for (size_t start = 0; start < snapshots; start++)
        for (size_t i = 0; i < neurons; i++)
            for (size_t lag = 1; lag <= lags && start + lag < snapshots; lag++) {
                double distance = way[(start + lag) * neurons + i] - way[start * neurons + i];
                if (!isfinite(distance)) /* the field has gone; another may come in its place */
                    break;
                squared[lag - 1] += distance * distance;
                pairs[lag - 1]++;
            }
    for (size_t lag = 0; lag < lags; lag++)
        squared[lag] = pairs[lag] > 0 ? squared[lag] / pairs[lag] : NAN;
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

size_t nd_drift_lags(size_t snapshots) {
    return snapshots >= 16 ? snapshots / 8 : 1;
}

/* Steps are whole, so even spacing may be off by one. */
static bool is_even(const double *step, size_t snapshots) {
    double interval = (step[snapshots - 1] - step[0]) / (double)(snapshots - 1);
    for (size_t k = 0; k < snapshots; k++)
        if (fabs(step[k] - step[0] - interval * (double)k) > 1)
            return false;
    return true;
}

bool nd_late_diffusion(const double *centroid, const double *step, size_t snapshots, size_t neurons,
                       bool circular, double *squared, nd_diffusion *fit, nd_error *error) {
    size_t lags = nd_drift_lags(snapshots), first = snapshots / 2;
    for (size_t lag = 0; lag < lags; lag++)
        squared[lag] = NAN;
    double interval = NAN;
    if (snapshots >= 2 && is_even(step, snapshots)) {
        interval = (step[snapshots - 1] - step[0]) / (double)(snapshots - 1);
        if (!nd_mean_squared_displacement(centroid + first * neurons, snapshots - first, neurons,
                                          circular, lags, squared, error))
            return false;
    }
    *fit = nd_fit_diffusion(squared, lags, interval);
    return true;
}

/* Takes the mean off a population vector and gives it length 1; all zero if it does not vary. */
static void standardise(double *vector, size_t neurons) {
    double mean = 0, square = 0;
    for (size_t i = 0; i < neurons; i++)
        mean += vector[i] / (double)neurons;
    for (size_t i = 0; i < neurons; i++)
        square += (vector[i] - mean) * (vector[i] - mean);
    bool varies = square > 1e-24 * (double)neurons * mean * mean;
    for (size_t i = 0; i < neurons; i++)
        vector[i] = varies ? (vector[i] - mean) / sqrt(square) : 0;
}

/* Does a standardised vector stand for one that varies? Then it has length 1. */
static bool is_defined(const double *vector, size_t neurons) {
    for (size_t i = 0; i < neurons; i++)
        if (vector[i] != 0)
            return true;
    return false;
}

static double correlate(const double *a, const double *b, size_t inputs, size_t neurons) {
    double sum = 0;
    size_t count = 0;
    for (size_t s = 0; s < inputs; s++) {
        const double *x = a + s * neurons, *y = b + s * neurons;
        if (!is_defined(x, neurons) || !is_defined(y, neurons))
            continue;
        for (size_t i = 0; i < neurons; i++)
            sum += x[i] * y[i];
        count++;
    }
    return count > 0 ? sum / (double)count : NAN;
}

void nd_response_correlations(double *response, size_t snapshots, size_t inputs, size_t neurons,
                              double *correlation) {
    size_t size = inputs * neurons;
    for (size_t s = 0; s < snapshots * inputs; s++)
        standardise(response + s * neurons, neurons);
    for (size_t a = 0; a < snapshots; a++)
        for (size_t b = a; b < snapshots; b++) {
            double r = correlate(response + a * size, response + b * size, inputs, neurons);
            correlation[a * snapshots + b] = correlation[b * snapshots + a] = r;
        }
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
