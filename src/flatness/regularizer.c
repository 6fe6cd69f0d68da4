#include "flatness/regularizer.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "flatness/dense.h"
#include "flatness/spectrum.h"

const char *nd_regularizer_name(nd_regularizer which) {
    static const char *const names[ND_REGULARIZERS] = {"log_sum", "trace"};
    return names[which];
}

/* The Gram matrix's eigenvalues (ascending) above this are not zero; `least` is the Hessian's. */
static double least_of_gram(const nd_linearization *point, const double *eigenvalue, double least) {
    size_t size = nd_residual_count(point);
    double rounding = size > 0 ? ND_EIGENVALUE_TOLERANCE * eigenvalue[size - 1] : 0;
    return fmax(rounding, least / point->scale);
}

void nd_project_on_null_space(const nd_linearization *point, const double *vectors,
                              const double *eigenvalue, double least, double *scratch,
                              double *vector) {
    size_t size = nd_residual_count(point), count = nd_awake_parameters(point);
    double *outputs = scratch, *coordinates = scratch + size, *back = scratch + 2 * size;
    int n = (int)size;
    nd_jacobian_times(point, vector, outputs);
    cblas_dgemv(CblasRowMajor, CblasNoTrans, n, n, 1, vectors, n, outputs, 1, 0, coordinates, 1);
    for (size_t i = 0; i < size; i++)
        coordinates[i] = eigenvalue[i] > least ? coordinates[i] / eigenvalue[i] : 0;
    cblas_dgemv(CblasRowMajor, CblasTrans, n, n, 1, vectors, n, coordinates, 1, 0, outputs, 1);
    nd_jacobian_transposed_times(point, outputs, back);
    for (size_t i = 0; i < count; i++)
        vector[i] -= back[i];
}

/* G, the derivative of the regularizer by the Gram matrix: its pseudo-inverse for the sum of
 * logarithms, 2/(n d_out) for the trace of 2/(n d_out) J'J. */
static bool derivative_by_gram(const nd_linearization *point, nd_regularizer which,
                               const double *vectors, const double *eigenvalue, double least,
                               double *derivative, nd_error *error) {
    size_t size = nd_residual_count(point);
    memset(derivative, 0, size * size * sizeof *derivative);
    if (which == ND_TRACE) {
        for (size_t i = 0; i < size; i++)
            derivative[i * size + i] = point->scale;
        return true;
    }
    double *scaled = nd_doubles(size * size, error);
    if (!scaled)
        return false;
    size_t kept = 0;
    for (size_t i = 0; i < size; i++) {
        if (!(eigenvalue[i] > least))
            continue;
        memcpy(scaled + kept * size, vectors + i * size, size * sizeof *scaled);
        cblas_dscal((int)size, 1 / sqrt(eigenvalue[i]), scaled + kept * size, 1);
        kept++;
    }
    int n = (int)size;
    if (kept > 0)
        cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, n, n, (int)kept, 1, scaled, n, scaled,
                    n, 0, derivative, n);
    free(scaled);
    return true;
}

/* What the gradient is made of, for d Reg = sum G d(J J'). */
typedef struct parts {
    double *inputs;  /* n x n: x~_s . x~_t */
    double *traced;  /* n x n: sum_k G_(s,k),(t,k) */
    double *gain;    /* n d_out x units: V_kj phi'(a_js) */
    double *pulled;  /* n d_out x units: (G o inputs) gain */
    double *through; /* units x n */
} parts;

static void parts_free(parts *of) {
    free(of->inputs);
    free(of->traced);
    free(of->gain);
    free(of->pulled);
    free(of->through);
}

static bool parts_make(const nd_linearization *point, double *derivative, parts *of,
                       nd_error *error) {
    size_t n = point->samples, outputs = point->outputs, units = point->units, size = n * outputs;
    *of = (parts){.inputs = nd_doubles(n * n, error),
                  .traced = nd_doubles(n * n, error),
                  .gain = nd_doubles(size * units, error),
                  .pulled = nd_doubles(size * units, error),
                  .through = nd_doubles(units * n, error)};
    if (!of->inputs || !of->traced || !of->gain || !of->pulled || !of->through)
        return false;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, (int)n, (int)point->inputs, 1,
                point->input, (int)point->inputs, point->input, (int)point->inputs, 0, of->inputs,
                (int)n);
    for (size_t s = 0; s < n; s++)
        for (size_t k = 0; k < outputs; k++) {
            double *row = derivative + (s * outputs + k) * size;
            for (size_t t = 0; t < n; t++) {
                of->traced[s * n + t] += row[t * outputs + k];
                for (size_t l = 0; l < outputs; l++)
                    row[t * outputs + l] *= of->inputs[s * n + t];
            }
            for (size_t j = 0; j < units; j++)
                of->gain[(s * outputs + k) * units + j] =
                    point->output_weights[j * outputs + k] * point->slope[j * n + s];
        }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)size, (int)units, (int)size, 1,
                derivative, (int)size, of->gain, (int)units, 0, of->pulled, (int)units);
    return true;
}

/* The gradient from its parts. J's own derivatives couple output weights and input weights of one
 * unit, through phi' x~, and, for smooth activations, input weights among themselves. */
static void assemble(const nd_linearization *point, const parts *of, double *gradient) {
    size_t n = point->samples, outputs = point->outputs, units = point->units;
    size_t inputs = point->inputs, width = nd_unit_width(point);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)units, (int)n, (int)n, 1,
                point->activity, (int)n, of->traced, (int)n, 0, of->through, (int)n);
    memset(gradient, 0, units * width * sizeof *gradient);
    for (size_t j = 0; j < units; j++) {
        double *row = gradient + j * width;
        for (size_t s = 0; s < n; s++) {
            double slope = point->slope[j * n + s], pull = slope * of->through[j * n + s];
            for (size_t k = 0; k < outputs; k++) {
                double pulled = of->pulled[(s * outputs + k) * units + j];
                row[inputs + k] += 2 * slope * pulled;
                if (point->curvature)
                    pull += point->curvature[j * n + s] * point->output_weights[j * outputs + k] *
                            pulled;
            }
            cblas_daxpy((int)inputs, 2 * pull, point->input + s * inputs, 1, row, 1);
        }
    }
}

static double value_of(const nd_linearization *point, nd_regularizer which,
                       const double *eigenvalue, double least) {
    size_t size = nd_residual_count(point);
    double sum = 0;
    for (size_t i = 0; i < size; i++)
        if (eigenvalue[i] > least)
            sum += which == ND_TRACE ? point->scale * eigenvalue[i]
                                     : log(point->scale * eigenvalue[i]);
    return sum;
}

bool nd_regularizer_at(const nd_linearization *point, nd_regularizer which, double least,
                       double *value, double *gradient, double *direction, nd_error *error) {
    if (!nd_blas_begin(error))
        return false;
    size_t size = nd_residual_count(point), count = nd_awake_parameters(point);
    double *vectors = nd_doubles(size * size, error), *eigenvalue = nd_doubles(size, error);
    double *derivative = nd_doubles(size * size, error);
    double *scratch = nd_doubles(2 * size + count, error), *slope = nd_doubles(count, error);
    parts of = {0};
    bool fine = vectors && eigenvalue && derivative && scratch && slope &&
                nd_gram(point, vectors, error) &&
                nd_symmetric_eigenvectors(vectors, size, eigenvalue, error);
    if (fine)
        least = least_of_gram(point, eigenvalue, least);
    if (fine && value)
        *value = value_of(point, which, eigenvalue, least);
    if (fine && point->units > 0 && (gradient || direction)) {
        fine = derivative_by_gram(point, which, vectors, eigenvalue, least, derivative, error) &&
               parts_make(point, derivative, &of, error);
        if (fine)
            assemble(point, &of, slope);
    }
    if (fine && gradient)
        memcpy(gradient, slope, count * sizeof *slope);
    if (fine && direction) {
        if (point->units > 0)
            nd_project_on_null_space(point, vectors, eigenvalue, least, scratch, slope);
        for (size_t i = 0; i < count; i++)
            direction[i] = -slope[i];
    }
    parts_free(&of);
    free(vectors);
    free(eigenvalue);
    free(derivative);
    free(scratch);
    free(slope);
    return fine;
}
