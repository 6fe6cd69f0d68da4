#include "engine/subspace.h"

#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/blas.h"
#include "base/error.h"

/* A sample whose remainder is below this share of its length lies in the span of those before. */
static const double DEPENDENT = 1e-14;

/* a . b, of `count` values each. */
static double dot(const double *a, const double *b, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

/* The arrays, for as many coordinates as there may be. */
static bool allocate(nd_subspace *subspace, bool whole, nd_error *error) {
    size_t n = subspace->samples, columns = subspace->columns;
    size_t most = whole || columns < n ? columns : n;
    return (subspace->augmented = nd_doubles(n * columns, error)) &&
           (whole || (subspace->basis = nd_doubles(most * columns, error))) &&
           (subspace->coordinates = nd_doubles(n * most, error)) &&
           (subspace->reach = nd_array(n, sizeof(size_t), error)) &&
           (subspace->first = nd_array(most, sizeof(size_t), error)) &&
           (subspace->length = nd_doubles(n, error));
}

/* The samples with a 1 appended (n x columns), and their lengths. */
static void augment(nd_subspace *subspace, const nd_dataset *dataset) {
    size_t columns = subspace->columns;
    for (size_t s = 0; s < subspace->samples; s++) {
        double *x = subspace->augmented + s * columns;
        memcpy(x, dataset->input + s * dataset->inputs, dataset->inputs * sizeof *x);
        x[columns - 1] = 1;
        subspace->length[s] = sqrt(dot(x, x, columns));
    }
}

/* Gram-Schmidt with one repetition, sample by sample; coordinates are n x stride. */
static void orthogonalise(nd_subspace *subspace, size_t stride, double *remainder) {
    size_t columns = subspace->columns, rank = 0;
    for (size_t s = 0; s < subspace->samples; s++) {
        const double *x = subspace->augmented + s * columns;
        double *c = subspace->coordinates + s * stride;
        memcpy(remainder, x, columns * sizeof *x);
        for (int pass = 0; pass < 2; pass++)
            for (size_t k = 0; k < rank; k++) {
                const double *q = subspace->basis + k * columns;
                double part = dot(q, remainder, columns);
                c[k] += part;
                for (size_t i = 0; i < columns; i++)
                    remainder[i] -= part * q[i];
            }
        double left = sqrt(dot(remainder, remainder, columns));
        if (rank < stride && left > DEPENDENT * subspace->length[s]) {
            for (size_t i = 0; i < columns; i++)
                subspace->basis[rank * columns + i] = remainder[i] / left;
            c[rank] = left;
            subspace->first[rank++] = s;
        }
        subspace->reach[s] = rank;
    }
    subspace->rank = rank;
    for (size_t s = 0; s < subspace->samples; s++) /* close up the rows: n x rank */
        memmove(subspace->coordinates + s * rank, subspace->coordinates + s * stride,
                rank * sizeof(double));
}

nd_subspace *nd_subspace_new(const nd_dataset *dataset, bool whole, nd_error *error) {
    nd_subspace *subspace = nd_array(1, sizeof *subspace, error);
    if (!subspace)
        return NULL;
    subspace->samples = dataset->samples;
    subspace->columns = dataset->inputs + 1;
    double *remainder = nd_doubles(subspace->columns, error);
    if (!remainder || !allocate(subspace, whole, error)) {
        free(remainder);
        nd_subspace_free(subspace);
        return NULL;
    }
    augment(subspace, dataset);
    size_t n = subspace->samples, columns = subspace->columns;
    if (whole) {
        subspace->rank = columns;
        memcpy(subspace->coordinates, subspace->augmented, n * columns * sizeof(double));
        for (size_t s = 0; s < n; s++)
            subspace->reach[s] = columns;
    } else {
        orthogonalise(subspace, columns < n ? columns : n, remainder);
    }
    free(remainder);
    return subspace;
}

/* The eigenvectors of C'C, C the coordinates, as columns of `direction`, the largest first. */
static bool principal_directions(const nd_subspace *subspace, gsl_matrix *direction) {
    size_t rank = subspace->rank;
    gsl_matrix *spread = gsl_matrix_calloc(rank, rank);
    gsl_vector *size = gsl_vector_alloc(rank);
    gsl_eigen_symmv_workspace *space = gsl_eigen_symmv_alloc(rank);
    bool fine = spread && size && space;
    for (size_t s = 0; fine && s < subspace->samples; s++) {
        const double *c = subspace->coordinates + s * rank;
        for (size_t i = 0; i < rank; i++)
            for (size_t k = 0; k < rank; k++)
                *gsl_matrix_ptr(spread, i, k) += c[i] * c[k];
    }
    fine = fine && !gsl_eigen_symmv(spread, size, direction, space) &&
           !gsl_eigen_symmv_sort(size, direction, GSL_EIGEN_SORT_VAL_DESC);
    if (space)
        gsl_eigen_symmv_free(space);
    if (size)
        gsl_vector_free(size);
    if (spread)
        gsl_matrix_free(spread);
    return fine;
}

bool nd_subspace_turn(nd_subspace *subspace, nd_error *error) {
    size_t rank = subspace->rank, columns = subspace->columns;
    if (!subspace->basis)
        return true;
    if (!nd_blas_begin(error)) /* a run's bits depend on no machine's number of processors */
        return false;
    gsl_matrix *direction = gsl_matrix_calloc(rank, rank);
    double *basis = nd_doubles(rank * columns, error);
    bool fine = basis && direction && principal_directions(subspace, direction);
    if (basis && !fine)
        nd_fail(error, "inputs", "set run.engine to reference",
                "their principal directions were not found");
    if (fine) {
        for (size_t k = 0; k < rank; k++)
            for (size_t i = 0; i < rank; i++)
                for (size_t j = 0; j < columns; j++)
                    basis[k * columns + j] +=
                        gsl_matrix_get(direction, i, k) * subspace->basis[i * columns + j];
        memcpy(subspace->basis, basis, rank * columns * sizeof *basis);
        for (size_t s = 0; s < subspace->samples; s++) {
            nd_subspace_project(subspace, subspace->augmented + s * columns,
                                subspace->coordinates + s * rank);
            subspace->reach[s] = rank;
        }
        memset(subspace->first, 0, rank * sizeof *subspace->first);
    }
    if (direction)
        gsl_matrix_free(direction);
    free(basis);
    return fine;
}

void nd_subspace_free(nd_subspace *subspace) {
    if (!subspace)
        return;
    free(subspace->augmented);
    free(subspace->basis);
    free(subspace->coordinates);
    free(subspace->reach);
    free(subspace->first);
    free(subspace->length);
    free(subspace);
}

void nd_subspace_project(const nd_subspace *subspace, const double *vector, double *out) {
    if (!subspace->basis)
        memcpy(out, vector, subspace->columns * sizeof *out);
    else
        for (size_t k = 0; k < subspace->rank; k++)
            out[k] = dot(subspace->basis + k * subspace->columns, vector, subspace->columns);
}

void nd_subspace_add(const nd_subspace *subspace, const double *coordinates, double scale,
                     double *vector) {
    if (!subspace->basis) {
        for (size_t i = 0; i < subspace->columns; i++)
            vector[i] += scale * coordinates[i];
        return;
    }
    for (size_t k = 0; k < subspace->rank; k++)
        for (size_t i = 0; i < subspace->columns; i++)
            vector[i] += scale * coordinates[k] * subspace->basis[k * subspace->columns + i];
}
