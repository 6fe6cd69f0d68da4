/* Regression on distance matrices: coefficients that are known, false alarms, power, and what
 * cannot be tested. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "measure/matrix_regression.h"
#include "support.h"

enum { SESSIONS = 8, TIMES = 1000 };
/* Days, and minutes run by then: neither follows from the other (they share r^2 0.3). */
static const double days[SESSIONS] = {0, 1, 2, 4, 8, 12, 13, 20};
static const double minutes[SESSIONS] = {0, 30, 35, 90, 95, 100, 160, 165};

/* Similarities that fall with both by so much, and noise of 0.1 a pair. */
static void make(double *alike, double by_day, double by_minute, double noise, uint64_t seed) {
    nd_stream draw = nd_stream_at(seed, ND_FOR_TEST, 0, 0);
    for (size_t a = 0; a < SESSIONS; a++)
        for (size_t b = a + 1; b < SESSIONS; b++)
            alike[a * SESSIONS + b] = alike[b * SESSIONS + a] =
                0.8 - by_day * fabs(days[a] - days[b]) - by_minute * fabs(minutes[a] - minutes[b]) +
                noise * nd_stream_gaussian(&draw);
}

static nd_matrix_regression solve(const double *alike, const double *first, const double *second,
                                  size_t count, uint64_t seed) {
    nd_matrix_regression result;
    nd_error error = {0};
    nd_matrix_terms terms = {count, alike, first, second, seed, 0};
    assert_fine(nd_matrix_regress(&terms, &result, &error), &error);
    return result;
}

/* Of values apart, over pairs. */
static double spread(const double *at) {
    double sum = 0, squares = 0, pairs = 0;
    for (size_t a = 0; a < SESSIONS; a++)
        for (size_t b = a + 1; b < SESSIONS; b++) {
            sum += fabs(at[a] - at[b]);
            squares += (at[a] - at[b]) * (at[a] - at[b]);
            pairs += 1;
        }
    return sqrt(squares / pairs - sum / pairs * (sum / pairs));
}

static void test_coefficients_of_similarity_without_noise_are_exact(void **state) {
    (void)state;
    double alike[SESSIONS * SESSIONS] = {0};
    make(alike, 0.01, 0.002, 0, 1);
    nd_matrix_regression result = solve(alike, days, minutes, SESSIONS, 1);
    const double expected[] = {-0.01 * spread(days), -0.002 * spread(minutes)};
    assert_close("coefficients", result.coefficient, expected, 2, 1e-12, 0.01);
    assert_true(result.why == NULL && result.p[0] < 0.01 && result.p[1] < 0.01);
    assert_int_equal(result.pairs, 28);
}

/* Experience matters and time does not: 50 of 1000 at 5 %, 30 to 70. And the other way round. */
static void test_false_alarms_are_five_in_a_hundred(void **state) {
    (void)state;
    size_t alarms[2] = {0}, found[2] = {0};
    double alike[SESSIONS * SESSIONS] = {0};
    for (uint64_t k = 0; k < TIMES; k++) {
        make(alike, 0, 0.002, 0.1, k);
        nd_matrix_regression result = solve(alike, days, minutes, SESSIONS, k);
        alarms[0] += result.p[0] < 0.05;
        found[1] += result.p[1] < 0.05;
        make(alike, 0.02, 0, 0.1, TIMES + k);
        result = solve(alike, days, minutes, SESSIONS, k);
        alarms[1] += result.p[1] < 0.05;
        found[0] += result.p[0] < 0.05;
    }
    print_message("false alarms %zu and %zu, found %zu and %zu of %d\n", alarms[0], alarms[1],
                  found[0], found[1], TIMES);
    for (size_t which = 0; which < 2; which++) {
        assert_between("false alarms", (double)alarms[which], 30, 70);
        assert_between("power", (double)found[which], 800, TIMES);
    }
}

static void test_what_cannot_be_told_apart_has_no_p(void **state) {
    (void)state;
    double alike[SESSIONS * SESSIONS] = {0};
    make(alike, 0.02, 0, 0.1, 3);
    double visits[SESSIONS];
    for (size_t s = 0; s < SESSIONS; s++)
        visits[s] = 3 * days[s] + 0.1 * (double)(s % 2);
    nd_matrix_regression result = solve(alike, days, visits, SESSIONS, 3);
    assert_true(isnan(result.p[0]) && isnan(result.p[1]) && result.alike > ND_MATRIX_ALIKE);
    assert_non_null(strstr(result.why, "cannot be told apart"));
}

static void test_four_sessions_have_no_p(void **state) {
    (void)state;
    double alike[16];
    for (size_t i = 0; i < 16; i++)
        alike[i] = 1.0 - 0.01 * (double)(i * i);
    nd_matrix_regression result = solve(alike, days, NULL, 4, 3);
    assert_true(isnan(result.p[0]));
    assert_non_null(strstr(result.why, "fewer than five sessions"));
    for (size_t i = 0; i < 16; i++)
        alike[i] = NAN;
    result = solve(alike, days, NULL, 4, 3);
    assert_non_null(strstr(result.why, "no pair"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coefficients_of_similarity_without_noise_are_exact),
        cmocka_unit_test(test_false_alarms_are_five_in_a_hundred),
        cmocka_unit_test(test_what_cannot_be_told_apart_has_no_p),
        cmocka_unit_test(test_four_sessions_have_no_p),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
