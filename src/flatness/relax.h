/* Descent without noise from a snapshot to the manifold of solutions (docs/model.md, section 5.3,
 * "relaxed"). */
#ifndef ND_FLATNESS_RELAX_H
#define ND_FLATNESS_RELAX_H

#include "flatness/linearization.h"

#define ND_RELAXED_LOSS 1e-8 /* of the targets' variance, above the least that is possible */

typedef enum nd_relaxed_end {
    ND_AT_SOLUTION, /* at ND_RELAXED_LOSS or below it */
    ND_AT_MINIMUM,  /* above it, and to first order no step lowers the loss any more */
    ND_STILL_FALLING
} nd_relaxed_end;

typedef struct nd_relaxation {
    size_t trials, steps; /* steps tried; those accepted */
    double loss;          /* reached, over Var(y) */
    double least;         /* nd_least_loss */
    nd_relaxed_end end;
    double distance; /* Euclidean, from where it began */
} nd_relaxation;

/* The least loss over Var(y) that any network can have on the data: what samples with the same
 * inputs and different targets cost. */
double nd_least_loss(const nd_dataset *dataset);

/* Moves `parameters` down to relative loss nd_least_loss + ND_RELAXED_LOSS by Levenberg-Marquardt
 * steps of least length, theta -= J' (J J' + mu)^-1 e, in the small Gram space: near a solution
 * they converge quadratically, and stay in the span of the gradients, so that the end is the
 * solution nearest to the snapshot to first order, as that of gradient descent is. mu falls as
 * steps succeed. Creases of the loss, where units have kinks, are followed (relax_step.h). Ends at
 * a minimum, after 1000 trials (fewer for large problems, at least 100), or when 60 gained less
 * than 5%; not reaching the loss is no failure: the task may have no solution for the units that
 * are awake. `watch` may be NULL; stopped, it fails. */
bool nd_relax(nd_parameters *parameters, const nd_dataset *dataset, const nd_activation *activation,
              const nd_watch *watch, nd_relaxation *result, nd_error *error);

#endif
