/* The reference recordings, session by session: counts exact, naive values to 1e-6, shares of
 * significant cells within what the shuffles of either side leave open. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "measure/information.h"
#include "measure/shuffle.h"
#include "reference_session.h"
#include "sessions/sessions.h"
#include "support.h"

/* A table read column by column. */
static double *numbers(const char *file, const char *column, size_t *rows) {
    char **text = reference_column(file, column, rows);
    double *values = calloc(*rows, sizeof *values);
    for (size_t r = 0; r < *rows; r++)
        values[r] = strtod(text[r], NULL);
    reference_column_free(text, *rows);
    return values;
}

typedef struct means {
    double active, rate, information[ND_INFORMATIONS], share;
} means;

/* Means over the active cells, and the share of significant ones by 200 shuffles. */
static means measure(const nd_sparse_activity *session) {
    size_t *cells = calloc(session->view.cells, sizeof *cells);
    size_t active = nd_sufficiently_active(&session->view, 10, 0.0, cells);
    double *information = calloc(active * ND_INFORMATIONS, sizeof *information);
    double *p = calloc(active, sizeof *p);
    nd_responses responses;
    nd_error error = {0};
    means found = {.active = (double)active};
    assert_fine(nd_responses_choose(&session->view, cells, active, &responses, &error), &error);
    assert_fine(
        nd_naive_information(&session->view, cells, active, &responses, information, &error),
        &error);
    assert_fine(nd_shuffle_test(&session->view, cells, active, 200, ND_SHUFFLE_CYCLIC, 1, 2, p,
                                NULL, &error),
                &error);
    for (size_t i = 0; i < active; i++) {
        found.rate += nd_total_amount(&session->view, cells[i]) / (double)session->view.frames /
                      (double)active;
        found.share += (p[i] < 0.05) / (double)active;
        for (size_t k = 0; k < ND_INFORMATIONS; k++)
            found.information[k] += information[i * ND_INFORMATIONS + k] / (double)active;
    }
    nd_responses_clear(&responses);
    free(information);
    free(cells);
    free(p);
    return found;
}

static void check_ca1(const char *mouse, size_t first_row) {
    char activity[256], position[256];
    snprintf(activity, sizeof activity, "recordings/ca1/%s_spike_train.mat", mouse);
    snprintf(position, sizeof position, "recordings/ca1/%s_stimulus_trace.mat", mouse);
    char *table = strdup(support_reference("recordings/ca1/expected.csv"));
    char *spikes = strdup(support_reference(activity));
    const char *names[] = {
        "time_bins",        "cells",          "active_cells", "mean_rate_hz",
        "si_bit_per_spike", "si_bit_per_sec", "mi_bit",       "significant_fraction"};
    double *expected[8];
    size_t rows;
    for (size_t i = 0; i < 8; i++)
        expected[i] = numbers(table, names[i], &rows);
    /* Every fifth row (`make validate` does all): rows run over environment, session, direction;
     * cell arrays are column-major 2 x 4 x 2. */
    for (size_t row = 0; row < 16; row += 5) {
        size_t environment = row / 8, session = row / 2 % 4, direction = row % 2;
        nd_sparse_activity sparse =
            reference_matlab(spikes, "spike_train", support_reference(position), "stimulus_trace",
                             environment + 2 * session + 8 * direction, 1, 24, 0.05);
        means found = measure(&sparse);
        size_t at = first_row + row;
        assert_true(expected[0][at] == (double)sparse.view.frames);
        assert_true(expected[1][at] == (double)sparse.view.cells);
        assert_true(expected[2][at] == found.active);
        double rate = found.rate / 0.05;
        assert_close("rate", &rate, &expected[3][at], 1, 1e-6, 0.0);
        for (size_t k = 0; k < ND_INFORMATIONS; k++)
            assert_close(names[4 + k], &found.information[k], &expected[4 + k][at], 1, 1e-6, 0.0);
        /* Two tests of 200 shuffles of some 200 cells each differ by 0.011 (measured, over seeds);
         * 0.05 once in 2e5 sessions. */
        assert_true(fabs(found.share - expected[7][at]) < 0.05);
        nd_sparse_activity_clear(&sparse);
    }
    for (size_t i = 0; i < 8; i++)
        free(expected[i]);
    free(table);
    free(spikes);
}

static void test_published_mice(void **state) {
    (void)state;
    check_ca1("C5M1", 0);
    check_ca1("C6M3", 16);
}

static void test_longitudinal_sessions(void **state) {
    (void)state;
    char *table = strdup(support_reference("recordings/longitudinal/expected.csv"));
    size_t rows;
    const char *names[] = {
        "frames",           "running_frames",     "cells", "active_cells", "mean_event_rate",
        "si_bit_per_event", "place_cell_fraction"};
    double *expected[7], difference = 0.0;
    char **file = reference_column(table, "file", &rows);
    for (size_t i = 0; i < 7; i++)
        expected[i] = numbers(table, names[i], &rows);
    assert_int_equal(rows, 32);
    for (size_t r = 0; r < rows; r += 4) {
        char name[256];
        size_t frames;
        snprintf(name, sizeof name, "recordings/longitudinal/%s", file[r]);
        nd_sparse_activity sparse = reference_longitudinal(support_reference(name), &frames);
        means found = measure(&sparse);
        assert_true(expected[0][r] == (double)frames);
        assert_true(expected[1][r] == (double)sparse.view.frames);
        assert_true(expected[2][r] == (double)sparse.view.cells);
        assert_true(expected[3][r] == found.active);
        assert_close("rate", &found.rate, &expected[4][r], 1, 1e-6, 0.0);
        assert_close("SI", &found.information[0], &expected[5][r], 1, 1e-6, 0.0);
        /* As above; and 0.03 between the means over the 8 sessions. */
        assert_true(fabs(found.share - expected[6][r]) < 0.06);
        difference += (found.share - expected[6][r]) / 8.0;
        nd_sparse_activity_clear(&sparse);
    }
    assert_true(fabs(difference) < 0.03);
    for (size_t i = 0; i < 7; i++)
        free(expected[i]);
    reference_column_free(file, rows);
    free(table);
}

static void test_longitudinal_mouse_sparsifies(void **state) {
    (void)state;
    nd_recording *recording = reference_longitudinal_recording("C16_M4");
    recording->settings.shuffles = 0;
    recording->settings.scaled_shuffle_reduction = false;
    recording->settings.bounded_asymptotic_extrapolation = false;
    recording->settings.rate_map_smoothing = 1.5;
    nd_error error = {0};
    nd_recording_result *result = nd_recording_measure(recording, 2, NULL, &error);
    assert_fine(result != NULL, &error);
    assert_int_equal(result->groups, 2);
    for (size_t c = 0; c < result->curves; c++) {
        const nd_verdict *verdict = &result->verdict[c];
        const nd_metric_course *active = &result->curve[c].course[ND_METRIC_EQUAL_FRACTION_ACTIVE];
        assert_true(verdict->maps_change);
        assert_true(active->change < -0.3);
        assert_true(result->curve[c].course[ND_METRIC_EQUAL_INFORMATION].change > 0.3);
        /* Track A of eight days alone does not decide it; track B and both together do. */
        assert_int_equal(verdict->drift, c == 0 ? ND_CANNOT_TELL : ND_DIRECTED_DRIFT);
    }
    size_t which[] = {0, 4, 7}, cells;
    double *maps[3];
    int64_t *ids;
    assert_fine(
        nd_group_common_maps(result, &result->group[0], which, 3, maps, &ids, &cells, &error),
        &error);
    assert_between("cells", (double)cells, 50, 200);
    for (size_t s = 0; s < 3; s++)
        free(maps[s]);
    free(ids);
    nd_recording_result_free(result);
    nd_recording_free(recording);
}

int main(void) {
    support_need_reference("recordings");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_mice),
        cmocka_unit_test(test_longitudinal_sessions),
        cmocka_unit_test(test_longitudinal_mouse_sparsifies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
