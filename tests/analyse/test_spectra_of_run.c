/* Spectra in run files: what is added, what is kept, what is refused. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/spectra_of_run.h"
#include "base/error.h"
#include "run/simulate.h"
#include "run_compare.h"
#include "support.h"

enum { SNAPSHOTS = 4, PARAMETERS = 30 * (6 + 1 + 3), RESIDUALS = 4 * 3 };

static const char EXPERIMENT[] =
    "name: small\nseed: 3\nworld: {task: random, samples: 4, input_dim: 6, output_dim: 3}\n"
    "network: {hidden: 30, initialisation: rich}\n"
    "learning: {rule: sgd, learning_rate: 0.1, update_noise: 0.02}\n"
    "run: {steps: 300, records: 10, snapshots: 4}\n";

static char folder_path[256], run_path[512];

static int make_run(void **state) {
    nd_error error = {0};
    char *folder = support_folder();
    snprintf(folder_path, sizeof folder_path, "%s", folder);
    snprintf(run_path, sizeof run_path, "%s/run.nc", folder);
    *state = folder;
    nd_experiment *experiment = nd_experiment_parse(EXPERIMENT, "test", NULL, NULL, 0, &error);
    assert_fine(experiment != NULL, &error);
    nd_run_options options = {0};
    assert_int_equal(nd_simulate(experiment, run_path, &options, NULL, &error), ND_RUN_COMPLETE);
    nd_experiment_free(experiment);
    return 0;
}

static int remove_run(void **state) {
    support_remove(*state);
    return 0;
}

static double *load(const char *name, size_t count) {
    nd_error error = {0};
    nd_nc *file = nd_nc_open(run_path, &error);
    assert_fine(file != NULL, &error);
    double *values = nd_doubles(count, &error);
    assert_fine(nd_nc_get(file, name, values, count, &error), &error);
    nd_nc_close(file);
    return values;
}

static void add(const nd_spectra_options *options) {
    nd_error error = {0};
    nd_spectra_report report;
    assert_fine(nd_spectra_into_run(run_path, options, NULL, &report, &error), &error);
}

static void test_every_snapshot_gets_consistent_variables(void **state) {
    (void)state;
    add(&(nd_spectra_options){.exact = true, .relax = true, .threads = 2});
    double *eigenvalues = load("eigenvalues", SNAPSHOTS * PARAMETERS);
    double *trace = load("hessian_trace", SNAPSHOTS), *largest = load("hessian_largest", SNAPSHOTS);
    double *gauss_newton = load("gauss_newton_eigenvalues", SNAPSHOTS * RESIDUALS);
    double *rank = load("gauss_newton_rank", SNAPSHOTS);
    double *log_sum = load("gauss_newton_log_sum", SNAPSHOTS);
    double *relaxed_loss = load("relaxed_hessian_loss", SNAPSHOTS);
    double *relaxed = load("relaxed_eigenvalues", SNAPSHOTS * PARAMETERS);
    double *relaxed_newton = load("relaxed_gauss_newton_eigenvalues", SNAPSHOTS * RESIDUALS);
    for (size_t i = 0; i < SNAPSHOTS; i++) {
        const double *row = eigenvalues + i * PARAMETERS, *newton = gauss_newton + i * RESIDUALS;
        double sum = 0, logs = 0, newton_trace = 0;
        for (size_t e = 0; e < PARAMETERS && !isnan(row[e]); e++) {
            sum += row[e];
            assert_true(e == 0 || row[e] <= row[e - 1]);
        }
        for (size_t e = 0; e < (size_t)rank[i]; e++) {
            logs += log(newton[e]);
            newton_trace += newton[e];
        }
        assert_true(rank[i] == RESIDUALS || isnan(newton[(size_t)rank[i]]));
        /* ReLU's residual blocks have no trace. */
        assert_true(fabs(sum - trace[i]) < 1e-7 * trace[i]);
        assert_true(fabs(newton_trace - trace[i]) < 1e-7 * trace[i]);
        assert_true(fabs(logs - log_sum[i]) < 1e-9 * fabs(log_sum[i]) + 1e-9);
        assert_true(largest[i] == row[0]);
        assert_true(relaxed_loss[i] <= 1e-8);
        assert_close("relaxed", relaxed + i * PARAMETERS, relaxed_newton + i * RESIDUALS,
                     RESIDUALS / 2, 1e-3, 0);
    }
    free(eigenvalues);
    free(trace);
    free(largest);
    free(gauss_newton);
    free(rank);
    free(log_sum);
    free(relaxed_loss);
    free(relaxed);
    free(relaxed_newton);
}

static nd_outcome simulate(const char *spectrum, const char *path, nd_error *error) {
    char set[64];
    const char *sets[] = {set};
    snprintf(set, sizeof set, "run.spectrum=%s", spectrum);
    nd_experiment *experiment = nd_experiment_parse(EXPERIMENT, "test", NULL, sets, 1, error);
    if (!experiment)
        return ND_RUN_FAILED;
    nd_run_options options = {0};
    nd_outcome outcome = nd_simulate(experiment, path, &options, NULL, error);
    nd_experiment_free(experiment);
    return outcome;
}

static void test_spectra_inside_a_run_are_those_added_afterwards(void **state) {
    (void)state;
    nd_error error = {0};
    nd_spectra_report report;
    char inside[600], afterwards[600];
    static const char *const kinds[] = {"gauss-newton", "exact"};
    for (size_t exact = 0; exact < 2; exact++) {
        snprintf(inside, sizeof inside, "%s/inside-%s.nc", folder_path, kinds[exact]);
        snprintf(afterwards, sizeof afterwards, "%s/afterwards-%s.nc", folder_path, kinds[exact]);
        assert_int_equal(simulate(kinds[exact], inside, &error), ND_RUN_COMPLETE);
        assert_int_equal(simulate("none", afterwards, &error), ND_RUN_COMPLETE);
        nd_nc *file = nd_nc_open(inside, &error);
        assert_fine(file != NULL, &error);
        assert_true(nd_nc_has(file, "gauss_newton_eigenvalues"));
        assert_int_equal(nd_nc_has(file, "eigenvalues"), exact);
        nd_nc_close(file);
        nd_spectra_options options = {.exact = exact};
        assert_fine(nd_spectra_into_run(afterwards, &options, NULL, &report, &error), &error);
        support_same_file(inside, afterwards);
    }
}

static void test_an_unknown_kind_of_spectrum_is_refused(void **state) {
    (void)state;
    nd_error error = {0};
    assert_int_equal(simulate("full", run_path, &error), ND_RUN_FAILED);
    assert_non_null(strstr(error.where, "run.spectrum"));
    assert_non_null(strstr(error.what, "none | gauss-newton | exact"));
}

static void test_snapshots_not_asked_for_keep_what_they_have(void **state) {
    (void)state;
    add(&(nd_spectra_options){.snapshots = "1"});
    add(&(nd_spectra_options){.snapshots = "first,last", .exact = true});
    double *trace = load("hessian_trace", SNAPSHOTS);
    double *exact = load("eigenvalues", SNAPSHOTS * PARAMETERS);
    assert_true(!isnan(trace[0]) && !isnan(trace[1]) && isnan(trace[2]) && !isnan(trace[3]));
    assert_true(!isnan(exact[0]) && isnan(exact[PARAMETERS]) && !isnan(exact[3 * PARAMETERS]));
    free(trace);
    free(exact);
}

static void test_results_do_not_depend_on_threads(void **state) {
    (void)state;
    add(&(nd_spectra_options){.exact = true, .relax = true, .lanczos = true, .threads = 1});
    double *one = load("relaxed_eigenvalues", SNAPSHOTS * PARAMETERS);
    double *density = load("spectral_density", SNAPSHOTS * 9);
    add(&(nd_spectra_options){.exact = true, .relax = true, .lanczos = true, .threads = 3});
    double *three = load("relaxed_eigenvalues", SNAPSHOTS * PARAMETERS);
    double *density_three = load("spectral_density", SNAPSHOTS * 9);
    assert_memory_equal(one, three, SNAPSHOTS * PARAMETERS * sizeof *one);
    assert_memory_equal(density, density_three, SNAPSHOTS * 9 * sizeof *one);
    free(one);
    free(density);
    free(three);
    free(density_three);
}

static void test_lanczos_agrees_with_the_dense_spectrum(void **state) {
    (void)state;
    add(&(nd_spectra_options){.exact = true, .lanczos = true});
    double *largest = load("lanczos_largest", SNAPSHOTS);
    double *exact = load("eigenvalues", SNAPSHOTS * PARAMETERS);
    double *density = load("spectral_density", SNAPSHOTS * 9);
    for (size_t i = 0; i < SNAPSHOTS; i++) {
        double total = 0;
        for (size_t b = 0; b < 9; b++)
            total += density[i * 9 + b];
        assert_true(fabs(largest[i] - exact[i * PARAMETERS]) < 1e-8 * exact[i * PARAMETERS]);
        assert_true(fabs(total - PARAMETERS) < 1e-6);
    }
    free(largest);
    free(exact);
    free(density);
}

static void assert_refused(const nd_spectra_options *options, const char *what, const char *where) {
    nd_error error = {0};
    nd_spectra_report report;
    char line[2048];
    assert_false(nd_spectra_into_run(run_path, options, NULL, &report, &error));
    nd_error_line(&error, line, sizeof line);
    if (!strstr(error.what, what) || !strstr(error.where, where))
        fail_msg("the error reads: %s", line);
}

static void test_bad_input_is_refused_and_the_file_stays(void **state) {
    (void)state;
    nd_error error = {0};
    assert_refused(&(nd_spectra_options){.snapshots = "0,9"}, "no list", "`snapshots`");
    assert_refused(&(nd_spectra_options){.snapshots = "2-1"}, "no list", "`snapshots`");
    assert_refused(&(nd_spectra_options){.snapshots = ""}, "no list", "`snapshots`");
    assert_refused(&(nd_spectra_options){.memory = 100}, "GB", "snapshot 0");
    assert_refused(&(nd_spectra_options){.memory = 30000, .exact = true}, "eigenproblem",
                   "snapshot 0");
    nd_nc *file = nd_nc_amend(run_path, NULL, &error);
    assert_fine(file != NULL, &error);
    double bias[30] = {[3] = NAN};
    assert_fine(nd_nc_put_row(file, "bias", 2, bias, 30, &error), &error);
    assert_fine(nd_nc_publish(file, &error), &error);
    assert_refused(&(nd_spectra_options){0}, "not finite", "snapshot 2 (step 200)");
    file = nd_nc_open(run_path, &error);
    assert_false(nd_nc_has(file, "hessian_trace"));
    nd_nc_close(file);
    add(&(nd_spectra_options){.snapshots = "0,1,last"});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_snapshot_gets_consistent_variables, make_run,
                                        remove_run),
        cmocka_unit_test_setup_teardown(test_spectra_inside_a_run_are_those_added_afterwards,
                                        make_run, remove_run),
        cmocka_unit_test_setup_teardown(test_an_unknown_kind_of_spectrum_is_refused, make_run,
                                        remove_run),
        cmocka_unit_test_setup_teardown(test_snapshots_not_asked_for_keep_what_they_have, make_run,
                                        remove_run),
        cmocka_unit_test_setup_teardown(test_results_do_not_depend_on_threads, make_run,
                                        remove_run),
        cmocka_unit_test_setup_teardown(test_lanczos_agrees_with_the_dense_spectrum, make_run,
                                        remove_run),
        cmocka_unit_test_setup_teardown(test_bad_input_is_refused_and_the_file_stays, make_run,
                                        remove_run),
    };
    return cmocka_run_group_tests_name("spectra of run files", tests, NULL, NULL);
}
