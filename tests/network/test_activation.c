/* Every activation's slope and curvature against finite differences; its threshold as stated. */
#include <math.h>
#include <stdio.h>

#include "network/activation.h"
#include "support.h"

/* Away from the kink at 0, and far enough out to see the tails. */
static const double PLACES[] = {-30, -5, -2.3, -1, -0.4, -0.05, 0.05, 0.3, 0.9, 1.7, 4, 12};

/* The fourth-order central difference of f at a. */
static double difference(double (*f)(double), double a) {
    double h = 2e-3;
    return (8 * (f(a + h) - f(a - h)) - (f(a + 2 * h) - f(a - 2 * h))) / (12 * h);
}

static void test_slopes_and_curvatures_are_derivatives(void **state) {
    (void)state;
    for (const nd_activation *phi = nd_activations(); phi->name; phi++)
        for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
            double a = PLACES[i], slope = phi->slope(a), curvature = phi->curvature(a);
            char what[64];
            snprintf(what, sizeof what, "%s slope at %g", phi->name, a);
            double measured = difference(phi->value, a);
            assert_close(what, &slope, &measured, 1, 1e-9, 1);
            snprintf(what, sizeof what, "%s curvature at %g", phi->name, a);
            measured = difference(phi->slope, a);
            assert_close(what, &curvature, &measured, 1, 1e-9, 1);
        }
}

static void test_active_means_a_positive_drive(void **state) {
    (void)state;
    for (const nd_activation *phi = nd_activations(); phi->name; phi++)
        for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++)
            assert_int_equal(phi->value(PLACES[i]) > phi->threshold, PLACES[i] > 0);
}

static void test_only_relu_gives_silent_units_no_gradient(void **state) {
    (void)state;
    for (const nd_activation *phi = nd_activations(); phi->name; phi++)
        assert_int_equal(phi->silent_is_zero, phi->value(-1) == 0 && phi->slope(-1) == 0);
}

static void test_large_drives_stay_finite(void **state) {
    (void)state;
    for (const nd_activation *phi = nd_activations(); phi->name; phi++)
        for (double a = -1e4; a <= 1e4; a += 2e4) {
            assert_true(isfinite(phi->value(a)));
            assert_true(isfinite(phi->slope(a)));
            assert_true(isfinite(phi->curvature(a)));
        }
}

static void test_names_are_found(void **state) {
    (void)state;
    assert_string_equal(nd_activation_find("gelu")->name, "gelu");
    assert_null(nd_activation_find("Relu"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slopes_and_curvatures_are_derivatives),
        cmocka_unit_test(test_active_means_a_positive_drive),
        cmocka_unit_test(test_only_relu_gives_silent_units_no_gradient),
        cmocka_unit_test(test_large_drives_stay_finite),
        cmocka_unit_test(test_names_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
