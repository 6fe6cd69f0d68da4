#include "network/network.h"

#include <math.h>
#include <string.h>

#include "base/random.h"

/* Gaussian rows of a matrix, one address per row: `unit` is the row, so that a network of any size
 * starts with the same first units. */
static void draw_rows(uint64_t seed, nd_purpose purpose, size_t rows, size_t columns,
                      double deviation, double *matrix) {
    for (size_t row = 0; row < rows; row++) {
        double *values = matrix + row * columns;
        nd_random_gaussians(seed, purpose, (uint32_t)row, 0, columns, values);
        for (size_t column = 0; column < columns; column++)
            values[column] *= deviation;
    }
}

nd_parameters *nd_draw_initial_parameters(const nd_network_keys *keys, uint64_t seed, size_t inputs,
                                          size_t outputs, nd_error *error) {
    size_t hidden = keys->hidden;
    nd_parameters *parameters = nd_parameters_new(hidden, inputs, outputs, error);
    if (!parameters)
        return NULL;
    double input_deviation = sqrt(2.0 / (double)inputs);
    double output_deviation = strcmp(keys->initialisation, "lazy") == 0
                                  ? 2.0 / (double)hidden
                                  : sqrt(2.0 / (double)hidden);
    draw_rows(seed, ND_FOR_INITIAL_INPUT_WEIGHTS, hidden, inputs, input_deviation,
              parameters->input_weights);
    draw_rows(seed, ND_FOR_INITIAL_BIAS, hidden, 1, input_deviation, parameters->bias);
    draw_rows(seed, ND_FOR_INITIAL_OUTPUT_WEIGHTS, outputs, hidden, output_deviation,
              parameters->output_weights);
    return parameters;
}

/* W_in x + b of one unit for one sample. */
static double preactivation(const nd_parameters *parameters, size_t unit, const double *x) {
    const double *weights = parameters->input_weights + unit * parameters->inputs;
    double sum = parameters->bias[unit];
    for (size_t i = 0; i < parameters->inputs; i++)
        sum += weights[i] * x[i];
    return sum;
}

void nd_hidden_activity(const nd_parameters *parameters, const nd_activation *activation,
                        const double *input, size_t samples, double *hidden_activity) {
    for (size_t s = 0; s < samples; s++)
        for (size_t j = 0; j < parameters->hidden; j++)
            hidden_activity[s * parameters->hidden + j] =
                activation->value(preactivation(parameters, j, input + s * parameters->inputs));
}

/* The errors o_s - target_s of one sample (d_out) from its activity (H); returns their square sum.
 */
static double output_error(const nd_parameters *parameters, const double *activity,
                           const double *target, double *output) {
    double squares = 0;
    for (size_t k = 0; k < parameters->outputs; k++) {
        const double *weights = parameters->output_weights + k * parameters->hidden;
        double sum = 0;
        for (size_t j = 0; j < parameters->hidden; j++)
            sum += weights[j] * activity[j];
        output[k] = sum - target[k];
        squares += output[k] * output[k];
    }
    return squares;
}

double nd_loss(const nd_parameters *parameters, const nd_activation *activation,
               const double *input, const double *target, size_t samples) {
    double squares = 0;
    for (size_t s = 0; s < samples; s++)
        for (size_t k = 0; k < parameters->outputs; k++) {
            double output = 0;
            for (size_t j = 0; j < parameters->hidden; j++)
                output +=
                    parameters->output_weights[k * parameters->hidden + j] *
                    activation->value(preactivation(parameters, j, input + s * parameters->inputs));
            double difference = output - target[s * parameters->outputs + k];
            squares += difference * difference;
        }
    return squares / (double)(samples * parameters->outputs);
}

double nd_gradient(const nd_parameters *parameters, const nd_activation *activation,
                   const double *input, const double *target, const double *mask, size_t samples,
                   nd_parameters *gradient, double *scratch) {
    size_t hidden = parameters->hidden, inputs = parameters->inputs, outputs = parameters->outputs;
    double *activity = scratch, *errors = scratch + samples * hidden;
    double scale = 2.0 / (double)(samples * outputs), squares = 0;
    memset(gradient->input_weights, 0, nd_parameter_count(gradient) * sizeof(double));
    nd_hidden_activity(parameters, activation, input, samples, activity);
    for (size_t i = 0; mask && i < samples * hidden; i++)
        activity[i] *= mask[i];
    for (size_t s = 0; s < samples; s++)
        squares += output_error(parameters, activity + s * hidden, target + s * outputs,
                                errors + s * outputs);
    for (size_t s = 0; s < samples; s++) {
        const double *x = input + s * inputs, *e = errors + s * outputs;
        for (size_t j = 0; j < hidden; j++) {
            double back = 0;
            for (size_t k = 0; k < outputs; k++) {
                gradient->output_weights[k * hidden + j] += scale * e[k] * activity[s * hidden + j];
                back += e[k] * parameters->output_weights[k * hidden + j];
            }
            double delta = scale * back * activation->slope(preactivation(parameters, j, x));
            if (mask)
                delta *= mask[s * hidden + j];
            for (size_t i = 0; i < inputs; i++)
                gradient->input_weights[j * inputs + i] += delta * x[i];
            gradient->bias[j] += delta;
        }
    }
    return squares / (double)(samples * outputs);
}

void nd_sparsity(const double *activity, size_t samples, size_t hidden, double threshold,
                 double *active_fraction, double *fraction_active_units) {
    size_t active = 0, units = 0;
    for (size_t j = 0; j < hidden; j++) {
        size_t times = 0;
        for (size_t s = 0; s < samples; s++)
            times += activity[s * hidden + j] > threshold;
        active += times;
        units += times > 0;
    }
    *active_fraction = (double)active / (double)(samples * hidden);
    *fraction_active_units = (double)units / (double)hidden;
}
