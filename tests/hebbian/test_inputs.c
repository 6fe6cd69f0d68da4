/* What the Hebbian network sees (docs/model.md, section 7.3). */
#include "support.h"

#include "hebbian/inputs.h"

#include <math.h>
#include <string.h>

static void test_ring_inputs_are_evenly_spread_unit_vectors(void **state) {
    (void)state;
    nd_error error = {0};
    nd_hebbian_inputs *inputs = nd_hebbian_inputs_make("ring", 628, &error);
    assert_fine(inputs != NULL, &error);
    assert_int_equal(inputs->dimension, 2);
    assert_true(inputs->circular);
    double sum[2] = {0, 0};
    for (size_t s = 0; s < 628; s++) {
        const double *x = inputs->value + 2 * s;
        assert_true(fabs(hypot(x[0], x[1]) - 1) < 1e-15);
        assert_true(fabs(remainder(atan2(x[1], x[0]) - inputs->position[s], 2 * M_PI)) < 1e-12);
        sum[0] += x[0];
        sum[1] += x[1];
    }
    assert_true(fabs(sum[0]) < 1e-10 && fabs(sum[1]) < 1e-10);
    nd_hebbian_inputs_free(inputs);
}

static void test_grid_fields_peak_on_a_hexagonal_lattice(void **state) {
    (void)state;
    double spacing = 0.37, orientation = 0.2, phase_x = 0.11, phase_y = -0.05;
    assert_true(fabs(nd_grid_field(phase_x, phase_y, spacing, orientation, phase_x, phase_y) - 1) <
                1e-12);
    /* The six neighbours lie one spacing away, 30 degrees off the waves' own directions. */
    for (int k = 0; k < 6; k++) {
        double angle = M_PI * k / 3 + orientation + M_PI / 6;
        double x = phase_x + spacing * cos(angle), y = phase_y + spacing * sin(angle);
        assert_true(fabs(nd_grid_field(x, y, spacing, orientation, phase_x, phase_y) - 1) < 1e-12);
    }
    double least = 1, most = 0;
    for (int i = 0; i < 200; i++)
        for (int j = 0; j < 200; j++) {
            double v = nd_grid_field(i * 0.005, j * 0.005, spacing, orientation, phase_x, phase_y);
            least = fmin(least, v);
            most = fmax(most, v);
        }
    assert_true(least > -1e-12 && least < 0.01);
    assert_true(most < 1 + 1e-12 && most > 0.99);
}

static void test_place_inputs_are_480_slices_through_grid_fields(void **state) {
    (void)state;
    nd_error error = {0};
    nd_hebbian_inputs *inputs = nd_hebbian_inputs_make("place", 200, &error);
    assert_fine(inputs != NULL, &error);
    assert_int_equal(inputs->dimension, 480);
    assert_false(inputs->circular);
    assert_true(inputs->position[0] == 0.005 && inputs->position[199] == 1);
    for (size_t k = 0; k < 200 * 480; k++)
        assert_true(inputs->value[k] > -1e-12 && inputs->value[k] < 1 + 1e-12);
    /* The last cell: largest spacing, 50 degrees, phases 3/4, at the end of the slice. */
    double spacing = 0.2 * pow(1.42, 4);
    double expected =
        nd_grid_field(1, tan(M_PI / 10), spacing, 50 * M_PI / 180, 0.75 * spacing, 0.75 * spacing);
    assert_true(fabs(inputs->value[200 * 480 - 1] - expected) < 1e-12);
    nd_hebbian_inputs_free(inputs);
}

static void test_unknown_inputs_are_refused_by_name(void **state) {
    (void)state;
    nd_error error = {0};
    assert_null(nd_hebbian_inputs_make("square", 10, &error));
    assert_non_null(strstr(error.what, "square"));
    assert_null(nd_hebbian_inputs_make("ring", 0, &error));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ring_inputs_are_evenly_spread_unit_vectors),
        cmocka_unit_test(test_grid_fields_peak_on_a_hexagonal_lattice),
        cmocka_unit_test(test_place_inputs_are_480_slices_through_grid_fields),
        cmocka_unit_test(test_unknown_inputs_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
