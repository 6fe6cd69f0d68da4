/* The exact and the Gauss-Newton spectrum: golden values, finite differences, and what must hold of
 * any network. */
#include <dlfcn.h>
#include <stdio.h>

#include "base/netcdf_file.h"
#include "flatness/summary.h"
#include "spectrum_support.h"

static double *load(const nd_nc *file, const char *prefix, const char *name) {
    char full[64];
    int rank;
    size_t shape[8];
    nd_error error = {0};
    snprintf(full, sizeof full, "%s%s", prefix, name);
    double *values = nd_nc_load(file, full, &rank, shape, &error);
    assert_fine(values != NULL, &error);
    return values;
}

static nd_parameters *golden_parameters(const nd_nc *file, const char *prefix) {
    nd_parameters *parameters = random_parameters(1, 12, 5, 4);
    double *weights = load(file, prefix, "_input_weights"), *bias = load(file, prefix, "_bias");
    double *output = load(file, prefix, "_output_weights");
    memcpy(parameters->input_weights, weights, 60 * sizeof *weights);
    memcpy(parameters->bias, bias, 12 * sizeof *bias);
    memcpy(parameters->output_weights, output, 48 * sizeof *output);
    free(weights);
    free(bias);
    free(output);
    return parameters;
}

static nd_dataset *golden_dataset(const nd_nc *file) {
    nd_dataset *dataset = random_dataset(1, 7, 5, 4);
    double *input = load(file, "", "inputs"), *target = load(file, "", "targets");
    memcpy(dataset->input, input, 35 * sizeof *input);
    memcpy(dataset->target, target, 28 * sizeof *target);
    free(input);
    free(target);
    return dataset;
}

static void test_exact_spectrum_matches_golden_to_1e_9(void **state) {
    (void)state;
    static const char *const points[] = {"random", "trained", "dead_units"};
    const char *path = support_data("golden/hessian.nc");
    nd_error error = {0};
    nd_nc *file = nd_nc_open(path, &error);
    assert_fine(file != NULL, &error);
    nd_dataset *dataset = golden_dataset(file);
    for (size_t i = 0; i < 3; i++) {
        nd_parameters *parameters = golden_parameters(file, points[i]);
        double *expected = load(file, points[i], "_eigenvalues");
        nd_sort_descending(expected, 120);
        double *actual = exact_eigenvalues(parameters, dataset, nd_activation_find("relu"), NULL);
        assert_close(points[i], actual, expected, 120, 1e-9, 0);
        free(actual);
        free(expected);
        nd_parameters_free(parameters);
    }
    nd_dataset_free(dataset);
    nd_nc_close(file);
}

static void test_trained_golden_network_has_gauss_newton_rank_28(void **state) {
    (void)state;
    nd_error error = {0};
    nd_nc *file = nd_nc_open(support_data("golden/hessian.nc"), &error);
    assert_fine(file != NULL, &error);
    nd_dataset *dataset = golden_dataset(file);
    nd_parameters *parameters = golden_parameters(file, "trained");
    nd_linearization *point = nd_linearize(parameters, dataset, nd_activation_find("relu"), &error);
    assert_fine(point != NULL, &error);
    nd_spectrum spectrum = {0};
    assert_fine(nd_gauss_newton_spectrum(point, &spectrum, &error), &error);
    assert_int_equal(nd_spectrum_nonzero(&spectrum), 28);
    double *expected = load(file, "trained", "_eigenvalues");
    nd_sort_descending(expected, 120);
    assert_close("relaxed: Gauss-Newton is exact", spectrum.eigenvalue, expected, 28, 1e-12, 0);
    free(expected);
    nd_spectrum_free(&spectrum);
    nd_linearization_free(point);
    nd_parameters_free(parameters);
    nd_dataset_free(dataset);
    nd_nc_close(file);
}

/* Shapes that reach every branch: more free coordinates than residuals, fewer; fewer samples than
 * inputs, more; one of everything. */
static const size_t shapes[][4] = {
    /* samples, inputs, outputs, hidden */
    {3, 6, 2, 5}, {9, 2, 3, 4}, {1, 1, 1, 1}, {4, 3, 1, 10}, {12, 4, 2, 3}, {2, 5, 4, 6},
};

static void test_exact_spectrum_matches_differences_for_every_activation_and_shape(void **state) {
    (void)state;
    for (const nd_activation *activation = nd_activations(); activation->name; activation++)
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
            const size_t *shape = shapes[i];
            nd_dataset *dataset = random_dataset(10 + i, shape[0], shape[1], shape[2]);
            nd_parameters *parameters = random_parameters(10 + i, shape[3], shape[1], shape[2]);
            size_t count = nd_parameter_count(parameters);
            nd_error error = {0};
            double *hessian = difference_hessian(parameters, dataset, activation, 1e-4);
            double *expected = nd_doubles(count, &error);
            assert_fine(nd_symmetric_eigenvalues(hessian, count, expected, &error), &error);
            nd_sort_descending(expected, count);
            double *actual = exact_eigenvalues(parameters, dataset, activation, NULL);
            char what[96];
            snprintf(what, sizeof what, "%s, shape %zu", activation->name, i);
            /* The differences themselves are good to about 1e-11 of the gradient. */
            assert_close(what, actual, expected, count, 1e-9, 1e-3);
            free(hessian);
            free(expected);
            free(actual);
            nd_parameters_free(parameters);
            nd_dataset_free(dataset);
        }
}

static void test_hessian_products_match_differences(void **state) {
    (void)state;
    for (const nd_activation *activation = nd_activations(); activation->name; activation++) {
        nd_error error = {0};
        nd_dataset *dataset = random_dataset(3, 6, 3, 2);
        nd_parameters *parameters = random_parameters(3, 5, 3, 2);
        double *hessian = difference_hessian(parameters, dataset, activation, 1e-4);
        nd_linearization *point = nd_linearize(parameters, dataset, activation, &error);
        assert_fine(point != NULL, &error);
        size_t count = nd_parameter_count(parameters);
        nd_parameters *direction = random_parameters(4, 5, 3, 2);
        nd_parameters *actual = random_parameters(4, 5, 3, 2);
        double vector[30], product[30], expected[30] = {0}, trace = 0;
        nd_awake_gather(point, direction, vector);
        nd_hessian_times(point, vector, product);
        memset(actual->input_weights, 0, count * sizeof(double));
        nd_awake_add(point, 1, product, actual);
        for (size_t p = 0; p < count; p++) {
            trace += hessian[p * count + p];
            for (size_t q = 0; q < count; q++)
                expected[p] += hessian[p * count + q] * direction->input_weights[q];
        }
        assert_close(activation->name, actual->input_weights, expected, count, 1e-9, 1);
        double closed = nd_hessian_trace(point);
        assert_close("trace", &closed, &trace, 1, 1e-9, 1);
        free(hessian);
        nd_parameters_free(direction);
        nd_parameters_free(actual);
        nd_linearization_free(point);
        nd_parameters_free(parameters);
        nd_dataset_free(dataset);
    }
}

static void test_gram_is_the_jacobian_times_its_transpose(void **state) {
    (void)state;
    nd_error error = {0};
    nd_dataset *dataset = random_dataset(5, 4, 3, 3);
    nd_parameters *parameters = random_parameters(5, 7, 3, 3);
    nd_linearization *point = nd_linearize(parameters, dataset, nd_activation_find("tanh"), &error);
    assert_fine(point != NULL, &error);
    size_t size = nd_residual_count(point);
    double gram[144], expected[144], unit[12], column[12];
    double *back = nd_doubles(nd_awake_parameters(point), &error);
    assert_fine(nd_gram(point, gram, &error), &error);
    for (size_t i = 0; i < size; i++) {
        memset(unit, 0, sizeof unit);
        unit[i] = 1;
        nd_jacobian_transposed_times(point, unit, back);
        nd_jacobian_times(point, back, column);
        memcpy(expected + i * size, column, sizeof column);
    }
    assert_close("J J'", gram, expected, size * size, 1e-13, 0);
    free(back);
    nd_linearization_free(point);
    nd_parameters_free(parameters);
    nd_dataset_free(dataset);
}

static void test_gauss_newton_rank_is_at_most_residuals_and_both_sides_agree(void **state) {
    (void)state;
    nd_error error = {0};
    for (uint64_t seed = 0; seed < 40; seed++) {
        nd_stream draw = nd_stream_at(seed, ND_FOR_TEST, 9, 0);
        size_t n = 1 + nd_stream_below(&draw, 8), d = 1 + nd_stream_below(&draw, 6);
        size_t outputs = 1 + nd_stream_below(&draw, 4), hidden = 1 + nd_stream_below(&draw, 9);
        nd_dataset *dataset = random_dataset(seed, n, d, outputs);
        nd_parameters *parameters = random_parameters(seed, hidden, d, outputs);
        nd_linearization *point =
            nd_linearize(parameters, dataset, nd_activation_find("relu"), &error);
        assert_fine(point != NULL, &error);
        nd_spectrum spectrum = {0};
        assert_fine(nd_gauss_newton_spectrum(point, &spectrum, &error), &error);
        assert_true(nd_spectrum_nonzero(&spectrum) <= n * outputs);
        assert_true(nd_spectrum_nonzero(&spectrum) <= nd_awake_parameters(point));
        /* Whatever side was taken, the Gram matrix has the same non-zero eigenvalues. */
        size_t size = n * outputs;
        double *gram = nd_doubles(size * size, &error), *expected = nd_doubles(size, &error);
        assert_fine(nd_gram(point, gram, &error), &error);
        assert_fine(nd_symmetric_eigenvalues(gram, size, expected, &error), &error);
        nd_sort_descending(expected, size);
        for (size_t i = 0; i < size; i++)
            expected[i] *= point->scale;
        assert_close("two sides", spectrum.eigenvalue, expected, spectrum.count, 1e-11, 1e-3);
        free(gram);
        free(expected);
        nd_spectrum_free(&spectrum);
        nd_linearization_free(point);
        nd_parameters_free(parameters);
        nd_dataset_free(dataset);
    }
}

static void test_silent_units_have_zero_rows_and_leave_the_spectrum(void **state) {
    (void)state;
    nd_error error = {0};
    const nd_activation *relu = nd_activation_find("relu");
    nd_dataset *dataset = random_dataset(7, 5, 4, 3);
    nd_parameters *parameters = random_parameters(7, 6, 4, 3);
    for (size_t j = 2; j < 5; j++)
        parameters->bias[j] = -1e3;
    /* The differences' own rounding: 1e-16 of the gradient over a step of 1e-4. */
    const double rounding = 1e-10;
    double *hessian = difference_hessian(parameters, dataset, relu, 1e-4);
    size_t count = nd_parameter_count(parameters);
    for (size_t j = 2; j < 5; j++)
        for (size_t q = 0; q < count; q++) {
            assert_true(fabs(hessian[(j * 4) * count + q]) < rounding);
            assert_true(fabs(hessian[(24 + j) * count + q]) < rounding);
            assert_true(fabs(hessian[(30 + j) * count + q]) < rounding);
        }
    /* The same network without its silent units has the same non-zero eigenvalues. */
    nd_parameters *fewer = random_parameters(1, 3, 4, 3);
    const size_t kept[] = {0, 1, 5};
    for (size_t j = 0; j < 3; j++) {
        memcpy(fewer->input_weights + 4 * j, parameters->input_weights + 4 * kept[j],
               4 * sizeof(double));
        fewer->bias[j] = parameters->bias[kept[j]];
        for (size_t k = 0; k < 3; k++)
            fewer->output_weights[3 * k + j] = parameters->output_weights[6 * k + kept[j]];
    }
    size_t reduced, reduced_fewer;
    double *with = exact_eigenvalues(parameters, dataset, relu, &reduced);
    double *without = exact_eigenvalues(fewer, dataset, relu, &reduced_fewer);
    assert_int_equal(reduced, reduced_fewer);
    double *both = nd_doubles(count, &error);
    memcpy(both, without, nd_parameter_count(fewer) * sizeof *both);
    nd_sort_descending(both, count);
    assert_close("silent units", with, both, count, 1e-13, 0);
    free(with);
    free(without);
    free(both);
    free(hessian);
    nd_parameters_free(parameters);
    nd_parameters_free(fewer);
    nd_dataset_free(dataset);
}

static void test_reduced_problem_is_far_smaller_than_the_network(void **state) {
    (void)state;
    nd_dataset *dataset = random_dataset(8, 5, 20, 5);
    nd_parameters *parameters = random_parameters(8, 100, 20, 5);
    size_t reduced;
    free(exact_eigenvalues(parameters, dataset, nd_activation_find("relu"), &reduced));
    /* At most 2 min(driving samples, d_out) a unit and n d_out more, of 2600. */
    assert_true(reduced < 650);
    nd_parameters_free(parameters);
    nd_dataset_free(dataset);
}

static void test_too_large_a_spectrum_says_its_size_and_offers_lanczos(void **state) {
    (void)state;
    nd_error error = {0};
    nd_dataset *dataset = random_dataset(8, 5, 20, 5);
    nd_parameters *parameters = random_parameters(8, 100, 20, 5);
    nd_linearization *point = nd_linearize(parameters, dataset, nd_activation_find("relu"), &error);
    assert_fine(point != NULL, &error);
    nd_spectrum spectrum = {0};
    assert_false(nd_hessian_spectrum(point, 1e6, &spectrum, &error));
    assert_non_null(strstr(error.what, "GB"));
    assert_non_null(strstr(error.mend, "`lanczos`"));
    assert_null(spectrum.eigenvalue);
    nd_linearization_free(point);
    nd_parameters_free(parameters);
    nd_dataset_free(dataset);
}

static void test_parameters_that_are_not_finite_are_refused(void **state) {
    (void)state;
    nd_error error = {0};
    nd_dataset *dataset = random_dataset(8, 5, 3, 2);
    nd_parameters *parameters = random_parameters(8, 4, 3, 2);
    parameters->bias[2] = NAN;
    assert_null(nd_linearize(parameters, dataset, nd_activation_find("relu"), &error));
    assert_non_null(strstr(error.what, "not finite"));
    nd_parameters_free(parameters);
    nd_dataset_free(dataset);
}

static void test_a_wholly_silent_network_has_an_empty_spectrum(void **state) {
    (void)state;
    nd_error error = {0};
    nd_dataset *dataset = random_dataset(8, 5, 3, 2);
    nd_parameters *parameters = random_parameters(8, 4, 3, 2);
    for (size_t j = 0; j < 4; j++)
        parameters->bias[j] = -100;
    nd_linearization *point = nd_linearize(parameters, dataset, nd_activation_find("relu"), &error);
    assert_fine(point != NULL, &error);
    nd_spectrum exact = {0}, gauss_newton = {0};
    assert_fine(nd_hessian_spectrum(point, 1e9, &exact, &error), &error);
    assert_fine(nd_gauss_newton_spectrum(point, &gauss_newton, &error), &error);
    assert_int_equal(nd_spectrum_nonzero(&exact), 0);
    assert_int_equal(nd_spectrum_nonzero(&gauss_newton), 0);
    nd_spectrum_free(&exact);
    nd_spectrum_free(&gauss_newton);
    nd_linearization_free(point);
    nd_parameters_free(parameters);
    nd_dataset_free(dataset);
}

static void test_summary_of_an_unchanged_network_is_one(void **state) {
    (void)state;
    nd_error error = {0};
    nd_dataset *dataset = random_dataset(8, 5, 3, 2);
    nd_parameters *parameters = random_parameters(8, 20, 3, 2);
    nd_spectrum_summary summary;
    assert_fine(nd_summarize_spectra(parameters, parameters, dataset, nd_activation_find("relu"),
                                     &summary, &error),
                &error);
    assert_true(summary.eigenvalue_sum_ratio == 1);
    assert_true(summary.eigenvalue_max_ratio == 1);
    assert_true(summary.positive_eigenvalue_fraction > 0.05);
    assert_true(summary.nonzero_eigenvalue_fraction > summary.positive_eigenvalue_fraction);
    assert_int_equal((int)summary.gauss_newton_rank, 10);
    nd_parameters_free(parameters);
    nd_dataset_free(dataset);
}

/* GSL brings a CBLAS of its own, ten times slower, which must not come first. */
static void test_matrix_products_are_those_of_openblas(void **state) {
    (void)state;
    static const char *const names[] = {"cblas_dgemm", "cblas_dsyrk", "cblas_ddot"};
    for (size_t i = 0; i < 3; i++) {
        void *function = dlsym(RTLD_DEFAULT, names[i]);
        Dl_info from = {0};
        if (!function)
            continue; /* linked statically */
        assert_int_not_equal(dladdr(function, &from), 0);
        if (strstr(from.dli_fname, "gslcblas"))
            fail_msg("%s comes from %s", names[i], from.dli_fname);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_spectrum_matches_golden_to_1e_9),
        cmocka_unit_test(test_trained_golden_network_has_gauss_newton_rank_28),
        cmocka_unit_test(test_exact_spectrum_matches_differences_for_every_activation_and_shape),
        cmocka_unit_test(test_hessian_products_match_differences),
        cmocka_unit_test(test_gram_is_the_jacobian_times_its_transpose),
        cmocka_unit_test(test_gauss_newton_rank_is_at_most_residuals_and_both_sides_agree),
        cmocka_unit_test(test_silent_units_have_zero_rows_and_leave_the_spectrum),
        cmocka_unit_test(test_reduced_problem_is_far_smaller_than_the_network),
        cmocka_unit_test(test_too_large_a_spectrum_says_its_size_and_offers_lanczos),
        cmocka_unit_test(test_parameters_that_are_not_finite_are_refused),
        cmocka_unit_test(test_a_wholly_silent_network_has_an_empty_spectrum),
        cmocka_unit_test(test_matrix_products_are_those_of_openblas),
        cmocka_unit_test(test_summary_of_an_unchanged_network_is_one),
    };
    return cmocka_run_group_tests_name("spectrum", tests, NULL, NULL);
}
