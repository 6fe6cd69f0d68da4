/* The fixed point of the neural dynamics (docs/model.md, section 7.2), as the complementarity
 * problem it is:
 *
 *     z = (M + l2) y - q >= 0,  y >= 0,  y.z = 0,   q = W x - sqrt(alpha) b - l1.
 *
 * M is not symmetric (noise) and, for place cells, not definite, so that more than one y can solve
 * it; the Euler dynamics from rest say which one is meant. The exact solver is fast and is started
 * from a set of active neurons that is nearly right; the Euler dynamics are the definition and what
 * is fallen back on. */
#ifndef ND_HEBBIAN_FIXED_POINT_H
#define ND_HEBBIAN_FIXED_POINT_H

#include "base/memory.h"

/* One problem. */
typedef struct nd_fixed_point_problem {
    size_t neurons;        /* N */
    const double *lateral; /* N x N, by sending neuron: lateral[j * N + i] is M_ij, from j to i */
    const double *drive;   /* N: W x - sqrt(alpha) b */
    double l1, l2;         /* l2 > 0 */
} nd_fixed_point_problem;

/* The largest violation of the complementarity problem: max_i |min(y_i, z_i)|. */
double nd_complementarity_residual(const nd_fixed_point_problem *problem, const double *y);

/* ---- The reference: Euler integration (euler.c) ---- */

#define ND_EULER_STEP 0.05
#define ND_EULER_TOLERANCE 1e-4
enum { ND_EULER_LIMIT = 1000000 };

/* Integrates du/dt on from u and y (N each) in steps of ND_EULER_STEP until they change by at most
 * `tolerance` per unit of time: the root of the sum over neurons of the squared speed of u or y,
 * whichever is faster. Returns the steps made, or limit + 1 when they did not
 * settle within `limit`; *unit is then the neuron that moves most. `change` has room for N. */
size_t nd_euler_settle(const nd_fixed_point_problem *problem, double tolerance, size_t limit,
                       double *u, double *y, double *change, size_t *unit);

/* The same from rest (u = 0, y = 0): the definition of y(x). `scratch` has room for 2 N. */
size_t nd_euler_fixed_point(const nd_fixed_point_problem *problem, double tolerance, size_t limit,
                            double *y, double *scratch, size_t *unit);

/* ---- The exact solver (complementarity.c) ---- */

/* Sets of neurons are bits, 64 to a word. */
size_t nd_set_words(size_t neurons);
void nd_set_from_activity(const double *y, size_t neurons, uint64_t *set);

typedef struct nd_complementarity nd_complementarity; /* room to work in, for N neurons */
nd_complementarity *nd_complementarity_new(size_t neurons, nd_error *error);
void nd_complementarity_free(nd_complementarity *solver);
double *nd_complementarity_scratch(nd_complementarity *solver); /* 3 N, for the Euler dynamics */

/* Block principal pivoting (Judice & Pires 1994) with partial-pivoting LU of the active block,
 * started from the neurons in `set`. True: y solves the problem to a residual below 1e-10 and `set`
 * is its active set. False: not found within `limit` blocks; `set` is as it was, y undefined. Adds
 * the number of blocks factorised to *pivots. */
bool nd_complementarity_solve(nd_complementarity *solver, const nd_fixed_point_problem *problem,
                              unsigned limit, uint64_t *set, double *y, uint64_t *pivots);

/* How often what was needed. */
typedef struct nd_fixed_point_counts {
    uint64_t problems;    /* fixed points asked for */
    uint64_t pivots;      /* active blocks factorised */
    uint64_t cold_starts; /* no active set was known: started from some Euler steps */
    uint64_t fall_backs;  /* the active set known led nowhere: restarted from some Euler steps */
    uint64_t unpolished;  /* of both, the Euler dynamics at 1e-11 had to be taken as they were */
} nd_fixed_point_counts;

/* The fixed point. Exact from `set`, unless that is empty or takes many pivots; or else exact from
 * the active set of the Euler dynamics, followed from rest to ever finer tolerances; or else the
 * Euler dynamics themselves at the finest. `set` becomes the active set. False when the dynamics do
 * not settle: *unit is the neuron that moves most. */
bool nd_fixed_point(nd_complementarity *solver, const nd_fixed_point_problem *problem,
                    uint64_t *set, double *y, nd_fixed_point_counts *counts, size_t *unit);

#endif
