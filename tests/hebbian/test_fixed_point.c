/* The exact fixed point against the Euler dynamics that define it (docs/model.md, section 7.2). */
#include "support.h"

#include "base/random.h"
#include "hebbian/fixed_point.h"
#include "hebbian/hebbian.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static nd_experiment *experiment_of(const char *inputs, const char *more) {
    nd_error error = {0};
    char text[400];
    snprintf(text, sizeof text, "network: {model: hebbian, inputs: %s%s}\n", inputs, more);
    nd_experiment *experiment = nd_experiment_parse(text, "test", NULL, NULL, 0, &error);
    assert_fine(experiment != NULL, &error);
    return experiment;
}

static double largest_difference(const double *a, const double *b, size_t count) {
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(a[i] - b[i]));
    return largest;
}

static bool is_asymmetric(const double *matrix, size_t size) {
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < i; j++)
            if (matrix[i * size + j] != matrix[j * size + i])
                return true;
    return false;
}

/* Follows a network and compares the fixed point of every `every`-th step with the Euler dynamics
 * at both tolerances. M is asymmetric from the first noise on. */
static void check_agreement_along(const char *inputs, uint64_t from, uint64_t to, uint64_t every) {
    nd_error error = {0};
    nd_experiment *experiment = experiment_of(inputs, "");
    nd_hebbian *network = nd_hebbian_new(experiment, &error);
    assert_fine(network != NULL, &error);
    size_t neurons = network->neurons, unit = 0;
    double *coarse = malloc(neurons * sizeof *coarse), *fine = malloc(neurons * sizeof *fine);
    double *drive = malloc(neurons * sizeof *drive), *exact = malloc(neurons * sizeof *exact);
    double *scratch = malloc(2 * neurons * sizeof *scratch);
    uint64_t *set = malloc(nd_set_words(neurons) * sizeof *set);
    size_t checked = 0, asymmetric = 0;
    while (network->updates < to) {
        if (network->updates >= from && network->updates % every == 0) {
            size_t input = network->updates * 37 % network->inputs->count;
            nd_fixed_point_problem problem = nd_hebbian_problem(
                network, network->inputs->value + input * network->inputs->dimension, drive);
            nd_fixed_point_counts counts = {0};
            memcpy(set, network->last_set + input * nd_set_words(neurons),
                   nd_set_words(neurons) * sizeof *set);
            assert_true(nd_fixed_point(network->solver, &problem, set, exact, &counts, &unit));
            assert_true(nd_complementarity_residual(&problem, exact) < 1e-10);
            size_t steps =
                nd_euler_fixed_point(&problem, 1e-4, ND_EULER_LIMIT, coarse, scratch, &unit);
            assert_true(steps <= ND_EULER_LIMIT);
            steps = nd_euler_fixed_point(&problem, 1e-10, ND_EULER_LIMIT, fine, scratch, &unit);
            assert_true(steps <= ND_EULER_LIMIT);
            assert_true(largest_difference(exact, coarse, neurons) < 2e-3);
            assert_true(largest_difference(exact, fine, neurons) < 1e-8);
            asymmetric += is_asymmetric(network->lateral, neurons);
            checked++;
        }
        assert_fine(nd_hebbian_step(network, &error), &error);
    }
    assert_true(checked >= 30);
    assert_true(asymmetric >= checked - 1); /* all but M0 */
    free(coarse);
    free(fine);
    free(drive);
    free(exact);
    free(scratch);
    free(set);
    nd_hebbian_free(network);
    nd_experiment_free(experiment);
}

static void test_exact_and_euler_agree_along_the_ring(void **state) {
    (void)state;
    check_agreement_along("ring", 0, 1600, 8);
}

static void test_exact_and_euler_agree_along_place_cells(void **state) {
    (void)state;
    check_agreement_along("place", 0, 600, 8);
}

/* Random problems with non-negative M, far from symmetric: with (M + M')/2 + l2 positive definite
 * the solution is one, and pivoting from any set must find it. */
static void test_pivoting_finds_the_one_solution_from_any_set(void **state) {
    (void)state;
    enum { N = 40 };
    nd_error error = {0};
    nd_complementarity *solver = nd_complementarity_new(N, &error);
    assert_fine(solver != NULL, &error);
    for (uint64_t trial = 0; trial < 200; trial++) {
        double lateral[N * N], drive[N], random[N * N], y[3][N];
        nd_random_uniforms(trial, ND_FOR_TEST, 0, 0, (size_t)N * N, random);
        nd_random_gaussians(trial, ND_FOR_TEST, 1, 0, N, drive);
        for (size_t j = 0; j < N; j++)
            for (size_t i = 0; i < N; i++)
                lateral[j * N + i] = i == j ? 1.2 : random[j * N + i] * 2.0 / N;
        nd_fixed_point_problem problem = {N, lateral, drive, 0.05, 0.1};
        for (int start = 0; start < 3; start++) {
            uint64_t pivots = 0, set = start == 0   ? 0
                                       : start == 1 ? (1ull << N) - 1
                                                    : 0x5a5a5a5a5aull;
            assert_true(nd_complementarity_solve(solver, &problem, 200, &set, y[start], &pivots));
            assert_true(nd_complementarity_residual(&problem, y[start]) < 1e-10);
            assert_true(largest_difference(y[start], y[0], N) < 1e-10);
            assert_true(pivots >= 1 && pivots <= 200);
        }
    }
    nd_complementarity_free(solver);
}

/* Two neurons that inhibit each other more than themselves: either may win. The one with more drive
 * does under the dynamics from rest, and a fixed point from an empty set must say so. */
static void test_dynamics_from_rest_say_which_of_several_solutions_is_meant(void **state) {
    (void)state;
    nd_error error = {0};
    nd_complementarity *solver = nd_complementarity_new(2, &error);
    assert_fine(solver != NULL, &error);
    double lateral[] = {1, 3, 3, 1};
    for (int winner = 0; winner < 2; winner++) {
        double drive[] = {winner == 0 ? 1.1 : 1, winner == 0 ? 1 : 1.1}, y[2], both[2];
        nd_fixed_point_problem problem = {2, lateral, drive, 0, 0.1};
        nd_fixed_point_counts counts = {0};
        uint64_t set = 0, pivots = 0, other = 1ull << (1 - winner);
        size_t unit = 0;
        assert_true(nd_fixed_point(solver, &problem, &set, y, &counts, &unit));
        assert_true(y[winner] > 0.9 && y[1 - winner] == 0);
        assert_int_equal(counts.cold_starts, 1);
        /* The loser alone solves the problem too. */
        assert_true(nd_complementarity_solve(solver, &problem, 10, &other, both, &pivots));
        assert_true(both[winner] == 0 && both[1 - winner] > 0.9);
    }
    nd_complementarity_free(solver);
}

static void test_no_drive_means_no_activity(void **state) {
    (void)state;
    nd_error error = {0};
    nd_complementarity *solver = nd_complementarity_new(2, &error);
    double lateral[] = {0.5, 0.2, 0.1, 0.4}, drive[] = {0.04, -1}, y[] = {5, 5};
    nd_fixed_point_problem problem = {2, lateral, drive, 0.05, 0.1};
    nd_fixed_point_counts counts = {0};
    uint64_t set = 3;
    size_t unit = 0;
    assert_true(nd_fixed_point(solver, &problem, &set, y, &counts, &unit));
    assert_true(y[0] == 0 && y[1] == 0 && set == 0);
    nd_complementarity_free(solver);
}

/* Three neurons that inhibit each other in a circle have one fixed point, which the dynamics circle
 * around; numbers that are not finite have none. Neither may be passed over in silence. */
static void test_dynamics_that_do_not_settle_are_told(void **state) {
    (void)state;
    double circle[9] = {0.05, 9, 0, 0, 0.05, 9, 9, 0, 0.05}, drive[3] = {1, 1.01, 1.02}, y[3];
    double scratch[6];
    size_t unit = 99;
    nd_fixed_point_problem problem = {3, circle, drive, 0, 0.01};
    assert_int_equal(nd_euler_fixed_point(&problem, 1e-6, 20000, y, scratch, &unit), 20001);
    assert_true(unit < 3);
    drive[1] = NAN;
    unit = 99;
    assert_int_equal(nd_euler_fixed_point(&problem, 1e-6, 20000, y, scratch, &unit), 20001);
    assert_int_equal(unit, 1);
    nd_error error = {0};
    nd_complementarity *solver = nd_complementarity_new(3, &error);
    nd_fixed_point_counts counts = {0};
    uint64_t set = 7;
    assert_false(nd_fixed_point(solver, &problem, &set, y, &counts, &unit));
    nd_complementarity_free(solver);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_and_euler_agree_along_the_ring),
        cmocka_unit_test(test_exact_and_euler_agree_along_place_cells),
        cmocka_unit_test(test_pivoting_finds_the_one_solution_from_any_set),
        cmocka_unit_test(test_dynamics_from_rest_say_which_of_several_solutions_is_meant),
        cmocka_unit_test(test_no_drive_means_no_activity),
        cmocka_unit_test(test_dynamics_that_do_not_settle_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
