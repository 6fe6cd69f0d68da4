/* The two-dimensional landscape: drift along the manifold against second-order theory. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "flatness/landscape.h"
#include "support.h"

static nd_landscape_options usual(uint64_t seed) {
    return (nd_landscape_options){.seed = seed,
                                  .walkers = 400,
                                  .records = 11,
                                  .steps = 1500,
                                  .learning_rate = 0.05,
                                  .noise = 0.05,
                                  .start_x = 1,
                                  .start_y = 0.4};
}

/* Ten seeds, each within 3.9 standard errors: a false alarm once in a thousand sets. Their sum,
 * too, so that a small bias shared by all would show. */
static void test_mean_drift_agrees_with_theory_within_its_error(void **state) {
    (void)state;
    double sum = 0;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        nd_error error = {0};
        nd_landscape_options options = usual(seed);
        nd_landscape_drift drift;
        assert_fine(nd_landscape_measure_drift(&options, &drift, &error), &error);
        assert_true(drift.theory < 0);
        assert_true(fabs(drift.gradient_z) < 3.9);
        assert_true(fabs(drift.displacement - drift.theory) < 3.9 * drift.displacement_error);
        /* Sharp enough to tell a drift of 3 % more from theory's. */
        assert_true(drift.gradient_error < 0.01 * fabs(drift.theory));
        sum += drift.gradient_z;
    }
    assert_true(fabs(sum) < 3.3 * sqrt(10));
}

static void test_walks_are_the_same_for_any_threads_and_number_of_walkers(void **state) {
    (void)state;
    nd_error error = {0};
    double step[11], *one = calloc(4400, sizeof *one), *two = calloc(4400, sizeof *two);
    double *y = calloc(4400, sizeof *y);
    nd_landscape_options options = usual(3);
    options.start_x = 1.4;
    assert_fine(nd_landscape_walk(ND_VALLEY_NARROWING, &options, step, one, y, &error), &error);
    options.threads = 3;
    options.walkers = 100;
    assert_fine(nd_landscape_walk(ND_VALLEY_NARROWING, &options, step, two, y, &error), &error);
    assert_memory_equal(one, two, 1100 * sizeof *one);
    assert_true(step[0] == 0 && step[10] == 1500 && one[0] == 1.4);
    free(one);
    free(two);
    free(y);
}

static void test_descent_without_noise_stays_where_it_arrives(void **state) {
    (void)state;
    nd_error error = {0};
    nd_landscape_options options = usual(4);
    options.noise = 0;
    options.walkers = 1;
    double step[11], x[11], y[11];
    assert_fine(nd_landscape_walk(ND_VALLEY_NARROWING, &options, step, x, y, &error), &error);
    assert_true(fabs(y[10]) < 1e-12);
    assert_true(fabs(x[10] - x[9]) < 1e-12);
}

static void test_walks_that_diverge_are_told(void **state) {
    (void)state;
    nd_error error = {0};
    nd_landscape_options options = usual(5);
    options.start_x = options.start_y = 100;
    double step[11], *x = calloc(4400, sizeof *x), *y = calloc(4400, sizeof *y);
    assert_false(nd_landscape_walk(ND_VALLEY_NARROWING, &options, step, x, y, &error));
    assert_non_null(strstr(error.what, "diverged before step"));
    nd_landscape_drift drift;
    assert_false(nd_landscape_measure_drift(&options, &drift, &error));
    assert_non_null(strstr(error.what, "stable"));
    free(x);
    free(y);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean_drift_agrees_with_theory_within_its_error),
        cmocka_unit_test(test_walks_are_the_same_for_any_threads_and_number_of_walkers),
        cmocka_unit_test(test_descent_without_noise_stays_where_it_arrives),
        cmocka_unit_test(test_walks_that_diverge_are_told),
    };
    return cmocka_run_group_tests_name("landscape", tests, NULL, NULL);
}
