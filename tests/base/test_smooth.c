/* Gaussian smoothing against an independent implementation's values. */
#include "base/smooth.h"
#include "support.h"

/* Against scipy.ndimage.gaussian_filter1d([1, 4, 2, 8, 5, 7], 0.9, mode="reflect" and "wrap"). */
static void test_smoothing_is_a_gaussian_filter(void **state) {
    (void)state;
    double scratch[6], reflect[] = {1, 4, 2, 8, 5, 7}, wrap[] = {1, 4, 2, 8, 5, 7};
    double expected_reflect[] = {1.8813728767488032, 2.8437490781752368, 3.9948882855794423,
                                 5.6465072820201101, 6.1562509218247641, 6.4772315556516453},
           expected_wrap[] = {3.3636607336431075, 3.0707569959586869, 4.005056301242659,
                              5.6363392663568934, 5.9292430040413135, 4.994943698757341};
    nd_gaussian_smooth(reflect, 6, 1, 0.9, ND_REFLECT, scratch);
    nd_gaussian_smooth(wrap, 6, 1, 0.9, ND_PERIODIC, scratch);
    assert_close("reflecting", reflect, expected_reflect, 6, 1e-12, 1);
    assert_close("periodic", wrap, expected_wrap, 6, 1e-12, 1);
}

static void test_a_constant_stays_constant_under_any_smoothing(void **state) {
    (void)state;
    double values[5] = {2, 2, 2, 2, 2}, expected[5] = {2, 2, 2, 2, 2}, scratch[5];
    nd_gaussian_smooth(values, 5, 1, 37, ND_REFLECT, scratch);
    nd_gaussian_smooth(values, 5, 1, 37, ND_PERIODIC, scratch);
    assert_close("constant", values, expected, 5, 1e-14, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_smoothing_is_a_gaussian_filter),
        cmocka_unit_test(test_a_constant_stays_constant_under_any_smoothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
