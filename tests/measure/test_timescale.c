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

/* Two records tie at the cut: a move of one by 1e-9 moves the published rate, not the fitted one.
 */
static void test_no_tie_moves_the_fitted_rate(void **state) {
    (void)state;
    double step[200], curve[200], published[2], fitted[2];
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < 200; i++) {
            step[i] = 1000.0 * i;
            curve[i] = 0.1 + 0.9 * exp(-step[i] / 2e4);
        }
        curve[199] = 0; /* the range is 1: the cut is where 0.1 is */
        curve[110] = curve[111] = 0.12;
        curve[30] = 0.095 + (k ? 1e-9 : -1e-9);
        curve[150] = 0.105;
        for (int i = 0; i < 200; i++)
            if (i != 30 && i != 150 && fabs(curve[i] - 0.1) < 0.006)
                curve[i] = 0.107;
        published[k] = nd_sparsification_rate(step, curve, 200);
        fitted[k] = nd_fitted_rate(step, curve, 200);
    }
    assert_true(fabs(published[1] / published[0] - 1) > 0.2);
    assert_true(fabs(fitted[1] / fitted[0] - 1) < 1e-6);
}

static void test_the_fitted_rate_of_an_exponential(void **state) {
    (void)state;
    double step[500], curve[500];
    for (int i = 0; i < 500; i++) {
        step[i] = 1000.0 * i;
        curve[i] = 0.2 + 0.8 * exp(-step[i] / 5e4);
    }
    assert_true(fabs(nd_fitted_rate(step, curve, 500) * 5e4 - 1) < 1e-6);
    for (int i = 0; i < 500; i++)
        curve[i] = 0.5 + 1e-6 * i; /* it rises */
    assert_true(isnan(nd_fitted_rate(step, curve, 500)));
    assert_true(isnan(nd_fitted_rate(step, curve, 4)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slopes_agree_with_the_golden_ones),
        cmocka_unit_test(test_an_exponential_gives_about_its_rate),
        cmocka_unit_test(test_nothing_to_fit_is_not_a_number),
        cmocka_unit_test(test_no_tie_moves_the_fitted_rate),
        cmocka_unit_test(test_the_fitted_rate_of_an_exponential),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
