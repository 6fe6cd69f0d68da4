#include "hebbian/fixed_point.h"

#include <string.h>

/* Pivots spent on a set before the Euler dynamics are asked for a better one. A start that is
 * nearly right takes two to four. */
enum { PIVOTS_PER_START = 6 };
/* Where the Euler dynamics are looked at on their way; the last is taken as it is. */
static const double stages[] = {1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-11};
enum { STAGES = sizeof stages / sizeof *stages };

/* Exact from the active set of the Euler dynamics, at ever finer tolerances; or these dynamics. */
static bool from_euler(nd_complementarity *solver, const nd_fixed_point_problem *problem,
                       uint64_t *set, double *y, nd_fixed_point_counts *counts, size_t *unit) {
    size_t neurons = problem->neurons;
    double *u = nd_complementarity_scratch(solver), *moving = u + neurons,
           *change = u + 2 * neurons;
    memset(u, 0, 2 * neurons * sizeof *u);
    for (int stage = 0; stage < STAGES; stage++) {
        if (nd_euler_settle(problem, stages[stage], ND_EULER_LIMIT, u, moving, change, unit) >
            ND_EULER_LIMIT)
            return false;
        nd_set_from_activity(moving, neurons, set);
        if (nd_complementarity_solve(solver, problem, PIVOTS_PER_START, set, y, &counts->pivots))
            return true;
    }
    counts->unpolished++;
    memcpy(y, moving, neurons * sizeof *y);
    return true;
}

/* Without drive the dynamics stay at rest, whatever M is. */
static bool at_rest(const nd_fixed_point_problem *problem) {
    for (size_t i = 0; i < problem->neurons; i++)
        if (!(problem->drive[i] <= problem->l1))
            return false;
    return true;
}

/* Is nobody in the set? */
static bool is_empty(const uint64_t *set, size_t words) {
    for (size_t w = 0; w < words; w++)
        if (set[w])
            return false;
    return true;
}

bool nd_fixed_point(nd_complementarity *solver, const nd_fixed_point_problem *problem,
                    uint64_t *set, double *y, nd_fixed_point_counts *counts, size_t *unit) {
    size_t words = nd_set_words(problem->neurons);
    counts->problems++;
    if (at_rest(problem)) {
        memset(set, 0, words * sizeof *set);
        memset(y, 0, problem->neurons * sizeof *y);
        return true;
    }
    if (is_empty(set, words)) {
        counts->cold_starts++;
    } else {
        if (nd_complementarity_solve(solver, problem, PIVOTS_PER_START, set, y, &counts->pivots))
            return true;
        counts->fall_backs++;
    }
    return from_euler(solver, problem, set, y, counts, unit);
}
