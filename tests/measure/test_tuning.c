/* Tuning agrees with the independent implementation, and with what must hold of any tuning. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/netcdf_file.h"
#include "base/random.h"
#include "measure/tuning.h"
#include "measure/unit_measure.h"
#include "world/dataset.h"

static double *golden(const nd_nc *file, const char *name) {
    nd_error error = {0};
    int rank;
    size_t shape[8];
    double *values = nd_nc_load(file, name, &rank, shape, &error);
    assert_fine(values != NULL, &error);
    return values;
}

static void test_tuning_agrees_with_the_golden_values(void **state) {
    (void)state;
    enum { SAMPLES = 600, UNITS = 20, BINS = 100, SILENT = 3 };
    nd_error error = {0};
    nd_nc *file = nd_nc_open(support_data("golden/tuning.nc"), &error);
    assert_fine(file != NULL, &error);
    double *position = golden(file, "position"), *activity = golden(file, "activity");
    double *counts = golden(file, "occupancy"), *expected = golden(file, "tuning_curves");
    double *smoothed = golden(file, "smoothed_tuning_curves");
    double *information = golden(file, "spatial_information");
    nd_nc_close(file);

    static double directed[SAMPLES], occupancy[BINS], curves[UNITS * BINS], actual[UNITS];
    static int64_t bin[SAMPLES];
    nd_directed_position(position, SAMPLES, directed);
    nd_bin_positions(directed, SAMPLES, BINS, bin);
    nd_tuning_curves(activity, SAMPLES, UNITS, bin, BINS, occupancy, curves);
    for (int i = 0; i < BINS; i++) /* the file counts samples */
        assert_true(occupancy[i] == counts[i] / SAMPLES);
    for (size_t i = 0; i < (size_t)UNITS * BINS; i++) /* 0 in the file where never visited */
        assert_true(isnan(curves[i]) == (counts[i % BINS] == 0));
    for (size_t unit = 0; unit < UNITS; unit++)
        actual[unit] = nd_spatial_information(curves + unit * BINS, occupancy, BINS);
    assert_true(isnan(actual[SILENT]));
    assert_close("spatial information", actual, information, UNITS, 1e-10, 0);
    nd_published_curves(curves, (size_t)UNITS * BINS);
    assert_close("tuning curves", curves, expected, (size_t)UNITS * BINS, 1e-10, 0);
    assert_fine(nd_smooth_curves(curves, UNITS, BINS, &error), &error);
    assert_close("smoothed curves", curves, smoothed, (size_t)UNITS * BINS, 1e-10, 0);
    free(position);
    free(activity);
    free(counts);
    free(expected);
    free(smoothed);
    free(information);
}

static void test_directed_position_follows_its_definition(void **state) {
    (void)state;
    const double position[] = {1, 2, 2, 4, 3, -1};
    const double expected[] = {2, 3, 0, 5, -4, 0};
    double out[6];
    nd_directed_position(position, 6, out);
    for (int i = 0; i < 6; i++)
        assert_true(out[i] == expected[i]);
    nd_directed_position(position, 1, out); /* no velocity at all */
    assert_true(out[0] == 0);
}

static void test_bins_are_equal_and_the_last_is_closed(void **state) {
    (void)state;
    const double position[] = {-1, -0.51, -0.5, 0, 0.999, 1};
    const int64_t expected[] = {0, 0, 1, 2, 3, 3};
    int64_t bin[6];
    nd_bin_positions(position, 6, 4, bin);
    assert_memory_equal(bin, expected, sizeof bin);
    nd_bin_positions((double[]){5, 5}, 2, 4, bin); /* no range: one bin */
    assert_int_equal(bin[0], 0);
    assert_int_equal(bin[1], 0);
}

static void test_samples_without_a_bin_are_left_out(void **state) {
    (void)state;
    const double activity[] = {1, 100, 3};
    const int64_t bin[] = {0, -1, 0};
    double occupancy[2], curve[2];
    nd_tuning_curves(activity, 3, 1, bin, 2, occupancy, curve);
    assert_true(occupancy[0] == 1 && occupancy[1] == 0);
    assert_true(curve[0] == 2 && isnan(curve[1]));
}

static void test_bins_never_visited_take_no_part(void **state) {
    (void)state;
    enum { BINS = 40 };
    const double activity[] = {1, 2, 4}, known[] = {0.5, 0, 0.5};
    double occupancy[3], curve[3], shared = 3, map[BINS];
    nd_tuning_curves(activity, 3, 1, (int64_t[]){0, 2, 2}, 3, occupancy, curve);
    assert_true(curve[0] == 1 && isnan(curve[1]) && curve[2] == 3);
    for (size_t k = 0; k < ND_UNIT_MEASURES; k++) { /* whatever stands there */
        double missing = nd_unit_measures[k].value((double[]){1, NAN, 3}, known, 3);
        double silent = nd_unit_measures[k].value((double[]){1, 0, 3}, known, 3);
        assert_true(isfinite(missing) && missing == silent);
    }
    for (size_t b = 0; b < BINS; b++)
        map[b] = b % 3 == 1 ? NAN : shared;
    assert_true(nd_smooth_curves(map, 1, BINS, NULL));
    for (size_t b = 0; b < BINS; b++) /* a flat curve stays flat: nothing leaks from the holes */
        assert_true(b % 3 == 1 ? isnan(map[b]) : fabs(map[b] - shared) < 1e-14);
    nd_published_curves(map, BINS);
    assert_true(map[0] > 0 && map[1] == 0);
}

static const nd_unit_measure *named(const char *name) {
    for (size_t k = 0; k < ND_UNIT_MEASURES; k++)
        if (strcmp(nd_unit_measures[k].name, name) == 0)
            return &nd_unit_measures[k];
    fail_msg("no measure is called %s", name);
    return NULL;
}

static void test_information_is_that_of_known_curves(void **state) {
    (void)state;
    const double even[] = {0.25, 0.25, 0.25, 0.25};
    assert_true(nd_spatial_information((double[]){3, 3, 3, 3}, even, 4) == 0);
    assert_true(nd_spatial_information((double[]){5, 0, 0, 0}, even, 4) == 2); /* one of four */
    assert_true(nd_spatial_information((double[]){7, 7, 0, 0}, even, 4) == 1); /* one of two */
    assert_true(isnan(nd_spatial_information((double[]){0, 0, 0, 0}, even, 4)));
    const nd_unit_measure *sparsity = named("spatial_sparsity");
    assert_true(sparsity->value((double[]){3, 3, 3, 3}, even, 4) == 1);
    assert_true(sparsity->value((double[]){5, 0, 0, 0}, even, 4) == 0.25); /* one of four */
    assert_true(sparsity->value((double[]){7, 7, 0, 0}, even, 4) == 0.5);
    assert_true(isnan(sparsity->value((double[]){0, 0, 0, 0}, even, 4)));
    assert_true(named("mean_activity")->value((double[]){5, 0, 0, 3}, even, 4) == 2);
    const double half[] = {0.5, 0.5, 0, 0}; /* bins never visited have no peak */
    assert_true(named("peak_activity")->value((double[]){5, 1, 0, 9}, half, 4) == 5);
}

static void test_information_does_not_depend_on_the_scale_of_activity(void **state) {
    (void)state;
    double occupancy[50], curve[50], scaled[50], total = 0;
    nd_random_uniforms(1, ND_FOR_TEST, 0, 0, 50, occupancy);
    nd_random_uniforms(1, ND_FOR_TEST, 1, 0, 50, curve);
    for (int i = 0; i < 50; i++)
        total += occupancy[i];
    for (int i = 0; i < 50; i++) {
        occupancy[i] /= total;
        scaled[i] = 37 * curve[i];
    }
    double once = nd_spatial_information(curve, occupancy, 50);
    double again = nd_spatial_information(scaled, occupancy, 50);
    assert_true(once > 0 && fabs(once - again) < 1e-14);
}

static void test_smoothing_keeps_the_mean(void **state) {
    (void)state;
    double curve[ND_TUNING_BINS], before = 0, after = 0;
    nd_random_uniforms(2, ND_FOR_TEST, 0, 0, ND_TUNING_BINS, curve);
    for (int i = 0; i < ND_TUNING_BINS; i++)
        before += curve[i];
    assert_true(nd_smooth_curves(curve, 1, ND_TUNING_BINS, NULL));
    for (int i = 0; i < ND_TUNING_BINS; i++)
        after += curve[i];
    assert_true(fabs(before - after) < 1e-10 * before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tuning_agrees_with_the_golden_values),
        cmocka_unit_test(test_directed_position_follows_its_definition),
        cmocka_unit_test(test_bins_are_equal_and_the_last_is_closed),
        cmocka_unit_test(test_samples_without_a_bin_are_left_out),
        cmocka_unit_test(test_bins_never_visited_take_no_part),
        cmocka_unit_test(test_information_is_that_of_known_curves),
        cmocka_unit_test(test_information_does_not_depend_on_the_scale_of_activity),
        cmocka_unit_test(test_smoothing_keeps_the_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
