/* Small networks and data for the tests of second-order work. */
#ifndef ND_TESTS_SPECTRUM_SUPPORT_H
#define ND_TESTS_SPECTRUM_SUPPORT_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/sort.h"
#include "flatness/dense.h"
#include "flatness/spectrum.h"
#include "network/network.h"
#include "support.h"

static inline nd_dataset *random_dataset(uint64_t seed, size_t samples, size_t inputs,
                                         size_t outputs) {
    nd_error error = {0};
    nd_dataset *dataset = nd_dataset_new(samples, inputs, outputs, &error);
    assert_fine(dataset != NULL, &error);
    nd_random_gaussians(seed, ND_FOR_TEST, 1, 0, samples * inputs, dataset->input);
    nd_random_gaussians(seed, ND_FOR_TEST, 2, 0, samples * outputs, dataset->target);
    return dataset;
}

static inline nd_parameters *random_parameters(uint64_t seed, size_t hidden, size_t inputs,
                                               size_t outputs) {
    nd_error error = {0};
    nd_parameters *parameters = nd_parameters_new(hidden, inputs, outputs, &error);
    assert_fine(parameters != NULL, &error);
    nd_random_gaussians(seed, ND_FOR_TEST, 3, 0, nd_parameter_count(parameters),
                        parameters->input_weights);
    return parameters;
}

/* The full Hessian (count x count) by central differences of the analytic gradient. */
static inline double *difference_hessian(const nd_parameters *parameters, const nd_dataset *dataset,
                                         const nd_activation *activation, double step) {
    nd_error error = {0};
    size_t count = nd_parameter_count(parameters);
    double *hessian = nd_doubles(count * count, &error);
    double *scratch =
        nd_doubles(dataset->samples * (parameters->hidden + dataset->outputs), &error);
    nd_parameters *moved =
        random_parameters(1, parameters->hidden, parameters->inputs, parameters->outputs);
    nd_parameters *gradient =
        random_parameters(1, parameters->hidden, parameters->inputs, parameters->outputs);
    /* Fourth order: weights of f(x + m h) in f'(x). */
    const double move[4] = {-2, -1, 1, 2}, weight[4] = {1.0 / 12, -8.0 / 12, 8.0 / 12, -1.0 / 12};
    for (size_t p = 0; p < count; p++)
        for (size_t m = 0; m < 4; m++) {
            nd_parameters_copy(moved, parameters);
            moved->input_weights[p] += move[m] * step;
            nd_gradient(moved, activation, dataset->input, dataset->target, NULL, dataset->samples,
                        gradient, scratch);
            for (size_t q = 0; q < count; q++)
                hessian[p * count + q] += weight[m] * gradient->input_weights[q] / step;
        }
    for (size_t p = 0; p < count; p++)
        for (size_t q = p + 1; q < count; q++)
            hessian[p * count + q] = hessian[q * count + p] =
                (hessian[p * count + q] + hessian[q * count + p]) / 2;
    nd_parameters_free(moved);
    nd_parameters_free(gradient);
    free(scratch);
    return hessian;
}

/* The listed eigenvalues and the zeros that are not, `all` of them, largest first; free it. */
static inline double *with_zeros(const nd_spectrum *spectrum) {
    nd_error error = {0};
    double *all = nd_doubles(spectrum->parameters, &error);
    assert_true(spectrum->count <= spectrum->parameters);
    for (size_t i = 0; i < spectrum->count; i++)
        all[i] = spectrum->eigenvalue[i];
    nd_sort_descending(all, spectrum->parameters);
    return all;
}

static inline double *exact_eigenvalues(const nd_parameters *parameters, const nd_dataset *dataset,
                                        const nd_activation *activation, size_t *reduced) {
    nd_error error = {0};
    nd_linearization *point = nd_linearize(parameters, dataset, activation, &error);
    assert_fine(point != NULL, &error);
    nd_spectrum spectrum = {0};
    assert_fine(nd_hessian_spectrum(point, 1e9, &spectrum, &error), &error);
    double *all = with_zeros(&spectrum);
    if (reduced)
        *reduced = spectrum.count;
    nd_spectrum_free(&spectrum);
    nd_linearization_free(point);
    return all;
}

#endif
