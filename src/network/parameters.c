#include "network/parameters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t nd_parameter_count(const nd_parameters *parameters) {
    return parameters->hidden * (parameters->inputs + 1 + parameters->outputs);
}

nd_parameters *nd_parameters_new(size_t hidden, size_t inputs, size_t outputs, nd_error *error) {
    nd_parameters *parameters = nd_array(1, sizeof *parameters, error);
    if (!parameters)
        return NULL;
    *parameters = (nd_parameters){.hidden = hidden, .inputs = inputs, .outputs = outputs};
    double *block = nd_doubles(nd_parameter_count(parameters), error);
    if (!block) {
        free(parameters);
        return NULL;
    }
    parameters->input_weights = block;
    parameters->bias = block + hidden * inputs;
    parameters->output_weights = parameters->bias + hidden;
    return parameters;
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
