/* A recording's results come back from their file as they were; foreign files are refused. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyse/words_of_recording.h"
#include "base/files.h"
#include "base/netcdf_file.h"
#include "base/random.h"
#include "made_recording.h"
#include "store/recording_file.h"
#include "support.h"

enum { CELLS = 30, SESSIONS = 4 };

static nd_recording_result *made_result(void) {
    nd_recording *recording = made_recording(SESSIONS + 1);
    double centre[CELLS];
    bool active[CELLS];
    nd_random_uniforms(9, ND_FOR_TEST, 1, 0, CELLS, centre);
    for (size_t s = 0; s < SESSIONS; s++) {
        for (size_t c = 0; c < CELLS; c++) {
            centre[c] = s == 0 ? 19.0 * centre[c] : centre[c];
            active[c] = c >= 3 * s;
        }
        made_place_cells(recording, s, "m, \"1\"", "track", (double)s, CELLS, active, centre, 2.0,
                         5);
    }
    made_metrics(recording, SESSIONS, "n", "box", 1.0, 1,
                 (nd_given_metrics){10, 0.5, 0.25, 1.5, 1.25, NAN});
    recording->settings.shuffles = 40;
    recording->settings.scaled_shuffle_reduction = true;
    recording->settings.subsampling_repetitions = 3;
    recording->about.title = strdup("Made for tests");
    nd_error error = {0};
    nd_recording_result *result = nd_recording_measure(recording, 2, NULL, &error);
    assert_fine(result != NULL, &error);
    nd_recording_free(recording);
    return result;
}

static void same(const double *a, const double *b, size_t count) {
    for (size_t i = 0; i < count; i++)
        assert_true(a[i] == b[i] || (isnan(a[i]) && isnan(b[i])));
}

static void test_results_survive_their_file(void **state) {
    (void)state;
    char *folder = support_folder(), path[4200];
    snprintf(path, sizeof path, "%s/out.nc", folder);
    nd_recording_result *result = made_result();
    nd_error error = {0};
    assert_fine(nd_recording_file_write(result, support_place(path), "nulldrift record", &error),
                &error);
    nd_recording_result *back = nd_recording_file_read(path, &error);
    assert_fine(back != NULL, &error);
    if (!back)
        return;
    assert_int_equal(back->sessions, result->sessions);
    assert_string_equal(back->about.title, "Made for tests");
    for (size_t s = 0; s < result->sessions; s++) {
        const nd_session_result *a = &result->session[s], *b = &back->session[s];
        assert_string_equal(a->animal, b->animal);
        assert_int_equal(a->active, b->active);
        same(a->metric, b->metric, ND_METRIC_COUNT);
        same(a->error, b->error, ND_METRIC_COUNT);
        assert_int_equal(a->fractions, b->fractions);
        for (size_t k = 0; k < ND_INFORMATIONS; k++)
            same(a->mean_naive[k], b->mean_naive[k], a->fractions);
        same(a->rate_maps, b->rate_maps, a->active * a->bins);
        for (size_t k = 0; a->fractions > 0 && k < ND_INFORMATIONS; k++)
            same(a->curves.shuffled[k], b->curves.shuffled[k], a->active * a->fractions);
        for (size_t i = 0; i < a->active; i++) {
            assert_true(a->cell[i].id == b->cell[i].id);
            assert_true(a->cell[i].place_cell == b->cell[i].place_cell);
            same(a->cell[i].corrected[1], b->cell[i].corrected[1], ND_INFORMATIONS);
        }
    }
    assert_int_equal(back->groups, 2);
    same(back->group[0].map_correlation, result->group[0].map_correlation, SESSIONS * SESSIONS);
    assert_null(back->group[1].map_correlation);
    assert_int_equal(back->curves, result->curves);
    for (size_t c = 0; c < result->curves; c++) {
        const nd_curve *a = &result->curve[c], *b = &back->curve[c];
        same(a->time, b->time, a->points);
        for (size_t m = 0; m < ND_METRIC_COUNT; m++) {
            same(a->course[m].normalised, b->course[m].normalised, a->points);
            same(&a->course[m].line.p, &b->course[m].line.p, 1);
            same(&a->course[m].change_low, &b->course[m].change_low, 1);
        }
        assert_string_equal(result->verdict[c].text, back->verdict[c].text);
        assert_int_equal(result->verdict[c].drift, back->verdict[c].drift);
    }
    nd_recording_result_free(back);
    nd_recording_result_free(result);
    support_remove(folder);
}

static void test_results_without_active_cells_survive_too(void **state) {
    (void)state;
    char *folder = support_folder(), path[4200];
    snprintf(path, sizeof path, "%s/silent.nc", folder);
    nd_recording *recording = made_recording(2);
    double centre[5] = {0.0};
    bool active[5] = {false};
    for (size_t s = 0; s < 2; s++)
        made_place_cells(recording, s, "m", "", (double)s, 5, active, centre, 2.0, 5);
    nd_error error = {0};
    nd_recording_result *result = nd_recording_measure(recording, 1, NULL, &error);
    assert_fine(result != NULL, &error);
    assert_fine(nd_recording_file_write(result, support_place(path), NULL, &error), &error);
    nd_recording_result *back = nd_recording_file_read(path, &error);
    assert_fine(back != NULL, &error);
    if (!back)
        return;
    assert_int_equal(back->session[1].active, 0);
    same(back->session[1].metric, result->session[1].metric, ND_METRIC_COUNT);
    nd_recording_result_free(back);
    nd_recording_result_free(result);
    nd_recording_free(recording);
    support_remove(folder);
}

static size_t count_of(const char *text, char wanted) {
    size_t count = 0;
    for (; *text; text++)
        count += *text == wanted;
    return count;
}

static void test_tables_have_a_row_for_each(void **state) {
    (void)state;
    char *folder = support_folder(), path[4200];
    snprintf(path, sizeof path, "%s/table.csv", folder);
    nd_recording_result *result = made_result();
    nd_error error = {0};
    nd_buffer text = {0};
    size_t cells = 0;
    for (size_t s = 0; s < result->sessions; s++)
        cells += result->session[s].active;
    assert_fine(nd_recording_sessions_csv(result, support_place(path), &error), &error);
    assert_fine(nd_read_file(path, 1 << 20, &text, &error), &error);
    assert_int_equal(count_of((char *)text.bytes, '\n'), result->sessions + 1);
    assert_non_null(strstr((char *)text.bytes, "\"m, \"\"1\"\"\""));
    /* Every row as many fields as the header: a quoted comma a row of the first animal's. */
    assert_int_equal(count_of((char *)text.bytes, ','),
                     (result->sessions + 1) * (7 + 2 * ND_METRIC_COUNT) + SESSIONS);
    nd_buffer_free(&text);
    assert_fine(nd_recording_cells_csv(result, support_place(path), &error), &error);
    assert_fine(nd_read_file(path, 1 << 20, &text, &error), &error);
    assert_int_equal(count_of((char *)text.bytes, '\n'), cells + 1);
    assert_int_equal(count_of((char *)text.bytes, ','), (cells + 1) * 25 + cells);
    nd_buffer_free(&text);
    assert_fine(nd_recording_statistics_csv(result, support_place(path), &error), &error);
    assert_fine(nd_read_file(path, 1 << 20, &text, &error), &error);
    assert_non_null(strstr((char *)text.bytes, "fraction_active,1,4,"));
    nd_buffer_free(&text);
    assert_fine(nd_recording_summary(result, &text, &error), &error);
    assert_non_null(strstr((char *)text.bytes, "cannot tell"));
    nd_buffer_free(&text);
    assert_fine(nd_recording_properties_csv(&result, 1, &text, &error), &error);
    assert_non_null(strstr((char *)text.bytes, "made,Made for tests,"));
    nd_buffer_free(&text);
    nd_recording_result_free(result);
    support_remove(folder);
}

static void test_foreign_files_are_refused(void **state) {
    (void)state;
    char *folder = support_folder(), path[4200];
    snprintf(path, sizeof path, "%s/other.nc", folder);
    nd_error error = {0};
    nd_nc *file = nd_nc_create(path, &error);
    assert_fine(file && nd_nc_publish(file, &error), &error);
    assert_null(nd_recording_file_read(path, &error));
    assert_non_null(strstr(error.what, "not a file of recording results"));
    assert_true(truncate(path, 100) == 0);
    assert_null(nd_recording_file_read(path, &error));
    support_remove(folder);
}

static void test_a_damaged_file_is_refused(void **state) {
    (void)state;
    char *folder = support_folder(), path[4200];
    snprintf(path, sizeof path, "%s/out.nc", folder);
    nd_recording_result *result = made_result();
    nd_error error = {0};
    assert_fine(nd_recording_file_write(result, support_place(path), NULL, &error), &error);
    nd_nc *file = nd_nc_amend(path, NULL, &error);
    int64_t rows[] = {500, 500, 500, 500, 500};
    assert_fine(nd_nc_put_int64(file, "cell_rows", rows, 5, &error) && nd_nc_publish(file, &error),
                &error);
    assert_null(nd_recording_file_read(path, &error));
    assert_non_null(strstr(error.what, "do not add up"));
    nd_recording_result_free(result);
    support_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results_survive_their_file),
        cmocka_unit_test(test_results_without_active_cells_survive_too),
        cmocka_unit_test(test_tables_have_a_row_for_each),
        cmocka_unit_test(test_foreign_files_are_refused),
        cmocka_unit_test(test_a_damaged_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
