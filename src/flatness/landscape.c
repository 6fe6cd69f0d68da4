#include "flatness/landscape.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/random.h"
#include "base/threads.h"

/* The `step` part of a walker's addresses: walks on either valley and drift draw apart. */
enum { DRIFT_ADDRESS = 2 };

double nd_valley_height(nd_valley valley, double x, double y) {
    return valley == ND_VALLEY_NARROWING ? x * x * y * y : y * y;
}

static void slope_at(nd_valley valley, double x, double y, double *along, double *across) {
    bool narrowing = valley == ND_VALLEY_NARROWING;
    *along = narrowing ? 2 * x * y * y : 0;
    *across = narrowing ? 2 * x * x * y : 2 * y;
}

typedef struct walks {
    nd_valley valley;
    const nd_landscape_options *options;
    const double *step;
    double *x, *y;
    uint64_t *lost; /* walkers: the step at which one left for infinity; 0: it did not */
} walks;

static void walk(size_t walker, void *context) {
    const walks *all = context;
    const nd_landscape_options *options = all->options;
    nd_stream draw =
        nd_stream_at(options->seed, ND_FOR_WALKER, (uint32_t)walker, (uint64_t)all->valley);
    double *x = all->x + walker * options->records, *y = all->y + walker * options->records;
    double at_x = options->start_x, at_y = options->start_y;
    uint64_t now = 0;
    for (size_t record = 0; record < options->records; record++) {
        for (; now < (uint64_t)all->step[record]; now++) {
            double along, across;
            slope_at(all->valley, at_x, at_y, &along, &across);
            at_x -= options->learning_rate * (along + options->noise * nd_stream_gaussian(&draw));
            at_y -= options->learning_rate * (across + options->noise * nd_stream_gaussian(&draw));
        }
        x[record] = at_x;
        y[record] = at_y;
        if (!isfinite(at_x + at_y)) {
            all->lost[walker] = now;
            return;
        }
    }
}

bool nd_landscape_walk(nd_valley valley, const nd_landscape_options *options, double *step,
                       double *x, double *y, nd_error *error) {
    uint64_t *lost = nd_array(options->walkers, sizeof *lost, error);
    if (!lost)
        return false;
    for (size_t i = 0; i < options->records; i++)
        step[i] = floor((double)options->steps * (double)i / (double)(options->records - 1));
    walks all = {valley, options, step, x, y, lost};
    nd_parallel_for(options->walkers, options->threads, walk, &all);
    bool fine = true;
    for (size_t w = 0; fine && w < options->walkers; w++)
        if (lost[w] > 0)
            fine = nd_fail(error, "landscape",
                           "take a smaller `learning_rate`, less `noise` or a nearer `start_x`",
                           "walker %zu diverged before step %.0f", w, (double)lost[w]);
    free(lost);
    return fine;
}

typedef struct drifts {
    const nd_landscape_options *options;
    double *displacement, *gradient, *theory; /* walkers, per step */
} drifts;

static void drift(size_t walker, void *context) {
    const drifts *all = context;
    const nd_landscape_options *options = all->options;
    double eta = options->learning_rate, sigma = options->noise, x = options->start_x;
    nd_stream draw = nd_stream_at(options->seed, ND_FOR_WALKER, (uint32_t)walker, DRIFT_ADDRESS);
    /* y's stationary spread under y <- y (1 - 2 eta x^2) - eta sigma xi. */
    double keep = 1 - 2 * eta * x * x;
    double y = eta * sigma / sqrt(1 - keep * keep) * nd_stream_gaussian(&draw);
    double gradient = 0, theory = 0;
    for (uint64_t t = 0; t < options->steps; t++) {
        double along, across;
        slope_at(ND_VALLEY_NARROWING, x, y, &along, &across);
        gradient -= eta * along;
        theory -= eta * eta * sigma * sigma / (2 * x * (1 - eta * x * x));
        x -= eta * (along + sigma * nd_stream_gaussian(&draw));
        y -= eta * (across + sigma * nd_stream_gaussian(&draw));
    }
    double steps = (double)options->steps;
    all->displacement[walker] = (x - options->start_x) / steps;
    all->gradient[walker] = gradient / steps;
    all->theory[walker] = theory / steps;
}

static void mean_and_error(const double *values, size_t count, double *mean, double *error) {
    double sum = 0, squares = 0, n = (double)count;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - sum / n) * (values[i] - sum / n);
    *mean = sum / n;
    *error = sqrt(squares / (n * (n - 1)));
}

bool nd_landscape_measure_drift(const nd_landscape_options *options, nd_landscape_drift *result,
                                nd_error *error) {
    size_t walkers = options->walkers;
    double steepness = options->learning_rate * options->start_x * options->start_x;
    if (walkers < 2 || options->steps == 0 || !(steepness > 0) || !(steepness < 1))
        return nd_fail(error, "landscape", "take a smaller `learning_rate` or `axis`",
                       "the drift needs two walkers, and 0 < eta x^2 < 1 for descent to be stable: "
                       "it is %g",
                       steepness);
    double *values = nd_doubles(4 * walkers, error), error_of_theory;
    if (!values)
        return false;
    drifts all = {options, values, values + walkers, values + 2 * walkers};
    nd_parallel_for(walkers, options->threads, drift, &all);
    for (size_t w = 0; w < walkers; w++)
        values[3 * walkers + w] = all.gradient[w] - all.theory[w];
    mean_and_error(all.displacement, walkers, &result->displacement, &result->displacement_error);
    mean_and_error(all.gradient, walkers, &result->gradient, &result->gradient_error);
    mean_and_error(all.theory, walkers, &result->theory, &error_of_theory);
    double difference, difference_error;
    mean_and_error(values + 3 * walkers, walkers, &difference, &difference_error);
    result->gradient_z = difference / difference_error;
    free(values);
    return isfinite(result->displacement) ||
           nd_fail(error, "landscape", "take fewer `steps` or less `noise`",
                   "a walker diverged while the drift was measured");
}
