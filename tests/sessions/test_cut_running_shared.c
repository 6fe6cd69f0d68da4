/* Running less over the days changes no mouse's verdict into drift, nor out of it: sessions of two
 * mice on two tracks cut to the shortest's frames, and to half of these over the days. */
#include <math.h>
#include <stdlib.h>

#include "reference_session.h"
#include "sessions/sessions.h"
#include "support.h"

enum { CURVES = 4 };

/* Keeps the first `frames` frames. */
static void cut(nd_session *session, size_t frames) {
    size_t kept = 0, first = 0;
    for (size_t c = 0; c < session->cells; c++) {
        size_t end = session->events.start[c + 1];
        for (size_t e = first; e < end; e++)
            if (session->events.frame[e] < frames) {
                session->events.frame[kept] = session->events.frame[e];
                session->events.amount[kept++] = session->events.amount[e];
            }
        first = end;
        session->events.start[c + 1] = kept;
    }
    session->frames = frames;
}

static bool is_directed(nd_drift drift) {
    return drift == ND_DIRECTED_DRIFT || drift == ND_DIRECTED_DRIFT_GOING_ON;
}

/* The verdicts of both mice on both tracks, sessions cut to from .. to of the shortest's frames. */
static void verdicts(double from, double to, nd_drift drift[CURVES]) {
    static const char *const animals[] = {"C16_M4", "C6_M4"};
    for (size_t a = 0; a < 2; a++) {
        nd_error error = {0};
        nd_recording *recording = reference_longitudinal_recording(animals[a]);
        recording->settings.shuffles = 0;
        recording->settings.scaled_shuffle_reduction = false;
        recording->settings.bounded_asymptotic_extrapolation = false;
        recording->settings.rate_map_smoothing = 1.5;
        for (size_t track = 0; track < 2; track++) {
            size_t days = recording->sessions_count / 2, shortest = SIZE_MAX;
            nd_session *session = &recording->sessions[track * days];
            for (size_t d = 0; d < days; d++)
                shortest = session[d].frames < shortest ? session[d].frames : shortest;
            for (size_t d = 0; d < days; d++) {
                double share = from + (to - from) * (double)d / (double)(days - 1);
                cut(&session[d], (size_t)(share * (double)shortest));
            }
        }
        nd_recording_result *result = nd_recording_measure(recording, 2, NULL, &error);
        assert_fine(result != NULL, &error);
        if (!result)
            return;
        for (size_t c = 0; c < 2; c++) {
            const nd_metric_course *course = result->curve[c].course;
            drift[2 * a + c] = result->verdict[c].drift;
            print_message("%.1f to %.1f of the frames: %s: %s (activity %+.0f%%, information "
                          "%+.0f%%)\n",
                          from, to, result->curve[c].name, nd_drift_name(result->verdict[c].drift),
                          100.0 * course[ND_METRIC_EQUAL_FRACTION_ACTIVE].change,
                          100.0 * course[ND_METRIC_EQUAL_INFORMATION].change);
        }
        nd_recording_result_free(result);
        nd_recording_free(recording);
    }
}

static void test_running_less_makes_no_drift(void **state) {
    (void)state;
    nd_drift equal[CURVES], less[CURVES], more[CURVES];
    verdicts(1.0, 1.0, equal);
    verdicts(1.0, 0.5, less);
    verdicts(0.5, 1.0, more);
    for (size_t k = 0; k < 2; k++) {
        const nd_drift *other = k == 0 ? less : more;
        size_t changed = 0;
        for (size_t c = 0; c < CURVES; c++) {
            changed += other[c] != equal[c];
            assert_int_equal(is_directed(other[c]), is_directed(equal[c]));
        }
        assert_true(changed <= 1);
    }
}

int main(void) {
    support_need_reference("recordings");
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_running_less_makes_no_drift)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
