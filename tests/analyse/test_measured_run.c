/* Measures of a run file: right, complete, the same when measured again. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/measured_run.h"
#include "base/files.h"
#include "measure/correlation.h"
#include "measure/tuning.h"
#include "run/simulate.h"
#include "run_compare.h"

enum { SNAPSHOTS = 4, UNITS = 30, BINS = ND_TUNING_BINS };

/* A small run of a task with keys of its own, into FOLDER/run.nc; the path, to free(). */
static char *small_run(const char *folder, const char *task, const char *own) {
    char text[1024];
    (void)snprintf(text, sizeof text,
                   "name: small\nseed: 3\n"
                   "world: {task: %s, samples: 60, input_dim: 7, %s}\n"
                   "network: {hidden: %d, initialisation: rich}\n"
                   "learning: {rule: sgd, learning_rate: 0.1, update_noise: 0.05}\n"
                   "run: {steps: 60, records: 7, snapshots: %d, engine: reference}\n",
                   task, own, UNITS, SNAPSHOTS);
    nd_error error = {0};
    nd_experiment *experiment = nd_experiment_parse(text, "small", NULL, NULL, 0, &error);
    assert_fine(experiment != NULL, &error);
    char *path = nd_path_with(folder, "/run.nc", &error);
    nd_run_options options = {.threads = 1};
    assert_fine(nd_simulate(experiment, path, &options, NULL, &error) == ND_RUN_COMPLETE, &error);
    nd_experiment_free(experiment);
    return path;
}

static nd_buffer bytes_of(const char *path) {
    nd_buffer buffer = {0};
    nd_error error = {0};
    assert_fine(nd_read_file(path, 1 << 26, &buffer, &error), &error);
    return buffer;
}

static bool same_bytes(const char *path, const nd_buffer *before) {
    nd_buffer now = bytes_of(path);
    bool same = now.length == before->length && memcmp(now.bytes, before->bytes, now.length) == 0;
    nd_buffer_free(&now);
    return same;
}

/* The published correlations take a bin never visited for one where all units are silent. */
static void check_published(const nd_measured *measured) {
    static double maps[SNAPSHOTS][UNITS * BINS];
    double by_map[SNAPSHOTS * SNAPSHOTS], by_vector[SNAPSHOTS * SNAPSHOTS], apart = 0;
    nd_error error = {0};
    for (size_t i = 0; i < SNAPSHOTS; i++) {
        assert_fine(
            nd_nc_get_row(measured->file, "tuning_curves", i, maps[i], UNITS * BINS, &error),
            &error);
        for (size_t k = 0; k < UNITS * BINS; k++)
            maps[i][k] = isnan(maps[i][k]) ? 0 : maps[i][k];
        assert_fine(nd_smooth_curves(maps[i], UNITS, BINS, &error), &error);
    }
    const size_t count = SNAPSHOTS * SNAPSHOTS;
    assert_fine(
        nd_nc_get(measured->file, "published_rate_map_correlation", by_map, count, &error) &&
            nd_nc_get(measured->file, "published_population_vector_correlation", by_vector, count,
                      &error),
        &error);
    for (size_t i = 0; i < SNAPSHOTS; i++)
        for (size_t j = 0; j < SNAPSHOTS; j++) {
            size_t at = i * SNAPSHOTS + j;
            double r = nd_rate_map_correlation(maps[i], maps[j], measured->tuned + i * UNITS,
                                               measured->tuned + j * UNITS, UNITS, BINS);
            double v = nd_population_vector_correlation(maps[i], maps[j], UNITS, BINS);
            assert_true(fabs(by_map[at] - r) < 1e-12 && fabs(by_vector[at] - v) < 1e-12);
            apart = fmax(apart, fabs(by_map[at] - measured->rate_map_correlation[at]));
        }
    assert_true(apart > 1e-6); /* the convention makes a difference here */
}

static void test_measures_are_those_of_the_activity(void **state) {
    (void)state;
    nd_error error = {0};
    char *folder = support_folder(),
         *path = small_run(folder, "predictive-track", "environments: 1");
    assert_fine(nd_measure_run_file(path, NULL, NULL, &error), &error);
    nd_measured *measured = nd_measured_open(path, &error);
    assert_fine(measured != NULL, &error);
    const nd_run *run = measured->run;
    size_t n = run->dataset->samples;

    static double maps[SNAPSHOTS][UNITS * BINS], read[UNITS * BINS], occupancy[BINS];
    double *activity = nd_doubles(n * UNITS, &error), *directed = nd_doubles(n, &error);
    int64_t *bin = nd_array(n, sizeof *bin, &error);
    nd_directed_position(run->dataset->position, n, directed);
    nd_bin_positions(directed, n, BINS, bin);
    for (size_t i = 0; i < SNAPSHOTS; i++) {
        assert_fine(nd_run_activity(run, i, activity, &error), &error);
        nd_tuning_curves(activity, n, UNITS, bin, BINS, occupancy, maps[i]);
        for (size_t unit = 0; unit < UNITS; unit++) {
            double expected = nd_spatial_information(maps[i] + unit * BINS, occupancy, BINS);
            double actual = measured->information[i * UNITS + unit];
            assert_true(actual == expected || (isnan(actual) && isnan(expected)));
            assert_true(measured->tuned[i * UNITS + unit] == (expected > ND_TUNED_INFORMATION));
        }
        assert_fine(nd_smooth_curves(maps[i], UNITS, BINS, &error), &error);
        assert_fine(nd_measured_maps(measured, i, 0, read, &error), &error);
        assert_memory_equal(read, maps[i], sizeof read);
    }
    assert_memory_equal(occupancy, measured->occupancy, sizeof occupancy);
    size_t missing = 0;
    for (size_t b = 0; b < BINS; b++) {
        assert_true(isnan(maps[0][b]) == (occupancy[b] == 0));
        missing += occupancy[b] == 0;
    }
    assert_true(missing > 0);
    for (size_t i = 0; i < SNAPSHOTS; i++)
        for (size_t j = 0; j < SNAPSHOTS; j++) {
            double r = nd_rate_map_correlation(maps[i], maps[j], measured->tuned + i * UNITS,
                                               measured->tuned + j * UNITS, UNITS, BINS);
            double v = nd_population_vector_correlation(maps[i], maps[j], UNITS, BINS);
            assert_true(fabs(measured->rate_map_correlation[i * SNAPSHOTS + j] - r) < 1e-12);
            assert_true(fabs(measured->population_vector_correlation[i * SNAPSHOTS + j] - v) <
                        1e-12);
        }
    check_published(measured);
    char *words = nd_measured_words(measured, &error);
    assert_non_null(strstr(words, "sparsity"));
    free(words);
    free(activity);
    free(directed);
    free(bin);
    nd_measured_close(measured);
    free(path);
    support_remove(folder);
}

static void test_measuring_again_gives_the_same_file(void **state) {
    (void)state;
    nd_error error = {0};
    char *folder = support_folder(),
         *path = small_run(folder, "predictive-track", "environments: 2");
    nd_buffer bare = bytes_of(path);
    nd_measured *aside = nd_measured_open(path, &error);
    assert_fine(aside != NULL, &error);
    nd_measured_close(aside);
    assert_true(same_bytes(path, &bare)); /* looking does not change the file */
    assert_fine(nd_measure_run_file(path, NULL, NULL, &error), &error);
    assert_false(same_bytes(path, &bare));
    nd_buffer once = bytes_of(path);
    char first[512];
    snprintf(first, sizeof first, "%s/first.nc", folder);
    assert_fine(nd_write_file(first, once.bytes, once.length, &error), &error);
    assert_fine(nd_measure_run_file(path, NULL, NULL, &error), &error);
    support_same_file(first, path);
    nd_buffer twice = bytes_of(path); /* written anew: the same in other places of the file */
    assert_fine(nd_measure_run_file(path, NULL, NULL, &error), &error);
    assert_true(same_bytes(path, &twice));
    nd_buffer_free(&bare);
    nd_buffer_free(&once);
    nd_buffer_free(&twice);
    free(path);
    support_remove(folder);
}

static void test_environments_have_occupancy_and_curves_of_their_own(void **state) {
    (void)state;
    nd_error error = {0};
    char *folder = support_folder(),
         *path = small_run(folder, "predictive-track", "environments: 2");
    assert_fine(nd_measure_run_file(path, NULL, NULL, &error), &error);
    nd_nc *file = nd_nc_open(path, &error);
    assert_fine(file != NULL, &error);
    int rank;
    size_t shape[8];
    assert_fine(nd_nc_shape(file, "tuning_curves", &rank, shape, &error), &error);
    const size_t expected[4] = {SNAPSHOTS, 2, UNITS, BINS};
    assert_int_equal(rank, 4);
    assert_memory_equal(shape, expected, sizeof expected);
    double occupancy[2 * BINS], alike[SNAPSHOTS * 4];
    assert_fine(nd_nc_get(file, "occupancy", occupancy, 2 * (size_t)BINS, &error), &error);
    for (size_t e = 0; e < 2; e++) {
        double sum = 0;
        for (size_t i = 0; i < BINS; i++)
            sum += occupancy[e * BINS + i];
        assert_true(fabs(sum - 1) < 1e-12);
    }
    assert_fine(nd_nc_get(file, "environment_correlation", alike, (size_t)SNAPSHOTS * 4, &error),
                &error);
    for (size_t i = 0; i < SNAPSHOTS; i++) {
        assert_true(fabs(alike[i * 4] - 1) < 1e-12 && fabs(alike[i * 4 + 3] - 1) < 1e-12);
        assert_true(alike[i * 4 + 1] == alike[i * 4 + 2] && alike[i * 4 + 1] < 0.9);
    }
    nd_nc_close(file);
    free(path);
    support_remove(folder);
}

static void test_a_world_without_positions_is_refused_and_the_file_left(void **state) {
    (void)state;
    nd_error error = {0};
    char *folder = support_folder(), *path = small_run(folder, "random", "output_dim: 7");
    nd_buffer before = bytes_of(path);
    assert_false(nd_measure_run_file(path, NULL, NULL, &error));
    assert_non_null(strstr(error.what, "no positions"));
    assert_true(same_bytes(path, &before));
    nd_buffer_free(&before);
    free(path);
    support_remove(folder);
}

static void test_measuring_stops_when_told_and_leaves_the_file(void **state) {
    (void)state;
    nd_error error = {0};
    char *folder = support_folder(),
         *path = small_run(folder, "predictive-track", "environments: 1");
    nd_buffer before = bytes_of(path);
    const volatile int stop = 1;
    nd_watch watch = {.stop = &stop};
    assert_false(nd_measure_run_file(path, NULL, &watch, &error));
    assert_true(same_bytes(path, &before));
    nd_buffer_free(&before);
    free(path);
    support_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measures_are_those_of_the_activity),
        cmocka_unit_test(test_measuring_again_gives_the_same_file),
        cmocka_unit_test(test_environments_have_occupancy_and_curves_of_their_own),
        cmocka_unit_test(test_a_world_without_positions_is_refused_and_the_file_left),
        cmocka_unit_test(test_measuring_stops_when_told_and_leaves_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
