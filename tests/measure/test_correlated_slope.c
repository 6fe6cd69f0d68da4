/* Slopes of days that resemble their neighbours: limits against simulated series, rates of error.
 */
#include <math.h>

#include "base/random.h"
#include "measure/correlated_slope.h"
#include "support.h"

enum { DAYS = 8 };

static void noise(double serial, nd_stream *stream, double *y) {
    for (size_t d = 0; d < DAYS; d++) {
        double fresh = nd_stream_gaussian(stream);
        y[d] = d == 0 ? fresh : serial * y[d - 1] + sqrt(1.0 - serial * serial) * fresh;
    }
}

static nd_correlated_slope slope_of(const double *y) {
    double x[DAYS];
    nd_correlated_slope found;
    nd_error error = {0};
    for (size_t d = 0; d < DAYS; d++)
        x[d] = 2.0 * (double)d + 1.0;
    assert_fine(nd_correlated_slope_test(x, y, NULL, DAYS, 1, &found, &error), &error);
    return found;
}

/* Without correlation the tail is Student's. */
static void test_independent_days_are_students(void **state) {
    (void)state;
    const double x[DAYS] = {0, 1, 2, 4, 5, 9, 10, 12};
    for (double t = 0.5; t < 6.0; t += 0.5)
        assert_true(fabs(nd_correlated_slope_tail(x, NULL, DAYS, 1, 0.0, t) -
                         nd_student_two_sided(t, DAYS - 2.0)) < 1e-10);
}

/* 200 000 series drawn with numpy gave 3.198 and 4.033 for correlation 0.5 of eight even days. */
static void test_limits_are_those_of_simulated_series(void **state) {
    (void)state;
    const double y[DAYS] = {1, -1, 1, -1, 1, -1, 1, -1};
    nd_correlated_slope found = slope_of(y);
    assert_true(found.serial == ND_LEAST_SERIAL_CORRELATION);
    assert_true(fabs(found.limit_90 - 3.198) < 0.03);
    assert_true(fabs(found.limit_95 - 4.033) < 0.03);
}

/* 2000 series each: 5 % of them would be 100, four s.d. 39. */
static void test_stationary_days_rarely_change(void **state) {
    (void)state;
    const double serials[] = {0.0, 0.3, 0.5};
    for (size_t k = 0; k < 3; k++) {
        nd_stream stream = nd_stream_at(5, ND_FOR_TEST, (uint32_t)k, 0);
        size_t seen = 0;
        for (size_t r = 0; r < 2000; r++) {
            double y[DAYS];
            noise(serials[k], &stream, y);
            seen += slope_of(y).line.p < 0.05;
        }
        print_message("AR(1) %.1f: %zu of 2000 at 5 %%\n", serials[k], seen);
        assert_true(seen <= 140);
    }
}

/* Two parts keep intercepts of their own. */
static void test_parts_have_intercepts(void **state) {
    (void)state;
    double x[] = {0, 1, 2, 3, 4, 5}, y[] = {0.0, 5.1, 2.0, 7.1, 4.0, 9.1};
    size_t part[] = {0, 1, 0, 1, 0, 1};
    nd_correlated_slope found;
    nd_error error = {0};
    assert_fine(nd_correlated_slope_test(x, y, part, 6, 2, &found, &error), &error);
    assert_true(fabs(found.line.slope - 1.0) < 1e-12);
    assert_true(found.line.degrees == 3.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_independent_days_are_students),
        cmocka_unit_test(test_limits_are_those_of_simulated_series),
        cmocka_unit_test(test_stationary_days_rarely_change),
        cmocka_unit_test(test_parts_have_intercepts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
