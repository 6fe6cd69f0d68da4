#include "base/random.h"
#include "hebbian/hebbian.h"

#include <math.h>

size_t nd_hebbian_next_input(const nd_hebbian *network) {
    nd_stream stream =
        nd_stream_at(network->experiment->seed, ND_FOR_HEBBIAN_INPUT, 0, network->updates);
    return (size_t)nd_stream_below(&stream, network->inputs->count);
}

/* W, M and b after an input met with activity y. */
static void learn(nd_hebbian *network, const double *input) {
    const nd_experiment *experiment = network->experiment;
    const nd_learning_keys *keys = &experiment->learning;
    double rate = keys->learning_rate;
    double root_alpha = sqrt(experiment->network.threshold_alpha);
    nd_hebbian_update forward = {.keep = 1 - rate,
                                 .rate = rate,
                                 .noise = sqrt(rate) * keys->noise_forward,
                                 .rows = network->inputs->dimension,
                                 .neurons = network->neurons,
                                 .sender = input,
                                 .receiver = network->activity,
                                 .seed = experiment->seed,
                                 .step = network->updates,
                                 .purpose = ND_FOR_HEBBIAN_FORWARD,
                                 .scratch = network->noise};
    nd_hebbian_update lateral = forward;
    lateral.noise = sqrt(rate) * keys->noise_lateral;
    lateral.rectified = true;
    lateral.rows = network->neurons;
    lateral.sender = network->activity;
    lateral.purpose = ND_FOR_HEBBIAN_LATERAL;
    network->kernels->learn(&forward, network->forward);
    network->kernels->learn(&lateral, network->lateral);
    for (size_t i = 0; i < network->neurons; i++)
        network->threshold[i] =
            (1 - rate) * network->threshold[i] + rate * root_alpha * network->activity[i];
}

bool nd_hebbian_step(nd_hebbian *network, nd_error *error) {
    size_t index = nd_hebbian_next_input(network), unit = 0;
    const double *input = network->inputs->value + index * network->inputs->dimension;
    uint64_t *set = network->last_set + index * nd_set_words(network->neurons);
    nd_fixed_point_problem problem = nd_hebbian_problem(network, input, network->drive);
    if (!nd_fixed_point(network->solver, &problem, set, network->activity, &network->counts, &unit))
        return nd_hebbian_unsettled(network, index, unit, error);
    learn(network, input);
    network->updates++;
    return true;
}

bool nd_hebbian_advance(nd_hebbian *network, uint64_t step, nd_error *error) {
    while (network->updates < network->experiment->run.settle + step)
        if (!nd_hebbian_step(network, error))
            return false;
    return true;
}
