/* Spectra of the Hessian of the loss (docs/model.md, section 5.2): how flat the loss is around a
 * network.
 *
 *     Hessian = 2/(n d_out) (J'J + R)
 *
 * J'J is the Gauss-Newton part; R couples within each unit only, weighted by the residuals. At zero
 * loss R is zero. Nothing here differentiates automatically or calls a general eigensolver. */
#ifndef ND_FLATNESS_SPECTRUM_H
#define ND_FLATNESS_SPECTRUM_H

#include "flatness/linearization.h"

/* An eigenvalue counts as non-zero when its magnitude is above this share of the largest. */
#define ND_EIGENVALUE_TOLERANCE 1e-10

/* Eigenvalues, largest first. Those not listed are exactly zero: `parameters` in all. */
typedef struct nd_spectrum {
    size_t count, parameters;
    double *eigenvalue; /* count */
} nd_spectrum;

void nd_spectrum_free(nd_spectrum *spectrum);

/* Over eigenvalues above the tolerance: how many, how many positive ones, the sum of their natural
 * logarithms (positive ones only). */
size_t nd_spectrum_nonzero(const nd_spectrum *spectrum);
size_t nd_spectrum_positive(const nd_spectrum *spectrum);
double nd_spectrum_log_sum(const nd_spectrum *spectrum);

/* The Gram matrix J J' (n d_out square, row-major, both triangles), from its structure: no Jacobian
 * is formed. Index s d_out + k. */
bool nd_gram(const nd_linearization *point, double *gram, nd_error *error);

/* The Gauss-Newton spectrum: eigenvalues of 2/(n d_out) J'J, by the smaller of J J' and J'J. At
 * most min(n d_out, awake parameters) of them. */
bool nd_gauss_newton_spectrum(const nd_linearization *point, nd_spectrum *spectrum,
                              nd_error *error);
/* Bytes the above takes at its peak. */
double nd_gauss_newton_bytes(const nd_linearization *point);

/* The exact Hessian's spectrum, by the reduced symmetric problem:
 * 1. silent units are dropped; 2. each unit's input side is reduced to the span of the inputs that
 * drive it; 3. each unit's residual block is diagonalised; coordinates in which it vanishes (below
 * 1e-13 of the largest eigenvalue, which is then the most any eigenvalue can be wrong by) matter
 * only through J, whose n d_out rows span at most n d_out dimensions.
 * Fails, telling how large it would be, when more than `most_bytes` (usually nd_available_bytes())
 * would be needed. */
bool nd_hessian_spectrum(const nd_linearization *point, double most_bytes, nd_spectrum *spectrum,
                         nd_error *error);

#endif
