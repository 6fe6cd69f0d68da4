/* Verdicts on populations with a known truth: a fast part of what verdict_rates counts. A right
 * word is wrong here in at most one of six; each scenario's own rate is in docs/verdict.md. */
#include <math.h>
#include <string.h>

#include "population.h"
#include "sessions/sessions.h"
#include "support.h"

enum { TRIES = 6 };

static size_t count(const char *name, nd_drift drift, nd_drift or_this, unsigned explanation,
                    size_t *named) {
    const population_scenario *scenario = population_find(name);
    size_t found = 0;
    *named = 0;
    for (uint64_t seed = 1001; seed <= 1000 + TRIES; seed++) {
        nd_error error = {0};
        nd_recording *recording = population_make(scenario, population_usual(), seed);
        recording->settings.shuffles = 0;
        recording->settings.scaled_shuffle_reduction = false;
        recording->settings.bounded_asymptotic_extrapolation = false;
        if (scenario->animals > 1)
            recording->settings.pooling = ND_POOL_CELLS;
        nd_recording_result *result = nd_recording_measure(recording, 1, NULL, &error);
        assert_fine(result != NULL, &error);
        if (!result)
            return 0;
        const nd_verdict *verdict = &result->verdict[result->curves - 1];
        found += verdict->drift == drift || verdict->drift == or_this;
        *named += (verdict->explanations & explanation) != 0;
        nd_recording_result_free(result);
        nd_recording_free(recording);
    }
    return found;
}

static void test_what_is_there_is_told(void **state) {
    (void)state;
    size_t named;
    assert_true(count("stable", ND_STABLE, ND_STABLE, ND_CHANGED_RUNNING, &named) >= TRIES - 1);
    assert_true(named <= 1);
    assert_true(count("drift", ND_NULL_DRIFT, ND_NULL_DRIFT, 0, &named) >= TRIES - 1);
    assert_true(count("sparsify", ND_DIRECTED_DRIFT, ND_DIRECTED_DRIFT_GOING_ON, 0, &named) >=
                TRIES - 1);
}

static void test_running_makes_no_drift(void **state) {
    (void)state;
    size_t named;
    assert_true(count("least-running", ND_DIRECTED_DRIFT, ND_DIRECTED_DRIFT_GOING_ON,
                      ND_CHANGED_RUNNING, &named) <= 1);
    assert_true(named >= TRIES - 1);
    assert_true(count("tilting", ND_NULL_DRIFT, ND_DIRECTED_DRIFT, 0, &named) <= 1);
}

static void test_falls_have_other_explanations(void **state) {
    (void)state;
    size_t named;
    assert_true(count("fading", ND_DIRECTED_DRIFT, ND_DIRECTED_DRIFT_GOING_ON, ND_FADING_DETECTION,
                      &named) <= 1);
    assert_true(named >= TRIES - 1);
    assert_true(count("lost-registration", ND_DIRECTED_DRIFT, ND_DIRECTED_DRIFT_GOING_ON,
                      ND_LOST_REGISTRATION, &named) <= 1);
    assert_true(named >= TRIES - 1);
    assert_int_equal(
        count("animals-leave", ND_CANNOT_TELL, ND_CANNOT_TELL, ND_ANIMALS_CHANGE, &named), TRIES);
    assert_int_equal(named, TRIES);
}

/* Three populations in which fading leaves other cells to tell of the position, and information
 * seems to rise (p below 0.05). */
static void test_fading_makes_no_information(void **state) {
    (void)state;
    static const uint64_t seeds[] = {20001, 20017, 20022};
    for (size_t i = 0; i < 3; i++) {
        nd_error error = {0};
        nd_recording *recording =
            population_make(population_find("fading"), population_usual(), seeds[i]);
        recording->settings.shuffles = 0;
        recording->settings.scaled_shuffle_reduction = false;
        recording->settings.bounded_asymptotic_extrapolation = false;
        nd_recording_result *result = nd_recording_measure(recording, 1, NULL, &error);
        assert_fine(result != NULL, &error);
        assert_true(result->verdict[0].explanations & ND_FADING_DETECTION);
        assert_int_equal(result->verdict[0].information, ND_UNCLEAR);
        nd_recording_result_free(result);
        nd_recording_free(recording);
    }
}

/* Three populations of which ever other parts of the track are seen, in which what is left to
 * compare makes tuning seem to change by the limit that chance passes once in forty. */
static void test_a_moving_part_of_the_track_makes_no_drift(void **state) {
    (void)state;
    static const uint64_t seeds[] = {100017, 100055, 100060};
    for (size_t i = 0; i < 3; i++) {
        nd_error error = {0};
        nd_recording *recording =
            population_make(population_find("moving-stretch"), population_usual(), seeds[i]);
        recording->settings.shuffles = 0;
        recording->settings.scaled_shuffle_reduction = false;
        recording->settings.bounded_asymptotic_extrapolation = false;
        nd_recording_result *result = nd_recording_measure(recording, 1, NULL, &error);
        assert_fine(result != NULL, &error);
        const nd_verdict *verdict = &result->verdict[0];
        assert_true(verdict->explanations & ND_CHANGED_RUNNING);
        assert_true(verdict->tuning.lower > ND_LEAST_TUNING_LOSS);
        assert_false(verdict->maps_change);
        assert_int_equal(verdict->drift, ND_CANNOT_TELL);
        nd_recording_result_free(result);
        nd_recording_free(recording);
    }
}

/* Of the 24 orders of four days, two are as far apart as can be. */
static void test_four_sessions_say_that_five_are_needed(void **state) {
    (void)state;
    for (size_t sessions = 4; sessions <= 5; sessions++) {
        nd_error error = {0};
        population_size size = population_usual();
        size.sessions = sessions;
        nd_recording *recording = population_make(population_find("drift"), size, 1);
        recording->settings.shuffles = 0;
        recording->settings.scaled_shuffle_reduction = false;
        recording->settings.bounded_asymptotic_extrapolation = false;
        nd_recording_result *result = nd_recording_measure(recording, 1, NULL, &error);
        assert_fine(result != NULL, &error);
        assert_true(fabs(result->group[0].decay_p - (sessions == 4 ? 2 / 24.0 : 2 / 120.0)) < 1e-9);
        assert_int_equal(strstr(result->verdict[0].text, "under 0.083, five are needed") != NULL,
                         sessions == 4);
        nd_recording_result_free(result);
        nd_recording_free(recording);
    }
}

/* Without equal footing information is that of all active cells, none selected by what is measured.
 */
static void test_no_cells_are_selected_for_the_verdict(void **state) {
    (void)state;
    nd_error error = {0};
    population_size size = population_usual();
    size.sessions = 4;
    size.frames = 3000;
    nd_recording *recording = population_make(population_find("stable"), size, 1);
    recording->settings.equalise = false;
    recording->settings.shuffles = 20;
    recording->settings.subsampling_repetitions = 1;
    nd_recording_result *result = nd_recording_measure(recording, 1, NULL, &error);
    assert_fine(result != NULL, &error);
    assert_int_equal(result->verdict[0].information_metric,
                     ND_METRIC_ACTIVE_CORRECTED +
                         ND_CORRECTION_SCALED_SHUFFLE_REDUCTION * ND_INFORMATIONS);
    assert_non_null(strstr(result->verdict[0].text, "information of active cells, bias-corrected"));
    nd_recording_result_free(result);
    nd_recording_free(recording);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_there_is_told),
        cmocka_unit_test(test_running_makes_no_drift),
        cmocka_unit_test(test_falls_have_other_explanations),
        cmocka_unit_test(test_fading_makes_no_information),
        cmocka_unit_test(test_a_moving_part_of_the_track_makes_no_drift),
        cmocka_unit_test(test_no_cells_are_selected_for_the_verdict),
        cmocka_unit_test(test_four_sessions_say_that_five_are_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
