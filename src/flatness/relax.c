#include "flatness/relax.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/watch.h"
#include "flatness/dense.h"
#include "flatness/relax_step.h"

enum { LEAST_TRIALS = 100, MOST_TRIALS = 1000, PATIENCE = 60 };
static const double LEAST_GAIN = 0.05; /* within the patience */
static const double ALL_WORK = 2e12;   /* cubes of the residuals' number, over all trials */
/* A step that is predicted to lower the loss by less than this share lowers it no more; at a
 * damping below SOFT of J J''s mean diagonal entry that is a minimum. */
static const double NO_GAIN = 1e-9, SOFT = 1e-9, SOFTEST = 1e-13, STIFFEST = 1e6;

double nd_least_loss(const nd_dataset *dataset) {
    size_t n = dataset->samples, d = dataset->inputs, outputs = dataset->outputs;
    double squares = 0;
    for (size_t s = 0; s < n; s++) {
        /* Each sample's share of its group's sum of squares: half the mean over its fellows. */
        double apart = 0, fellows = 0;
        for (size_t t = 0; t < n; t++) {
            if (memcmp(dataset->input + s * d, dataset->input + t * d, d * sizeof(double)) != 0)
                continue;
            fellows++;
            for (size_t k = 0; k < outputs; k++)
                apart +=
                    pow(dataset->target[s * outputs + k] - dataset->target[t * outputs + k], 2);
        }
        squares += apart / (2 * fellows);
    }
    return squares / (double)(n * outputs) / nd_target_variance(dataset);
}

typedef struct descent {
    const nd_dataset *dataset;
    const nd_activation *activation;
    nd_parameters *parameters, *trial;
    nd_relax_step step;
    double mu, softest;
    size_t steps;
    const nd_watch *watch;
    double variance; /* Var(y) */
} descent;

/* The network after `share` of the step; NULL where it is not finite. */
static bool look(descent *down, double share, nd_linearization **there, nd_error *error) {
    *there = NULL;
    nd_parameters_copy(down->trial, down->parameters);
    nd_awake_add(down->step.at, share, down->step.step, down->trial);
    return !nd_parameters_finite(down->trial) ||
           (*there = nd_linearize(down->trial, down->dataset, down->activation, error));
}

/* Moves on to where the descent has looked. */
static void move(descent *down, nd_linearization *there) {
    nd_parameters_copy(down->parameters, down->trial);
    nd_relax_step_move(&down->step, there, down->parameters);
    down->steps++;
}

/* One trial: moves on when the loss falls, if need be only to the first crease that the step
 * crosses; sets the damping for the next one. */
static bool try_step(descent *down, nd_error *error) {
    nd_relax_step *step = &down->step;
    double loss = step->at->loss, kept = 0, part = 1;
    nd_linearization *next;
    if (!look(down, 1, &next, error))
        return false;
    if (next)
        kept = (loss - next->loss) / (loss - step->predicted);
    size_t more = kept > 0.5 ? 0 : nd_relax_step_hold(step, &part);
    if (kept > 0.7)
        down->mu *= 0.3;
    else if (!(kept > 0.2))
        down->mu *= more > 0 ? 2 : 4;
    if (!(kept > 0) && more > 0) {
        nd_linearization_free(next);
        if (!look(down, part, &next, error))
            return false;
    }
    if (next && next->loss < loss)
        move(down, next);
    else
        nd_linearization_free(next);
    return true;
}

/* A trial, or what stands in its place: other damping, or pairs let go. `ended` says that there is
 * nothing left to gain. */
static bool try_once(descent *down, bool *ended, nd_error *error) {
    nd_relax_step *step = &down->step;
    bool solved;
    down->mu = fmax(down->mu, down->softest * step->scale);
    if (!nd_relax_step_solve(step, down->mu, &solved, error))
        return false;
    double gain = solved ? 1 - step->predicted / step->at->loss : 0;
    if (!solved) {
        down->mu *= 4;
        down->softest = fmax(down->softest, down->mu / step->scale);
    } else if (gain > NO_GAIN)
        return try_step(down, error);
    else if (gain < -NO_GAIN) {
        nd_relax_step_release(step);
        down->mu *= 3;
    } else if (down->mu > fmax(SOFT, down->softest) * step->scale)
        down->mu *= 0.1;
    else
        *ended = true;
    return true;
}

/* Trials cost the cube of the number of residuals. */
static size_t most_trials(const nd_linearization *at) {
    double fit = ALL_WORK / pow((double)nd_residual_count(at), 3);
    return (size_t)fmax(LEAST_TRIALS, fmin(fit, MOST_TRIALS));
}

static bool report(const descent *down, size_t trials, size_t most, double target,
                   nd_error *error) {
    const nd_watch *watch = down->watch;
    if (nd_stop_asked(watch))
        return nd_fail_as(ND_CODE_STOPPED, error, "relaxing", "", "stopped after %zu steps",
                          trials);
    if (!watch || !watch->report)
        return true;
    nd_progress progress = {
        .activity = "relaxing", .done = (double)trials, .total = (double)most, .unit = "steps"};
    snprintf(progress.note, sizeof progress.note, "at most; loss %.2g, until %.2g",
             down->step.at->loss / down->variance, target / down->variance);
    watch->report(&progress, watch->context);
    return true;
}

static bool descend(descent *down, double target, nd_relaxation *result, nd_error *error) {
    nd_relax_step *step = &down->step;
    double before = step->at->loss;
    bool ended = false;
    result->end = ND_STILL_FALLING;
    size_t most = most_trials(step->at);
    for (; result->trials < most && step->at->loss > target; result->trials++) {
        if (step->at->units == 0)
            ended = true;
        if (ended || down->mu > STIFFEST * step->scale)
            break;
        if (result->trials % PATIENCE == PATIENCE - 1) {
            if (step->at->loss > (1 - LEAST_GAIN) * before)
                break;
            before = step->at->loss;
        }
        if (!report(down, result->trials, most, target, error) || !try_once(down, &ended, error))
            return false;
    }
    if (step->at->loss <= target)
        result->end = ND_AT_SOLUTION;
    else if (ended)
        result->end = ND_AT_MINIMUM;
    result->steps = down->steps;
    return true;
}

static double distance(const nd_parameters *a, const nd_parameters *b) {
    double squares = 0;
    for (size_t i = 0; i < nd_parameter_count(a); i++) {
        double d = a->input_weights[i] - b->input_weights[i];
        squares += d * d;
    }
    return sqrt(squares);
}

bool nd_relax(nd_parameters *parameters, const nd_dataset *dataset, const nd_activation *activation,
              const nd_watch *watch, nd_relaxation *result, nd_error *error) {
    if (!nd_blas_begin(error))
        return false;
    size_t hidden = parameters->hidden;
    *result = (nd_relaxation){.least = nd_least_loss(dataset)};
    nd_parameters *begin = nd_parameters_new(hidden, dataset->inputs, dataset->outputs, error);
    descent down = {.dataset = dataset,
                    .activation = activation,
                    .parameters = parameters,
                    .trial = nd_parameters_new(hidden, dataset->inputs, dataset->outputs, error),
                    .softest = SOFTEST,
                    .watch = watch,
                    .variance = nd_target_variance(dataset)};
    bool fine = begin && down.trial;
    double variance = down.variance;
    if (fine) {
        nd_parameters_copy(begin, parameters);
        nd_linearization *at = nd_linearize(parameters, dataset, activation, error);
        fine = at && nd_relax_step_begin(&down.step, at, parameters, activation, error) &&
               nd_relax_step_scale(&down.step, error);
        down.mu = 1e-3 * down.step.scale;
        fine = fine && descend(&down, (result->least + ND_RELAXED_LOSS) * variance, result, error);
    }
    if (fine) {
        result->loss = down.step.at->loss / variance;
        result->distance = distance(parameters, begin);
    }
    nd_parameters_free(begin);
    nd_parameters_free(down.trial);
    nd_relax_step_end(&down.step);
    return fine;
}
