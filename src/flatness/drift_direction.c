#include "flatness/drift_direction.h"

#include <cblas.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/random.h"
#include "base/threads.h"
#include "base/watch.h"
#include "flatness/dense.h"
#include "flatness/relax.h"

enum { LEAST_BRANCHES = 8 };

typedef struct bundle {
    const nd_experiment *experiment;
    const nd_dataset *dataset; /* its `initial` is where the branches begin */
    const nd_linearization *point;
    const nd_branch_options *options;
    const nd_watch *watch;
    double *displacement; /* branches + 1 x awake parameters: the last has no noise */
    bool *fine;           /* branches + 1 */
    nd_error *error;      /* branches + 1 */
} bundle;

/* One branch: the experiment continued from the snapshot under a seed of its own; the one after the
 * last has no noise. */
static void run_branch(size_t index, void *context) {
    const bundle *all = context;
    char file[] = "file";
    nd_experiment experiment = *all->experiment;
    nd_stream draw = nd_stream_at(all->experiment->seed, ND_FOR_BRANCH, (uint32_t)index, 0);
    nd_error *error = &all->error[index];
    experiment.seed = nd_stream_bits(&draw) >> 1;
    experiment.network.initialisation = file;
    if (index == all->options->branches) {
        nd_learning_keys *keys = &experiment.learning;
        keys->update_noise = keys->label_noise = keys->input_noise = keys->weight_noise = 0;
        keys->dropout = 0;
    }
    const nd_parameters *initial = all->dataset->initial;
    nd_parameters *end =
        nd_parameters_new(initial->hidden, initial->inputs, initial->outputs, error);
    nd_engine *engine = end ? nd_engine_open(&experiment, all->dataset, 1, error) : NULL;
    if (engine && engine->backend->advance(engine, all->options->steps, error)) {
        double *to = all->displacement + index * nd_awake_parameters(all->point);
        engine->backend->parameters(engine, end);
        for (size_t i = 0; i < nd_parameter_count(end); i++)
            end->input_weights[i] -= initial->input_weights[i];
        nd_awake_gather(all->point, end, to);
        all->fine[index] = true;
    }
    if (engine)
        engine->backend->close(engine);
    nd_parameters_free(end);
}

typedef struct batch {
    const bundle *all;
    size_t first;
} batch;

static void run_in_batch(size_t index, void *context) {
    const batch *part = context;
    run_branch(part->first + index, (void *)part->all);
}

/* Always true, to stand in a chain. */
static bool report(const nd_watch *watch, const char *activity, size_t done, size_t total,
                   const char *unit) {
    nd_progress progress = {activity, (double)done, (double)total, unit, ""};
    if (watch && watch->report)
        watch->report(&progress, watch->context);
    return true;
}

static bool run_branches(const bundle *all, nd_error *error) {
    size_t threads = all->options->threads ? all->options->threads : 1;
    size_t branches = all->options->branches + 1;
    report(all->watch, "drift", 0, branches, "branches");
    for (size_t first = 0; first < branches; first += threads) {
        size_t left = branches - first, count = left < threads ? left : threads;
        batch part = {all, first};
        nd_parallel_for(count, (unsigned)threads, run_in_batch, &part);
        for (size_t i = first; i < first + count; i++)
            if (!all->fine[i]) {
                char where[64];
                snprintf(where, sizeof where, "branch %zu", i);
                *error = all->error[i];
                return nd_error_at(error, where);
            }
        report(all->watch, "drift", first + count, branches, "branches");
        if (nd_stop_asked(all->watch))
            return nd_fail_as(ND_CODE_STOPPED, error, "drift", "",
                              "stopped after %zu of %zu branches", first + count, branches);
    }
    return true;
}

static double cosine_of(const double *a, const double *b, size_t count) {
    int n = (int)count;
    return cblas_ddot(n, a, 1, b, 1) / (cblas_dnrm2(n, a, 1) * cblas_dnrm2(n, b, 1));
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

/* The cosine of the mean displacement with the prediction, and its jackknife standard error. */
static void match_mean(const bundle *all, const double *direction, double *sum, double *scratch,
                       nd_branch_match *match) {
    size_t branches = all->options->branches, count = nd_awake_parameters(all->point);
    match->mean_cosine = cosine_of(sum, direction, count);
    double squares = 0, mean = 0;
    double *left_out = scratch + count;
    for (size_t b = 0; b < branches; b++) {
        memcpy(scratch, sum, count * sizeof *scratch);
        cblas_daxpy((int)count, -1, all->displacement + b * count, 1, scratch, 1);
        left_out[b] = cosine_of(scratch, direction, count);
        mean += left_out[b] / (double)branches;
    }
    for (size_t b = 0; b < branches; b++)
        squares += (left_out[b] - mean) * (left_out[b] - mean);
    match->mean_cosine_error = sqrt(squares * ((double)branches - 1) / (double)branches);
}

/* Theory's speed along the direction, per step; 0 where the noise is not this regularizer's. */
static double predicted_speed(const nd_experiment *experiment, const nd_dataset *dataset,
                              nd_regularizer which, double length) {
    const nd_learning_keys *keys = &experiment->learning;
    double eta = keys->learning_rate, residuals = (double)(dataset->samples * dataset->outputs);
    if (which == ND_LOG_SUM)
        return eta * eta * keys->update_noise * keys->update_noise / 4 * length;
    double variance = keys->label_noise * keys->label_noise;
    if (strcmp(keys->label_noise_distribution, "gaussian") != 0)
        variance /= 12;
    return eta * eta * variance / (2 * residuals) * length;
}

/* Mean over branches of the cosine with a direction, its error and the one-sided p of a mean above
 * 0. */
static void match_cosines(const bundle *all, const double *direction, double *cosines, double *mean,
                          double *error, double *p) {
    size_t branches = all->options->branches, count = nd_awake_parameters(all->point);
    for (size_t b = 0; b < branches; b++)
        cosines[b] = cosine_of(all->displacement + b * count, direction, count);
    mean_and_error(cosines, branches, mean, error);
    *p = gsl_cdf_tdist_Q(*mean / *error, (double)branches - 1);
}

/* How many branches give p < 0.05 in four of five tries: normal quantiles over the mean in standard
 * deviations. */
static double branches_needed(double mean, double error, size_t branches) {
    double effect = mean / (error * sqrt((double)branches));
    double both = gsl_cdf_ugaussian_Pinv(0.95) + gsl_cdf_ugaussian_Pinv(0.8);
    return mean > 0 ? ceil(both * both / (effect * effect)) + 1 : NAN;
}

/* `direction` of each regularizer; their cosine is drift->between. */
static bool match_regularizer(const bundle *all, nd_regularizer which,
                              const double *const *directions, double *sum, nd_branch_drift *drift,
                              nd_error *error) {
    size_t branches = all->options->branches, count = nd_awake_parameters(all->point);
    const double *direction = directions[which], *other = directions[!which];
    nd_branch_match *match = &drift->match[which];
    double *scratch = nd_doubles(count + branches, error), *own = nd_doubles(count, error);
    double *cosines = nd_doubles(branches, error), *along = nd_doubles(branches, error);
    bool fine = scratch && own && cosines && along;
    if (fine) {
        int n = (int)count;
        double length = cblas_dnrm2(n, direction, 1);
        for (size_t b = 0; b < branches; b++)
            along[b] = cblas_ddot(n, all->displacement + b * count, 1, direction, 1) / length /
                       (double)all->options->steps;
        mean_and_error(along, branches, &match->along, &match->along_error);
        match_cosines(all, direction, cosines, &match->cosine, &match->cosine_error, &match->p);
        match->t = match->cosine / match->cosine_error;
        memcpy(own, direction, count * sizeof *own);
        cblas_daxpy(n, -cblas_ddot(n, direction, 1, other, 1) / cblas_ddot(n, other, 1, other, 1),
                    other, 1, own, 1);
        match_cosines(all, own, cosines, &match->own_cosine, &match->own_cosine_error,
                      &match->own_p);
        match->own_branches = branches_needed(match->own_cosine, match->own_cosine_error, branches);
        match->predicted = predicted_speed(all->experiment, all->dataset, which, length);
        match_mean(all, direction, sum, scratch, match);
    }
    free(scratch);
    free(own);
    free(cosines);
    free(along);
    return fine;
}

/* Both predictions, and the branches against each. */
static bool match_both(const bundle *all, double *sum, nd_branch_drift *drift, nd_error *error) {
    size_t count = nd_awake_parameters(all->point);
    double *room = nd_doubles(ND_REGULARIZERS * count, error);
    const double *directions[ND_REGULARIZERS];
    /* What does not relax within the branches lies along the manifold for them. */
    double least = 1 / (all->experiment->learning.learning_rate * (double)all->options->steps);
    bool fine = room != NULL;
    for (int which = 0; fine && which < ND_REGULARIZERS; which++) {
        double *direction = room + (size_t)which * count;
        directions[which] = direction;
        fine = report(all->watch, "theory", (size_t)which, ND_REGULARIZERS, "regularizers") &&
               nd_regularizer_at(all->point, (nd_regularizer)which, least,
                                 &drift->match[which].value, NULL, direction, error);
    }
    if (fine)
        drift->between = cosine_of(directions[0], directions[1], count);
    for (int which = 0; fine && which < ND_REGULARIZERS; which++)
        fine = match_regularizer(all, (nd_regularizer)which, directions, sum, drift, error);
    free(room);
    return fine;
}

static bool measure(bundle *all, nd_branch_drift *drift, nd_error *error) {
    size_t branches = all->options->branches, count = nd_awake_parameters(all->point);
    all->displacement = nd_doubles((branches + 1) * count, error);
    all->fine = nd_array(branches + 1, sizeof *all->fine, error);
    all->error = nd_array(branches + 1, sizeof *all->error, error);
    double *sum = nd_doubles(count, error);
    bool fine = all->displacement && all->fine && all->error && sum && run_branches(all, error);
    double squares = 0;
    for (size_t b = 0; fine && b < branches; b++) {
        double *moved = all->displacement + b * count;
        /* What the gradient does without noise is no drift. */
        cblas_daxpy((int)count, -1, all->displacement + branches * count, 1, moved, 1);
        cblas_daxpy((int)count, 1, moved, 1, sum, 1);
        squares += cblas_ddot((int)count, moved, 1, moved, 1);
    }
    drift->branches = branches;
    drift->awake_units = all->point->units;
    drift->awake_parameters = count;
    drift->loss = all->point->loss / nd_target_variance(all->dataset);
    drift->displacement = sqrt(squares / (double)branches);
    if (fine && !(squares > 0))
        fine = nd_fail(error, "drift", "give some noise with `update_noise` or `label_noise`",
                       "no branch moved: the run has no noise");
    fine = fine && match_both(all, sum, drift, error);
    free(sum);
    free(all->displacement);
    free(all->fine);
    free(all->error);
    return fine;
}

bool nd_branch_drift_measure(const nd_experiment *experiment, const nd_dataset *dataset,
                             const nd_parameters *parameters, const nd_branch_options *options,
                             const nd_watch *watch, nd_branch_drift *drift, nd_error *error) {
    *drift = (nd_branch_drift){0};
    if (options->branches < LEAST_BRANCHES || options->steps == 0)
        return nd_fail(error, "drift", "64 branches of 1000 steps are usual",
                       "at least %d branches of at least one step are needed", LEAST_BRANCHES);
    const nd_activation *activation = nd_activation_find(experiment->network.activation);
    nd_dataset from = *dataset;
    nd_relaxation relaxation;
    from.initial =
        nd_parameters_new(parameters->hidden, parameters->inputs, parameters->outputs, error);
    if (!from.initial)
        return false;
    nd_parameters_copy(from.initial, parameters);
    nd_linearization *point = NULL;
    bool fine = (!options->relax ||
                 nd_relax(from.initial, dataset, activation, watch, &relaxation, error)) &&
                (point = nd_linearize(from.initial, dataset, activation, error));
    if (fine && point->units == 0)
        fine = nd_fail(error, "drift", "take an earlier snapshot",
                       "every unit is silent: there is no manifold to drift along");
    if (fine) {
        bundle all = {.experiment = experiment,
                      .dataset = &from,
                      .point = point,
                      .options = options,
                      .watch = watch};
        fine = measure(&all, drift, error);
    }
    nd_linearization_free(point);
    nd_parameters_free(from.initial);
    return fine;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Seconds that one multiply-add of a dense product takes here. */
static bool time_product(double *seconds, nd_error *error) {
    enum { SIDE = 320 };
    double *a = nd_doubles(2 * SIDE * SIDE, error);
    *seconds = INFINITY;
    for (int trial = 0; a && trial < 3; trial++) {
        double begin = now();
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, SIDE, SIDE, SIDE, 1, a, SIDE, a, SIDE,
                    0, a + SIDE * SIDE, SIDE);
        *seconds = fmin(*seconds, (now() - begin) / ((double)SIDE * SIDE * SIDE));
    }
    free(a);
    return a != NULL;
}

/* Seconds of one update. */
static bool time_step(const nd_experiment *experiment, const nd_dataset *dataset,
                      const nd_parameters *parameters, double *seconds, nd_error *error) {
    enum { STEPS = 64 };
    char file[] = "file";
    nd_experiment trial = *experiment;
    nd_dataset from = *dataset;
    nd_parameters begin = *parameters;
    trial.network.initialisation = file;
    from.initial = &begin;
    nd_engine *engine = nd_engine_open(&trial, &from, 1, error);
    double start = now();
    bool fine = engine && engine->backend->advance(engine, STEPS, error);
    *seconds = (now() - start) / STEPS;
    if (engine)
        engine->backend->close(engine);
    return fine;
}

bool nd_branch_forecast(const nd_experiment *experiment, const nd_dataset *dataset,
                        const nd_parameters *parameters, const nd_branch_options *options,
                        double *seconds, nd_error *error) {
    /* Levenberg-Marquardt's trials where it takes its time, each some r^3 of the r residuals (a
     * Gram matrix factorised and solved); then two eigenproblems with vectors. */
    static const double TRIALS = 100, EIGENVECTORS = 12;
    double product, step, threads = options->threads > 0 ? (double)options->threads : 1;
    if (!nd_blas_begin(error))
        return false;
    if (!time_product(&product, error) || !time_step(experiment, dataset, parameters, &step, error))
        return false;
    double cube = pow((double)(dataset->samples * dataset->outputs), 3) * product;
    *seconds = ((options->relax ? TRIALS : 0) + ND_REGULARIZERS * EIGENVECTORS) * cube +
               ceil((double)(options->branches + 1) / threads) * (double)options->steps * step;
    return true;
}
