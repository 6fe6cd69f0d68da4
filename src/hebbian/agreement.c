#include "hebbian/agreement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/watch.h"

static const double coarse_tolerance = 1e-4, fine_tolerance = 1e-10;

/* Room for one comparison. */
typedef struct bench {
    double *exact, *euler, *drive; /* N */
    double *scratch;               /* 2 N */
    double *square;                /* N x N */
    uint64_t *set;
} bench;

/* Frees it. */
static void bench_free(bench *room) {
    free(room->exact);
    free(room->euler);
    free(room->drive);
    free(room->scratch);
    free(room->square);
    free(room->set);
}

/* Room for one problem of the network. */
static bool bench_allocate(bench *room, size_t neurons, nd_error *error) {
    return (room->exact = nd_doubles(neurons, error)) &&
           (room->euler = nd_doubles(neurons, error)) &&
           (room->drive = nd_doubles(neurons, error)) &&
           (room->scratch = nd_doubles(2 * neurons, error)) &&
           (room->square = nd_doubles(neurons * neurons, error)) &&
           (room->set = nd_array(nd_set_words(neurons), sizeof *room->set, error));
}

/* Is M other than its transpose? */
static bool is_asymmetric(const nd_hebbian *network) {
    for (size_t i = 0; i < network->neurons; i++)
        for (size_t j = 0; j < i; j++)
            if (network->lateral[i * network->neurons + j] !=
                network->lateral[j * network->neurons + i])
                return true;
    return false;
}

/* Has y' (M + l2) y < 0 for some y? Cholesky of the symmetric part tells. */
static bool is_indefinite(const nd_hebbian *network, double *square) {
    size_t neurons = network->neurons;
    const double *m = network->lateral;
    for (size_t i = 0; i < neurons; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = (m[i * neurons + j] + m[j * neurons + i]) / 2;
            if (i == j)
                sum += network->experiment->network.regularisation_l2;
            for (size_t k = 0; k < j; k++)
                sum -= square[i * neurons + k] * square[j * neurons + k];
            if (i == j && !(sum > 0))
                return true;
            square[i * neurons + j] = i == j ? sqrt(sum) : sum / square[j * neurons + j];
        }
    return false;
}

/* max_i |a_i - b_i|. */
static double largest_difference(const double *a, const double *b, size_t count) {
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(a[i] - b[i]));
    return largest;
}

/* The next step's problem, solved as the step will solve it and by the Euler dynamics. */
static bool compare(nd_hebbian *network, bench *room, nd_agreement *result, nd_error *error) {
    size_t neurons = network->neurons, words = nd_set_words(neurons), unit = 0;
    size_t input = nd_hebbian_next_input(network);
    nd_fixed_point_counts counts = {0};
    nd_fixed_point_problem problem = nd_hebbian_problem(
        network, network->inputs->value + input * network->inputs->dimension, room->drive);
    memcpy(room->set, network->last_set + input * words, words * sizeof *room->set);
    if (!nd_fixed_point(network->solver, &problem, room->set, room->exact, &counts, &unit))
        return nd_hebbian_unsettled(network, input, unit, error);
    double residual = nd_complementarity_residual(&problem, room->exact), difference[2];
    for (int k = 0; k < 2; k++) {
        double tolerance = k == 0 ? coarse_tolerance : fine_tolerance;
        if (nd_euler_fixed_point(&problem, tolerance, ND_EULER_LIMIT, room->euler, room->scratch,
                                 &unit) > ND_EULER_LIMIT)
            return nd_hebbian_unsettled(network, input, unit, error);
        difference[k] = largest_difference(room->exact, room->euler, neurons);
    }
    result->problems++;
    result->asymmetric += is_asymmetric(network);
    result->indefinite += is_indefinite(network, room->square);
    result->coarse = fmax(result->coarse, difference[0]);
    result->fine = fmax(result->fine, difference[1]);
    result->residual = fmax(result->residual, residual);
    result->apart += !(difference[0] < ND_AGREES_COARSE && difference[1] < ND_AGREES_FINE &&
                       residual < ND_AGREES_RESIDUAL);
    return true;
}

/* Tells the watch how far the run is; false, with error: it wants to stop. */
static bool report(const nd_watch *watch, uint64_t done, uint64_t total, nd_error *error) {
    nd_progress progress = {"check", (double)done, (double)total, "steps", ""};
    if (watch && watch->report)
        watch->report(&progress, watch->context);
    return !nd_stop_asked(watch) || nd_fail_as(ND_CODE_STOPPED, error, "", "", "was stopped");
}

bool nd_hebbian_agreement(const nd_experiment *experiment, uint64_t problems, nd_agreement *result,
                          const nd_watch *watch, nd_error *error) {
    bench room = {0};
    *result = (nd_agreement){0};
    uint64_t steps = experiment->run.settle + experiment->run.steps;
    nd_hebbian *network = nd_hebbian_new(experiment, error);
    bool fine = network && bench_allocate(&room, network->neurons, error);
    for (uint64_t step = 0; fine && step < steps; step++) {
        /* The step at which problem number result->problems falls due. */
        if (result->problems < problems &&
            (double)step >= (double)result->problems * (double)steps / (double)problems)
            fine = compare(network, &room, result, error);
        fine = fine && nd_hebbian_step(network, error) &&
               (step % 64 != 0 || report(watch, step, steps, error));
    }
    if (network)
        result->counts = network->counts;
    bench_free(&room);
    nd_hebbian_free(network);
    return fine;
}
