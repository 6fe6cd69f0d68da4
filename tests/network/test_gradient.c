/* The analytic gradient against finite differences of the loss, for random shapes and every
 * activation, with and without dropout masks. */
#include <math.h>
#include <stdlib.h>

#include "base/random.h"
#include "network/network.h"
#include "support.h"

/* The loss with a mask on the activity: what dropout differentiates. */
static double masked_loss(const nd_parameters *parameters, const nd_activation *activation,
                          const double *input, const double *target, const double *mask,
                          size_t samples) {
    size_t hidden = parameters->hidden, outputs = parameters->outputs;
    double squares = 0, *activity = calloc(samples * hidden, sizeof *activity);
    assert_non_null(activity);
    nd_hidden_activity(parameters, activation, input, samples, activity);
    for (size_t s = 0; s < samples; s++)
        for (size_t k = 0; k < outputs; k++) {
            double output = 0;
            for (size_t j = 0; j < hidden; j++)
                output += parameters->output_weights[k * hidden + j] * activity[s * hidden + j] *
                          (mask ? mask[s * hidden + j] : 1);
            squares += pow(output - target[s * outputs + k], 2);
        }
    free(activity);
    return squares / (double)(samples * outputs);
}

static void check_shape(const nd_activation *activation, uint64_t seed) {
    nd_stream random = nd_stream_at(seed, ND_FOR_TEST, 0, 0);
    size_t hidden = 1 + nd_stream_below(&random, 9), inputs = 1 + nd_stream_below(&random, 6);
    size_t outputs = 1 + nd_stream_below(&random, 5), samples = 1 + nd_stream_below(&random, 7);
    nd_error error = {0};
    nd_parameters *parameters = nd_parameters_new(hidden, inputs, outputs, &error);
    nd_parameters *gradient = nd_parameters_new(hidden, inputs, outputs, &error);
    double *input = nd_doubles(samples * inputs, &error);
    double *target = nd_doubles(samples * outputs, &error);
    double *mask = seed % 2 ? nd_doubles(samples * hidden, &error) : NULL;
    double *scratch = nd_doubles(samples * (hidden + outputs), &error);
    size_t count = nd_parameter_count(parameters);
    for (size_t i = 0; i < count; i++)
        parameters->input_weights[i] = nd_stream_gaussian(&random);
    for (size_t i = 0; i < samples * inputs; i++)
        input[i] = nd_stream_gaussian(&random);
    for (size_t i = 0; i < samples * outputs; i++)
        target[i] = nd_stream_gaussian(&random);
    for (size_t i = 0; mask && i < samples * hidden; i++)
        mask[i] = nd_stream_uniform(&random) < 0.3 ? 0 : 1 / 0.7;
    double loss =
        nd_gradient(parameters, activation, input, target, mask, samples, gradient, scratch);
    double expected = masked_loss(parameters, activation, input, target, mask, samples);
    assert_close("loss", &loss, &expected, 1, 1e-13, 0);
    for (size_t i = 0; i < count; i++) {
        double kept = parameters->input_weights[i], step = 1e-6;
        parameters->input_weights[i] = kept + step;
        double above = masked_loss(parameters, activation, input, target, mask, samples);
        parameters->input_weights[i] = kept - step;
        double below = masked_loss(parameters, activation, input, target, mask, samples);
        parameters->input_weights[i] = kept;
        double slope = (above - below) / (2 * step);
        /* a kink within the step is off by a share of the step only if a unit sits on it */
        assert_close(activation->name, &gradient->input_weights[i], &slope, 1, 1e-6, 1);
    }
    nd_parameters_free(parameters);
    nd_parameters_free(gradient);
    free(input);
    free(target);
    free(mask);
    free(scratch);
}

static void test_gradient_is_the_slope_of_the_loss(void **state) {
    (void)state;
    for (const nd_activation *activation = nd_activations(); activation->name; activation++)
        for (uint64_t seed = 1; seed <= 8; seed++)
            check_shape(activation, seed);
}

static void test_sparsity_counts_pairs_and_units(void **state) {
    (void)state;
    const double activity[6] = {0, 1, 0, 0, 2, 0.5}; /* 2 samples x 3 units */
    double fraction, units;
    nd_sparsity(activity, 2, 3, 0, &fraction, &units);
    assert_true(fabs(fraction - 0.5) < 1e-15 && fabs(units - 2.0 / 3) < 1e-15);
    nd_sparsity(activity, 2, 3, 0.7, &fraction, &units);
    assert_true(fabs(fraction - 2.0 / 6) < 1e-15 && fabs(units - 1.0 / 3) < 1e-15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradient_is_the_slope_of_the_loss),
        cmocka_unit_test(test_sparsity_counts_pairs_and_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
