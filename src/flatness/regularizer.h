/* What noise is thought to lower on the manifold of solutions (docs/model.md, section 5.5): the sum
 * of the logarithms of the non-zero eigenvalues of the Hessian under update noise, their sum under
 * label noise (Blanc et al. 2020; Li et al. 2021); and the direction of drift that follows. */
#ifndef ND_FLATNESS_REGULARIZER_H
#define ND_FLATNESS_REGULARIZER_H

#include "flatness/linearization.h"

typedef enum nd_regularizer {
    ND_LOG_SUM, /* of the Gauss-Newton eigenvalues above ND_EIGENVALUE_TOLERANCE */
    ND_TRACE,   /* of the Gauss-Newton matrix */
    ND_REGULARIZERS
} nd_regularizer;

/* "log_sum", "trace". */
const char *nd_regularizer_name(nd_regularizer which);

/* `least`: eigenvalues of the Hessian below it count as zero, their directions as along the
 * manifold; never less than ND_EIGENVALUE_TOLERANCE of the largest, which 0 means. On a spectrum
 * without a gap a direction lies along the manifold for as long as it takes to relax, 1 / (eta
 * lambda) steps.
 *
 * Value, gradient over the awake parameters, and predicted drift: minus the gradient, projected on
 * the null space of the Gauss-Newton matrix (along the manifold). Both arrays are awake vectors;
 * either may be NULL. The gradient is that of a Gauss-Newton matrix of constant rank, away from
 * kinks. */
bool nd_regularizer_at(const nd_linearization *point, nd_regularizer which, double least,
                       double *value, double *gradient, double *direction, nd_error *error);

/* Removes from an awake vector what lies in the span of the outputs' gradients: I - J^+ J, for the
 * Gram matrix's eigenvectors in `vectors` (rows; n d_out square) and `eigenvalue` (ascending),
 * those above `least`. */
void nd_project_on_null_space(const nd_linearization *point, const double *vectors,
                              const double *eigenvalue, double least, double *scratch,
                              double *vector);

#endif
