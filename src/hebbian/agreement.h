/* How well the exact fixed points of a run agree with the Euler dynamics that define them. */
#ifndef ND_HEBBIAN_AGREEMENT_H
#define ND_HEBBIAN_AGREEMENT_H

#include "hebbian/hebbian.h"

/* What must hold (largest difference over the neurons). */
#define ND_AGREES_COARSE 2e-3    /* with the Euler dynamics at tolerance 1e-4 */
#define ND_AGREES_FINE 1e-8      /* with the Euler dynamics at tolerance 1e-10 */
#define ND_AGREES_RESIDUAL 1e-10 /* max |min(y, z)| of the complementarity problem */

typedef struct nd_agreement {
    uint64_t problems;             /* compared */
    uint64_t asymmetric;           /* of them with an M that is not symmetric */
    uint64_t indefinite;           /* of them where M + l2 has a negative direction */
    double coarse, fine, residual; /* the worst found */
    uint64_t apart;                /* problems beyond one of the bounds */
    nd_fixed_point_counts counts;  /* of the whole trajectory */
} nd_agreement;

/* Follows a run through all its steps, settling ones included, and compares the fixed points of
 * `problems` of them, evenly spaced. Fails as nd_hebbian_step does, and when the watch stops it. */
bool nd_hebbian_agreement(const nd_experiment *experiment, uint64_t problems, nd_agreement *result,
                          const nd_watch *watch, nd_error *error);

#endif
