/* The corridor: how the agent moves, what it sees, and the published data's own geometry. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/netcdf_file.h"
#include "experiment/experiment.h"
#include "support.h"
#include "world/world.h"
#include "world/worlds.h"

static const char FIGURE_2[] = "task: predictive-track, samples: 150, input_dim: 17";

static nd_experiment *parse(const char *world, const char *more, uint64_t seed) {
    nd_error error = {0};
    char text[512];
    snprintf(text, sizeof text, "world: {%s%s}\n", world, more);
    nd_experiment *experiment = nd_experiment_parse(text, "test", NULL, NULL, 0, &error);
    assert_fine(experiment != NULL, &error);
    experiment->seed = seed;
    return experiment;
}

static nd_dataset *make(const char *more, uint64_t seed) {
    nd_error error = {0};
    nd_experiment *experiment = parse(FIGURE_2, more, seed);
    nd_dataset *dataset = nd_dataset_make(experiment, &error);
    assert_fine(dataset != NULL, &error);
    nd_experiment_free(experiment);
    return dataset;
}

static void test_the_agent_runs_up_and_down(void **state) {
    (void)state;
    nd_dataset *d = make("", 1);
    assert_int_equal(d->inputs, 18);
    assert_int_equal(d->outputs, 17);
    assert_int_equal(d->texture, 2 * 17 * 15);
    assert_true(d->position[0] == 0);
    assert_true(d->heading[0] > -0.01 && d->heading[0] < 0);
    size_t turns = 0;
    for (size_t s = 0; s < 150; s++) {
        assert_true(fabs(d->position[s]) <= 0.4 * 14.0);
        double heading = d->heading[s];
        assert_true(s < 40 || heading == 0 || heading == M_PI);
        if (s && fabs(d->heading[s] - d->heading[s - 1]) > 1) {
            turns++;
            assert_true(fabs(d->position[s]) == 0.4 * 14.0);
            assert_true(d->position[s] > 0 ? heading == M_PI : heading == 0);
        }
    }
    assert_true(turns >= 2);
    nd_dataset_free(d);
}

/* Speeds are 0.2 +- 0.1: over 20 seeds of 149 steps the mean is off by more than 0.01, or the
 * deviation by more than 0.006, with a chance below 1e-6. */
static void test_steps_have_the_stated_speed(void **state) {
    (void)state;
    double sum = 0, squares = 0;
    size_t count = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        nd_dataset *d = make("", seed);
        for (size_t s = 0; s + 1 < 150; s++) {
            double step = (d->position[s + 1] - d->position[s]) / cos(d->heading[s]);
            if (fabs(d->position[s + 1]) < 5.6 && fabs(d->position[s]) < 5) {
                sum += step;
                squares += step * step;
                count++;
            }
        }
        nd_dataset_free(d);
    }
    double mean = sum / (double)count, deviation = sqrt(squares / (double)count - mean * mean);
    assert_true(fabs(mean - 0.2) < 0.01);
    assert_true(fabs(deviation - 0.1) < 0.006);
}

/* Fits target = slope * value + offset on two entries and returns how many of the samples' targets
 * are the next sample's view. */
static size_t predicted_samples(const nd_dataset *d) {
    double a = d->input[18], b = d->input[18 + 16];
    double slope = (d->target[16] - d->target[0]) / (b - a), offset = d->target[0] - slope * a;
    size_t predicted = 0;
    for (size_t s = 0; s + 1 < d->samples; s++) {
        bool same = true;
        for (size_t i = 0; i < 17; i++)
            same = same &&
                   fabs(slope * d->input[(s + 1) * 18 + i] + offset - d->target[s * 17 + i]) < 1e-6;
        predicted += same;
    }
    return predicted;
}

static void test_the_target_is_the_next_view_but_for_turns(void **state) {
    (void)state;
    nd_dataset *d = make("", 1), *published = make(", published_quirks: true", 1);
    size_t turns = 0;
    for (size_t s = 0; s + 1 < 150; s++)
        turns += fabs(d->heading[s + 1] - d->heading[s]) > 1;
    assert_int_equal(predicted_samples(d), 149 - turns);
    assert_int_equal(predicted_samples(published), 149); /* as in the published data */
    nd_dataset_free(published);
    nd_dataset_free(d);
}

/* Turning is seen as an action: pi at both ends (the first, from a heading just below 0, just above
 * -pi), or +pi and -pi as published. */
static void test_turns_are_actions(void **state) {
    (void)state;
    nd_dataset *d = make("", 1), *published = make(", published_quirks: true", 1);
    double most = -INFINITY, least = INFINITY;
    for (size_t s = 0; s < 150; s++) {
        bool turns = s + 1 < 150 && fabs(d->heading[s + 1] - d->heading[s]) > 1;
        double action = published->input[s * 18 + 17];
        if (s + 1 < 150)
            assert_int_equal(turns, fabs(d->input[s * 18 + 17]) > 0.9);
        most = fmax(most, action);
        least = fmin(least, action);
    }
    assert_true(most > 0.99 && fabs(least) < 0.01); /* scaled to [0, 1] */
    nd_dataset_free(published);
    nd_dataset_free(d);
}

static void test_the_walls_are_one_loop(void **state) {
    (void)state;
    nd_experiment *experiment = parse(FIGURE_2, "", 1);
    double before = nd_track_phase(&experiment->world, 1.3, -M_PI), covered = 0;
    for (int i = 1; i <= 20000; i++) {
        double phase = nd_track_phase(&experiment->world, 1.3, M_PI * (i / 10000.0 - 1));
        double step = phase - before;
        step -= floor(step + 0.5);
        assert_true(step >= 0 && step < 0.02); /* clockwise, without a jump */
        covered += step;
        before = phase;
    }
    assert_true(fabs(covered - 1) < 1e-9);
    nd_experiment_free(experiment);
}

/* Published: neighbouring rays differ by 0.338 of the views' standard deviation (root mean square).
 * The texture is drawn anew for every seed, so the published one must lie within 100 of ours. */
static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
static void test_views_are_as_smooth_as_published(void **state) {
    (void)state;
    double rough[100];
    for (uint64_t seed = 1; seed <= 100; seed++) {
        nd_dataset *d = make(", published_quirks: true", seed);
        double change = 0, sum = 0, squares = 0;
        for (size_t s = 0; s < 150; s++)
            for (size_t i = 0; i < 17; i++) {
                double v = d->target[s * 17 + i];
                sum += v;
                squares += v * v;
                if (i)
                    change += (v - d->target[s * 17 + i - 1]) * (v - d->target[s * 17 + i - 1]);
            }
        double variance = squares / 2550 - sum / 2550 * (sum / 2550);
        rough[seed - 1] = sqrt(change / 2400 / variance);
        nd_dataset_free(d);
    }
    qsort(rough, 100, sizeof *rough, compare_doubles);
    print_message("ray to ray, of the deviation: %.3f to %.3f, median %.3f; published 0.338\n",
                  rough[0], rough[99], rough[50]);
    assert_true(rough[0] < 0.338 && rough[99] > 0.338);
    assert_true(rough[50] > 0.17 && rough[50] < 0.68);
}

static void test_environments_share_the_samples(void **state) {
    (void)state;
    nd_dataset *d = make(", environments: 4", 1);
    assert_int_equal(d->environments, 4);
    size_t counts[4] = {0};
    for (size_t s = 0; s < 150; s++) {
        counts[d->environment[s]]++;
        assert_true(s == 0 || d->environment[s] >= d->environment[s - 1]);
    }
    assert_true(counts[0] == 38 && counts[1] == 38 && counts[2] == 37 && counts[3] == 37);
    for (size_t e = 1; e < 4; e++) {
        assert_true(d->position[38 + 37 * (e - 1) + (e > 1)] == 0);
        assert_memory_not_equal(d->wall_texture, d->wall_texture + e * d->texture,
                                d->texture * sizeof(double));
    }
    nd_dataset_free(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_agent_runs_up_and_down),
        cmocka_unit_test(test_steps_have_the_stated_speed),
        cmocka_unit_test(test_the_target_is_the_next_view_but_for_turns),
        cmocka_unit_test(test_turns_are_actions),
        cmocka_unit_test(test_the_walls_are_one_loop),
        cmocka_unit_test(test_views_are_as_smooth_as_published),
        cmocka_unit_test(test_environments_share_the_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
