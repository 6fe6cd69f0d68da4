/* Drift from a solution goes where second-order theory says, at the speed it says. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiment/start.h"
#include "flatness/drift_direction.h"
#include "spectrum_support.h"
#include "world/world.h"

static const char EXPERIMENT[] =
    "name: branches\nseed: 5\nworld: {task: random, samples: 4, input_dim: 5, output_dim: 3}\n"
    "network: {hidden: 20, activation: softplus, initialisation: lazy}\n"
    "learning: {rule: sgd, learning_rate: 0.02}\n"
    "run: {steps: 1000, records: 10, snapshots: 2}\n";

static void measure(double update_noise, double label_noise, unsigned threads, size_t branches,
                    uint64_t steps, nd_branch_drift *drift) {
    nd_error error = {0};
    nd_experiment *experiment = nd_experiment_parse(EXPERIMENT, "test", NULL, NULL, 0, &error);
    assert_fine(experiment != NULL, &error);
    experiment->learning.update_noise = update_noise;
    experiment->learning.label_noise = label_noise;
    nd_dataset *dataset = nd_dataset_make(experiment, &error);
    assert_fine(dataset != NULL, &error);
    nd_parameters *parameters = nd_initial_parameters(experiment, dataset, &error);
    assert_fine(parameters != NULL, &error);
    nd_branch_options options = {
        .branches = branches, .steps = steps, .threads = threads, .relax = true};
    assert_fine(
        nd_branch_drift_measure(experiment, dataset, parameters, &options, NULL, drift, &error),
        &error);
    nd_parameters_free(parameters);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
}

/* p < 0.001: a false alarm once in a thousand seeds, were there no drift. */
static void test_label_noise_drifts_down_the_trace_at_the_predicted_speed(void **state) {
    (void)state;
    nd_branch_drift drift;
    measure(0, 0.5, 2, 64, 600, &drift);
    const nd_branch_match *trace = &drift.match[ND_TRACE];
    print_message("trace: cosine %.3f +- %.3f, p %.2g; speed %.3g +- %.1g, theory %.3g\n",
                  trace->cosine, trace->cosine_error, trace->p, trace->along, trace->along_error,
                  trace->predicted);
    assert_true(trace->p < 0.001);
    assert_true(trace->mean_cosine > 0.7);
    /* The predictions lie close; what is the trace's own is confirmed, what is the other's own not.
     */
    const nd_branch_match *logs = &drift.match[ND_LOG_SUM];
    print_message("between %.3f; own: trace %.3f +- %.3f, p %.2g, %.0f branches; log sum %.3f +- "
                  "%.3f, p %.2g\n",
                  drift.between, trace->own_cosine, trace->own_cosine_error, trace->own_p,
                  trace->own_branches, logs->own_cosine, logs->own_cosine_error, logs->own_p);
    assert_true(drift.between > 0.2 && drift.between < 1);
    assert_true(trace->own_p < 0.01);
    assert_true(trace->own_branches > 1 && trace->own_branches < 64);
    assert_true(logs->own_p > 0.01);
    /* Theory is first order in the learning rate times the curvature, here up to a tenth. */
    assert_true(fabs(trace->along - trace->predicted) <
                0.2 * trace->predicted + 3 * trace->along_error);
}

/* The walk along the manifold hides the drift of one branch; of 1200 it stands out by more than
 * five standard errors. */
static void test_update_noise_drifts_down_the_sum_of_logs(void **state) {
    (void)state;
    nd_branch_drift drift;
    measure(0.2, 0, 2, 1200, 2000, &drift);
    const nd_branch_match *logs = &drift.match[ND_LOG_SUM];
    print_message("log sum: cosine %.3f +- %.3f, p %.2g; speed %.3g +- %.1g, theory %.3g\n",
                  logs->cosine, logs->cosine_error, logs->p, logs->along, logs->along_error,
                  logs->predicted);
    assert_true(logs->p < 0.001);
    assert_true(fabs(logs->along - logs->predicted) <
                0.2 * logs->predicted + 3 * logs->along_error);
}

static void test_results_do_not_depend_on_threads(void **state) {
    (void)state;
    nd_branch_drift one, three;
    measure(0.05, 0, 1, 16, 50, &one);
    measure(0.05, 0, 3, 16, 50, &three);
    assert_memory_equal(&one, &three, sizeof one);
}

static void test_branches_that_do_not_move_are_told(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment = nd_experiment_parse(EXPERIMENT, "test", NULL, NULL, 0, &error);
    assert_fine(experiment != NULL, &error);
    nd_dataset *dataset = nd_dataset_make(experiment, &error);
    nd_parameters *silent = nd_initial_parameters(experiment, dataset, &error);
    nd_branch_drift drift;
    nd_branch_options few = {.branches = 2, .steps = 10};
    assert_false(nd_branch_drift_measure(experiment, dataset, silent, &few, NULL, &drift, &error));
    assert_non_null(strstr(error.what, "at least 8"));
    experiment->learning.learning_rate = 1e300;
    nd_branch_options options = {.branches = 8, .steps = 10};
    assert_false(
        nd_branch_drift_measure(experiment, dataset, silent, &options, NULL, &drift, &error));
    nd_parameters_free(silent);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_label_noise_drifts_down_the_trace_at_the_predicted_speed),
        cmocka_unit_test(test_update_noise_drifts_down_the_sum_of_logs),
        cmocka_unit_test(test_results_do_not_depend_on_threads),
        cmocka_unit_test(test_branches_that_do_not_move_are_told),
    };
    return cmocka_run_group_tests_name("direction of drift", tests, NULL, NULL);
}
