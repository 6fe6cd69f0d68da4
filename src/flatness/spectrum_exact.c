/* The exact Hessian's non-zero spectrum through the reduced symmetric problem of spectrum.h. */
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/sort.h"
#include "flatness/dense.h"
#include "flatness/spectrum.h"
#include "flatness/spectrum_blocks.h"

/* A residual coupling below this share of the largest eigenvalue is taken as zero (Weyl: no
 * eigenvalue then moves by more). */
#define DEFLATION 1e-13

/* Pivots of the free coordinates' Gram matrix below this share of its largest entry are rounding.
 */
#define CHOLESKY_TOLERANCE 1e-15

typedef struct reduced_problem {
    const nd_linearization *point;
    nd_unit_block *block; /* units */
    double least;         /* couplings below it are deflated */
    size_t coupled, free; /* coordinates with a coupling; those without */
    size_t size;          /* of the final matrix: coupled + min(free, n d_out) */
} reduced_problem;

static void problem_free(reduced_problem *problem) {
    for (size_t j = 0; problem->block && j < problem->point->units; j++)
        nd_unit_block_free(&problem->block[j]);
    free(problem->block);
}

/* A lower bound of the largest eigenvalue of J'J + R: the mean one of J'J that is not zero. */
static double scale_bound(const nd_linearization *point) {
    double squares = 0;
    for (size_t s = 0; s < point->samples; s++) {
        const double *x = point->input + s * point->inputs;
        double length = cblas_ddot((int)point->inputs, x, 1, x, 1);
        for (size_t j = 0; j < point->units; j++) {
            const double *weights = point->output_weights + j * point->outputs;
            double gain =
                cblas_dnrm2((int)point->outputs, weights, 1) * point->slope[j * point->samples + s];
            double activity = point->activity[j * point->samples + s];
            squares += gain * gain * length + (double)point->outputs * activity * activity;
        }
    }
    return squares / (double)nd_residual_count(point);
}

static bool make_blocks(reduced_problem *problem, nd_error *error) {
    const nd_linearization *point = problem->point;
    double largest = scale_bound(point);
    for (size_t j = 0; j < point->units; j++) {
        nd_unit_block *block = &problem->block[j];
        if (!nd_unit_block_make(point, j, block, error))
            return false;
        if (block->width > 0)
            largest = fmax(largest, block->coupling[block->width - 1]);
    }
    problem->least = DEFLATION * largest;
    for (size_t j = 0; j < point->units; j++)
        for (size_t c = 0; c < problem->block[j].width; c++)
            if (fabs(problem->block[j].coupling[c]) > problem->least)
                problem->coupled++;
            else
                problem->free++;
    size_t residuals = nd_residual_count(point);
    problem->size = problem->coupled + (problem->free < residuals ? problem->free : residuals);
    return true;
}

/* Appends the Jacobian columns of the unit's coordinates that are coupled, or of those that are
 * free, as rows of `rows`; returns how many. */
static size_t append_columns(const reduced_problem *problem, size_t j, bool coupled, double *driven,
                             double *rows) {
    const nd_unit_block *block = &problem->block[j];
    size_t residuals = nd_residual_count(problem->point), count = 0;
    for (size_t c = 0; c < block->width; c++)
        if ((fabs(block->coupling[c]) > problem->least) == coupled)
            nd_unit_block_column(problem->point, j, block, c, driven, rows + residuals * count++);
    return count;
}

/* Replaces the free coordinates' columns J0 (n d_out x free, more than n d_out of them) by a factor
 * L with L L' = J0 J0', as rows: pivoted Cholesky of their Gram matrix. The rows beyond its rank
 * are zero. The other coordinates see J0 only through J0 J0', so that no eigenvalue changes. */
static bool factor_free(const reduced_problem *problem, double *driven, double *rows,
                        nd_error *error) {
    const nd_linearization *point = problem->point;
    size_t size = nd_residual_count(point), batch = 0, most = 128;
    size_t widest = point->inputs + point->outputs;
    double *columns = nd_doubles((most + widest) * size, error);
    lapack_int *pivot = nd_array(size, sizeof *pivot, error);
    double *gram = nd_doubles(size * size, error);
    bool fine = columns && pivot && gram;
    for (size_t j = 0; fine && j < point->units; j++) {
        batch += append_columns(problem, j, false, driven, columns + batch * size);
        if (batch < most && j + 1 < point->units)
            continue;
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)size, (int)batch, 1, columns,
                    (int)size, 1, gram, (int)size);
        batch = 0;
    }
    double largest = 0;
    for (size_t i = 0; fine && i < size; i++)
        largest = fmax(largest, gram[i * size + i]);
    lapack_int rank = 0, n = (lapack_int)size;
    fine = fine && LAPACKE_dpstrf(LAPACK_COL_MAJOR, 'L', n, gram, n, pivot, &rank,
                                  CHOLESKY_TOLERANCE * largest) >= 0;
    /* Column r of the column-major factor is row r of the array, in pivoted order. */
    memset(rows, 0, size * size * sizeof *rows);
    for (size_t r = 0; fine && r < (size_t)rank; r++)
        for (size_t i = r; i < size; i++)
            rows[r * size + (size_t)(pivot[i] - 1)] = gram[r * size + i];
    free(columns);
    free(pivot);
    free(gram);
    return fine;
}

/* The reduced Jacobian: a row per coordinate of the final matrix, coupled ones first. */
static bool fill_rows(const reduced_problem *problem, double *rows, nd_error *error) {
    const nd_linearization *point = problem->point;
    size_t residuals = nd_residual_count(point), at = 0;
    double *driven = nd_doubles(point->samples, error);
    if (!driven)
        return false;
    for (size_t j = 0; j < point->units; j++)
        at += append_columns(problem, j, true, driven, rows + at * residuals);
    bool fine = true;
    if (problem->free > residuals)
        fine = factor_free(problem, driven, rows + at * residuals, error);
    else
        for (size_t j = 0; j < point->units; j++)
            at += append_columns(problem, j, false, driven, rows + at * residuals);
    free(driven);
    return fine;
}

/* The final matrix (size x size, upper triangle): rows rows' with the couplings on the diagonal. */
static double *reduced_matrix(const reduced_problem *problem, nd_error *error) {
    const nd_linearization *point = problem->point;
    size_t size = problem->size, residuals = nd_residual_count(point), at = 0;
    double *rows = nd_doubles(size * residuals, error);
    double *matrix = rows ? nd_doubles(size * size, error) : NULL;
    if (!matrix || !fill_rows(problem, rows, error)) {
        free(rows);
        free(matrix);
        return NULL;
    }
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, (int)size, (int)residuals, 1, rows,
                (int)residuals, 0, matrix, (int)size);
    free(rows);
    for (size_t j = 0; j < point->units; j++)
        for (size_t c = 0; c < problem->block[j].width; c++)
            if (fabs(problem->block[j].coupling[c]) > problem->least) {
                matrix[at * size + at] += problem->block[j].coupling[c];
                at++;
            }
    return matrix;
}

static bool check_memory(double bytes, double most_bytes, size_t size, nd_error *error) {
    if (bytes <= most_bytes)
        return true;
    return nd_fail(error, "",
                   "take `lanczos` (extreme eigenvalues, trace and density), fewer "
                   "`snapshots`, or a larger `memory`",
                   "the exact spectrum is an eigenproblem of size %zu and needs %.2f GB, %.2f GB "
                   "are free",
                   size, bytes / 1e9, most_bytes / 1e9);
}

/* What the blocks' maps will take, before any is made. */
static bool check_blocks(const nd_linearization *point, double most_bytes, nd_error *error) {
    double bytes = 0;
    size_t widths = 0;
    for (size_t j = 0; j < point->units; j++) {
        size_t width = nd_unit_block_width(point, j);
        bytes += 8.0 * (double)width * (double)(nd_unit_width(point) + 1);
        widths += width;
    }
    return check_memory(bytes, most_bytes, widths, error);
}

static double solve_bytes(const reduced_problem *problem) {
    double size = (double)problem->size, residuals = (double)nd_residual_count(problem->point);
    double forming = size * (size + residuals);
    if (problem->free > nd_residual_count(problem->point))
        forming += residuals * (residuals + 256);
    double solving = size * (size + 200); /* the two-stage reduction's band and workspace */
    return 8 * fmax(forming, solving);
}

static bool solve(const reduced_problem *problem, nd_spectrum *spectrum, nd_error *error) {
    size_t size = problem->size;
    if (size == 0)
        return true;
    double *matrix = reduced_matrix(problem, error);
    if (!matrix)
        return false;
    spectrum->eigenvalue = nd_doubles(size, error);
    spectrum->count = size;
    bool fine =
        spectrum->eigenvalue && nd_symmetric_eigenvalues(matrix, size, spectrum->eigenvalue, error);
    free(matrix);
    if (!fine) {
        nd_spectrum_free(spectrum);
        return false;
    }
    for (size_t i = 0; i < size; i++)
        spectrum->eigenvalue[i] *= problem->point->scale;
    nd_sort_descending(spectrum->eigenvalue, size);
    return true;
}

bool nd_hessian_spectrum(const nd_linearization *point, double most_bytes, nd_spectrum *spectrum,
                         nd_error *error) {
    if (!nd_blas_begin(error))
        return false;
    *spectrum = (nd_spectrum){.parameters = point->hidden * nd_unit_width(point)};
    if (!check_blocks(point, most_bytes, error))
        return false;
    reduced_problem problem = {.point = point,
                               .block = nd_array(point->units, sizeof *problem.block, error)};
    bool fine = problem.block && make_blocks(&problem, error) &&
                check_memory(solve_bytes(&problem), most_bytes, problem.size, error) &&
                solve(&problem, spectrum, error);
    spectrum->parameters = point->hidden * nd_unit_width(point);
    problem_free(&problem);
    return fine;
}
