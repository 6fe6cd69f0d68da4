#include "base/error.h"
#include "base/random.h"
#include "hebbian/hebbian.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the experiment must hold for this model. */
static bool check(const nd_experiment *experiment, nd_error *error) {
    const nd_network_keys *keys = &experiment->network;
    if (keys->neurons == 0)
        return nd_fail(error, "network.neurons", "give at least 1", "no neurons");
    if (!(keys->regularisation_l2 > 0))
        return nd_fail(error, "network.regularisation_l2", "give a number above 0",
                       "%g, but a neuron's activity is divided by it", keys->regularisation_l2);
    double rate = experiment->learning.learning_rate;
    if (!(rate > 0 && rate < 1))
        return nd_fail(error, "learning.learning_rate", "give a number between 0 and 1",
                       "%g, but weights decay by the factor 1 - learning_rate", rate);
    return true;
}

/* The state and the room to work in. */
static bool allocate(nd_hebbian *network, nd_error *error) {
    size_t neurons = network->neurons, count = network->inputs->count;
    return (network->forward = nd_doubles(network->inputs->dimension * neurons, error)) &&
           (network->lateral = nd_doubles(neurons * neurons, error)) &&
           (network->threshold = nd_doubles(neurons, error)) &&
           (network->activity = nd_doubles(neurons, error)) &&
           (network->drive = nd_doubles(neurons, error)) &&
           (network->noise = nd_array(nd_hebbian_scratch(neurons), sizeof(float), error)) &&
           (network->last_set =
                nd_array(count * nd_set_words(neurons), sizeof *network->last_set, error)) &&
           (network->solver = nd_complementarity_new(neurons, error));
}

/* W0 Gaussian, M0 = I, b0 = 0. */
static void initialise(nd_hebbian *network) {
    size_t neurons = network->neurons;
    for (size_t k = 0; k < network->inputs->dimension; k++) {
        double *weights = network->forward + k * neurons;
        nd_random_gaussians(network->experiment->seed, ND_FOR_HEBBIAN_INITIAL, (uint32_t)k, 0,
                            neurons, weights);
        for (size_t i = 0; i < neurons; i++)
            weights[i] *= network->experiment->network.initial_weight_scale;
    }
    for (size_t i = 0; i < neurons; i++)
        network->lateral[i * neurons + i] = 1;
}

nd_hebbian *nd_hebbian_new(const nd_experiment *experiment, nd_error *error) {
    if (!check(experiment, error))
        return NULL;
    nd_hebbian *network = calloc(1, sizeof *network);
    if (!network) {
        nd_fail(error, "", "", "out of memory for the network");
        return NULL;
    }
    network->experiment = experiment;
    network->neurons = experiment->network.neurons;
    network->kernels = nd_hebbian_kernels_choose();
    network->inputs =
        nd_hebbian_inputs_make(experiment->network.inputs, experiment->network.input_count, error);
    if (!network->inputs || !allocate(network, error)) {
        nd_hebbian_free(network);
        return NULL;
    }
    initialise(network);
    network->input_gram = nd_input_gram(network->inputs);
    return network;
}

void nd_hebbian_free(nd_hebbian *network) {
    if (!network)
        return;
    nd_hebbian_inputs_free(network->inputs);
    free(network->forward);
    free(network->lateral);
    free(network->threshold);
    free(network->last_set);
    nd_complementarity_free(network->solver);
    free(network->activity);
    free(network->drive);
    free(network->noise);
    free(network);
}

bool nd_hebbian_learn_by(nd_hebbian *network, const nd_experiment *experiment, nd_error *error) {
    if (!check(experiment, error))
        return false;
    network->experiment = experiment;
    return true;
}

nd_fixed_point_problem nd_hebbian_problem(const nd_hebbian *network, const double *input,
                                          double *drive) {
    const nd_network_keys *keys = &network->experiment->network;
    size_t neurons = network->neurons;
    double root_alpha = sqrt(keys->threshold_alpha);
    for (size_t i = 0; i < neurons; i++)
        drive[i] = -root_alpha * network->threshold[i];
    network->kernels->accumulate(network->forward, neurons, NULL, input, network->inputs->dimension,
                                 drive);
    return (nd_fixed_point_problem){.neurons = neurons,
                                    .lateral = network->lateral,
                                    .drive = drive,
                                    .l1 = keys->regularisation_l1,
                                    .l2 = keys->regularisation_l2};
}

bool nd_hebbian_unsettled(const nd_hebbian *network, size_t input, size_t unit, nd_error *error) {
    const nd_experiment *experiment = network->experiment;
    char where[64];
    snprintf(where, sizeof where, "update %llu", (unsigned long long)network->updates);
    return nd_fail(
        error, where, "lower learning.noise_lateral or raise network.regularisation_l2",
        "the neural dynamics found no fixed point in %d Euler steps: unit %zu moves most "
        "(input %zu, N %zu, learning_rate %g, noise_forward %g, noise_lateral %g, "
        "l1 %g, l2 %g, alpha %g)",
        ND_EULER_LIMIT, unit, input, network->neurons, experiment->learning.learning_rate,
        experiment->learning.noise_forward, experiment->learning.noise_lateral,
        experiment->network.regularisation_l1, experiment->network.regularisation_l2,
        experiment->network.threshold_alpha);
}

/* Calls `each` on every part of the state, in order. */
static bool visit_state(nd_hebbian *network, nd_buffer *state,
                        bool (*each)(nd_buffer *state, void *bytes, size_t length, nd_error *error),
                        nd_error *error) {
    size_t neurons = network->neurons, real = sizeof(double);
    size_t sets = network->inputs->count * nd_set_words(neurons) * sizeof *network->last_set;
    return each(state, &network->updates, sizeof network->updates, error) &&
           each(state, network->forward, network->inputs->dimension * neurons * real, error) &&
           each(state, network->lateral, neurons * neurons * real, error) &&
           each(state, network->threshold, neurons * real, error) &&
           each(state, network->activity, neurons * real, error) &&
           each(state, network->last_set, sets, error) &&
           each(state, &network->counts, sizeof network->counts, error);
}

/* Saving, as one of what visit_state calls. */
static bool put(nd_buffer *state, void *bytes, size_t length, nd_error *error) {
    return nd_buffer_put(state, bytes, length, error);
}

bool nd_hebbian_save(const nd_hebbian *network, nd_buffer *state, nd_error *error) {
    return visit_state((nd_hebbian *)network, state, put, error);
}

bool nd_hebbian_restore(nd_hebbian *network, nd_buffer *state, nd_error *error) {
    size_t words = nd_set_words(network->neurons), over = network->neurons % 64;
    if (!visit_state(network, state, nd_buffer_take, error))
        return false;
    for (size_t i = 0; over && i < network->inputs->count; i++)
        if (network->last_set[(i + 1) * words - 1] >> over)
            return nd_fail(error, NULL, "remove it to start afresh",
                           "names neurons that the network has not");
    return true;
}
