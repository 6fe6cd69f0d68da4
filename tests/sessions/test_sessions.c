/* Sessions against time: pooling, normalisation, regression, registered cells, verdicts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "made_recording.h"
#include "sessions/sessions.h"
#include "support.h"

static const size_t ssr =
    ND_METRIC_CORRECTED + ND_CORRECTION_SCALED_SHUFFLE_REDUCTION * ND_INFORMATIONS;

static nd_given_metrics given(double cells, double active, double information) {
    return (nd_given_metrics){cells, active, NAN, information, NAN, NAN};
}

static nd_recording_result *measure(const nd_recording *recording) {
    nd_error error = {0};
    nd_recording_result *result = nd_recording_measure(recording, 2, NULL, &error);
    assert_fine(result != NULL, &error);
    return result;
}

static void test_groups_animals_and_data_set_have_curves(void **state) {
    (void)state;
    nd_recording *recording = made_recording(6);
    const char *animals[] = {"a", "a", "a", "a", "b", "b"};
    const char *environments[] = {"one", "one", "two", "two", "one", "one"};
    for (size_t s = 0; s < 6; s++)
        made_metrics(recording, s, animals[s], environments[s], (double)(s % 2), s % 2 + 1,
                     given(100, 0.5, 1.0));
    nd_recording_result *result = measure(recording);
    assert_int_equal(result->groups, 3);
    assert_int_equal(result->curves, 5);
    assert_string_equal(result->curve[0].name, "a, one");
    assert_string_equal(result->curve[3].name, "a");
    assert_int_equal(result->curve[3].members, 2);
    assert_string_equal(result->curve[4].name, "made");
    assert_int_equal(result->curve[4].members, 3);
    nd_recording_result_free(result);
    nd_recording_free(recording);
}

/* The paper's example: environment A visited for the 4th time on day 4 with 20 active cells, B on
 * day 6 with 30: 50 cells together. */
static void test_visits_pool_cells_of_an_animal(void **state) {
    (void)state;
    nd_recording *recording = made_recording(3);
    made_metrics(recording, 0, "rat", "A", 4, 4, given(40, 0.5, 1.0));
    made_metrics(recording, 1, "rat", "B", 6, 4, given(60, 0.5, 2.0));
    made_metrics(recording, 2, "rat", "B", 8, 5, given(60, 0.25, 3.0));
    recording->settings.pooling = ND_POOL_VISITS;
    nd_recording_result *result = measure(recording);
    const nd_curve *all = &result->curve[result->curves - 1];
    assert_string_equal(result->time_name, "visit");
    assert_int_equal(all->members, 1);
    assert_int_equal(all->points, 2);
    assert_true(all->time[0] == 4.0 && all->time[1] == 5.0);
    assert_true(all->course[ND_METRIC_ACTIVE_CELLS].value[0] == 50.0);
    assert_true(fabs(all->course[ND_METRIC_FRACTION_ACTIVE].value[0] - 0.5) < 1e-15);
    double mean = (20.0 * 1.0 + 30.0 * 2.0) / 50.0;
    assert_true(fabs(all->course[ND_METRIC_INFORMATION].value[0] - mean) < 1e-14);
    assert_true(fabs(all->course[ND_METRIC_INFORMATION].normalised[1] - 3.0 / mean) < 1e-14);
    nd_recording_result_free(result);
    nd_recording_free(recording);
}

static void test_days_pool_cells_of_all_animals(void **state) {
    (void)state;
    nd_recording *recording = made_recording(4);
    made_metrics(recording, 0, "a", "", 0, 1, given(100, 0.2, 1.0));
    made_metrics(recording, 1, "a", "", 2, 2, given(100, 0.1, 2.0));
    made_metrics(recording, 2, "b", "", 0, 1, given(300, 0.2, 3.0));
    made_metrics(recording, 3, "b", "", 2, 2, given(300, 0.1, 4.0));
    recording->settings.pooling = ND_POOL_CELLS;
    nd_recording_result *result = measure(recording);
    const nd_curve *all = &result->curve[result->curves - 1];
    assert_int_equal(all->members, 1);
    assert_int_equal(all->points, 2);
    assert_true(fabs(all->course[ND_METRIC_INFORMATION].value[0] - 2.5) < 1e-14);
    assert_true(fabs(all->course[ND_METRIC_FRACTION_ACTIVE].value[1] - 0.1) < 1e-15);
    nd_recording_result_free(result);
    recording->settings.pooling = ND_POOL_ANIMALS;
    result = measure(recording);
    all = &result->curve[result->curves - 1];
    assert_int_equal(all->members, 2);
    assert_true(fabs(all->course[ND_METRIC_INFORMATION].value[0] - 2.0) < 1e-14);
    /* s.e.m. over the two animals: |1 - 3| / 2. */
    assert_true(fabs(all->course[ND_METRIC_INFORMATION].error[0] - 1.0) < 1e-14);
    nd_recording_result_free(result);
    nd_recording_free(recording);
}

static void test_members_keep_their_own_intercepts(void **state) {
    (void)state;
    nd_recording *recording = made_recording(10);
    for (size_t s = 0; s < 10; s++) {
        double day = (double)(s % 5), start = s < 5 ? 0.8 : 0.2;
        made_metrics(recording, s, s < 5 ? "a" : "b", "", day, s % 5 + 1,
                     given(100, start * (1.0 - 0.1 * day), 1.0));
    }
    nd_recording_result *result = measure(recording);
    const nd_metric_course *course =
        &result->curve[result->curves - 1].course[ND_METRIC_FRACTION_ACTIVE];
    assert_true(fabs(course->line.slope + 0.1) < 1e-12);
    assert_true(course->line.degrees == 1.0 && course->animals == 2);
    assert_true(fabs(course->change + 0.4) < 1e-12);
    assert_true(fabs(course->normalised[4] - 0.6) < 1e-12);
    nd_recording_result_free(result);
    nd_recording_free(recording);
}

static nd_drift verdict_of(double active_slope, double information_slope, double noise) {
    nd_recording *recording = made_recording(8);
    double draws[16];
    nd_random_gaussians(3, ND_FOR_TEST, 0, 0, 16, draws);
    for (size_t s = 0; s < 8; s++)
        made_metrics(recording, s, "a", "", (double)s, s + 1,
                     given(100, 0.5 * (1.0 + active_slope * (double)s + noise * draws[s]),
                           1.0 + information_slope * (double)s + noise * draws[8 + s]));
    nd_recording_result *result = measure(recording);
    nd_drift drift = result->verdict[0].drift;
    assert_non_null(strstr(result->verdict[0].text, nd_drift_name(drift)));
    nd_recording_result_free(result);
    nd_recording_free(recording);
    return drift;
}

static void test_verdicts_from_numbers_alone(void **state) {
    (void)state;
    assert_int_equal(verdict_of(-0.06, 0.06, 0.02), ND_DIRECTED_DRIFT_GOING_ON);
    assert_int_equal(verdict_of(0.06, 0.06, 0.02), ND_CANNOT_TELL);
    assert_int_equal(verdict_of(-0.06, -0.06, 0.02), ND_CANNOT_TELL);
    /* Steady, but of the maps nothing is known. */
    assert_int_equal(verdict_of(0.0, 0.0, 0.02), ND_CANNOT_TELL);
    assert_int_equal(verdict_of(0.0, 0.0, 0.5), ND_CANNOT_TELL);
}

enum { CELLS = 80, SESSIONS = 7 };

/* A population whose fields wander by `step` bins a session, and whose `lost` cells a session fall
 * silent while the fields of the rest shrink by `narrowing`. */
static nd_recording *made_population(double step, size_t lost, double narrowing) {
    nd_recording *recording = made_recording(SESSIONS);
    double centre[CELLS], wander[CELLS];
    bool active[CELLS];
    nd_random_uniforms(9, ND_FOR_TEST, 1, 0, CELLS, centre);
    for (size_t c = 0; c < CELLS; c++)
        centre[c] *= 19.0;
    for (size_t s = 0; s < SESSIONS; s++) {
        nd_random_gaussians(9, ND_FOR_TEST, 2, s, CELLS, wander);
        for (size_t c = 0; c < CELLS; c++) {
            centre[c] = fmin(19.0, fmax(0.0, centre[c] + (s > 0 ? step * wander[c] : 0.0)));
            active[c] = c >= s * lost;
        }
        made_place_cells(recording, s, "m", "track", (double)s, CELLS, active, centre,
                         3.0 * pow(narrowing, (double)s), 40);
    }
    return recording;
}

static void test_directed_drift_of_a_population_is_found(void **state) {
    (void)state;
    nd_recording *recording = made_population(0.5, 6, 0.9);
    nd_recording_result *result = measure(recording);
    assert_int_equal(result->group[0].registered, CELLS);
    assert_int_equal(result->verdict[0].drift, ND_DIRECTED_DRIFT_GOING_ON);
    assert_true(result->session[0].metric[ND_METRIC_FRACTION_ACTIVE] == 1.0);
    assert_true(result->session[6].metric[ND_METRIC_FRACTION_ACTIVE] == (CELLS - 36.0) / CELLS);
    assert_true(result->group[0].shared[6] == CELLS - 36.0);
    nd_recording_result_free(result);
    nd_recording_free(recording);
}

static void test_null_drift_of_a_population_is_found(void **state) {
    (void)state;
    nd_recording *recording = made_population(1.0, 0, 1.0);
    nd_recording_result *result = measure(recording);
    const nd_group *group = &result->group[0];
    assert_int_equal(result->verdict[0].drift, ND_NULL_DRIFT);
    assert_true(group->decay_p < 0.01 && group->decay_correlation < -0.5);
    assert_true(fabs(group->map_correlation[0] - 1.0) < 1e-12);
    assert_true(group->map_correlation[1] > group->map_correlation[6]);
    assert_true(group->vector_correlation[1] > group->vector_correlation[6]);
    assert_true(result->session[0].metric[ND_METRIC_RELIABILITY] > group->map_correlation[6]);
    nd_recording_result_free(result);
    nd_recording_free(recording);
}

static void test_a_steady_code_is_no_drift(void **state) {
    (void)state;
    nd_recording *recording = made_population(0.0, 0, 1.0);
    nd_recording_result *result = measure(recording);
    assert_int_equal(result->verdict[0].drift, ND_STABLE);
    assert_false(result->verdict[0].maps_change);
    nd_recording_result_free(result);
    nd_recording_free(recording);
}

/* Nothing to measure is no failure: cells that are silent, or nearly so, in some or all sessions.
 */
static void test_silent_sessions_are_no_error(void **state) {
    (void)state;
    for (int all = 0; all < 2; all++) {
        nd_recording *recording = made_recording(4);
        double centre[10] = {0.0};
        bool active[10] = {false};
        for (size_t s = 0; s < 4; s++) {
            for (size_t c = 0; c < 10; c++)
                active[c] = !all && s > 0;
            made_place_cells(recording, s, "m", "track", (double)s, 10, active, centre, 2.0, 3);
        }
        recording->settings.shuffles = 20;
        recording->settings.scaled_shuffle_reduction = true;
        recording->settings.subsampling_repetitions = 2;
        nd_recording_result *result = measure(recording);
        assert_int_equal(result->session[0].active, 0);
        assert_true(isnan(result->session[0].metric[ND_METRIC_INFORMATION]));
        assert_true(result->session[0].metric[ND_METRIC_FRACTION_ACTIVE] == 0.0);
        assert_true(isnan(result->curve[0].course[ND_METRIC_FRACTION_ACTIVE].line.slope));
        assert_int_equal(result->verdict[0].drift, ND_CANNOT_TELL);
        nd_recording_result_free(result);
        nd_recording_free(recording);
    }
}

static void test_threads_change_nothing(void **state) {
    (void)state;
    nd_recording *recording = made_population(0.5, 4, 0.95);
    recording->settings.shuffles = 50;
    recording->settings.scaled_shuffle_reduction = true;
    recording->settings.subsampling_repetitions = 4;
    nd_error error = {0};
    nd_recording_result *one = nd_recording_measure(recording, 1, NULL, &error);
    nd_recording_result *four = nd_recording_measure(recording, 4, NULL, &error);
    assert_fine(one && four, &error);
    if (!one || !four)
        return;
    for (size_t s = 0; s < SESSIONS; s++)
        assert_memory_equal(one->session[s].metric, four->session[s].metric,
                            sizeof one->session[s].metric);
    assert_false(isnan(one->session[0].metric[ssr]));
    assert_string_equal(one->verdict[0].text, four->verdict[0].text);
    nd_recording_result_free(one);
    nd_recording_result_free(four);
    nd_recording_free(recording);
}

static void test_published_maps_give_information(void **state) {
    (void)state;
    nd_recording *recording = made_recording(1);
    made_metrics(recording, 0, "m", "box", 0, 1, given(0, 0, 0));
    nd_session *session = &recording->sessions[0];
    double maps[] = {4, 0, 0,   0, /* all in a quarter of the time: 2 bit */
                     1, 1, 1,   1, /* none */
                     4, 0, NAN, NAN /* half of the time is left: 1 bit */};
    session->kind = ND_SESSION_RATE_MAPS;
    session->cells = 3;
    session->bins = session->bins_x = 4;
    session->bins_y = session->bins_direction = 1;
    session->occupancy = calloc(4, sizeof *session->occupancy);
    session->rate_maps = calloc(12, sizeof *session->rate_maps);
    memcpy(session->rate_maps, maps, sizeof maps);
    for (size_t b = 0; b < 4; b++)
        session->occupancy[b] = 30.0;
    nd_recording_result *result = measure(recording);
    const nd_cell_result *cell = result->session[0].cell;
    assert_int_equal(result->session[0].active, 3);
    assert_true(fabs(cell[0].information[ND_INFORMATION_BIT_SPIKE] - 2.0) < 1e-14);
    assert_true(fabs(cell[1].information[ND_INFORMATION_BIT_SPIKE]) < 1e-14);
    assert_true(fabs(cell[2].information[ND_INFORMATION_BIT_SPIKE] - 1.0) < 1e-14);
    assert_true(fabs(cell[2].information[ND_INFORMATION_BIT_SECOND] - 2.0) < 1e-14);
    assert_true(isnan(result->session[0].metric[ND_METRIC_PLACE_CELLS]));
    nd_recording_result_free(result);
    nd_recording_free(recording);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups_animals_and_data_set_have_curves),
        cmocka_unit_test(test_visits_pool_cells_of_an_animal),
        cmocka_unit_test(test_days_pool_cells_of_all_animals),
        cmocka_unit_test(test_members_keep_their_own_intercepts),
        cmocka_unit_test(test_verdicts_from_numbers_alone),
        cmocka_unit_test(test_directed_drift_of_a_population_is_found),
        cmocka_unit_test(test_null_drift_of_a_population_is_found),
        cmocka_unit_test(test_a_steady_code_is_no_drift),
        cmocka_unit_test(test_silent_sessions_are_no_error),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_published_maps_give_information),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
