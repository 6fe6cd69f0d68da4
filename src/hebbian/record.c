#include "hebbian/hebbian.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>

/* |A B'|_F^2 for A (n x a) and B (n x b), whose rows are samples; `b` is mostly zeros. `product`
 * has room for a x b. */
static double squared_product(const double *a, size_t a_width, const double *b, size_t b_width,
                              size_t samples, double *product) {
    for (size_t k = 0; k < a_width * b_width; k++)
        product[k] = 0;
    for (size_t s = 0; s < samples; s++)
        for (size_t j = 0; j < b_width; j++) {
            double value = b[s * b_width + j];
            if (value != 0)
                for (size_t i = 0; i < a_width; i++)
                    product[j * a_width + i] += a[s * a_width + i] * value;
        }
    double sum = 0;
    for (size_t k = 0; k < a_width * b_width; k++)
        sum += product[k] * product[k];
    return sum;
}

/* |X'X - Y'Y|^2 = |X'X|^2 - 2 |X Y'|^2 + |Y Y'|^2, with products of the sizes d x N and N x N
 * instead of n x n. */
static bool similarity_error(const nd_hebbian *network, const double *response, double *result,
                             nd_error *error) {
    const nd_hebbian_inputs *inputs = network->inputs;
    size_t neurons = network->neurons, samples = inputs->count;
    size_t wide = inputs->dimension > neurons ? inputs->dimension : neurons;
    double *product = nd_doubles(wide * neurons, error);
    if (!product)
        return false;
    double cross =
        squared_product(inputs->value, inputs->dimension, response, neurons, samples, product);
    double own = squared_product(response, neurons, response, neurons, samples, product);
    free(product);
    double count = (double)samples;
    *result = (network->input_gram - 2 * cross + own) / (count * count);
    return true;
}

bool nd_hebbian_measure(const nd_hebbian *network, const double *response,
                        nd_hebbian_record *record, nd_error *error) {
    size_t neurons = network->neurons, samples = network->inputs->count, active = 0, units = 0;
    for (size_t i = 0; i < neurons; i++) {
        double peak = 0;
        for (size_t s = 0; s < samples; s++) {
            double y = response[s * neurons + i];
            active += y > 0;
            peak = fmax(peak, y);
        }
        units += peak > network->experiment->network.peak_threshold;
    }
    record->active_fraction = (double)active / (double)(neurons * samples);
    record->fraction_active_units = (double)units / (double)neurons;
    return similarity_error(network, response, &record->error, error);
}
