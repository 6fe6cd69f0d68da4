#include "base/error.h"
#include "hebbian/fixed_point.h"
#include "hebbian/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Signs are judged, and solutions accepted, to within this; y and z are of order 1. */
static const double sign_tolerance = 1e-12;
static const double residual_tolerance = 1e-10;
/* Whole-block exchanges that may fail to lower the number of wrong signs before single ones. */
enum { BLOCK_TRIES = 3 };

struct nd_complementarity {
    size_t neurons;
    const nd_hebbian_kernels *kernels;
    double *block;   /* room for N x nd_padded(N): (M + l2)_FF, F the active neurons */
    double *right;   /* nd_padded(N): q_F, then y_F */
    double *z;       /* N */
    size_t *member;  /* N: the active neurons, ascending */
    bool *active;    /* N */
    size_t *wrong;   /* N: neurons whose sign is wrong */
    double *scratch; /* 3 N, for the Euler dynamics */
};

size_t nd_set_words(size_t neurons) {
    return (neurons + 63) / 64;
}

void nd_set_from_activity(const double *y, size_t neurons, uint64_t *set) {
    memset(set, 0, nd_set_words(neurons) * sizeof *set);
    for (size_t i = 0; i < neurons; i++)
        if (y[i] > 0)
            set[i / 64] |= 1ull << i % 64;
}

nd_complementarity *nd_complementarity_new(size_t neurons, nd_error *error) {
    nd_complementarity *solver = calloc(1, sizeof *solver);
    if (!solver) {
        nd_fail(error, "", "", "out of memory for the fixed point of %zu neurons", neurons);
        return NULL;
    }
    solver->neurons = neurons;
    solver->kernels = nd_hebbian_kernels_choose();
    if (!(solver->block = nd_doubles(neurons * nd_padded(neurons), error)) ||
        !(solver->right = nd_doubles(nd_padded(neurons), error)) ||
        !(solver->z = nd_doubles(neurons, error)) ||
        !(solver->member = nd_array(neurons, sizeof *solver->member, error)) ||
        !(solver->active = nd_array(neurons, sizeof *solver->active, error)) ||
        !(solver->wrong = nd_array(neurons, sizeof *solver->wrong, error)) ||
        !(solver->scratch = nd_doubles(3 * neurons, error))) {
        nd_complementarity_free(solver);
        return NULL;
    }
    return solver;
}

void nd_complementarity_free(nd_complementarity *solver) {
    if (!solver)
        return;
    free(solver->block);
    free(solver->right);
    free(solver->z);
    free(solver->member);
    free(solver->active);
    free(solver->wrong);
    free(solver->scratch);
    free(solver);
}

double *nd_complementarity_scratch(nd_complementarity *solver) {
    return solver->scratch;
}

/* The active block and its right-hand side. */
static void take_block(nd_complementarity *solver, const nd_fixed_point_problem *problem,
                       size_t count) {
    size_t neurons = problem->neurons, stride = nd_padded(count);
    const size_t *member = solver->member;
    for (size_t c = 0; c < count; c++) {
        const double *column = problem->lateral + member[c] * neurons;
        for (size_t r = 0; r < count; r++)
            solver->block[r * stride + c] = column[member[r]];
    }
    for (size_t r = 0; r < count; r++) {
        for (size_t c = count; c < stride; c++)
            solver->block[r * stride + c] = 0;
        solver->block[r * stride + r] += problem->l2;
        solver->right[r] = problem->drive[member[r]] - problem->l1;
    }
}

/* y of the active neurons from (M + l2)_FF y_F = q_F, and z = (M + l2) y - q of them all. */
static bool solve_active(nd_complementarity *solver, const nd_fixed_point_problem *problem,
                         double *y) {
    size_t neurons = problem->neurons, count = 0;
    for (size_t i = 0; i < neurons; i++)
        if (solver->active[i])
            solver->member[count++] = i;
    take_block(solver, problem, count);
    if (!solver->kernels->solve(solver->block, solver->right, count))
        return false;
    for (size_t i = 0; i < neurons; i++) {
        y[i] = 0;
        solver->z[i] = problem->l1 - problem->drive[i];
    }
    solver->kernels->accumulate(problem->lateral, neurons, solver->member, solver->right, count,
                                solver->z);
    for (size_t c = 0; c < count; c++) {
        y[solver->member[c]] = solver->right[c];
        solver->z[solver->member[c]] += problem->l2 * solver->right[c];
    }
    return true;
}

/* Lists the neurons whose sign is wrong: active with y < 0, silent with z < 0. */
static size_t wrong_signs(nd_complementarity *solver, const double *y) {
    size_t count = 0;
    for (size_t i = 0; i < solver->neurons; i++)
        if ((solver->active[i] ? y[i] : solver->z[i]) < -sign_tolerance)
            solver->wrong[count++] = i;
    return count;
}

/* Rounding may leave y a hair below 0; the residual is judged on the y that is handed back. */
static bool accept(const nd_complementarity *solver, double *y) {
    for (size_t i = 0; i < solver->neurons; i++) {
        double z = solver->z[i], below = fmax(-y[i], 0);
        double violation = solver->active[i] ? fabs(z) + below : -z;
        if (!(violation < residual_tolerance))
            return false;
        y[i] = fmax(y[i], 0);
    }
    return true;
}

bool nd_complementarity_solve(nd_complementarity *solver, const nd_fixed_point_problem *problem,
                              unsigned limit, uint64_t *set, double *y, uint64_t *pivots) {
    size_t neurons = problem->neurons, fewest = neurons + 1;
    int tries = BLOCK_TRIES;
    for (size_t i = 0; i < neurons; i++)
        solver->active[i] = set[i / 64] >> i % 64 & 1;
    for (unsigned pivot = 0; pivot < limit; pivot++) {
        (*pivots)++;
        if (!solve_active(solver, problem, y))
            return false;
        size_t wrong = wrong_signs(solver, y);
        if (wrong == 0) {
            if (!accept(solver, y))
                return false;
            nd_set_from_activity(y, neurons, set);
            return true;
        }
        if (wrong < fewest) {
            fewest = wrong;
            tries = BLOCK_TRIES;
        } else if (tries > 0) {
            tries--;
        } else { /* Murty's rule: the last one only, which cannot cycle for a P-matrix */
            solver->wrong[0] = solver->wrong[wrong - 1];
            wrong = 1;
        }
        for (size_t k = 0; k < wrong; k++)
            solver->active[solver->wrong[k]] = !solver->active[solver->wrong[k]];
    }
    return false;
}
