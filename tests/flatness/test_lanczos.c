/* Lanczos and its density against exact spectra; relaxation to the manifold of solutions. */
#include <stdio.h>

#include "experiment/start.h"
#include "flatness/lanczos.h"
#include "flatness/relax.h"
#include "spectrum_support.h"

static nd_linearization *linearize(const nd_parameters *parameters, const nd_dataset *dataset,
                                   const char *activation) {
    nd_error error = {0};
    nd_linearization *point =
        nd_linearize(parameters, dataset, nd_activation_find(activation), &error);
    assert_fine(point != NULL, &error);
    return point;
}

static void test_extremes_match_the_exact_spectrum(void **state) {
    (void)state;
    static const char *const names[] = {"relu", "tanh"};
    for (size_t i = 0; i < 2; i++) {
        nd_error error = {0};
        nd_dataset *dataset = random_dataset(31, 8, 6, 3);
        nd_parameters *parameters = random_parameters(31, 30, 6, 3);
        nd_linearization *point = linearize(parameters, dataset, names[i]);
        nd_extremes ends;
        assert_fine(nd_hessian_extremes(point, 1, 300, &ends, &error), &error);
        double *exact = exact_eigenvalues(parameters, dataset, nd_activation_find(names[i]), NULL);
        size_t count = nd_parameter_count(parameters);
        assert_close("largest", &ends.largest, exact, 1, 1e-9, 0);
        assert_close("smallest", &ends.smallest, exact + count - 1, 1, 1e-9, exact[0]);
        assert_true(ends.largest_error < 1e-7 * ends.largest);
        free(exact);
        nd_linearization_free(point);
        nd_parameters_free(parameters);
        nd_dataset_free(dataset);
    }
}

/* Every bin within four standard errors (and half an eigenvalue, for bins without spread), the
 * trace too: with fixed seeds, 18 comparisons, a false alarm would come once in 900 draws. */
static void test_density_and_trace_agree_within_their_errors(void **state) {
    (void)state;
    nd_error error = {0};
    nd_dataset *dataset = random_dataset(32, 8, 6, 3);
    nd_parameters *parameters = random_parameters(32, 40, 6, 3);
    nd_linearization *point = linearize(parameters, dataset, "relu");
    nd_density density;
    assert_fine(nd_hessian_density(point, 5, 24, 150, &density, &error), &error);
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

static void test_relaxed_points_have_one_spectrum_exact_and_gauss_newton(void **state) {
    (void)state;
    for (uint64_t seed = 40; seed < 46; seed++) {
        nd_error error = {0};
        nd_dataset *dataset = random_dataset(seed, 6, 5, 3);
        nd_parameters *parameters = random_parameters(seed, 60, 5, 3);
        nd_relaxation relaxation;
        const nd_activation *activation = nd_activation_find(seed % 2 ? "relu" : "softplus");
        assert_fine(nd_relax(parameters, dataset, activation, NULL, &relaxation, &error), &error);
        assert_true(relaxation.end == ND_AT_SOLUTION && relaxation.loss <= ND_RELAXED_LOSS);
        nd_linearization *point = nd_linearize(parameters, dataset, activation, &error);
        assert_fine(point != NULL, &error);
        nd_spectrum gauss_newton = {0};
        assert_fine(nd_gauss_newton_spectrum(point, &gauss_newton, &error), &error);
        double *exact = exact_eigenvalues(parameters, dataset, activation, NULL);
        /* The residual blocks are of the size of the error left, 1e-4 of the targets. */
        assert_close("relaxed", exact, gauss_newton.eigenvalue, gauss_newton.count, 1e-3, 0);
        free(exact);
        nd_spectrum_free(&gauss_newton);
        nd_linearization_free(point);
        nd_parameters_free(parameters);
        nd_dataset_free(dataset);
    }
}

static void test_relaxation_from_near_a_solution_stays_near(void **state) {
    (void)state;
    nd_error error = {0};
    const nd_activation *relu = nd_activation_find("relu");
    nd_dataset *dataset = random_dataset(50, 6, 5, 3);
    nd_parameters *parameters = random_parameters(50, 60, 5, 3);
    nd_relaxation first, second;
    assert_fine(nd_relax(parameters, dataset, relu, NULL, &first, &error), &error);
    double noise[60 * 9], length = 0;
    nd_random_gaussians(50, ND_FOR_TEST, 30, 0, nd_parameter_count(parameters), noise);
    for (size_t i = 0; i < nd_parameter_count(parameters); i++) {
        parameters->input_weights[i] += 1e-3 * noise[i];
        length += 1e-6 * noise[i] * noise[i];
    }
    assert_fine(nd_relax(parameters, dataset, relu, NULL, &second, &error), &error);
    assert_int_equal(second.end, ND_AT_SOLUTION);
    /* Only the part of the noise across the manifold (18 of 540 dimensions) is taken back. */
    assert_true(second.distance < 0.5 * sqrt(length));
    nd_parameters_free(parameters);
    nd_dataset_free(dataset);
}

static double loss_of(const nd_parameters *parameters, const nd_dataset *dataset) {
    nd_error error = {0};
    nd_linearization *point = nd_linearize(parameters, dataset, nd_activation_find("relu"), &error);
    assert_fine(point != NULL, &error);
    double loss = point->loss;
    nd_linearization_free(point);
    return loss;
}

/* The steepest fall of the loss seen along 200 random directions, over the loss. */
static double steepest_fall(const nd_parameters *at, const nd_dataset *dataset) {
    const double length = 1e-6;
    size_t count = nd_parameter_count(at);
    nd_parameters *near = random_parameters(1, at->hidden, at->inputs, at->outputs);
    double *direction = nd_doubles(count, NULL), begin = loss_of(at, dataset), most = 0;
    for (uint64_t probe = 0; probe < 200; probe++) {
        nd_random_gaussians(7, ND_FOR_TEST, 31, probe * count, count, direction);
        for (size_t i = 0; i < count; i++)
            near->input_weights[i] = at->input_weights[i] + length * direction[i];
        most = fmax(most, (begin - loss_of(near, dataset)) / length / begin);
    }
    free(direction);
    nd_parameters_free(near);
    return most;
}

static void test_a_task_without_a_solution_ends_above_it_at_minima(void **state) {
    (void)state;
    size_t minima = 0;
    for (uint64_t seed = 51; seed < 59; seed++) {
        nd_error error = {0};
        nd_dataset *dataset = random_dataset(seed, 5, 20, 5);
        nd_parameters *parameters = random_parameters(seed, 3, 20, 5);
        double before = steepest_fall(parameters, dataset);
        nd_relaxation relaxation;
        assert_fine(
            nd_relax(parameters, dataset, nd_activation_find("relu"), NULL, &relaxation, &error),
            &error);
        assert_int_not_equal(relaxation.end, ND_AT_SOLUTION);
        assert_true(nd_parameters_finite(parameters));
        if (relaxation.end == ND_AT_MINIMUM) {
            minima++;
            assert_true(steepest_fall(parameters, dataset) < 1e-3 * before);
        } else
            print_message("seed %d ended at %g after %zu\n", (int)seed, relaxation.loss,
                          relaxation.trials);
        nd_parameters_free(parameters);
        nd_dataset_free(dataset);
    }
    assert_true(minima >= 4);
}

static void test_samples_alike_with_other_targets_bound_the_loss(void **state) {
    (void)state;
    nd_error error = {0};
    nd_dataset *dataset = random_dataset(60, 6, 5, 3);
    nd_parameters *parameters = random_parameters(60, 60, 5, 3);
    assert_true(nd_least_loss(dataset) == 0);
    double expected = 0;
    for (size_t i = 0; i < 5; i++)
        dataset->input[4 * 5 + i] = dataset->input[1 * 5 + i];
    for (size_t k = 0; k < 3; k++)
        expected += pow(dataset->target[4 * 3 + k] - dataset->target[1 * 3 + k], 2) / 2;
    expected /= 18 * nd_target_variance(dataset);
    assert_true(fabs(nd_least_loss(dataset) - expected) < 1e-14);
    nd_relaxation relaxation;
    assert_fine(
        nd_relax(parameters, dataset, nd_activation_find("relu"), NULL, &relaxation, &error),
        &error);
    assert_int_equal(relaxation.end, ND_AT_SOLUTION);
    assert_true(relaxation.loss >= expected * (1 - 1e-12) &&
                relaxation.loss <= expected + ND_RELAXED_LOSS);
    nd_parameters_free(parameters);
    nd_dataset_free(dataset);
}

/* Smoothed data make small eigenvalues: the way to a solution is long, and full of creases. Without
 * following them, the worst of these stops above 1e-7. */
static void test_creases_do_not_stop_the_descent(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        nd_error error = {0};
        char text[300];
        snprintf(text, sizeof text,
                 "seed: %d\nworld: {task: smoothed, samples: 20, input_dim: 10, output_dim: 10}\n"
                 "network: {hidden: 30}\n",
                 (int)seed);
        nd_experiment *experiment = nd_experiment_parse(text, "test", NULL, NULL, 0, &error);
        assert_fine(experiment != NULL, &error);
        nd_dataset *dataset = nd_dataset_make(experiment, &error);
        assert_fine(dataset != NULL, &error);
        nd_parameters *parameters = nd_initial_parameters(experiment, dataset, &error);
        assert_fine(parameters != NULL, &error);
        nd_relaxation relaxation;
        assert_fine(
            nd_relax(parameters, dataset, nd_activation_find("relu"), NULL, &relaxation, &error),
            &error);
        assert_int_equal(relaxation.end, ND_AT_SOLUTION);
        nd_parameters_free(parameters);
        nd_dataset_free(dataset);
        nd_experiment_free(experiment);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extremes_match_the_exact_spectrum),
        cmocka_unit_test(test_density_and_trace_agree_within_their_errors),
        cmocka_unit_test(test_relaxed_points_have_one_spectrum_exact_and_gauss_newton),
        cmocka_unit_test(test_relaxation_from_near_a_solution_stays_near),
        cmocka_unit_test(test_a_task_without_a_solution_ends_above_it_at_minima),
        cmocka_unit_test(test_samples_alike_with_other_targets_bound_the_loss),
        cmocka_unit_test(test_creases_do_not_stop_the_descent),
    };
    return cmocka_run_group_tests_name("lanczos and relaxation", tests, NULL, NULL);
}
