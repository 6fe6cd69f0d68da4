#include "flatness/linearization.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "flatness/dense.h"

size_t nd_unit_width(const nd_linearization *point) {
    return point->inputs + point->outputs;
}

size_t nd_awake_parameters(const nd_linearization *point) {
    return point->units * nd_unit_width(point);
}

size_t nd_residual_count(const nd_linearization *point) {
    return point->samples * point->outputs;
}

void nd_linearization_free(nd_linearization *point) {
    if (!point)
        return;
    free(point->unit);
    free(point->input);
    free(point->output_weights);
    free(point->activity);
    free(point->slope);
    free(point->curvature);
    free(point->residual);
    free(point->scratch);
    free(point);
}

static bool check(const nd_parameters *parameters, const nd_dataset *dataset, nd_error *error) {
    if (parameters->inputs != dataset->inputs || parameters->outputs != dataset->outputs)
        return nd_fail(error, "", "",
                       "a network of %zu inputs and %zu outputs, data of %zu and %zu",
                       parameters->inputs, parameters->outputs, dataset->inputs, dataset->outputs);
    if (!nd_parameters_finite(parameters))
        return nd_fail(error, "",
                       "the run diverged before it; leave the snapshot out with `snapshots`",
                       "the parameters hold values that are not finite, and have no Hessian");
    return true;
}

static bool allocate(nd_linearization *point, nd_error *error) {
    size_t n = point->samples, hidden = point->hidden;
    point->unit = nd_array(hidden, sizeof *point->unit, error);
    point->input = nd_doubles(n * point->inputs, error);
    point->output_weights = nd_doubles(hidden * point->outputs, error);
    point->activity = nd_doubles(hidden * n, error);
    point->slope = nd_doubles(hidden * n, error);
    point->curvature = nd_doubles(hidden * n, error);
    point->residual = nd_doubles(n * point->outputs, error);
    point->scratch = nd_doubles(2 * hidden * n + n * point->outputs, error);
    return point->unit && point->input && point->output_weights && point->activity &&
           point->slope && point->curvature && point->residual && point->scratch;
}

/* Row `row` of activity, slope and curvature: unit j over all samples. Is it awake? */
static bool evaluate_unit(nd_linearization *point, size_t row, const double *weights, double bias,
                          const nd_activation *activation, bool *curved) {
    size_t n = point->samples, d = point->inputs - 1;
    double *activity = point->activity + row * n, *slope = point->slope + row * n;
    double *curvature = point->curvature + row * n;
    bool awake = false;
    for (size_t s = 0; s < n; s++) {
        const double *x = point->input + s * point->inputs;
        double a = bias;
        for (size_t i = 0; i < d; i++)
            a += weights[i] * x[i];
        activity[s] = activation->value(a);
        slope[s] = activation->slope(a);
        curvature[s] = activation->curvature(a);
        awake |= activity[s] != 0 || slope[s] != 0 || curvature[s] != 0;
        *curved |= curvature[s] != 0;
    }
    return awake;
}

static void evaluate(nd_linearization *point, const nd_parameters *parameters,
                     const nd_dataset *dataset, const nd_activation *activation) {
    size_t n = point->samples, d = dataset->inputs, outputs = point->outputs;
    for (size_t s = 0; s < n; s++) {
        memcpy(point->input + s * (d + 1), dataset->input + s * d, d * sizeof(double));
        point->input[s * (d + 1) + d] = 1;
    }
    bool curved = false;
    for (size_t j = 0; j < point->hidden; j++) {
        if (!evaluate_unit(point, point->units, parameters->input_weights + j * d,
                           parameters->bias[j], activation, &curved))
            continue;
        point->unit[point->units] = j;
        for (size_t k = 0; k < outputs; k++)
            point->output_weights[point->units * outputs + k] =
                parameters->output_weights[k * point->hidden + j];
        point->units++;
    }
    if (!curved) {
        free(point->curvature);
        point->curvature = NULL;
    }
    memcpy(point->residual, dataset->target, n * outputs * sizeof(double));
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)n, (int)outputs, (int)point->units, 1,
                point->activity, (int)n, point->output_weights, (int)outputs, -1, point->residual,
                (int)outputs);
    size_t count = nd_residual_count(point);
    for (size_t i = 0; i < count; i++)
        point->loss += point->residual[i] * point->residual[i];
    point->loss /= (double)count;
}

nd_linearization *nd_linearize(const nd_parameters *parameters, const nd_dataset *dataset,
                               const nd_activation *activation, nd_error *error) {
    if (!check(parameters, dataset, error))
        return NULL;
    if (!nd_blas_begin(error))
        return NULL;
    nd_linearization *point = nd_array(1, sizeof *point, error);
    if (!point)
        return NULL;
    point->samples = dataset->samples;
    point->inputs = dataset->inputs + 1;
    point->outputs = dataset->outputs;
    point->hidden = parameters->hidden;
    point->scale = 2.0 / (double)(dataset->samples * dataset->outputs);
    if (!allocate(point, error)) {
        nd_linearization_free(point);
        return NULL;
    }
    evaluate(point, parameters, dataset, activation);
    return point;
}

/* da (units x samples): the change of every preactivation along the vector. */
static void preactivation_change(const nd_linearization *point, const double *vector, double *da) {
    int n = (int)point->samples, inputs = (int)point->inputs;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)point->units, n, inputs, 1, vector,
                (int)nd_unit_width(point), point->input, inputs, 0, da, n);
}

/* The input part of `result` += back (units x samples) x~ . */
static void into_input_weights(const nd_linearization *point, const double *back, double keep,
                               double *result) {
    int n = (int)point->samples, inputs = (int)point->inputs;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)point->units, inputs, n, 1, back, n,
                point->input, inputs, keep, result, (int)nd_unit_width(point));
}

void nd_jacobian_times(const nd_linearization *point, const double *vector, double *result) {
    int n = (int)point->samples, outputs = (int)point->outputs, units = (int)point->units;
    double *da = point->scratch;
    if (units == 0) {
        memset(result, 0, nd_residual_count(point) * sizeof *result);
        return;
    }
    preactivation_change(point, vector, da);
    for (size_t i = 0; i < point->units * point->samples; i++)
        da[i] *= point->slope[i];
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, n, outputs, units, 1, da, n,
                point->output_weights, outputs, 0, result, outputs);
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, n, outputs, units, 1, point->activity, n,
                vector + point->inputs, (int)nd_unit_width(point), 1, result, outputs);
}

void nd_jacobian_transposed_times(const nd_linearization *point, const double *residual,
                                  double *result) {
    int n = (int)point->samples, outputs = (int)point->outputs, units = (int)point->units;
    double *back = point->scratch;
    if (units == 0)
        return;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, units, n, outputs, 1,
                point->output_weights, outputs, residual, outputs, 0, back, n);
    for (size_t i = 0; i < point->units * point->samples; i++)
        back[i] *= point->slope[i];
    into_input_weights(point, back, 0, result);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, units, outputs, n, 1, point->activity, n,
                residual, outputs, 0, result + point->inputs, (int)nd_unit_width(point));
}

void nd_residual_blocks_times(const nd_linearization *point, const double *vector, double *result) {
    int n = (int)point->samples, outputs = (int)point->outputs, units = (int)point->units;
    int width = (int)nd_unit_width(point);
    size_t entries = point->units * point->samples;
    double *da = point->scratch, *back = point->scratch + entries;
    if (units == 0)
        return;
    preactivation_change(point, vector, da);
    /* Output weights meet input weights through sum_k e_sk dV_kj phi'(a_js). */
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, units, n, outputs, 1,
                vector + point->inputs, width, point->residual, outputs, 0, back, n);
    for (size_t i = 0; i < entries; i++)
        back[i] *= point->slope[i];
    into_input_weights(point, back, 1, result);
    if (point->curvature) {
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, units, n, outputs, 1,
                    point->output_weights, outputs, point->residual, outputs, 0, back, n);
        for (size_t i = 0; i < entries; i++)
            back[i] *= point->curvature[i] * da[i];
        into_input_weights(point, back, 1, result);
    }
    for (size_t i = 0; i < entries; i++)
        da[i] *= point->slope[i];
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, units, outputs, n, 1, da, n,
                point->residual, outputs, 1, result + point->inputs, width);
}

void nd_hessian_times(const nd_linearization *point, const double *vector, double *result) {
    double *output = point->scratch + 2 * point->units * point->samples;
    nd_jacobian_times(point, vector, output);
    nd_jacobian_transposed_times(point, output, result);
    nd_residual_blocks_times(point, vector, result);
    for (size_t i = 0; i < nd_awake_parameters(point); i++)
        result[i] *= point->scale;
}

double nd_hessian_trace(const nd_linearization *point) {
    double trace = 0;
    for (size_t s = 0; s < point->samples; s++) {
        const double *x = point->input + s * point->inputs;
        const double *e = point->residual + s * point->outputs;
        double square = cblas_ddot((int)point->inputs, x, 1, x, 1);
        for (size_t j = 0; j < point->units; j++) {
            size_t at = j * point->samples + s;
            const double *weights = point->output_weights + j * point->outputs;
            int outputs = (int)point->outputs;
            double gain = cblas_ddot(outputs, weights, 1, weights, 1);
            trace += gain * point->slope[at] * point->slope[at] * square +
                     (double)point->outputs * point->activity[at] * point->activity[at];
            if (point->curvature)
                trace += cblas_ddot(outputs, weights, 1, e, 1) * point->curvature[at] * square;
        }
    }
    return point->scale * trace;
}

void nd_awake_gather(const nd_linearization *point, const nd_parameters *parameters,
                     double *vector) {
    size_t d = parameters->inputs, hidden = parameters->hidden;
    for (size_t j = 0; j < point->units; j++) {
        double *row = vector + j * nd_unit_width(point);
        size_t unit = point->unit[j];
        memcpy(row, parameters->input_weights + unit * d, d * sizeof *row);
        row[d] = parameters->bias[unit];
        for (size_t k = 0; k < point->outputs; k++)
            row[d + 1 + k] = parameters->output_weights[k * hidden + unit];
    }
}

void nd_awake_add(const nd_linearization *point, double factor, const double *vector,
                  nd_parameters *parameters) {
    size_t d = parameters->inputs, hidden = parameters->hidden;
    for (size_t j = 0; j < point->units; j++) {
        const double *row = vector + j * nd_unit_width(point);
        size_t unit = point->unit[j];
        for (size_t i = 0; i < d; i++)
            parameters->input_weights[unit * d + i] += factor * row[i];
        parameters->bias[unit] += factor * row[d];
        for (size_t k = 0; k < point->outputs; k++)
            parameters->output_weights[k * hidden + unit] += factor * row[d + 1 + k];
    }
}
