/* Descent without noise from a snapshot to the manifold of solutions (science.md 5, "relaxed"). */
#ifndef ND_MEASURE_RELAX_H
#define ND_MEASURE_RELAX_H

#include "measure/linearization.h"

#define ND_RELAXED_LOSS 1e-8 /* of the targets' variance */

typedef struct nd_relaxation {
    size_t steps;    /* accepted ones */
    double loss;     /* reached, over Var(y) */
    bool reached;    /* loss <= ND_RELAXED_LOSS */
    double distance; /* Euclidean, from where it began */
} nd_relaxation;

/* Moves `parameters` to relative loss ND_RELAXED_LOSS by Levenberg-Marquardt steps of least length,
 * theta -= J' (J J' + mu)^-1 e, in the small Gram space: near a solution they converge
 * quadratically, and stay in the span of the gradients, so that the end is the solution nearest to
 * the snapshot to first order, as that of gradient descent is. mu falls as steps succeed. Stops
 * after 100 trials, or 12 that gain next to nothing; not reaching the loss is no failure (reached
 * false): the task may have no solution for the units that are awake. */
bool nd_relax(nd_parameters *parameters, const nd_dataset *dataset, const nd_activation *activation,
              nd_relaxation *result, nd_error *error);

#endif
