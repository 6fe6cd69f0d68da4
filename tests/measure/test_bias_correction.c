/* Bias corrections: fits recover what made the curve, from the curves of any sample. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "measure/bias_correction.h"
#include "measure/correlation.h"
#include "measure/sample_curves.h"
#include "measure/shuffle.h"
#include "support.h"

enum { POINTS = ND_SAMPLE_FRACTIONS };

static void sizes(double size[POINTS]) {
    for (int i = 0; i < POINTS; i++)
        size[i] = (i + 1) / (double)POINTS;
}

static void test_bounded_extrapolation_recovers_its_own_curve(void **state) {
    (void)state;
    double size[POINTS], value[POINTS];
    const double cases[][3] = {
        {1.5, 2.0, 3.0}, {0.0, 1.0, 10.0}, {0.02, 0.3, 60.0}, {2.0, 0.1, 0.7}};
    sizes(size);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        for (int i = 0; i < POINTS; i++)
            value[i] = cases[k][0] + cases[k][1] / (1.0 + cases[k][2] * size[i]);
        nd_extrapolation fit = nd_bounded_extrapolation(size, value, POINTS);
        double found[] = {fit.a, fit.b, fit.c};
        assert_close("a, b, c", found, cases[k], 3, 1e-5, 1.0);
        assert_true(fit.determination > 1.0 - 1e-9);
        /* The unit of the sizes does not matter. */
        double frames[POINTS];
        for (int i = 0; i < POINTS; i++)
            frames[i] = 3091.0 * size[i];
        nd_extrapolation same = nd_bounded_extrapolation(frames, value, POINTS);
        assert_true(fabs(same.a - fit.a) < 1e-9 && fabs(same.c * 3091.0 - fit.c) < 1e-6 * fit.c);
    }
}

static void test_extrapolations_stay_within_their_bounds(void **state) {
    (void)state;
    double size[POINTS], value[POINTS];
    sizes(size);
    for (uint32_t trial = 0; trial < 200; trial++) {
        nd_random_gaussians(23, ND_FOR_TEST, trial, 0, POINTS, value);
        nd_extrapolation bounded = nd_bounded_extrapolation(size, value, POINTS);
        nd_extrapolation open = nd_asymptotic_extrapolation(size, value, POINTS);
        assert_true(bounded.a >= 0.0 && bounded.b >= 0.0 && bounded.c >= 0.0);
        assert_true(open.a >= 0.0 && open.b >= 0.0 && open.c >= 0.0);
    }
    for (int i = 0; i < POINTS; i++)
        value[i] = 1.0 + size[i]; /* rising: the best bounded curve is level */
    nd_extrapolation level = nd_bounded_extrapolation(size, value, POINTS);
    assert_true(fabs(level.a + level.b - 1.55) < 1e-3 || fabs(level.a - 1.55) < 1e-3);
}

static void test_asymptotic_extrapolation_recovers_its_own_curve(void **state) {
    (void)state;
    double size[POINTS], value[POINTS];
    sizes(size);
    for (int i = 0; i < POINTS; i++)
        value[i] = 0.7 + 0.2 / size[i] + 0.03 / (size[i] * size[i]);
    nd_extrapolation fit = nd_asymptotic_extrapolation(size, value, POINTS);
    double found[] = {fit.a, fit.b, fit.c}, expected[] = {0.7, 0.2, 0.03};
    assert_close("a, b, c", found, expected, 3, 1e-9, 1.0);
}

/* Where bias falls in both as the same function of size, SSR is exact. */
static void test_scaled_shuffle_reduction_is_exact_for_proportional_bias(void **state) {
    (void)state;
    double size[POINTS], naive[POINTS], shuffled[POINTS];
    sizes(size);
    for (int i = 0; i < POINTS; i++) {
        shuffled[i] = 0.6 / (0.2 + size[i]);
        naive[i] = 1.3 + 0.4 * shuffled[i];
    }
    double corrected = nd_scaled_shuffle_reduction(naive, shuffled, POINTS);
    assert_true(fabs(corrected - 1.3) < 1e-13);
    assert_true(fabs(nd_scaled_shuffle_stability(size, naive, shuffled, POINTS) - 1.0) < 1e-10);
    assert_true(nd_shuffle_reduction(naive, shuffled, POINTS) < corrected);
}

static void test_missing_points_are_left_out(void **state) {
    (void)state;
    double size[POINTS], value[POINTS];
    sizes(size);
    for (int i = 0; i < POINTS; i++)
        value[i] = i < 2 ? NAN : 1.5 + 2.0 / (1.0 + 3.0 * size[i]);
    assert_true(fabs(nd_bounded_extrapolation(size, value, POINTS).a - 1.5) < 1e-5);
    for (int i = 0; i < POINTS - 2; i++)
        value[i] = NAN;
    assert_true(isnan(nd_bounded_extrapolation(size, value, POINTS).a));
    assert_true(isnan(nd_asymptotic_extrapolation(size, value, POINTS).a));
}

/* A session of place cells on a circle, and curves of all of them. */
typedef struct session {
    nd_sparse_activity sparse;
    size_t count;
    size_t cells[40];
    nd_responses responses;
    nd_sample_curves curves;
} session;

static session made_session(size_t repetitions, unsigned threads) {
    enum { FRAMES = 1200, CELLS = 40, BINS = 20 };
    session s = {.count = CELLS};
    double *activity = calloc((size_t)FRAMES * CELLS, sizeof *activity);
    int64_t bin[FRAMES];
    nd_stream stream = nd_stream_at(31, ND_FOR_TEST, 0, 0);
    for (size_t f = 0; f < FRAMES; f++) {
        bin[f] = (int64_t)(f / 3 % BINS);
        for (size_t c = 0; c < CELLS; c++) {
            double tuning = cos(2 * M_PI * ((double)bin[f] / BINS - (double)c / CELLS));
            bool active = nd_stream_uniform(&stream) < 0.03 + 0.25 * fmax(0, tuning - 0.5);
            activity[f * CELLS + c] = active ? 1 + (double)nd_stream_below(&stream, 3) : 0;
        }
    }
    for (size_t c = 0; c < CELLS; c++)
        s.cells[c] = c;
    nd_error error = {0};
    assert_fine(
        nd_sparse_activity_from(activity, FRAMES, CELLS, bin, BINS, 0.05, &s.sparse, &error),
        &error);
    free(activity);
    assert_fine(nd_responses_choose(&s.sparse.view, s.cells, CELLS, &s.responses, &error), &error);
    assert_fine(nd_sample_curves_make(&s.sparse.view, s.cells, CELLS, &s.responses,
                                      ND_SAMPLE_FRACTIONS, repetitions, 1, 1, threads, NULL,
                                      &s.curves, &error),
                &error);
    return s;
}

static void session_clear(session *s) {
    nd_sample_curves_clear(&s->curves);
    nd_responses_clear(&s->responses);
    nd_sparse_activity_clear(&s->sparse);
}

static void test_curves_do_not_depend_on_threads_or_company(void **state) {
    (void)state;
    session one = made_session(5, 1), two = made_session(5, 3);
    nd_sample_curves alone;
    nd_error error = {0};
    assert_fine(nd_sample_curves_make(&one.sparse.view, &one.cells[7], 1, &one.responses,
                                      ND_SAMPLE_FRACTIONS, 5, 1, 1, 1, NULL, &alone, &error),
                &error);
    size_t bytes = one.count * ND_SAMPLE_FRACTIONS * sizeof(double);
    for (size_t k = 0; k < ND_INFORMATIONS; k++) {
        assert_memory_equal(one.curves.naive[k], two.curves.naive[k], bytes);
        assert_memory_equal(one.curves.shuffled[k], two.curves.shuffled[k], bytes);
        assert_memory_equal(one.curves.naive[k] + 7UL * ND_SAMPLE_FRACTIONS, alone.naive[k],
                            ND_SAMPLE_FRACTIONS * sizeof(double));
    }
    nd_sample_curves_clear(&alone);
    session_clear(&one);
    session_clear(&two);
}

static void test_whole_sample_is_the_naive_estimate(void **state) {
    (void)state;
    session s = made_session(2, 2);
    nd_error error = {0};
    double *naive = calloc(s.count * ND_INFORMATIONS, sizeof *naive);
    assert_fine(nd_naive_information(&s.sparse.view, s.cells, s.count, &s.responses, naive, &error),
                &error);
    for (size_t i = 0; i < s.count; i++)
        for (size_t k = 0; k < ND_INFORMATIONS; k++)
            assert_close("whole",
                         &s.curves.naive[k][i * ND_SAMPLE_FRACTIONS + ND_SAMPLE_FRACTIONS - 1],
                         &naive[i * ND_INFORMATIONS + k], 1, 1e-10, 0.0);
    free(naive);
    session_clear(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bounded_extrapolation_recovers_its_own_curve),
        cmocka_unit_test(test_extrapolations_stay_within_their_bounds),
        cmocka_unit_test(test_asymptotic_extrapolation_recovers_its_own_curve),
        cmocka_unit_test(test_scaled_shuffle_reduction_is_exact_for_proportional_bias),
        cmocka_unit_test(test_missing_points_are_left_out),
        cmocka_unit_test(test_curves_do_not_depend_on_threads_or_company),
        cmocka_unit_test(test_whole_sample_is_the_naive_estimate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
