/* Centroids, diffusion and population-vector correlation, on walks whose answer is known. */
#include "support.h"

#include "base/random.h"
#include "hebbian/drift.h"

#include <math.h>
#include <stdlib.h>

static void test_centroid_is_that_of_the_strongest_field(void **state) {
    (void)state;
    nd_error error = {0};
    nd_hebbian_inputs *inputs = nd_hebbian_inputs_make("place", 100, &error);
    double response[100 * 2] = {0}, centroid[2];
    for (int s = 0; s < 100; s++) {
        response[s * 2] = fmax(1 - fabs(s - 30.0) / 5, 0) + fmax(0.8 - fabs(s - 80.0) / 5, 0);
        response[s * 2 + 1] = fmax(1 - fabs(s - 99.0) / 5, 0); /* cut off by the end */
    }
    nd_field_centroids(inputs, response, 2, 0.05, centroid);
    assert_true(fabs(centroid[0] - 0.31) < 1e-12);
    double mass = 1 + 0.8 + 0.6 + 0.4 + 0.2, moment = 0.8 * 1 + 0.6 * 2 + 0.4 * 3 + 0.2 * 4;
    assert_true(fabs(centroid[1] - (1 - 0.01 * moment / mass)) < 1e-12);
    nd_hebbian_inputs_free(inputs);
}

static void test_centroid_of_a_field_across_the_seam_is_where_the_field_is(void **state) {
    (void)state;
    nd_error error = {0};
    nd_hebbian_inputs *inputs = nd_hebbian_inputs_make("ring", 360, &error);
    double response[360 * 3] = {0}, centroid[3];
    for (int s = 0; s < 360; s++) {
        response[s * 3] = fmax(cos(inputs->position[s] - 0.1) - 0.5, 0); /* straddles 0 */
        response[s * 3 + 1] = fmax(cos(inputs->position[s] - 4.0) - 0.2, 0);
        response[s * 3 + 2] = 0.04;
    }
    nd_field_centroids(inputs, response, 3, 0.05, centroid);
    assert_true(fabs(centroid[0] - 0.1) < 1e-3);
    assert_true(fabs(centroid[1] - 4.0) < 1e-3);
    assert_true(isnan(centroid[2]));
    nd_hebbian_inputs_free(inputs);
}

/* 200 free walks with a known D, once around the ring and more. MSD / 2t over 50 lags of 400
 * snapshots: its relative error is about sqrt(2 / (200 * 400 / 50)) = 3.5 %; 15 % is over four of
 * them, a false alarm in 10^4 seeds (this one is fixed). */
static void test_a_free_walk_has_its_diffusion_constant_and_exponent_one(void **state) {
    (void)state;
    enum { UNITS = 200, TIMES = 400, LAGS = 50 };
    double *way = malloc(sizeof(double) * UNITS * TIMES), squared[LAGS], interval = 25, d = 4e-4;
    nd_error error = {0};
    for (size_t i = 0; i < UNITS; i++) {
        double step[TIMES], at = 0;
        nd_random_gaussians(7, ND_FOR_TEST, (uint32_t)i, 0, TIMES, step);
        for (size_t t = 0; t < TIMES; t++) {
            at += sqrt(2 * d * interval) * step[t];
            way[t * UNITS + i] = at - 2 * M_PI * floor(at / (2 * M_PI));
        }
    }
    assert_fine(nd_mean_squared_displacement(way, TIMES, UNITS, true, LAGS, squared, &error),
                &error);
    nd_diffusion fit = nd_fit_diffusion(squared, LAGS, interval);
    assert_int_equal(fit.lags, LAGS);
    assert_true(fabs(fit.linear / d - 1) < 0.15);
    assert_true(fabs(fit.exponent - 1) < 0.1);
    assert_true(fabs(log(fit.logarithmic / d)) < 0.5);
    free(way);
}

static void test_a_field_that_goes_ends_its_track(void **state) {
    (void)state;
    nd_error error = {0};
    /* One neuron: moves by 0.1, vanishes, comes back on the other side. */
    double centroid[] = {1.0, 1.1, NAN, 4.0, 4.2}, squared[4];
    assert_fine(nd_mean_squared_displacement(centroid, 5, 1, true, 4, squared, &error), &error);
    double expected[] = {(0.01 + 0.04) / 2, NAN, NAN, NAN};
    assert_close("squared", squared, expected, 4, 1e-12, 0.01);
    assert_true(isnan(nd_fit_diffusion(squared, 4, 1).linear));
}

static void test_the_way_around_the_ring_counts_in_full(void **state) {
    (void)state;
    nd_error error = {0};
    double centroid[8], squared[7];
    for (int t = 0; t < 8; t++)
        centroid[t] = fmod(5 + 1.5 * t, 2 * M_PI);
    assert_fine(nd_mean_squared_displacement(centroid, 8, 1, true, 7, squared, &error), &error);
    assert_true(fabs(squared[6] - 10.5 * 10.5) < 1e-9);
    assert_fine(nd_mean_squared_displacement(centroid, 8, 1, false, 7, squared, &error), &error);
    assert_true(squared[6] < 40);
}

static void test_unevenly_spaced_snapshots_have_no_diffusion_constant(void **state) {
    (void)state;
    nd_error error = {0};
    double step[] = {0, 1, 10, 100}, centroid[] = {0, 0.1, 0.2, 0.3}, squared[1];
    nd_diffusion fit;
    nd_hebbian_inputs *inputs = nd_hebbian_inputs_make("ring", 8, &error);
    assert_fine(nd_late_diffusion(centroid, step, 4, 1, inputs, squared, &fit, &error), &error);
    assert_true(isnan(squared[0]) && isnan(fit.linear));
    nd_hebbian_inputs_free(inputs);
}

static void test_correlation_by_lag_is_the_mean_of_a_diagonal(void **state) {
    (void)state;
    double correlation[] = {1, 0.5, 0.1, 0.5, 1, 0.7, 0.1, 0.7, NAN}, by_lag[3];
    nd_correlation_by_lag(correlation, 3, 0, by_lag);
    double whole[] = {1, 0.6, 0.1}, late[] = {1, 0.7, NAN};
    assert_close("from the first", by_lag, whole, 3, 1e-12, 1);
    nd_correlation_by_lag(correlation, 3, 1, by_lag);
    assert_close("from the second", by_lag, late, 3, 1e-12, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_centroid_is_that_of_the_strongest_field),
        cmocka_unit_test(test_centroid_of_a_field_across_the_seam_is_where_the_field_is),
        cmocka_unit_test(test_a_free_walk_has_its_diffusion_constant_and_exponent_one),
        cmocka_unit_test(test_a_field_that_goes_ends_its_track),
        cmocka_unit_test(test_the_way_around_the_ring_counts_in_full),
        cmocka_unit_test(test_unevenly_spaced_snapshots_have_no_diffusion_constant),
        cmocka_unit_test(test_correlation_by_lag_is_the_mean_of_a_diagonal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
