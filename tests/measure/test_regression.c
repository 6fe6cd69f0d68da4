/* The line and its t-test against values worked out by hand and by GSL. */
#include <gsl/gsl_fit.h>
#include <math.h>

#include "base/random.h"
#include "measure/regression.h"
#include "support.h"

static void test_slope_and_p_value_of_a_worked_example(void **state) {
    (void)state;
    /* sum of squares of x about its mean 10, of products 8, of y 8.8: slope 0.8, residual 2.4 / 3.
     */
    double x[] = {1, 2, 3, 4, 5}, y[] = {2, 1, 4, 3, 5};
    nd_regression line = nd_regress(x, y, 5);
    assert_close("slope", &line.slope, (double[]){0.8}, 1, 1e-14, 1.0);
    assert_close("intercept", &line.intercept, (double[]){0.6}, 1, 1e-14, 1.0);
    assert_close("error", &line.slope_error, (double[]){sqrt(1.2 / 10.0)}, 1, 1e-14, 1.0);
    /* Student's t with 3 degrees of freedom has a closed form. */
    double t = 0.8 / sqrt(0.12), angle = atan(t / sqrt(3.0));
    double p = 1.0 - 2.0 / M_PI * (angle + sin(angle) * cos(angle));
    assert_close("p", &line.p, &p, 1, 1e-12, 0.0);
}

static void test_agrees_with_gsl(void **state) {
    (void)state;
    enum { COUNT = 40 };
    double x[COUNT], y[COUNT], c0, c1, v00, v01, v11, sum;
    nd_stream stream = nd_stream_at(5, ND_FOR_TEST, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        x[i] = 1000.0 + 3.0 * nd_stream_uniform(&stream);
        y[i] = 0.2 * x[i] + nd_stream_gaussian(&stream);
    }
    gsl_fit_linear(x, 1, y, 1, COUNT, &c0, &c1, &v00, &v01, &v11, &sum);
    nd_regression line = nd_regress(x, y, COUNT);
    double found[] = {line.slope, line.slope_error, line.intercept, line.intercept_error};
    double expected[] = {c1, sqrt(v11), c0, sqrt(v00)};
    for (int i = 0; i < 4; i++)
        assert_close("line", &found[i], &expected[i], 1, 1e-7, 0.0);
}

static void test_missing_values_and_too_few_points(void **state) {
    (void)state;
    double x[] = {1, 2, 3, 4, 5}, y[] = {1, NAN, 3, NAN, 5};
    nd_regression line = nd_regress(x, y, 5);
    assert_int_equal(line.count, 3);
    assert_true(fabs(line.slope - 1.0) < 1e-15);
    assert_true(line.p == 0.0 || line.p < 1e-6);
    line = nd_regress(x, y, 3);
    assert_int_equal(line.count, 2);
    assert_true(line.slope == 1.0 && isnan(line.p));
    line = nd_regress((double[]){2, 2, 2}, y, 3);
    assert_true(isnan(line.slope) && isnan(line.p));
    line = nd_regress(x, (double[]){4, 4, 4, 4, 4}, 5);
    assert_true(line.slope == 0.0 && line.p == 1.0);
}

/* 2000 regressions on noise: p below 0.05 in 100 +- 9.7; outside 4.5 standard deviations once in
 * 1.5e5 seeds. */
static void test_false_alarms_come_at_their_rate(void **state) {
    (void)state;
    int alarms = 0;
    for (uint32_t trial = 0; trial < 2000; trial++) {
        double x[8], y[8];
        nd_random_gaussians(11, ND_FOR_TEST, trial, 1, 8, y);
        for (int i = 0; i < 8; i++)
            x[i] = 2.0 * i;
        alarms += nd_regress(x, y, 8).p < 0.05;
    }
    assert_between("alarms", (double)alarms, 56, 144);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slope_and_p_value_of_a_worked_example),
        cmocka_unit_test(test_agrees_with_gsl),
        cmocka_unit_test(test_missing_values_and_too_few_points),
        cmocka_unit_test(test_false_alarms_come_at_their_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
