/* Flatness by arrays is what `spectrum` writes into the run file, bit for bit, and what differences
 * of the loss say. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/spectra_of_run.h"
#include "base/random.h"
#include "flatness/drift_direction.h"
#include "support.h"

enum { SNAPSHOTS = 4, SAMPLES = 8, INPUTS = 6, OUTPUTS = 2, HIDDEN = 7 };
enum { P = HIDDEN * (INPUTS + 1 + OUTPUTS) };

static const char TEXT[] = "world: {task: random, samples: 8, input_dim: 6, output_dim: 2}\n"
                           "network: {hidden: 7, activation: %s}\n"
                           "learning: {learning_rate: 0.05, update_noise: 0.05}\n"
                           "run: {steps: 3000, records: 3, snapshots: 4}\n";

typedef struct flat {
    char *folder;
    nd_run *run;
    nd_parameters *parameters;
    char activation[20];
} flat;

static flat flat_run(const char *activation) {
    nd_error error = {0};
    flat made = {.folder = support_folder()};
    char path[300], text[400];
    snprintf(made.activation, sizeof made.activation, "%s", activation);
    snprintf(path, sizeof path, "%s/run.nc", made.folder);
    snprintf(text, sizeof text, TEXT, activation);
    nd_experiment *experiment = nd_experiment_parse(text, "t", NULL, NULL, 0, &error);
    assert_fine(nd_simulate(experiment, path, NULL, NULL, &error) == ND_RUN_COMPLETE, &error);
    nd_experiment_free(experiment);
    nd_spectra_report report;
    const nd_spectra_options options = {.exact = true, .relax = true, .lanczos = true};
    assert_fine(nd_spectra_into_run(path, &options, NULL, &report, &error), &error);
    assert_fine((made.run = nd_run_open(path, &error)) != NULL, &error);
    made.parameters = nd_run_parameters_new(made.run, &error);
    return made;
}

static void free_flat(flat *made) {
    nd_parameters_free(made->parameters);
    nd_run_close(made->run);
    support_remove(made->folder);
}

static nd_point *point_at(flat *made, size_t snapshot) {
    nd_error error = {0};
    assert_fine(nd_run_snapshot(made->run, snapshot, made->parameters, &error), &error);
    nd_point *point = nd_point_open(made->parameters, made->run->dataset, made->activation, &error);
    assert_fine(point != NULL, &error);
    assert_int_equal(nd_point_count(point), P);
    return point;
}

/* `value` is to the last bit what the file says. */
static void assert_number(const flat *made, const char *name, size_t snapshot, double value) {
    nd_error error = {0};
    double there[SNAPSHOTS];
    assert_fine(nd_nc_get(made->run->file, name, there, SNAPSHOTS, &error), &error);
    if (there[snapshot] != value)
        fail_msg("%s of snapshot %zu is %.17g, in the file %.17g", name, snapshot, value,
                 there[snapshot]);
}

static void assert_spectrum(const flat *made, const nd_point *point, nd_curvature curvature,
                            const char *name, size_t width, size_t snapshot) {
    nd_error error = {0};
    double *row = calloc(width, sizeof *row), *eigenvalues, largest = 0;
    size_t count, kept = 0;
    assert_fine(nd_point_spectrum(point, curvature, 0, &eigenvalues, &count, &error), &error);
    assert_fine(nd_nc_get_row(made->run->file, name, snapshot, row, width, &error), &error);
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(eigenvalues[i]));
    for (size_t i = 0; i < count; i++)
        if (fabs(eigenvalues[i]) > 1e-10 * largest && eigenvalues[i] != row[kept++])
            fail_msg("%s of snapshot %zu, eigenvalue %zu: %.17g, in the file %.17g", name, snapshot,
                     i, eigenvalues[i], row[kept - 1]);
    assert_true(kept > 3 && (kept == width || isnan(row[kept])));
    nd_free(eigenvalues);
    free(row);
}

/* 4 snapshots x (loss, trace, both spectra, both ends), there and at the relaxed point: 36 results.
 */
static void test_the_numbers_of_a_run_file(void **state) {
    (void)state;
    flat made = flat_run("relu");
    for (size_t s = 0; s < SNAPSHOTS; s++) {
        nd_error error = {0};
        nd_point *point = point_at(&made, s);
        nd_spectrum_ends ends;
        assert_number(&made, "hessian_loss", s, nd_point_loss(point, true));
        assert_number(&made, "hessian_trace", s, nd_point_trace(point));
        assert_spectrum(&made, point, ND_CURVATURE_HESSIAN, "eigenvalues", P, s);
        assert_spectrum(&made, point, ND_CURVATURE_GAUSS_NEWTON, "gauss_newton_eigenvalues",
                        SAMPLES * OUTPUTS, s);
        assert_fine(nd_point_ends(point, made.run->experiment->seed, 0, &ends, &error), &error);
        assert_number(&made, "lanczos_largest", s, ends.largest);
        assert_number(&made, "lanczos_smallest", s, ends.smallest);
        nd_point_close(point);
        nd_relaxing relaxing;
        assert_fine(
            nd_relax_network(made.parameters, made.run->dataset, "relu", NULL, &relaxing, &error),
            &error);
        point = nd_point_open(made.parameters, made.run->dataset, "relu", &error);
        assert_fine(point != NULL, &error);
        assert_number(&made, "relaxed_hessian_loss", s, nd_point_loss(point, true));
        assert_number(&made, "relaxed_hessian_trace", s, nd_point_trace(point));
        assert_number(&made, "relaxed_distance", s, relaxing.distance);
        assert_true(relaxing.loss == nd_point_loss(point, true));
        nd_point_close(point);
    }
    free_flat(&made);
}

static double loss_at(const nd_parameters *base, double along, const double *vector,
                      const nd_dataset *dataset, const char *activation) {
    nd_error error = {0};
    nd_parameters *moved = nd_parameters_new(HIDDEN, INPUTS, OUTPUTS, &error);
    for (size_t i = 0; i < P; i++)
        moved->input_weights[i] = base->input_weights[i] + along * vector[i];
    nd_point *point = nd_point_open(moved, dataset, activation, &error);
    double loss = nd_point_loss(point, false);
    nd_point_close(point);
    nd_parameters_free(moved);
    return loss;
}

/* Gradient and both products against differences of the loss, of a smooth network; the product of
 * the whole matrix has the trace and the spectrum. */
static void test_against_differences(void **state) {
    (void)state;
    nd_error error = {0};
    flat made = flat_run("tanh");
    nd_point *point = point_at(&made, 1);
    double gradient[P], vector[P], result[P], part[P];
    nd_random_gaussians(3, ND_FOR_TEST, 0, 0, P, vector);
    assert_fine(nd_point_gradient(point, gradient, &error), &error);
    assert_fine(nd_point_times(point, ND_CURVATURE_HESSIAN, vector, result, &error), &error);
    assert_fine(nd_point_times(point, ND_CURVATURE_GAUSS_NEWTON, vector, part, &error), &error);
    double first = 0, second = 0, quadratic = 0, h = 1e-4;
    for (size_t i = 0; i < P; i++) {
        first += gradient[i] * vector[i];
        second += result[i] * vector[i];
        quadratic += part[i] * vector[i];
    }
    const nd_dataset *data = made.run->dataset;
    double up = loss_at(made.parameters, h, vector, data, "tanh"),
           down = loss_at(made.parameters, -h, vector, data, "tanh"),
           here = nd_point_loss(point, false);
    double slope = (up - down) / (2 * h), bend = (up - 2 * here + down) / (h * h);
    assert_close("slope", &slope, &first, 1, 1e-6, 0);
    assert_close("bend", &bend, &second, 1, 1e-5, 0);
    assert_true(quadratic > 0);
    double trace = 0, gauss_newton = 0, regularizer, *eigenvalues, sum = 0;
    size_t count;
    for (size_t i = 0; i < P; i++) {
        memset(vector, 0, sizeof vector);
        vector[i] = 1;
        assert_fine(nd_point_times(point, ND_CURVATURE_HESSIAN, vector, result, &error), &error);
        assert_fine(nd_point_times(point, ND_CURVATURE_GAUSS_NEWTON, vector, part, &error), &error);
        trace += result[i];
        gauss_newton += part[i];
    }
    double closed = nd_point_trace(point);
    assert_close("trace", &trace, &closed, 1, 1e-12, 0);
    assert_fine(nd_point_regularizer(point, ND_FLATNESS_TRACE, 0, &regularizer, NULL, NULL, &error),
                &error);
    assert_close("trace of the Gauss-Newton part", &regularizer, &gauss_newton, 1, 1e-12, 0);
    assert_fine(nd_point_spectrum(point, ND_CURVATURE_HESSIAN, 0, &eigenvalues, &count, &error),
                &error);
    for (size_t i = 0; i < count; i++)
        sum += eigenvalues[i];
    assert_close("sum of eigenvalues", &sum, &closed, 1, 1e-10, 0);
    nd_free(eigenvalues);
    nd_point_close(point);
    free_flat(&made);
}

/* The regularizer's gradient against differences of its value; the predicted drift lies along the
 * manifold: the Gauss-Newton matrix does not feel it. */
static void test_regularizers(void **state) {
    (void)state;
    nd_error error = {0};
    flat made = flat_run("tanh");
    for (int kind = 0; kind < 2; kind++) {
        nd_point *point = point_at(&made, 2);
        double value, gradient[P], direction[P], pushed[P], beside[2], h = 1e-5, expected = 0;
        assert_fine(nd_point_regularizer(point, (nd_flatness_kind)kind, 0, &value, gradient,
                                         direction, &error),
                    &error);
        assert_fine(nd_point_times(point, ND_CURVATURE_GAUSS_NEWTON, direction, pushed, &error),
                    &error);
        double length = 0, felt = 0;
        for (size_t i = 0; i < P; i++) {
            length += direction[i] * direction[i];
            felt += pushed[i] * pushed[i];
            expected += gradient[i] * direction[i];
        }
        assert_true(length > 0 && felt < 1e-12 * length);
        for (int side = 0; side < 2; side++) {
            nd_parameters *moved = nd_parameters_new(HIDDEN, INPUTS, OUTPUTS, &error);
            for (size_t i = 0; i < P; i++)
                moved->input_weights[i] =
                    made.parameters->input_weights[i] + (side ? h : -h) * direction[i];
            nd_point *there = nd_point_open(moved, made.run->dataset, "tanh", &error);
            assert_fine(nd_point_regularizer(there, (nd_flatness_kind)kind, 0, &beside[side], NULL,
                                             NULL, &error),
                        &error);
            nd_point_close(there);
            nd_parameters_free(moved);
        }
        double slope = (beside[1] - beside[0]) / (2 * h);
        assert_close("slope of the regularizer", &slope, &expected, 1, 1e-4, 0);
        assert_true(expected < 0);
        nd_point_close(point);
    }
    free_flat(&made);
}

/* The density by Lanczos is the file's; the direction of drift is that of the branches the program
 * makes. */
static void test_density_and_drift(void **state) {
    (void)state;
    nd_error error = {0};
    flat made = flat_run("relu");
    nd_point *point = point_at(&made, 1);
    nd_eigenvalue_density density;
    assert_fine(nd_point_density(point, made.run->experiment->seed, 0, 0, &density, &error),
                &error);
    assert_number(&made, "lanczos_trace", 1, density.trace);
    double row[ND_DENSITY_LENGTH], all = 0;
    assert_fine(
        nd_nc_get_row(made.run->file, "spectral_density", 1, row, ND_DENSITY_LENGTH, &error),
        &error);
    assert_memory_equal(row, density.count, sizeof row);
    for (size_t b = 0; b < ND_DENSITY_LENGTH; b++) {
        all += density.count[b];
        assert_true(density.low[b] < density.high[b]);
    }
    assert_between("eigenvalues in all", all, P - 0.5, P + 0.5);
    const nd_drift_trial trial = {.branches = 8, .steps = 50, .relax = true};
    const nd_branch_options options = {.branches = 8, .steps = 50, .threads = 1, .relax = true};
    nd_drift_found found;
    nd_branch_drift inside;
    assert_fine(nd_find_drift_direction(made.run->experiment, made.run->dataset, made.parameters,
                                        &trial, NULL, &found, &error),
                &error);
    assert_fine(nd_branch_drift_measure(made.run->experiment, made.run->dataset, made.parameters,
                                        &options, NULL, &inside, &error),
                &error);
    assert_true(found.displacement == inside.displacement && found.between == inside.between);
    for (int kind = 0; kind < 2; kind++) {
        assert_true(found.match[kind].cosine == inside.match[kind].cosine);
        assert_true(found.match[kind].predicted == inside.match[kind].predicted);
        assert_true(found.match[kind].own_p == inside.match[kind].own_p);
        assert_true(fabs(found.match[kind].cosine) <= 1 && found.match[kind].cosine_error > 0);
    }
    const int stop = 1;
    const nd_watch watch = {.stop = &stop};
    assert_false(nd_find_drift_direction(made.run->experiment, made.run->dataset, made.parameters,
                                         &trial, &watch, &found, &error));
    assert_int_equal(error.code, ND_CODE_STOPPED);
    assert_false(
        nd_relax_network(made.parameters, made.run->dataset, "relu", &watch, NULL, &error));
    assert_int_equal(error.code, ND_CODE_STOPPED);
    assert_false(nd_find_drift_direction(made.run->experiment, made.run->dataset, made.parameters,
                                         &(nd_drift_trial){.branches = 7, .steps = 1}, NULL, &found,
                                         &error));
    nd_point_close(point);
    free_flat(&made);
}

/* A network without an awake unit has no curvature, and nothing fails. */
static void test_silence(void **state) {
    (void)state;
    nd_error error = {0};
    double input[] = {1, 2}, target[] = {1, -1}, minus = -1, zero = 0, found[3],
           vector[3] = {1, 1, 1};
    nd_dataset *dataset = nd_dataset_from(
        &(nd_dataset_arrays){
            .samples = 2, .inputs = 1, .outputs = 1, .input = input, .target = target},
        &error);
    nd_parameters silent = {1, 1, 1, &minus, &zero, &minus};
    nd_point *point = nd_point_open(&silent, dataset, "relu", &error);
    nd_spectrum_ends ends;
    double *eigenvalues, value;
    size_t count;
    assert_fine(point != NULL, &error);
    assert_fine(nd_point_gradient(point, found, &error), &error);
    assert_true(found[0] == 0 && found[1] == 0 && found[2] == 0);
    for (int curvature = 0; curvature < 2; curvature++) {
        assert_fine(nd_point_times(point, (nd_curvature)curvature, vector, found, &error), &error);
        assert_true(found[0] == 0 && found[1] == 0 && found[2] == 0);
        assert_fine(
            nd_point_spectrum(point, (nd_curvature)curvature, 0, &eigenvalues, &count, &error),
            &error);
        for (size_t i = 0; i < count; i++)
            assert_true(eigenvalues[i] == 0);
        nd_free(eigenvalues);
        assert_fine(nd_point_regularizer(point, (nd_flatness_kind)curvature, 0, &value, found,
                                         vector, &error),
                    &error);
        assert_true(value == 0 && found[0] == 0 && vector[0] == 0);
    }
    assert_fine(nd_point_ends(point, 1, 0, &ends, &error), &error);
    assert_true(ends.largest == 0 && nd_point_trace(point) == 0);
    nd_point_close(point);
    nd_dataset_free(dataset);
}

/* Without noise a walker in the uniform valley goes straight down; with it, a seed is a walk. */
static void test_landscape(void **state) {
    (void)state;
    nd_error error = {0};
    nd_landscape_walks valley = {.uniform = true,
                                 .walkers = 2,
                                 .records = 3,
                                 .steps = 10,
                                 .learning_rate = 0.1,
                                 .start_x = 2,
                                 .start_y = 1};
    double step[3], x[6], y[6], again[6];
    assert_fine(nd_walk_landscape(&valley, step, x, y, &error), &error);
    assert_true(step[0] == 0 && step[1] == 5 && step[2] == 10);
    double expected = pow(0.8, 10);
    assert_close("down", &y[2], &expected, 1, 1e-14, 0);
    assert_true(x[2] == 2 && y[5] == y[2]);
    valley.noise = 0.1;
    valley.uniform = false;
    assert_fine(nd_walk_landscape(&valley, step, x, y, &error), &error);
    valley.threads = 2;
    assert_fine(nd_walk_landscape(&valley, step, again, y, &error), &error);
    assert_memory_equal(x, again, sizeof x);
    assert_true(x[2] != x[5]);
    valley.learning_rate = 100;
    valley.steps = 1000;
    assert_false(nd_walk_landscape(&valley, step, x, y, &error));
    assert_non_null(strstr(error.what, "diverged"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_numbers_of_a_run_file),
        cmocka_unit_test(test_against_differences),
        cmocka_unit_test(test_regularizers),
        cmocka_unit_test(test_density_and_drift),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_landscape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
