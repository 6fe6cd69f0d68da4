/* Lanczos and its density against exact spectra; relaxation to the manifold of solutions. */
#include <stdio.h>

#include "measure/lanczos.h"
#include "measure/relax.h"
#include "spectrum_support.h"

static nd_linearization *linearize(const nd_parameters *parameters, const nd_dataset *dataset,
                                   const char *activation) {
    nd_error error = {0};
    nd_linearization *point =
        nd_linearize(parameters, dataset, nd_activation_find(activation), &error);
    support_fine(point != NULL, &error);
    return point;
}

static void extremes_match_the_exact_spectrum(void **state) {
    (void)state;
    static const char *const names[] = {"relu", "tanh"};
    for (size_t i = 0; i < 2; i++) {
        nd_error error = {0};
        nd_dataset *dataset = random_dataset(31, 8, 6, 3);
        nd_parameters *parameters = random_parameters(31, 30, 6, 3);
        nd_linearization *point = linearize(parameters, dataset, names[i]);
        nd_extremes ends;
        support_fine(nd_hessian_extremes(point, 1, 300, &ends, &error), &error);
        double *exact = exact_eigenvalues(parameters, dataset, nd_activation_find(names[i]), NULL);
        size_t count = nd_parameter_count(parameters);
        support_close("largest", &ends.largest, exact, 1, 1e-9, 0);
        support_close("smallest", &ends.smallest, exact + count - 1, 1, 1e-9, exact[0]);
        assert_true(ends.largest_error < 1e-7 * ends.largest);
        free(exact);
        nd_linearization_free(point);
        nd_parameters_free(parameters);
        nd_dataset_free(dataset);
    }
}

/* Every bin within four standard errors (and half an eigenvalue, for bins without spread), the
 * trace too: with fixed seeds, 18 comparisons, a false alarm would come once in 900 draws. */
static void density_and_trace_agree_within_their_errors(void **state) {
    (void)state;
    nd_error error = {0};
    nd_dataset *dataset = random_dataset(32, 8, 6, 3);
    nd_parameters *parameters = random_parameters(32, 40, 6, 3);
    nd_linearization *point = linearize(parameters, dataset, "relu");
    nd_density density;
    support_fine(nd_hessian_density(point, 5, 24, 150, &density, &error), &error);
    double *exact = exact_eigenvalues(parameters, dataset, nd_activation_find("relu"), NULL);
    size_t count = nd_parameter_count(parameters);
    double total = 0;
    for (size_t b = 0; b < ND_DENSITY_BINS; b++) {
        double low, high, expected = 0;
        nd_density_edges(b, &low, &high);
        for (size_t i = 0; i < count; i++) {
            double relative = exact[i] / density.scale;
            expected += b < ND_DENSITY_DECADES   ? relative >= low && relative < high
                        : b > ND_DENSITY_DECADES ? relative > low && relative <= high
                                                 : relative >= low && relative <= high;
        }
        assert_true(fabs(density.count[b] - expected) <= 4 * density.count_error[b] + 0.5);
        total += density.count[b];
    }
    assert_true(fabs(total - (double)count) < 1e-6);
    assert_true(fabs(density.trace - nd_hessian_trace(point)) <= 4 * density.trace_error);
    free(exact);
    nd_linearization_free(point);
    nd_parameters_free(parameters);
    nd_dataset_free(dataset);
}

static void relaxed_points_have_one_spectrum_exact_and_gauss_newton(void **state) {
    (void)state;
    for (uint64_t seed = 40; seed < 46; seed++) {
        nd_error error = {0};
        nd_dataset *dataset = random_dataset(seed, 6, 5, 3);
        nd_parameters *parameters = random_parameters(seed, 60, 5, 3);
        nd_relaxation relaxation;
        const nd_activation *activation = nd_activation_find(seed % 2 ? "relu" : "softplus");
        support_fine(nd_relax(parameters, dataset, activation, &relaxation, &error), &error);
        assert_true(relaxation.reached && relaxation.loss <= ND_RELAXED_LOSS);
        nd_linearization *point = nd_linearize(parameters, dataset, activation, &error);
        support_fine(point != NULL, &error);
        nd_spectrum gauss_newton = {0};
        support_fine(nd_gauss_newton_spectrum(point, &gauss_newton, &error), &error);
        double *exact = exact_eigenvalues(parameters, dataset, activation, NULL);
        /* The residual blocks are of the size of the error left, 1e-4 of the targets. */
        support_close("relaxed", exact, gauss_newton.eigenvalue, gauss_newton.count, 1e-3, 0);
        free(exact);
        nd_spectrum_free(&gauss_newton);
        nd_linearization_free(point);
        nd_parameters_free(parameters);
        nd_dataset_free(dataset);
    }
}

static void relaxation_from_near_a_solution_stays_near(void **state) {
    (void)state;
    nd_error error = {0};
    const nd_activation *relu = nd_activation_find("relu");
    nd_dataset *dataset = random_dataset(50, 6, 5, 3);
    nd_parameters *parameters = random_parameters(50, 60, 5, 3);
    nd_relaxation first, second;
    support_fine(nd_relax(parameters, dataset, relu, &first, &error), &error);
    double noise[60 * 9], length = 0;
    nd_random_gaussians(50, ND_FOR_TEST, 30, 0, nd_parameter_count(parameters), noise);
    for (size_t i = 0; i < nd_parameter_count(parameters); i++) {
        parameters->input_weights[i] += 1e-3 * noise[i];
        length += 1e-6 * noise[i] * noise[i];
    }
    support_fine(nd_relax(parameters, dataset, relu, &second, &error), &error);
    assert_true(second.reached);
    /* Only the part of the noise across the manifold (18 of 540 dimensions) is taken back. */
    assert_true(second.distance < 0.5 * sqrt(length));
    nd_parameters_free(parameters);
    nd_dataset_free(dataset);
}

static void a_task_without_a_solution_is_told(void **state) {
    (void)state;
    nd_error error = {0};
    nd_dataset *dataset = random_dataset(51, 30, 2, 3);
    nd_parameters *parameters = random_parameters(51, 2, 2, 3);
    nd_relaxation relaxation;
    support_fine(nd_relax(parameters, dataset, nd_activation_find("relu"), &relaxation, &error),
                 &error);
    assert_false(relaxation.reached);
    assert_true(isfinite(relaxation.loss));
    assert_true(nd_parameters_finite(parameters));
    nd_parameters_free(parameters);
    nd_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extremes_match_the_exact_spectrum),
        cmocka_unit_test(density_and_trace_agree_within_their_errors),
        cmocka_unit_test(relaxed_points_have_one_spectrum_exact_and_gauss_newton),
        cmocka_unit_test(relaxation_from_near_a_solution_stays_near),
        cmocka_unit_test(a_task_without_a_solution_is_told),
    };
    return cmocka_run_group_tests_name("lanczos and relaxation", tests, NULL, NULL);
}
