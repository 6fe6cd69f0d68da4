/* The timescale of sparsification against fitted slopes of an independent implementation. */
#include <math.h>

#include "base/netcdf_file.h"
#include "measure/timescale.h"
#include "support.h"

enum { RECORDS = 400, CURVES = 3 };

static void test_slopes_agree_with_the_golden_ones(void **state) {
    (void)state;
    nd_error error = {0};
    double step[RECORDS], curves[CURVES * RECORDS], slopes[CURVES];
    nd_nc *file = nd_nc_open(support_data("golden/timescale.nc"), &error);
    assert_fine(file && nd_nc_get(file, "step", step, RECORDS, &error) &&
                    nd_nc_get(file, "curves", curves, (size_t)CURVES * RECORDS, &error) &&
                    nd_nc_get(file, "slopes", slopes, CURVES, &error),
                &error);
    nd_nc_close(file);
    for (int i = 0; i < CURVES; i++) {
        double slope = -nd_sparsification_rate(step, curves + (size_t)i * RECORDS, RECORDS);
        assert_close("slope", &slope, &slopes[i], 1, 1e-8, 0);
    }
}

static void test_an_exponential_gives_about_its_rate(void **state) {
    (void)state;
    double step[2000], curve[2000];
    for (int i = 0; i < 2000; i++) {
        step[i] = 1000.0 * i;
        curve[i] = 0.2 + 0.8 * exp(-step[i] / 2e5);
    }
    double rate = nd_sparsification_rate(step, curve, 2000);
    /* the cut at 90% moves the plateau up and so the rate too, always in this way */
    assert_true(rate > 1 / 2e5 && rate < 2 / 2e5);
}

static void test_nothing_to_fit_is_not_a_number(void **state) {
    (void)state;
    double step[] = {0, 1, 2, 3}, flat[] = {1, 1, 1, 1}, steep[] = {1, 0, 0, 0};
    assert_true(isnan(nd_sparsification_rate(step, flat, 4)));
    assert_true(isnan(nd_sparsification_rate(step, steep, 4)));
    assert_true(isnan(nd_sparsification_rate(step, flat, 0)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slopes_agree_with_the_golden_ones),
        cmocka_unit_test(test_an_exponential_gives_about_its_rate),
        cmocka_unit_test(test_nothing_to_fit_is_not_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
