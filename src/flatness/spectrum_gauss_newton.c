/* The Gauss-Newton part of the Hessian through its small side. */
#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "flatness/dense.h"
#include "flatness/spectrum.h"

/* Row s d_out + k holds V_kj phi'(a_js) over the awake units j: (n d_out) x units. */
static void fill_gains(const nd_linearization *point, double *gain) {
    for (size_t s = 0; s < point->samples; s++)
        for (size_t k = 0; k < point->outputs; k++) {
            double *row = gain + (s * point->outputs + k) * point->units;
            for (size_t j = 0; j < point->units; j++)
                row[j] = point->output_weights[j * point->outputs + k] *
                         point->slope[j * point->samples + s];
        }
}

/* Turns gain gain' into J J', upper triangle: the input side is weighted by x~_s.x~_s', the output
 * side adds the Gram matrix of the activity where the outputs are the same. */
static void weigh(const nd_linearization *point, const double *inputs, const double *activities,
                  double *gram) {
    size_t n = point->samples, outputs = point->outputs, size = n * outputs;
    for (size_t s = 0; s < n; s++)
        for (size_t k = 0; k < outputs; k++) {
            double *row = gram + (s * outputs + k) * size;
            for (size_t t = s; t < n; t++) {
                for (size_t l = 0; l < outputs; l++)
                    row[t * outputs + l] *= inputs[s * n + t];
                row[t * outputs + k] += activities[s * n + t];
            }
        }
}

static void mirror(double *matrix, size_t size) {
    for (size_t i = 0; i < size; i++)
        for (size_t j = i + 1; j < size; j++)
            matrix[j * size + i] = matrix[i * size + j];
}

bool nd_gram(const nd_linearization *point, double *gram, nd_error *error) {
    size_t n = point->samples, size = nd_residual_count(point), units = point->units;
    memset(gram, 0, size * size * sizeof *gram);
    if (units == 0)
        return true;
    if (!nd_blas_begin(error))
        return false;
    double *gain = nd_doubles(size * units, error);
    double *inputs = nd_doubles(n * n, error), *activities = nd_doubles(n * n, error);
    bool fine = gain && inputs && activities;
    if (fine) {
        fill_gains(point, gain);
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, (int)size, (int)units, 1, gain,
                    (int)units, 0, gram, (int)size);
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, (int)n, (int)point->inputs, 1,
                    point->input, (int)point->inputs, 0, inputs, (int)n);
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)n, (int)units, 1, point->activity,
                    (int)n, 0, activities, (int)n);
        weigh(point, inputs, activities, gram);
        mirror(gram, size);
    }
    free(gain);
    free(inputs);
    free(activities);
    return fine;
}

/* J'J over the awake parameters (width^2, upper triangle), for networks with fewer parameters than
 * residuals: each row of J is built and added in blocks of one sample. */
static bool parameter_gram(const nd_linearization *point, double *gram, nd_error *error) {
    size_t size = nd_awake_parameters(point), width = nd_unit_width(point);
    size_t outputs = point->outputs, inputs = point->inputs;
    double *rows = nd_doubles(outputs * size, error);
    if (!rows)
        return false;
    memset(gram, 0, size * size * sizeof *gram);
    for (size_t s = 0; s < point->samples; s++) {
        const double *x = point->input + s * inputs;
        memset(rows, 0, outputs * size * sizeof *rows);
        for (size_t k = 0; k < outputs; k++)
            for (size_t j = 0; j < point->units; j++) {
                double *row = rows + k * size + j * width;
                size_t at = j * point->samples + s;
                double gain = point->output_weights[j * outputs + k] * point->slope[at];
                for (size_t i = 0; i < inputs; i++)
                    row[i] = gain * x[i];
                row[inputs + k] = point->activity[at];
            }
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)size, (int)outputs, 1, rows,
                    (int)size, 1, gram, (int)size);
    }
    free(rows);
    return true;
}

static size_t smaller_side(const nd_linearization *point) {
    size_t residuals = nd_residual_count(point), parameters = nd_awake_parameters(point);
    return parameters < residuals ? parameters : residuals;
}

double nd_gauss_newton_bytes(const nd_linearization *point) {
    double side = (double)smaller_side(point), residuals = (double)nd_residual_count(point);
    return 8 * (side * side + residuals * (double)point->units + 200 * side);
}

bool nd_gauss_newton_spectrum(const nd_linearization *point, nd_spectrum *spectrum,
                              nd_error *error) {
    size_t size = smaller_side(point);
    double *gram = nd_doubles(size * size, error);
    *spectrum = (nd_spectrum){.count = size,
                              .parameters = point->hidden * nd_unit_width(point),
                              .eigenvalue = nd_doubles(size, error)};
    bool fine = gram && spectrum->eigenvalue;
    if (fine && size > 0)
        fine = size < nd_residual_count(point) ? parameter_gram(point, gram, error)
                                               : nd_gram(point, gram, error);
    fine = fine && nd_symmetric_eigenvalues(gram, size, spectrum->eigenvalue, error);
    free(gram);
    if (!fine) {
        nd_spectrum_free(spectrum);
        return false;
    }
    for (size_t i = 0; i < size; i++)
        spectrum->eigenvalue[i] *= point->scale;
    nd_sort_descending(spectrum->eigenvalue, size);
    return true;
}
