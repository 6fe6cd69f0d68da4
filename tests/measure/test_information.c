/* Naive information: the fast evaluation is the definition. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "measure/entropy_terms.h"
#include "measure/information.h"
#include "measure/tuning.h"
#include "support.h"

enum { FRAMES = 400, CELLS = 30, BINS = 17 };

/* Activity whose amounts are counts, or real, with a share of frames active. */
static void make_activity(double *activity, int64_t *bin, size_t bins, bool whole, double largest,
                          uint32_t unit) {
    nd_stream stream = nd_stream_at(7, ND_FOR_TEST, unit, 0);
    for (size_t f = 0; f < FRAMES; f++)
        bin[f] = (int64_t)nd_stream_below(&stream, bins);
    for (size_t i = 0; i < FRAMES * CELLS; i++) {
        bool active = nd_stream_uniform(&stream) < 0.02 * (double)(i % CELLS);
        double amount = largest * nd_stream_uniform(&stream);
        activity[i] = active ? (whole ? ceil(amount) : amount) : 0.0;
    }
}

static void check_cell(const nd_sparse_activity *sparse, const nd_responses *responses,
                       const double *curve, const double *occupancy, size_t cell,
                       const double *information) {
    static uint32_t level[FRAMES];
    const nd_binned *view = &sparse->view;
    double expected[ND_INFORMATIONS];
    expected[0] = nd_spatial_information(curve, occupancy, view->bins);
    expected[1] = expected[0] * nd_total_amount(view, cell) / (FRAMES * view->frame_seconds);
    memset(level, 0, sizeof level);
    for (size_t e = sparse->events.start[cell]; e < sparse->events.start[cell + 1]; e++)
        level[sparse->events.frame[e]] = responses->level[e];
    expected[2] = nd_mutual_information(level, responses->levels, view->bin, view->bins, FRAMES);
    assert_close("information", information, expected, ND_INFORMATIONS, 1e-12, 1.0);
}

static void check_against_definitions(bool whole, double largest, size_t bins) {
    static double activity[FRAMES * CELLS];
    static int64_t bin[FRAMES];
    make_activity(activity, bin, bins, whole, largest, (uint32_t)(largest + 100.0 * whole));
    nd_sparse_activity sparse;
    nd_responses responses;
    nd_error error = {0};
    assert_fine(nd_sparse_activity_from(activity, FRAMES, CELLS, bin, bins, 0.1, &sparse, &error),
                &error);
    size_t cells[CELLS], count = nd_sufficiently_active(&sparse.view, 1, 0.0, cells);
    double information[CELLS * ND_INFORMATIONS];
    double *occupancy = calloc(bins, sizeof *occupancy);
    double *curves = calloc(bins * CELLS, sizeof *curves);
    assert_fine(nd_responses_choose(&sparse.view, cells, count, &responses, &error), &error);
    assert_fine(nd_naive_information(&sparse.view, cells, count, &responses, information, &error),
                &error);
    nd_binned_curves(&sparse.view, cells, count, occupancy, curves);
    for (size_t i = 0; i < count; i++)
        check_cell(&sparse, &responses, curves + i * bins, occupancy, cells[i],
                   information + i * ND_INFORMATIONS);
    free(occupancy);
    free(curves);
    nd_responses_clear(&responses);
    nd_sparse_activity_clear(&sparse);
}

static void test_sparse_evaluation_is_the_definition(void **state) {
    (void)state;
    check_against_definitions(true, 3.0, BINS);
    check_against_definitions(false, 0.5, BINS);   /* logarithmic responses */
    check_against_definitions(false, 12.0, BINS);  /* rounded responses */
    check_against_definitions(false, 50.0, BINS);  /* logarithmic again */
    check_against_definitions(true, 4000.0, BINS); /* large counts */
    check_against_definitions(false, 0.5, 350);    /* more bins than events */
    check_against_definitions(true, 2.0, 1);       /* nowhere to go: no information */
}

static void test_responses_follow_the_published_choice(void **state) {
    (void)state;
    double activity[] = {0, 1, 2, 0, 0.01, 1.0, 0.0, 5.0, 6.2, 19.9, 0.4, 20.5};
    int64_t bin[] = {0, 0, 0, 0};
    nd_sparse_activity sparse;
    nd_responses responses;
    nd_error error = {0};
    const struct {
        size_t cell;
        nd_response_kind kind;
        size_t levels;
    } cases[] = {{0, ND_RESPONSE_ROUNDED, 21},      /* 19.9 rounds to 20 */
                 {1, ND_RESPONSE_LOGARITHMIC, 11},  /* at most 5 */
                 {2, ND_RESPONSE_LOGARITHMIC, 11}}; /* 20.5 */
    assert_fine(nd_sparse_activity_from(activity, 4, 3, bin, 1, 1.0, &sparse, &error), &error);
    for (size_t i = 0; i < 3; i++) {
        assert_fine(nd_responses_choose(&sparse.view, &cases[i].cell, 1, &responses, &error),
                    &error);
        assert_int_equal(responses.kind, cases[i].kind);
        assert_int_equal(responses.levels, cases[i].levels);
        nd_responses_clear(&responses);
    }
    nd_sparse_activity_clear(&sparse);
}

static void test_silent_cells_have_no_spatial_information(void **state) {
    (void)state;
    double activity[8] = {0};
    int64_t bin[] = {0, 1, 2, 3, 0, 1, 2, 3};
    nd_sparse_activity sparse;
    nd_responses responses;
    nd_error error = {0};
    size_t cell = 0;
    double information[ND_INFORMATIONS];
    assert_fine(nd_sparse_activity_from(activity, 8, 1, bin, 4, 1.0, &sparse, &error), &error);
    assert_fine(nd_responses_choose(&sparse.view, &cell, 1, &responses, &error), &error);
    assert_fine(nd_naive_information(&sparse.view, &cell, 1, &responses, information, &error),
                &error);
    assert_true(isnan(information[ND_INFORMATION_BIT_SPIKE]));
    assert_true(information[ND_INFORMATION_BIT_SECOND] == 0.0);
    assert_true(information[ND_INFORMATION_MUTUAL] == 0.0);
    nd_responses_clear(&responses);
    nd_sparse_activity_clear(&sparse);
}

static void test_frames_without_a_bin_are_left_out(void **state) {
    (void)state;
    double activity[] = {1, 5, 0, 2, NAN, 1};
    int64_t bin[] = {0, -1, 1, 1, 0, 0};
    nd_sparse_activity sparse;
    nd_error error = {0};
    assert_fine(nd_sparse_activity_from(activity, 6, 1, bin, 2, 1.0, &sparse, &error), &error);
    assert_int_equal(sparse.view.frames, 5);
    assert_int_equal(sparse.events.start[1], 3);
    assert_int_equal(sparse.events.frame[1], 2);
    double occupancy[2], curve[2];
    size_t cell = 0;
    nd_binned_curves(&sparse.view, &cell, 1, occupancy, curve);
    assert_close("occupancy", occupancy, (double[]){0.6, 0.4}, 2, 1e-15, 1.0);
    assert_close("curve", curve, (double[]){2.0 / 3.0, 1.0}, 2, 1e-15, 1.0);
    nd_sparse_activity_clear(&sparse);
}

static void test_logarithms_are_the_library_s(void **state) {
    (void)state;
    enum { COUNT = 4099 };
    double *x = calloc(COUNT, sizeof *x), *shift = calloc(COUNT, sizeof *shift);
    double *term = calloc(COUNT, sizeof *term);
    nd_stream stream = nd_stream_at(3, ND_FOR_TEST, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        x[i] = exp(60.0 * (nd_stream_uniform(&stream) - 0.5));
        shift[i] = nd_stream_uniform(&stream);
    }
    x[0] = 1.0;
    x[1] = 0.0;
    x[2] = -1.0;
    x[3] = 1.0 + 1e-12;
    x[4] = sqrt(2.0);
    nd_entropy_terms(x, shift, COUNT, term);
    for (int i = 0; i < COUNT; i++) {
        double expected = x[i] > 0.0 ? x[i] * (log2(x[i]) - shift[i]) : 0.0;
        double scale = fabs(x[i]) * (fabs(log2(fabs(x[i]) + 1e-300)) + shift[i]);
        assert_true(!(fabs(term[i] - expected) > 1e-15 * scale));
    }
    free(x);
    free(shift);
    free(term);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sparse_evaluation_is_the_definition),
        cmocka_unit_test(test_responses_follow_the_published_choice),
        cmocka_unit_test(test_silent_cells_have_no_spatial_information),
        cmocka_unit_test(test_frames_without_a_bin_are_left_out),
        cmocka_unit_test(test_logarithms_are_the_library_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
