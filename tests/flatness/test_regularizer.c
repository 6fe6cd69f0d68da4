/* The regularizers' gradients against differences, their directions along the manifold. */
#include <stdio.h>

#include "flatness/regularizer.h"
#include "flatness/relax.h"
#include "spectrum_support.h"

static double value_at(const nd_parameters *parameters, const nd_dataset *dataset,
                       const nd_activation *activation, nd_regularizer which) {
    nd_error error = {0};
    double value;
    nd_linearization *point = nd_linearize(parameters, dataset, activation, &error);
    assert_fine(point != NULL, &error);
    assert_fine(nd_regularizer_at(point, which, 0, &value, NULL, NULL, &error), &error);
    nd_linearization_free(point);
    return value;
}

static void test_gradients_match_differences(void **state) {
    (void)state;
    static const char *const names[] = {"relu", "tanh", "softplus"};
    for (size_t a = 0; a < 3; a++)
        for (int which = 0; which < ND_REGULARIZERS; which++) {
            nd_error error = {0};
            const nd_activation *activation = nd_activation_find(names[a]);
            nd_dataset *dataset = random_dataset(60, 4, 3, 2);
            nd_parameters *parameters = random_parameters(61, 6, 3, 2);
            nd_parameters *actual = random_parameters(61, 6, 3, 2);
            size_t count = nd_parameter_count(parameters);
            nd_linearization *point = nd_linearize(parameters, dataset, activation, &error);
            assert_fine(point != NULL, &error);
            double gradient[36], expected[36];
            assert_fine(
                nd_regularizer_at(point, (nd_regularizer)which, 0, NULL, gradient, NULL, &error),
                &error);
            memset(actual->input_weights, 0, count * sizeof(double));
            nd_awake_add(point, 1, gradient, actual);
            const double step = 1e-5;
            for (size_t p = 0; p < count; p++) {
                double keep = parameters->input_weights[p];
                parameters->input_weights[p] = keep + step;
                double more = value_at(parameters, dataset, activation, (nd_regularizer)which);
                parameters->input_weights[p] = keep - step;
                double less = value_at(parameters, dataset, activation, (nd_regularizer)which);
                parameters->input_weights[p] = keep;
                expected[p] = (more - less) / (2 * step);
            }
            char what[64];
            snprintf(what, sizeof what, "%s of %s", nd_regularizer_name((nd_regularizer)which),
                     names[a]);
            assert_close(what, actual->input_weights, expected, count, 1e-6, 0);
            nd_linearization_free(point);
            nd_parameters_free(parameters);
            nd_parameters_free(actual);
            nd_dataset_free(dataset);
        }
}

/* Moving along the direction from a solution changes the outputs to second order only, and lowers
 * the regularizer. */
static void test_directions_lie_in_the_manifold_and_lower_the_regularizer(void **state) {
    (void)state;
    const nd_activation *relu = nd_activation_find("relu");
    for (int which = 0; which < ND_REGULARIZERS; which++) {
        nd_error error = {0};
        nd_dataset *dataset = random_dataset(62, 5, 4, 3);
        nd_parameters *parameters = random_parameters(62, 20, 4, 3);
        nd_relaxation relaxation;
        assert_fine(nd_relax(parameters, dataset, relu, NULL, &relaxation, &error), &error);
        nd_linearization *point = nd_linearize(parameters, dataset, relu, &error);
        assert_fine(point != NULL, &error);
        size_t count = nd_awake_parameters(point);
        double *direction = nd_doubles(count, &error), outputs[15];
        assert_fine(
            nd_regularizer_at(point, (nd_regularizer)which, 0, NULL, NULL, direction, &error),
            &error);
        double length = 0, change = 0;
        nd_jacobian_times(point, direction, outputs);
        for (size_t i = 0; i < count; i++)
            length += direction[i] * direction[i];
        for (size_t i = 0; i < 15; i++)
            change += outputs[i] * outputs[i];
        assert_true(length > 0);
        assert_true(sqrt(change) < 1e-8 * sqrt(length));
        double before = value_at(parameters, dataset, relu, (nd_regularizer)which);
        nd_awake_add(point, 1e-4 / sqrt(length), direction, parameters);
        double after = value_at(parameters, dataset, relu, (nd_regularizer)which);
        assert_true(fabs((before - after) / (1e-4 * sqrt(length)) - 1) < 0.02);
        free(direction);
        nd_linearization_free(point);
        nd_parameters_free(parameters);
        nd_dataset_free(dataset);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients_match_differences),
        cmocka_unit_test(test_directions_lie_in_the_manifold_and_lower_the_regularizer),
    };
    return cmocka_run_group_tests_name("regularizers", tests, NULL, NULL);
}
