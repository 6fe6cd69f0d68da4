/* Decoding, excitability and experience of made-up mice, against what is known. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "made_recording.h"
#include "sessions/followed_sessions.h"
#include "support.h"

enum { CELLS = 120, SESSIONS = 6 };

/* Fields of the first session; all cells active. `shuffled`: dealt anew in every session. */
static nd_recording_result *mouse(nd_recording **recording, bool shuffled, double drift,
                                  uint64_t seed, unsigned threads) {
    *recording = made_recording(SESSIONS);
    bool active[CELLS];
    double centre[CELLS];
    nd_stream draw = nd_stream_at(seed, ND_FOR_TEST, 77, 0);
    for (size_t c = 0; c < CELLS; c++)
        centre[c] = 20 * nd_stream_uniform(&draw);
    for (size_t s = 0; s < SESSIONS; s++) {
        for (size_t c = 0; c < CELLS; c++) {
            active[c] = true;
            if (shuffled)
                centre[c] = 20 * nd_stream_uniform(&draw);
            centre[c] += s > 0 ? drift * nd_stream_gaussian(&draw) : 0;
        }
        made_place_cells(*recording, s, "Ada", "maze", (double)s, CELLS, active, centre, 1.5, seed);
    }
    nd_error error = {0};
    nd_recording_result *result = nd_recording_measure(*recording, 2, NULL, &error);
    assert_fine(result && nd_recording_drift_measure(*recording, result, threads, &error), &error);
    return result;
}

static double pair_of(const nd_recording_result *result, nd_drift_pair pair, size_t a, size_t b) {
    return result->drift[0].measures->pair[pair][a * SESSIONS + b];
}

static void test_a_stable_code_is_decoded_as_well_in_any_session(void **state) {
    (void)state;
    nd_recording *recording;
    nd_recording_result *result = mouse(&recording, false, 0, 3, 2);
    const nd_drift_measures *m = result->drift[0].measures;
    assert_string_equal(m->decoder, "Poisson maximum a posteriori");
    assert_between("within", m->number[ND_NUMBER_DECODING], 0, 1);
    assert_between("across", pair_of(result, ND_PAIR_DECODING, 0, 5), 0, 1);
    assert_between("share", pair_of(result, ND_PAIR_DECODING_SHARE, 5, 0), 0, 0.2);
    /* Days and visits are one thing here. */
    assert_non_null(strstr(m->why[ND_NUMBER_TUNING_TIME_VISITS_P], "cannot be told apart"));
    assert_true(isnan(m->number[ND_NUMBER_TUNING_TIME_VISITS_P]));
    nd_recording_result_free(result);
    nd_recording_free(recording);
}

static void test_shuffled_cells_decode_at_chance(void **state) {
    (void)state;
    nd_recording *recording;
    nd_recording_result *result = mouse(&recording, true, 0, 4, 1);
    double mean = 0;
    for (size_t a = 0; a < SESSIONS; a++)
        for (size_t b = 0; b < SESSIONS; b++)
            mean += a == b ? 0 : pair_of(result, ND_PAIR_DECODING_SHARE, a, b) / 30;
    assert_between("share of chance across", mean, 0.85, 1.15);
    assert_between("share of chance within", pair_of(result, ND_PAIR_DECODING_SHARE, 2, 2), 0, 0.2);
    nd_recording_result_free(result);
    nd_recording_free(recording);
}

static void test_drift_is_the_same_for_any_number_of_threads(void **state) {
    (void)state;
    nd_recording *one, *other;
    nd_recording_result *first = mouse(&one, false, 1, 5, 1),
                        *second = mouse(&other, false, 1, 5, 7);
    const nd_drift_measures *m = first->drift[0].measures, *n = second->drift[0].measures;
    for (size_t p = 0; p < ND_DRIFT_PAIRS; p++) {
        assert_memory_equal(m->pair[p], n->pair[p], SESSIONS * SESSIONS * sizeof(double));
        assert_memory_equal(&m->decay_p[p], &n->decay_p[p], sizeof(double));
    }
    assert_memory_equal(m->number, n->number, sizeof m->number);
    assert_true(pair_of(first, ND_PAIR_DECODING, 0, 5) > pair_of(first, ND_PAIR_DECODING, 0, 1));
    nd_recording_result_free(first);
    nd_recording_result_free(second);
    nd_recording_free(one);
    nd_recording_free(other);
}

/* Cells of rates from 1 to 16 and equally stable fields: what events there are makes active ones
 * look the stabler, until all have as many. */
static void test_a_stable_population_has_no_excitability(void **state) {
    (void)state;
    enum { MICE = 8, UNITS = 150, FRAMES = 3000, BINS = 20 };
    double raw = 0, thinned = 0;
    for (size_t mouse = 0; mouse < MICE; mouse++) {
        nd_error error = {0};
        nd_followed *of = nd_followed_new(2, UNITS, BINS, &error);
        nd_sparse_activity sparse[2];
        double *activity = calloc((size_t)FRAMES * UNITS, sizeof *activity);
        int64_t bin[FRAMES];
        of->counts = true;
        for (size_t s = 0; s < 2; s++) {
            nd_stream draw = nd_stream_at(mouse, ND_FOR_TEST, (uint32_t)s, 1);
            for (size_t f = 0; f < FRAMES; f++) {
                bin[f] = (int64_t)(f / 5 % BINS);
                for (size_t c = 0; c < UNITS; c++) {
                    double away = fabs((double)bin[f] - (double)(c * 7 % BINS));
                    away = fmin(away, BINS - away);
                    double rate = 0.02 * pow(16, (double)c / UNITS) * exp(-away * away / 8);
                    activity[f * UNITS + c] = nd_stream_uniform(&draw) < rate;
                }
            }
            assert_fine(nd_sparse_activity_from(activity, FRAMES, UNITS, bin, BINS, 0.1, &sparse[s],
                                                &error),
                        &error);
            of->frames[s].activity = sparse[s].view;
            of->frames[s].cell = calloc(UNITS, sizeof(size_t));
            of->time[s] = (double)s;
            for (size_t c = 0; c < UNITS; c++) {
                of->frames[s].cell[c] = c;
                of->state[s * UNITS + c] = ND_CELL_ACTIVE;
                of->rate[s * UNITS + c] = nd_total_amount(&sparse[s].view, c);
            }
            size_t *all = of->frames[s].cell;
            nd_binned_curves(&sparse[s].view, all, UNITS, of->occupancy + s * BINS,
                             of->map + s * UNITS * BINS);
        }
        free(activity);
        nd_drift_measures *m =
            nd_drift_measure(of, &(nd_drift_request){.seed = mouse, .threads = 1}, &error);
        assert_fine(m != NULL, &error);
        raw += m->number[ND_NUMBER_EXCITABILITY_RAW] / MICE;
        thinned += m->number[ND_NUMBER_EXCITABILITY] / MICE;
        nd_drift_measures_free(m);
        nd_followed_free(of);
        nd_sparse_activity_clear(&sparse[0]);
        nd_sparse_activity_clear(&sparse[1]);
    }
    print_message("excitability: %.3f as it is, %.3f thinned\n", raw, thinned);
    assert_between("as it is", raw, 0.3, 1);
    assert_between("thinned", thinned, -0.05, 0.05);
}

/* The same mean vectors in all sessions: their distance without the noise of laps is 0 within its
 * error, where the plain one is not; and readouts of one session read the others. */
static void test_a_stable_code_does_not_drift_in_the_mean(void **state) {
    (void)state;
    double squares = 0;
    enum { MICE = 5 };
    for (uint64_t k = 0; k < MICE; k++) {
        nd_recording *recording;
        nd_recording_result *result = mouse(&recording, false, 0, 20 + k, 1);
        const nd_drift_measures *m = result->drift[0].measures;
        double z = m->number[ND_NUMBER_GEOMETRY] / m->error[ND_NUMBER_GEOMETRY];
        squares += z * z;
        assert_between("angle", pair_of(result, ND_PAIR_GEOMETRY_ANGLE, 0, 5), 0, 10);
        assert_between("readout", pair_of(result, ND_PAIR_READOUT, 0, 5), 0.97, 1);
        assert_between("readout's angle", pair_of(result, ND_PAIR_READOUT_ANGLE, 0, 5), 0, 10);
        nd_recording_result_free(result);
        nd_recording_free(recording);
    }
    assert_between("drift over its error, squared", squares, 0.2,
                   16.7); /* chi^2 of 5: 0.5 %, 99 % */
}

static void test_shuffled_cells_turn_by_a_right_angle(void **state) {
    (void)state;
    nd_recording *recording;
    nd_recording_result *result = mouse(&recording, true, 0, 6, 1);
    double angle = 0, accuracy = 0, drift = 0;
    for (size_t a = 0; a < SESSIONS; a++)
        for (size_t b = 0; b < SESSIONS; b++) {
            angle += a == b ? 0 : pair_of(result, ND_PAIR_GEOMETRY_ANGLE, a, b) / 30;
            accuracy += a == b ? 0 : pair_of(result, ND_PAIR_READOUT, a, b) / 30;
            drift += a == b ? 0 : pair_of(result, ND_PAIR_GEOMETRY, a, b) / 30;
        }
    assert_between("readouts across", accuracy, 0.4, 0.6);
    assert_between("angle", angle, 50, 80);
    assert_between("drift", drift, 1, 2);
    nd_recording_result_free(result);
    nd_recording_free(recording);
}

static void test_maps_alone_decode_nothing_and_say_so(void **state) {
    (void)state;
    nd_recording *recording = made_recording(2);
    const double rates[] = {1, 0, 2, 0, 3, 1, 0, 1};
    for (size_t s = 0; s < 2; s++) {
        made_metrics(recording, s, "Ada", "maze", (double)s, s + 1, (nd_given_metrics){0});
        nd_session *session = &recording->sessions[s];
        session->kind = ND_SESSION_RATE_MAPS;
        session->cells = 2;
        session->bins = session->bins_x = 4;
        session->bins_y = session->bins_direction = 1;
        session->occupancy = calloc(4, sizeof *session->occupancy);
        session->rate_maps = calloc(8, sizeof *session->rate_maps);
        session->cell_id = calloc(2, sizeof *session->cell_id);
        session->cell_id[1] = 1;
        memcpy(session->rate_maps, rates, sizeof rates);
        for (size_t b = 0; b < 4; b++)
            session->occupancy[b] = 10;
    }
    nd_error error = {0};
    nd_recording_result *result = nd_recording_measure(recording, 1, NULL, &error);
    assert_fine(result && nd_recording_drift_measure(recording, result, 1, &error), &error);
    const nd_drift_measures *m = result->drift[0].measures;
    assert_true(isnan(m->number[ND_NUMBER_DECODING]));
    assert_non_null(strstr(m->why[ND_NUMBER_DECODING], "only maps"));
    assert_non_null(strstr(m->pair_why[ND_PAIR_FIELD_STABLE], "no halves"));
    nd_recording_result_free(result);
    nd_recording_free(recording);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stable_code_is_decoded_as_well_in_any_session),
        cmocka_unit_test(test_shuffled_cells_decode_at_chance),
        cmocka_unit_test(test_drift_is_the_same_for_any_number_of_threads),
        cmocka_unit_test(test_a_stable_population_has_no_excitability),
        cmocka_unit_test(test_a_stable_code_does_not_drift_in_the_mean),
        cmocka_unit_test(test_shuffled_cells_turn_by_a_right_angle),
        cmocka_unit_test(test_maps_alone_decode_nothing_and_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
