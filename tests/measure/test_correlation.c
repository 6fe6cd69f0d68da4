/* Correlations of rate maps, and that the matrices of all pairs are those of each pair. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "measure/correlation.h"

enum { TIMES = 7, UNITS = 11, BINS = 13 };

static void test_pearson_is_that_of_known_series(void **state) {
    (void)state;
    const double x[] = {1, 2, 3, 4}, y[] = {2, 4, 6, 8}, z[] = {4, 3, 2, 1}, flat[] = {5, 5, 5, 5};
    assert_true(fabs(nd_pearson(x, y, 4) - 1) < 1e-15);
    assert_true(fabs(nd_pearson(x, z, 4) + 1) < 1e-15);
    assert_true(isnan(nd_pearson(x, flat, 4)));
    const double odd[] = {1, 0, 0, 1};
    assert_true(fabs(nd_pearson(x, odd, 4)) < 1e-15);
}

static void test_only_units_used_at_both_times_count(void **state) {
    (void)state;
    const double a[] = {1, 2, 3, /**/ 1, 2, 3, /**/ 0, 0, 0};
    const double b[] = {2, 4, 6, /**/ 3, 2, 1, /**/ 1, 2, 3};
    const bool first[] = {true, true, true}, second[] = {true, false, true};
    assert_true(fabs(nd_rate_map_correlation(a, b, NULL, NULL, 3, 3)) < 1e-15);
    assert_true(fabs(nd_rate_map_correlation(a, b, first, second, 3, 3) - 1) < 1e-15);
    assert_true(isnan(nd_rate_map_correlation(a, b, (bool[3]){false}, second, 3, 3)));
}

static void test_population_vectors_are_compared_bin_by_bin(void **state) {
    (void)state;
    const double a[] = {1, 1, /**/ 2, 2, /**/ 3, 3}; /* 3 units x 2 bins */
    const double b[] = {2, 3, /**/ 4, 2, /**/ 6, 1}; /* bin 0 alike, bin 1 opposite */
    assert_true(fabs(nd_population_vector_correlation(a, b, 3, 2)) < 1e-15);
    assert_true(fabs(nd_population_vector_correlation(a, a, 3, 2) - 1) < 1e-15);
}

/* Random maps of any time; unit 2 is silent throughout, unit 5 is used at even times only. */
static bool maps_at(size_t index, double *maps, bool *use, void *context, nd_error *error) {
    (void)error;
    size_t units = *(size_t *)context, bins = BINS;
    nd_random_uniforms(3, ND_FOR_TEST, (uint32_t)index, 0, units * bins, maps);
    memset(maps + 2 * bins, 0, bins * sizeof *maps);
    for (size_t unit = 0; unit < units; unit++)
        use[unit] = unit != 5 || index % 2 == 0;
    return true;
}

static void check_matrices(size_t units) {
    nd_error error = {0};
    double rate_map[TIMES * TIMES], population[TIMES * TIMES];
    assert_fine(
        nd_correlation_matrices(TIMES, units, BINS, maps_at, &units, rate_map, population, &error),
        &error);
    double *a = nd_doubles(units * BINS, NULL), *b = nd_doubles(units * BINS, NULL);
    bool *use_a = nd_array(units, 1, NULL), *use_b = nd_array(units, 1, NULL);
    for (size_t i = 0; i < TIMES; i++)
        for (size_t j = 0; j < TIMES; j++) {
            maps_at(i, a, use_a, &units, NULL);
            maps_at(j, b, use_b, &units, NULL);
            double r = nd_rate_map_correlation(a, b, use_a, use_b, units, BINS);
            double v = nd_population_vector_correlation(a, b, units, BINS);
            assert_true(fabs(rate_map[i * TIMES + j] - r) < 1e-12);
            assert_true(fabs(population[i * TIMES + j] - v) < 1e-12);
        }
    free(a);
    free(b);
    free(use_a);
    free(use_b);
}

static void test_matrices_hold_every_pair(void **state) {
    (void)state;
    check_matrices(UNITS);
}

static void test_matrices_larger_than_a_block_hold_every_pair(void **state) {
    (void)state;
    check_matrices(60000); /* 12 MB of standardised maps a time: two times a block */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pearson_is_that_of_known_series),
        cmocka_unit_test(test_only_units_used_at_both_times_count),
        cmocka_unit_test(test_population_vectors_are_compared_bin_by_bin),
        cmocka_unit_test(test_matrices_hold_every_pair),
        cmocka_unit_test(test_matrices_larger_than_a_block_hold_every_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
