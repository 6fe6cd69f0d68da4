/* Corrected information against a known truth: how far it may be off, and that bursts are seen. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "population.h"
#include "sessions/crossed_halves.h"
#include "sessions/sessions.h"
#include "support.h"

enum { SSR = ND_CORRECTION_SCALED_SHUFFLE_REDUCTION, BAE = 3 };

typedef struct mean_off {
    double of[ND_CORRECTIONS], by_frames, length, block;
} mean_off;

/* SSR of the mean curve over the cells used, frames taken for independent. */
static double by_frames(const nd_session *session, const nd_session_result *result,
                        const bool *use) {
    nd_binned activity = nd_binned_session(session);
    nd_responses responses;
    nd_sample_curves curves;
    nd_error error = {0};
    double naive[ND_SAMPLE_FRACTIONS], shuffled[ND_SAMPLE_FRACTIONS];
    size_t *cells = calloc(result->active, sizeof *cells);
    for (size_t i = 0; i < result->active; i++)
        cells[i] = result->cell[i].index;
    assert_fine(nd_responses_choose(&activity, cells, result->active, &responses, &error), &error);
    assert_fine(nd_sample_curves_make(&activity, cells, result->active, &responses,
                                      ND_SAMPLE_FRACTIONS, 4, 1, 1, 1, NULL, &curves, &error),
                &error);
    nd_sample_curves_mean(&curves, ND_INFORMATION_BIT_SPIKE, use, naive, shuffled);
    double answer = nd_scaled_shuffle_reduction(naive, shuffled, ND_SAMPLE_FRACTIONS);
    nd_sample_curves_clear(&curves);
    nd_responses_clear(&responses);
    free(cells);
    return answer;
}

static mean_off off(const char *name, size_t frames, size_t populations) {
    const population_scenario *scenario = population_find(name);
    population_size size = population_usual();
    mean_off mean = {0};
    size.sessions = 1;
    size.frames = frames;
    for (uint64_t seed = 1; seed <= populations; seed++) {
        nd_recording *recording = population_make(scenario, size, seed);
        const nd_session *session = &recording->sessions[0];
        nd_settings settings = recording->settings;
        nd_session_result result;
        nd_error error = {0};
        settings.shuffles = 0;
        settings.subsampling_repetitions = 4;
        settings.scaled_shuffle_reduction = settings.bounded_asymptotic_extrapolation = true;
        assert_fine(nd_session_measure(session, &settings, 1, NULL, &result, &error), &error);
        double *information = calloc(session->cells, sizeof *information), truth = 0, cells = 0;
        population_information(scenario, size, seed, recording, 0, information);
        bool *use = calloc(result.active, sizeof *use);
        for (size_t i = 0; i < result.active; i++) {
            use[i] = !isnan(result.cell[i].corrected[SSR][0]);
            truth += use[i] ? information[result.cell[i].index] : 0;
            cells += use[i];
        }
        double n = (double)populations;
        for (size_t m = 0; m < ND_CORRECTIONS; m++)
            mean.of[m] +=
                (result.metric[ND_METRIC_ACTIVE_CORRECTED + m * ND_INFORMATIONS] - truth / cells) /
                n;
        if (scenario->burst)
            mean.by_frames += (by_frames(session, &result, use) - truth / cells) / n;
        mean.length += result.metric[ND_METRIC_BURST_LENGTH] / n;
        mean.block += result.metric[ND_METRIC_CORRECTION_BLOCK] / n;
        free(use);
        free(information);
        nd_session_result_clear(&result);
        nd_recording_free(recording);
    }
    print_message(
        "%s, %zu frames: SSR %+.3f, by frames %+.3f, BAE %+.3f; bursts of %.1f, blocks of "
        "%.0f\n",
        name, frames, mean.of[SSR], mean.by_frames, mean.of[BAE], mean.length, mean.block);
    return mean;
}

/* Ten populations have an error of 0.009, of 1500 frames 0.017. */
static void test_all_active_cells_are_corrected(void **state) {
    (void)state;
    mean_off mean = off("stable", 6000, 10);
    assert_true(fabs(mean.of[SSR]) < 0.05);
    assert_true(fabs(mean.of[BAE]) < 0.05);
    assert_true(fabs(mean.block - 1) < 1e-9);
    assert_true(fabs(mean.length - 1) < 0.3);
    mean = off("stable", 1500, 10);
    assert_true(fabs(mean.of[SSR]) < 0.06);
    assert_true(fabs(mean.of[BAE]) < 0.06);
}

static void test_bursts_are_corrected_by_blocks(void **state) {
    (void)state;
    mean_off mean = off("bursts", 12000, 6);
    assert_true(mean.length > 6 && mean.length < 10);
    assert_true(mean.block > 12);
    assert_true(fabs(mean.of[SSR]) < 0.06);
    assert_true(fabs(mean.of[BAE]) < 0.06);
    assert_true(mean.by_frames > mean.of[SSR] + 0.05);
}

/* Place cells of ten short sessions: selected and measured on the same frames, and crosswise. Of
 * those that one half selects the mean truth is that of each half's, as the mean answer is. */
static void test_place_cells_are_measured_on_other_frames(void **state) {
    (void)state;
    enum { POPULATIONS = 10 };
    const population_scenario *scenario = population_find("stable");
    population_size size = population_usual();
    double same = 0, crosswise = 0, extrapolated = 0;
    size.sessions = 1;
    size.frames = 3000;
    size.mixed = true;
    for (uint64_t seed = 1; seed <= POPULATIONS; seed++) {
        nd_recording *recording = population_make(scenario, size, seed);
        const nd_session *session = &recording->sessions[0];
        nd_binned activity = nd_binned_session(session);
        nd_settings settings = recording->settings;
        nd_session_result result;
        nd_crossed crossed;
        nd_error error = {0};
        settings.shuffles = 200;
        settings.subsampling_repetitions = 4;
        settings.scaled_shuffle_reduction = settings.bounded_asymptotic_extrapolation = true;
        assert_fine(nd_session_measure(session, &settings, 1, NULL, &result, &error), &error);
        double *information = calloc(session->cells, sizeof *information);
        population_information(scenario, size, seed, recording, 0, information);
        size_t count = result.active, *cells = calloc(count, sizeof *cells);
        bool *selected = calloc(2 * count, sizeof *selected);
        double truth[3] = {0}, number[3] = {0};
        for (size_t i = 0; i < count; i++)
            cells[i] = result.cell[i].index;
        assert_fine(nd_crossed_halves(&activity, cells, count, &settings,
                                      nd_session_seed(session, settings.seed), 1, NULL, selected,
                                      &crossed, &error),
                    &error);
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < 3; k++)
                if (k == 2 ? result.cell[i].place_cell : selected[k * count + i]) {
                    truth[k] += information[cells[i]];
                    number[k]++;
                }
        double halves = 0.5 * (truth[0] / number[0] + truth[1] / number[1]);
        same +=
            (result.metric[ND_METRIC_CORRECTED + SSR * ND_INFORMATIONS] - truth[2] / number[2]) /
            POPULATIONS;
        crosswise += (crossed.reduced - halves) / POPULATIONS;
        extrapolated += (crossed.extrapolated - halves) / POPULATIONS;
        assert_true(fabs(result.metric[ND_METRIC_CROSSED_REDUCED] - crossed.reduced) < 1e-12);
        assert_true(result.metric[ND_METRIC_CROSSED_PLACE_SHARE] > 0.05);
        free(selected);
        free(cells);
        free(information);
        nd_session_result_clear(&result);
        nd_recording_free(recording);
    }
    print_message("place cells: on the same frames %+.3f, crosswise %+.3f, BAE %+.3f\n", same,
                  crosswise, extrapolated);
    assert_true(fabs(crosswise) < 0.07 && fabs(extrapolated) < 0.07);
    assert_true(same > 0.1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_active_cells_are_corrected),
        cmocka_unit_test(test_bursts_are_corrected_by_blocks),
        cmocka_unit_test(test_place_cells_are_measured_on_other_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
