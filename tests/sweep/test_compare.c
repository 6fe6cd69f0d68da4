/* The statistics of a comparison, against scipy.stats.ks_2samp and numpy.quantile. */
#include <math.h>

#include "support.h"
#include "sweep/compare.h"

static void test_distances_are_those_of_scipy(void **state) {
    (void)state;
    double a[] = {0.3, 0.1, 0.9, 0.5, 0.5, 0.2, 0.7}, b[] = {0.5, 0.8, 0.95, 0.6, 1.2};
    double distance = nd_kolmogorov_smirnov(a, 7, b, 5), expected = 0.51428571428571423;
    assert_close("distance", &distance, &expected, 1, 1e-12, 0);
}

static void test_chances_follow_the_asymptotic_law(void **state) {
    (void)state;
    /* for large samples, sqrt(n m / (n + m)) D = 1.3581 is met by chance once in twenty */
    double p = nd_kolmogorov_smirnov_p(1.3581 / sqrt(5e5), 1000000, 1000000);
    assert_true(fabs(p - 0.05) < 1e-4);
    assert_true(nd_kolmogorov_smirnov_p(0, 10, 10) == 1);
    assert_true(nd_kolmogorov_smirnov_p(1, 100, 100) < 1e-20);
}

static void test_quantiles_are_interpolated(void **state) {
    (void)state;
    double sorted[] = {1, 2, 4, 8};
    double got[] = {nd_quantile(sorted, 4, 0), nd_quantile(sorted, 4, 0.25),
                    nd_quantile(sorted, 4, 0.5), nd_quantile(sorted, 4, 1)};
    double expected[] = {1, 1.75, 3, 8};
    assert_close("quantiles", got, expected, 4, 1e-15, 1);
    assert_true(isnan(nd_quantile(sorted, 0, 0.5)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distances_are_those_of_scipy),
        cmocka_unit_test(test_chances_follow_the_asymptotic_law),
        cmocka_unit_test(test_quantiles_are_interpolated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
