#include "api/network.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

static bool all_finite(const double *values, size_t count) {
    bool finite = true;
    for (size_t i = 0; i < count; i++)
        finite = finite && isfinite(values[i]);
    return finite;
}

bool nd_parameters_given(const nd_parameters *parameters, const char *function, nd_error *error) {
    if (!nd_is_given(parameters, function, "parameters", error) ||
        !nd_is_given(parameters->input_weights, function, "parameters->input_weights", error) ||
        !nd_is_given(parameters->bias, function, "parameters->bias", error) ||
        !nd_is_given(parameters->output_weights, function, "parameters->output_weights", error))
        return false;
    size_t hidden = parameters->hidden, of_inputs, of_outputs;
    if (hidden == 0 || parameters->inputs == 0 || parameters->outputs == 0 ||
        __builtin_mul_overflow(hidden, parameters->inputs, &of_inputs) ||
        __builtin_mul_overflow(hidden, parameters->outputs, &of_outputs) ||
        of_inputs > PTRDIFF_MAX / 16 || of_outputs > PTRDIFF_MAX / 16)
        return nd_fail_as(
            ND_CODE_ARGUMENT, error, function, NULL,
            "the parameters are of %zu inputs, %zu units and %zu outputs, expected at "
            "least one of each and no more than memory has",
            parameters->inputs, hidden, parameters->outputs);
    return (all_finite(parameters->input_weights, of_inputs) &&
            all_finite(parameters->bias, hidden) &&
            all_finite(parameters->output_weights, of_outputs)) ||
           nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                      "the parameters are not all finite numbers");
}

void nd_parameters_spread(nd_parameters *to, const nd_parameters *from) {
    size_t hidden = from->hidden;
    memcpy(to->input_weights, from->input_weights, hidden * from->inputs * sizeof(double));
    memcpy(to->bias, from->bias, hidden * sizeof(double));
    memcpy(to->output_weights, from->output_weights, hidden * from->outputs * sizeof(double));
}

bool nd_network_given(const nd_parameters *parameters, const nd_dataset *dataset,
                      const char *activation, const char *function, nd_parameters **copy,
                      const nd_activation **phi, nd_error *error) {
    if (!nd_parameters_given(parameters, function, error) ||
        !nd_is_given(dataset, function, "dataset", error) ||
        !nd_is_given(activation, function, "activation", error))
        return false;
    if (parameters->inputs != dataset->inputs || parameters->outputs != dataset->outputs)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "the network has %zu inputs and %zu outputs, the data %zu and %zu",
                          parameters->inputs, parameters->outputs, dataset->inputs,
                          dataset->outputs);
    if (!(*phi = nd_activation_find(activation)))
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, "see network.activation",
                          "there is no activation '%.60s'", activation);
    *copy = nd_parameters_new(parameters->hidden, parameters->inputs, parameters->outputs, error);
    if (*copy)
        nd_parameters_spread(*copy, parameters);
    return *copy != NULL;
}
