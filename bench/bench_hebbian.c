/* Steps of the Hebbian network on one core, once sparse, beside what cannot be done without: its
 * noise and the learning of its weights. Medians of several stretches, processor time. */
#include <stdio.h>
#include <stdlib.h>

#include "hebbian/hebbian.h"
#include "timing.h"

enum { STRETCHES = 7 };

/* Seconds of one step, `steps` to a stretch; 0 on failure. */
static double time_steps(nd_hebbian *network, uint64_t steps, nd_error *error) {
    double seconds[STRETCHES];
    for (int k = 0; k < STRETCHES; k++) {
        double begin = processor_seconds();
        for (uint64_t step = 0; step < steps; step++)
            if (!nd_hebbian_step(network, error))
                return 0;
        seconds[k] = (processor_seconds() - begin) / (double)steps;
    }
    return median(seconds, STRETCHES);
}

/* Seconds of one learning of W and M, with noise and without. */
static double time_learning(nd_hebbian *network, double noise, uint64_t steps) {
    double seconds[STRETCHES];
    nd_hebbian_update forward = {.keep = 1 - 1e-9,
                                 .noise = noise,
                                 .rows = network->inputs->dimension,
                                 .neurons = network->neurons,
                                 .sender = network->inputs->value,
                                 .receiver = network->activity,
                                 .purpose = ND_FOR_HEBBIAN_FORWARD,
                                 .scratch = network->noise};
    nd_hebbian_update lateral = forward;
    lateral.rows = network->neurons;
    lateral.sender = network->activity;
    lateral.rectified = true;
    for (int k = 0; k < STRETCHES; k++) {
        double begin = processor_seconds();
        for (uint64_t step = 0; step < steps; step++) {
            forward.step = lateral.step = step;
            network->kernels->learn(&forward, network->forward);
            network->kernels->learn(&lateral, network->lateral);
        }
        seconds[k] = (processor_seconds() - begin) / (double)steps;
    }
    return median(seconds, STRETCHES);
}

static int bench(const char *inputs, uint64_t before, uint64_t steps, double published) {
    nd_error error = {0};
    char text[100], line[1600];
    (void)snprintf(text, sizeof text, "network: {model: hebbian, inputs: %s}\n", inputs);
    nd_experiment *experiment = nd_experiment_parse(text, "bench", NULL, NULL, 0, &error);
    nd_hebbian *network = experiment ? nd_hebbian_new(experiment, &error) : NULL;
    double step = 0;
    for (uint64_t k = 0; network && k < before; k++)
        if (!nd_hebbian_step(network, &error))
            break;
    if (network && network->updates == before)
        step = time_steps(network, steps, &error);
    if (step > 0) {
        double noisy = time_learning(network, 1e-12, steps);
        double still = time_learning(network, 0, steps);
        printf("%-6s N %zu, %s: %.1f us a step, %.0f steps/s; learning %.1f us, of it noise %.1f; "
               "the fixed point and the rest %.1f us\n",
               inputs, network->neurons, network->kernels->instruction_set, step * 1e6, 1 / step,
               noisy * 1e6, (noisy - still) * 1e6, (step - noisy) * 1e6);
        if (published > 0)
            printf("       the published code needs %.0f ms a step in GNU Octave: %.0f of ours\n",
                   published * 1e3, published / step);
    } else {
        fprintf(stderr, "bench_hebbian: %s\n", nd_error_line(&error, line, sizeof line));
    }
    nd_hebbian_free(network);
    nd_experiment_free(experiment);
    return step > 0 ? 0 : 1;
}

int main(void) {
    return bench("ring", 5000, 3000, 0.05) | bench("place", 1000, 150, 0);
}
