#include "network/parameters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t nd_parameter_count(const nd_parameters *parameters) {
    return parameters->hidden * (parameters->inputs + 1 + parameters->outputs);
}

nd_parameters nd_parameters_view(size_t hidden, size_t inputs, size_t outputs, double *block) {
    return (nd_parameters){.hidden = hidden,
                           .inputs = inputs,
                           .outputs = outputs,
                           .input_weights = block,
                           .bias = block + hidden * inputs,
                           .output_weights = block + hidden * (inputs + 1)};
}

nd_parameters *nd_parameters_new(size_t hidden, size_t inputs, size_t outputs, nd_error *error) {
    size_t width, count;
    if (__builtin_add_overflow(inputs, outputs, &width) ||
        __builtin_add_overflow(width, (size_t)1, &width) ||
        __builtin_mul_overflow(hidden, width, &count))
        count = SIZE_MAX; /* which memory refuses */
    nd_parameters *parameters = nd_array(1, sizeof *parameters, error);
    if (!parameters)
        return NULL;
    double *block = nd_doubles(count, error);
    if (!block) {
        free(parameters);
        return NULL;
    }
    *parameters = nd_parameters_view(hidden, inputs, outputs, block);
    return parameters;
}

void nd_parameters_of_unit(const nd_parameters *parameters, size_t unit, double *side,
                           double *outer) {
    size_t inputs = parameters->inputs;
    if (side) {
        memcpy(side, parameters->input_weights + unit * inputs, inputs * sizeof *side);
        side[inputs] = parameters->bias[unit];
    }
    for (size_t k = 0; outer && k < parameters->outputs; k++)
        outer[k] = parameters->output_weights[k * parameters->hidden + unit];
}

void nd_parameters_set_unit(nd_parameters *parameters, size_t unit, const double *side,
                            const double *outer) {
    size_t inputs = parameters->inputs;
    if (side) {
        memcpy(parameters->input_weights + unit * inputs, side, inputs * sizeof *side);
        parameters->bias[unit] = side[inputs];
    }
    for (size_t k = 0; outer && k < parameters->outputs; k++)
        parameters->output_weights[k * parameters->hidden + unit] = outer[k];
}

void nd_parameters_copy(nd_parameters *to, const nd_parameters *from) {
    memcpy(to->input_weights, from->input_weights, nd_parameter_count(from) * sizeof(double));
}

void nd_parameters_free(nd_parameters *parameters) {
    if (!parameters)
        return;
    free(parameters->input_weights);
    free(parameters);
}

bool nd_parameters_finite(const nd_parameters *parameters) {
    size_t count = nd_parameter_count(parameters);
    for (size_t i = 0; i < count; i++)
        if (!isfinite(parameters->input_weights[i]))
            return false;
    return true;
}
