#include "flatness/spectrum_blocks.h"

#include <cblas.h>
#include <lapacke.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "flatness/dense.h"

static bool drives(const nd_linearization *point, size_t j, size_t s) {
    size_t at = j * point->samples + s;
    return point->slope[at] != 0 || (point->curvature && point->curvature[at] != 0);
}

static size_t input_rank(const nd_linearization *point, size_t j) {
    size_t driving = 0;
    for (size_t s = 0; s < point->samples; s++)
        driving += drives(point, j, s);
    return driving < point->inputs ? driving : point->inputs;
}

size_t nd_unit_block_width(const nd_linearization *point, size_t j) {
    return input_rank(point, j) + point->outputs;
}

void nd_unit_block_free(nd_unit_block *block) {
    free(block->input_map);
    free(block->output_map);
    free(block->coupling);
    *block = (nd_unit_block){0};
}

/* An orthonormal basis (rank x inputs, one vector a row) of the span of the inputs that drive unit
 * j: all of the space when they are as many as its dimensions, else by QR of those inputs. */
static bool input_basis(const nd_linearization *point, size_t j, size_t rank, double *basis,
                        nd_error *error) {
    size_t inputs = point->inputs, row = 0;
    if (rank == inputs) {
        memset(basis, 0, inputs * inputs * sizeof *basis);
        for (size_t i = 0; i < inputs; i++)
            basis[i * inputs + i] = 1;
        return true;
    }
    for (size_t s = 0; s < point->samples; s++)
        if (drives(point, j, s))
            memcpy(basis + inputs * row++, point->input + s * inputs, inputs * sizeof *basis);
    if (rank == 0)
        return true;
    double *factor = nd_doubles(rank, error);
    if (!factor)
        return false;
    /* The rows are the columns of a column-major matrix. */
    lapack_int m = (lapack_int)inputs, n = (lapack_int)rank;
    bool fine = LAPACKE_dgeqrf(LAPACK_COL_MAJOR, m, n, basis, m, factor) == 0 &&
                LAPACKE_dorgqr(LAPACK_COL_MAJOR, m, n, n, basis, m, factor) == 0;
    free(factor);
    return fine || nd_fail(error, "", "", "LAPACK's QR failed on %zu inputs of unit %zu", rank,
                           point->unit[j]);
}

/* The unit's part of R, width x width in the basis: R_uu = sum_s (e_s.V_j) phi'' x x',
 * R_uV = sum_s phi' x e_s', R_VV = 0, with x the basis' coordinates of x~_s. */
static void fill_block(const nd_linearization *point, size_t j, size_t rank, const double *basis,
                       double *x, double *block) {
    size_t outputs = point->outputs, width = rank + outputs;
    memset(block, 0, width * width * sizeof *block);
    for (size_t s = 0; s < point->samples; s++) {
        size_t at = j * point->samples + s;
        if (!drives(point, j, s))
            continue;
        const double *e = point->residual + s * outputs;
        cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)rank, (int)point->inputs, 1, basis,
                    (int)point->inputs, point->input + s * point->inputs, 1, 0, x, 1);
        double bend = 0;
        if (point->curvature)
            bend = point->curvature[at] *
                   cblas_ddot((int)outputs, e, 1, point->output_weights + j * outputs, 1);
        for (size_t i = 0; i < rank; i++) {
            double *row = block + i * width;
            for (size_t k = 0; k < outputs; k++)
                row[rank + k] += point->slope[at] * x[i] * e[k];
            for (size_t l = i; bend != 0 && l < rank; l++)
                row[l] += bend * x[i] * x[l];
        }
    }
}

/* From eigenvectors (one a row, over basis coordinates and outputs) to the two maps. */
static void fill_maps(const nd_linearization *point, size_t rank, const double *basis,
                      const double *vectors, nd_unit_block *block) {
    size_t width = block->width, inputs = point->inputs;
    if (rank > 0)
        cblas_dgemm(CblasRowMajor, CblasTrans, CblasTrans, (int)inputs, (int)width, (int)rank, 1,
                    basis, (int)inputs, vectors, (int)width, 0, block->input_map, (int)width);
    for (size_t k = 0; k < point->outputs; k++)
        for (size_t c = 0; c < width; c++)
            block->output_map[k * width + c] = vectors[c * width + rank + k];
}

bool nd_unit_block_make(const nd_linearization *point, size_t j, nd_unit_block *block,
                        nd_error *error) {
    size_t rank = input_rank(point, j), width = rank + point->outputs, inputs = point->inputs;
    *block = (nd_unit_block){.width = width,
                             .input_map = nd_doubles(inputs * width, error),
                             .output_map = nd_doubles(point->outputs * width, error),
                             .coupling = nd_doubles(width, error)};
    double *basis = nd_doubles(rank * inputs, error);
    double *matrix = nd_doubles(width * width, error), *x = nd_doubles(rank, error);
    bool fine = block->input_map && block->output_map && block->coupling && basis && matrix && x &&
                input_basis(point, j, rank, basis, error);
    if (fine) {
        fill_block(point, j, rank, basis, x, matrix);
        fine = nd_symmetric_eigenvectors(matrix, width, block->coupling, error);
    }
    if (fine)
        fill_maps(point, rank, basis, matrix, block);
    else
        nd_unit_block_free(block);
    free(basis);
    free(matrix);
    free(x);
    return fine;
}

void nd_unit_block_column(const nd_linearization *point, size_t j, const nd_unit_block *block,
                          size_t coordinate, double *driven, double *column) {
    size_t n = point->samples, outputs = point->outputs, width = block->width;
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)n, (int)point->inputs, 1, point->input,
                (int)point->inputs, block->input_map + coordinate, (int)width, 0, driven, 1);
    const double *weights = point->output_weights + j * outputs;
    for (size_t s = 0; s < n; s++) {
        double input_side = driven[s] * point->slope[j * n + s];
        double activity = point->activity[j * n + s];
        for (size_t k = 0; k < outputs; k++)
            column[s * outputs + k] =
                weights[k] * input_side + activity * block->output_map[k * width + coordinate];
    }
}
