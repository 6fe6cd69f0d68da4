#include "hebbian/fixed_point.h"

#include <math.h>
#include <string.h>

double nd_complementarity_residual(const nd_fixed_point_problem *problem, const double *y) {
    size_t neurons = problem->neurons;
    double largest = 0;
    for (size_t i = 0; i < neurons; i++) {
        double z = problem->l2 * y[i] - (problem->drive[i] - problem->l1);
        for (size_t j = 0; j < neurons; j++)
            z += problem->lateral[j * neurons + i] * y[j];
        double violation = fabs(fmin(y[i], z));
        if (!(violation <= largest))
            largest = violation;
    }
    return largest;
}

size_t nd_euler_settle(const nd_fixed_point_problem *problem, double tolerance, size_t limit,
                       double *u, double *y, double *change, size_t *unit) {
    size_t neurons = problem->neurons;
    const double *lateral = problem->lateral;
    for (size_t step = 1; step <= limit; step++) {
        /* du/dt = -u + W x - sqrt(alpha) b - (M - diag M) y */
        for (size_t i = 0; i < neurons; i++)
            change[i] = problem->drive[i] - u[i] + lateral[i * neurons + i] * y[i];
        for (size_t j = 0; j < neurons; j++)
            if (y[j] > 0)
                for (size_t i = 0; i < neurons; i++)
                    change[i] -= lateral[j * neurons + i] * y[j];
        double fastest = 0, square = 0;
        for (size_t i = 0; i < neurons; i++) {
            double before = y[i];
            u[i] += ND_EULER_STEP * change[i];
            y[i] = fmax((u[i] - problem->l1) / (problem->l2 + lateral[i * neurons + i]), 0);
            double speed = fmax(fabs(change[i]), fabs(y[i] - before) / ND_EULER_STEP);
            square += speed * speed;
            if (speed > fastest || !isfinite(u[i])) {
                fastest = isfinite(u[i]) ? speed : INFINITY;
                *unit = i;
            }
        }
        if (sqrt(square) <= tolerance)
            return step;
        if (!isfinite(fastest))
            break;
    }
    return limit + 1;
}

size_t nd_euler_fixed_point(const nd_fixed_point_problem *problem, double tolerance, size_t limit,
                            double *y, double *scratch, size_t *unit) {
    size_t neurons = problem->neurons;
    memset(scratch, 0, neurons * sizeof *scratch);
    memset(y, 0, neurons * sizeof *y);
    return nd_euler_settle(problem, tolerance, limit, scratch, y, scratch + neurons, unit);
}
