#include "measure/relax.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure/dense.h"
#include "measure/spectrum.h"

enum { MOST_TRIALS = 100, STALLED_TRIALS = 12 };
static const double SOFTER = 4, HARDER = 0.2; /* of mu, after a failure and a success */

typedef struct descent {
    const nd_dataset *dataset;
    const nd_activation *activation;
    nd_parameters *trial;
    nd_linearization *at; /* the point reached */
    double *gram, *factor, *solution, *step;
    double mu;
} descent;

static void descent_free(descent *down) {
    nd_parameters_free(down->trial);
    nd_linearization_free(down->at);
    free(down->gram);
    free(down->factor);
    free(down->solution);
    free(down->step);
}

static double mean_diagonal(const double *gram, size_t size) {
    double sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += gram[i * size + i];
    return sum / (double)size;
}

/* Solves (J J' + mu) z = e; false when the matrix is not definite. */
static bool solve(descent *down) {
    size_t size = nd_residual_count(down->at);
    lapack_int n = (lapack_int)size;
    memcpy(down->factor, down->gram, size * size * sizeof(double));
    memcpy(down->solution, down->at->residual, size * sizeof(double));
    for (size_t i = 0; i < size; i++)
        down->factor[i * size + i] += down->mu;
    return LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', n, down->factor, n) == 0 &&
           LAPACKE_dpotrs(LAPACK_COL_MAJOR, 'L', n, 1, down->factor, n, down->solution, n) == 0;
}

/* One trial step; moves on when the loss falls. `done` tells whether it moved. */
static bool try_step(descent *down, nd_parameters *parameters, bool *moved, nd_error *error) {
    *moved = false;
    if (!solve(down))
        return true;
    nd_jacobian_transposed_times(down->at, down->solution, down->step);
    nd_parameters_copy(down->trial, parameters);
    nd_awake_add(down->at, -1, down->step, down->trial);
    if (!nd_parameters_finite(down->trial))
        return true;
    nd_linearization *next = nd_linearize(down->trial, down->dataset, down->activation, error);
    if (!next)
        return false;
    if (!(next->loss < down->at->loss)) {
        nd_linearization_free(next);
        return true;
    }
    nd_linearization_free(down->at);
    down->at = next;
    nd_parameters_copy(parameters, down->trial);
    *moved = true;
    return nd_gram(down->at, down->gram, error);
}

static bool descend(descent *down, nd_parameters *parameters, double target, nd_relaxation *result,
                    nd_error *error) {
    size_t size = nd_residual_count(down->at), failures = 0;
    down->mu = 1e-3 * mean_diagonal(down->gram, size);
    for (size_t trial = 0; trial < MOST_TRIALS && down->at->loss > target; trial++) {
        bool moved;
        double before = down->at->loss;
        if (!try_step(down, parameters, &moved, error))
            return false;
        /* A step that gains next to nothing counts as a failure towards giving up. */
        failures = moved && down->at->loss < 0.99 * before ? 0 : failures + 1;
        if (failures > STALLED_TRIALS || down->at->units == 0)
            break;
        result->steps += moved;
        double least = 1e-13 * mean_diagonal(down->gram, size);
        down->mu = fmax(least, down->mu * (moved ? HARDER : SOFTER));
    }
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
              nd_relaxation *result, nd_error *error) {
    nd_dense_single_thread();
    *result = (nd_relaxation){0};
    size_t hidden = parameters->hidden, size = dataset->samples * dataset->outputs;
    nd_parameters *begin = nd_parameters_new(hidden, dataset->inputs, dataset->outputs, error);
    descent down = {.dataset = dataset,
                    .activation = activation,
                    .trial = nd_parameters_new(hidden, dataset->inputs, dataset->outputs, error),
                    .gram = nd_doubles(size * size, error),
                    .factor = nd_doubles(size * size, error),
                    .solution = nd_doubles(size, error),
                    .step = nd_doubles(nd_parameter_count(parameters), error)};
    bool fine = begin && down.trial && down.gram && down.factor && down.solution && down.step;
    double variance = nd_target_variance(dataset);
    if (fine) {
        nd_parameters_copy(begin, parameters);
        down.at = nd_linearize(parameters, dataset, activation, error);
        fine = down.at && nd_gram(down.at, down.gram, error) &&
               descend(&down, parameters, ND_RELAXED_LOSS * variance, result, error);
    }
    if (fine) {
        result->loss = down.at->loss / variance;
        result->reached = result->loss <= ND_RELAXED_LOSS;
        result->distance = distance(parameters, begin);
    }
    nd_parameters_free(begin);
    descent_free(&down);
    return fine;
}
