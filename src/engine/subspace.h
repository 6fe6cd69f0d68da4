/* The input subspace (docs/model.md, section 6.2): only the projection of a unit's (weights, bias)
 * on the span of the augmented inputs x~ = (x, 1) matters to what the network does. */
#ifndef ND_ENGINE_SUBSPACE_H
#define ND_ENGINE_SUBSPACE_H

#include "world/dataset.h"

typedef struct nd_subspace {
    size_t samples, columns, rank; /* n, d_in + 1, r */
    double *augmented;             /* n x columns: the x~ themselves */
    double *basis;                 /* rank x columns, orthonormal rows; NULL: the identity */
    double *coordinates;           /* n x rank: x~ = coordinates basis; lower trapezoidal */
    size_t *reach;                 /* n: coordinates[s][k] = 0 for k >= reach[s]; never falls */
    size_t *first;                 /* rank: coordinates[s][k] = 0 for s < first[k]; never falls */
    double *length;                /* n: |x~_s| */
} nd_subspace;

/* By orthogonalising the samples in their order, so that sample s needs the first s+1 coordinates
 * only. With `whole`, all d_in + 1 coordinates as they are. */
nd_subspace *nd_subspace_new(const nd_dataset *dataset, bool whole, nd_error *error);
void nd_subspace_free(nd_subspace *subspace);

/* Turns the basis to the principal directions of the samples, the largest first: most of a sample
 * then lies in few coordinates, but every sample needs all of them. Nothing is done with `whole`.
 */
bool nd_subspace_turn(nd_subspace *subspace, nd_error *error);
/* out (rank) = basis vector (columns). */
void nd_subspace_project(const nd_subspace *subspace, const double *vector, double *out);
/* vector (columns) += scale basis' coordinates (rank). */
void nd_subspace_add(const nd_subspace *subspace, const double *coordinates, double scale,
                     double *vector);

#endif
