/* The test for tuning: right on tuned and untuned cells, the same for any number of threads. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "measure/information.h"
#include "measure/shuffle.h"
#include "measure/tuning.h"
#include "reference_session.h"
#include "support.h"

enum { FRAMES = 600, BINS = 12 };

/* A walk back and forth over the bins, and cells each firing at random, `tuned` of them in one
 * half of the bins only. */
static nd_sparse_activity make_walk(size_t cells, size_t tuned, uint32_t unit) {
    double *activity = calloc(FRAMES * cells, sizeof *activity);
    int64_t bin[FRAMES], at = 0;
    nd_stream stream = nd_stream_at(17, ND_FOR_TEST, unit, 0);
    for (size_t f = 0; f < FRAMES; f++) {
        at += (int64_t)nd_stream_below(&stream, 5) - 2;
        at = at < 0 ? 0 : at > BINS - 1 ? BINS - 1 : at;
        bin[f] = at;
        for (size_t c = 0; c < cells; c++)
            activity[f * cells + c] =
                nd_stream_uniform(&stream) < (c < tuned ? (at < BINS / 2 ? 0.2 : 0.0) : 0.1);
    }
    nd_sparse_activity sparse;
    nd_error error = {0};
    assert_fine(nd_sparse_activity_from(activity, FRAMES, cells, bin, BINS, 0.1, &sparse, &error),
                &error);
    free(activity);
    return sparse;
}

static void run(const nd_sparse_activity *sparse, size_t shuffles, nd_shuffle kind,
                unsigned threads, const size_t *cells, size_t count, double *p, double *mean) {
    nd_error error = {0};
    assert_fine(
        nd_shuffle_test(&sparse->view, cells, count, shuffles, kind, 1, threads, p, mean, &error),
        &error);
}

static void test_tuned_cells_are_found(void **state) {
    (void)state;
    nd_sparse_activity sparse = make_walk(20, 20, 0);
    size_t cells[20];
    double p[20];
    for (size_t c = 0; c < 20; c++)
        cells[c] = c;
    for (int kind = 0; kind < 2; kind++) {
        run(&sparse, 200, (nd_shuffle)kind, 1, cells, 20, p, NULL);
        for (size_t c = 0; c < 20; c++)
            assert_true(p[c] < 0.05);
    }
    nd_sparse_activity_clear(&sparse);
}

/* Untuned cells' p is uniform: of 400, 20 +- 4.4 below 0.05; above 42 once in 1e6 seeds. */
static void test_untuned_cells_pass_at_the_stated_rate(void **state) {
    (void)state;
    enum { CELLS = 400 };
    nd_sparse_activity sparse = make_walk(CELLS, 0, 1);
    size_t cells[CELLS];
    double p[CELLS];
    for (size_t c = 0; c < CELLS; c++)
        cells[c] = c;
    for (int kind = 0; kind < 2; kind++) {
        int found = 0;
        run(&sparse, 200, (nd_shuffle)kind, 2, cells, CELLS, p, NULL);
        for (size_t c = 0; c < CELLS; c++)
            found += p[c] < 0.05;
        assert_between("found", (double)found, 3, 42);
    }
    nd_sparse_activity_clear(&sparse);
}

static void test_threads_and_company_change_nothing(void **state) {
    (void)state;
    enum { CELLS = 30 };
    nd_sparse_activity sparse = make_walk(CELLS, 10, 2);
    size_t cells[CELLS], last = CELLS - 1;
    double one[CELLS], four[CELLS], mean_one[CELLS], mean_four[CELLS], alone, mean_alone;
    for (size_t c = 0; c < CELLS; c++)
        cells[c] = c;
    for (int kind = 0; kind < 2; kind++) {
        run(&sparse, 50, (nd_shuffle)kind, 1, cells, CELLS, one, mean_one);
        run(&sparse, 50, (nd_shuffle)kind, 4, cells, CELLS, four, mean_four);
        run(&sparse, 50, (nd_shuffle)kind, 1, &last, 1, &alone, &mean_alone);
        assert_memory_equal(one, four, sizeof one);
        assert_memory_equal(mean_one, mean_four, sizeof mean_one);
        assert_true(alone == one[last] && mean_alone == mean_one[last]);
    }
    nd_sparse_activity_clear(&sparse);
}

/* Turns by every number of frames, evaluated from the definition, average to what many random
 * turns average to: 4000 of them, within 5 standard errors (once in 1.7e6 seeds a cell). */
static void test_turned_information_is_the_definition_s(void **state) {
    (void)state;
    nd_sparse_activity sparse = make_walk(3, 1, 3);
    const nd_events *events = &sparse.events;
    size_t cells[] = {0, 1, 2};
    double p[3], mean[3];
    run(&sparse, 4000, ND_SHUFFLE_CYCLIC, 1, cells, 3, p, mean);
    for (size_t c = 0; c < 3; c++) {
        double sum = 0.0, squares = 0.0, occupancy[BINS] = {0};
        for (size_t f = 0; f < FRAMES; f++)
            occupancy[sparse.bin[f]] += 1.0 / FRAMES;
        for (size_t turn = 0; turn < FRAMES; turn++) {
            double curve[BINS] = {0};
            for (size_t e = events->start[c]; e < events->start[c + 1]; e++)
                curve[sparse.bin[(events->frame[e] + turn) % FRAMES]] += events->amount[e];
            for (size_t b = 0; b < BINS; b++)
                curve[b] /= occupancy[b] > 0.0 ? occupancy[b] * FRAMES : 1.0;
            double information = nd_spatial_information(curve, occupancy, BINS);
            sum += information / FRAMES;
            squares += information * information / FRAMES;
        }
        assert_true(fabs(mean[c] - sum) < 5.0 * sqrt((squares - sum * sum) / 4000.0));
    }
    nd_sparse_activity_clear(&sparse);
}

static void test_no_shuffles_is_an_error(void **state) {
    (void)state;
    nd_sparse_activity sparse = make_walk(1, 0, 4);
    size_t cell = 0;
    double p;
    nd_error error = {0};
    assert_false(
        nd_shuffle_test(&sparse.view, &cell, 1, 0, ND_SHUFFLE_CYCLIC, 1, 1, &p, NULL, &error));
    assert_true(error.what[0] != '\0');
    nd_sparse_activity_clear(&sparse);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tuned_cells_are_found),
        cmocka_unit_test(test_untuned_cells_pass_at_the_stated_rate),
        cmocka_unit_test(test_threads_and_company_change_nothing),
        cmocka_unit_test(test_turned_information_is_the_definition_s),
        cmocka_unit_test(test_no_shuffles_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
