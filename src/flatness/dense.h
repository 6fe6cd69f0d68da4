/* Dense symmetric algebra through OpenBLAS and LAPACK, on one thread, so that results do not
 * depend on the machine's load or number of processors. */
#ifndef ND_FLATNESS_DENSE_H
#define ND_FLATNESS_DENSE_H

#include "base/blas.h"
#include "base/memory.h"

/* Eigenvalues of a symmetric matrix (size x size, upper triangle of the row-major array; it is
 * overwritten), smallest first, into `eigenvalue` (size). Large problems go through the two-stage
 * reduction, whose work is matrix products rather than memory traffic. */
bool nd_symmetric_eigenvalues(double *matrix, size_t size, double *eigenvalue, nd_error *error);

/* The same with eigenvectors: row i of `matrix` becomes the eigenvector of eigenvalue[i]. */
bool nd_symmetric_eigenvectors(double *matrix, size_t size, double *eigenvalue, nd_error *error);

#endif
