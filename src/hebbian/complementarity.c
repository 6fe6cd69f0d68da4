#include "base/error.h"
#include "hebbian/fixed_point.h"

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
    double *factors; /* room for N x N: LU of the active block, row by row */
    double *right;   /* N: the right-hand side, then the solution */
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
    if (!(solver->factors = nd_doubles(neurons * neurons, error)) ||
        !(solver->right = nd_doubles(neurons, error)) ||
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
    free(solver->factors);
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

/* Solves factors (count x count, overwritten) times x = right, in place; false when singular. */
static bool solve_linear(double *restrict factors, double *restrict right, size_t count) {
    for (size_t k = 0; k < count; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < count; i++)
            if (fabs(factors[i * count + k]) > fabs(factors[pivot * count + k]))
                pivot = i;
        double *restrict top = factors + k * count;
        if (pivot != k) {
            double *other = factors + pivot * count;
            for (size_t j = k; j < count; j++) {
                double kept = top[j];
                top[j] = other[j];
                other[j] = kept;
            }
            double kept = right[k];
            right[k] = right[pivot];
            right[pivot] = kept;
        }
        if (!(fabs(top[k]) > 1e-14))
            return false;
        double inverse = 1 / top[k];
        for (size_t i = k + 1; i < count; i++) {
            double *restrict row = factors + i * count;
            double share = row[k] * inverse;
            for (size_t j = k + 1; j < count; j++)
                row[j] -= share * top[j];
            right[i] -= share * right[k];
        }
    }
    for (size_t k = count; k-- > 0;) {
        double sum = right[k];
        for (size_t j = k + 1; j < count; j++)
            sum -= factors[k * count + j] * right[j];
        right[k] = sum / factors[k * count + k];
    }
    return true;
}

/* y of the active neurons from (M + l2)_FF y_F = q_F, and z = (M + l2) y - q of them all. */
static bool solve_active(nd_complementarity *solver, const nd_fixed_point_problem *problem,
                         double *y) {
    size_t neurons = problem->neurons, count = 0;
    for (size_t i = 0; i < neurons; i++)
        if (solver->active[i])
            solver->member[count++] = i;
    for (size_t r = 0; r < count; r++) {
        size_t i = solver->member[r];
        solver->right[r] = problem->drive[i] - problem->l1;
        for (size_t c = 0; c < count; c++)
            solver->factors[r * count + c] = problem->lateral[solver->member[c] * neurons + i];
        solver->factors[r * count + r] += problem->l2;
    }
    if (!solve_linear(solver->factors, solver->right, count))
        return false;
    double *restrict z = solver->z;
    for (size_t i = 0; i < neurons; i++) {
        y[i] = 0;
        z[i] = problem->l1 - problem->drive[i];
    }
    for (size_t c = 0; c < count; c++) {
        size_t j = solver->member[c];
        const double *restrict column = problem->lateral + j * neurons;
        double sent = solver->right[c];
        y[j] = sent;
        z[j] += problem->l2 * sent;
        for (size_t i = 0; i < neurons; i++)
            z[i] += column[i] * sent;
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
