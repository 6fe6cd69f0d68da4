/* A world's data set handed back as the caller's arrays gives the same run, bit for bit. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/run_file.h"
#include "support.h"

static const char TEXT[] = "world: {task: predictive-track, samples: 30, input_dim: 3, "
                           "environments: 2}\n"
                           "network: {hidden: 9}\nlearning: {update_noise: 0.05}\n"
                           "run: {steps: 400, records: 5, snapshots: 3}\n";

typedef struct track {
    nd_experiment *experiment, *of_arrays;
    nd_dataset *dataset, *arrays;
} track;

static track make_track(void) {
    nd_error error = {0};
    track made;
    static const char *const sets[] = {"world=default", "world.task=arrays"};
    made.experiment = nd_experiment_parse(TEXT, "t", NULL, NULL, 0, &error);
    made.of_arrays = nd_experiment_parse(TEXT, "t", NULL, sets, 2, &error);
    assert_fine(made.of_arrays != NULL, &error);
    made.dataset = nd_dataset_make(made.experiment, &error);
    nd_dataset_arrays view;
    nd_dataset_view(made.dataset, &view);
    view.wall_texture = NULL;
    view.texture = view.environments = 0;
    made.arrays = nd_dataset_from(&view, &error);
    assert_fine(made.arrays != NULL, &error);
    return made;
}

static void free_track(track *made) {
    nd_dataset_free(made->dataset);
    nd_dataset_free(made->arrays);
    nd_experiment_free(made->experiment);
    nd_experiment_free(made->of_arrays);
}

static void test_views_are_the_arrays_given(void **state) {
    (void)state;
    track made = make_track();
    nd_dataset_arrays a, b;
    nd_dataset_view(made.dataset, &a);
    nd_dataset_view(made.arrays, &b);
    assert_int_equal(a.samples, 30);
    assert_int_equal(a.inputs, 4);
    assert_int_equal(b.environments, 2);
    assert_memory_equal(a.input, b.input, a.samples * a.inputs * sizeof *a.input);
    assert_memory_equal(a.target, b.target, a.samples * a.outputs * sizeof *a.target);
    assert_memory_equal(a.position, b.position, a.samples * sizeof *a.position);
    assert_memory_equal(a.heading, b.heading, a.samples * sizeof *a.heading);
    assert_memory_equal(a.environment, b.environment, a.samples * sizeof *a.environment);
    size_t n, d, k;
    nd_dataset_shape(made.arrays, &n, &d, &k);
    assert_true(n == a.samples && d == a.inputs && k == a.outputs);
    assert_ptr_equal(nd_dataset_position(made.arrays), b.position);
    assert_null(nd_dataset_notes(made.arrays));
    assert_non_null(a.wall_texture);
    assert_null(b.wall_texture);
    free_track(&made);
}

static nd_record record_at(const nd_experiment *experiment, const nd_dataset *dataset) {
    nd_error error = {0};
    nd_record record;
    nd_engine *engine = nd_engine_open(experiment, dataset, 1, &error);
    assert_fine(engine != NULL, &error);
    assert_fine(nd_engine_advance(engine, 400, &error), &error);
    nd_engine_record(engine, &record);
    nd_engine_close(engine);
    return record;
}

static void test_the_same_trajectory(void **state) {
    (void)state;
    track made = make_track();
    nd_record a = record_at(made.experiment, made.dataset),
              b = record_at(made.of_arrays, made.arrays);
    assert_memory_equal(&a, &b, sizeof a);
    free_track(&made);
}

/* The run file of arrays holds them, and its records and snapshots are those of the world's run. */
static void test_the_same_run_file(void **state) {
    (void)state;
    track made = make_track();
    nd_error error = {0};
    char *folder = support_folder(), path[2][300];
    snprintf(path[0], sizeof path[0], "%s/world.nc", folder);
    snprintf(path[1], sizeof path[1], "%s/arrays.nc", folder);
    nd_outcome outcome = nd_simulate(made.experiment, path[0], NULL, NULL, &error);
    assert_fine(outcome == ND_RUN_COMPLETE, &error);
    outcome = nd_simulate_on(made.of_arrays, made.arrays, path[1], NULL, NULL, &error);
    assert_fine(outcome == ND_RUN_COMPLETE, &error);
    /* Again: the finished run is left as it is. On other arrays: refused. */
    outcome = nd_simulate_on(made.of_arrays, made.arrays, path[1], NULL, NULL, &error);
    assert_int_equal(outcome, ND_RUN_COMPLETE);
    /* Read back as a data file, it says what of it is not used. */
    char set[400];
    snprintf(set, sizeof set, "world.path=%s", path[1]);
    const char *const sets[] = {"world.task=file", set};
    nd_experiment *again = nd_experiment_new(sets, 2, &error);
    nd_dataset *read = nd_dataset_make(again, &error);
    assert_fine(read != NULL, &error);
    assert_non_null(strstr(nd_dataset_notes(read), "is a run file"));
    nd_dataset_free(read);
    nd_experiment_free(again);
    nd_run *run[2];
    for (int i = 0; i < 2; i++)
        assert_fine((run[i] = nd_run_open(path[i], &error)) != NULL, &error);
    assert_memory_equal(run[0]->dataset->input, run[1]->dataset->input, 30 * 4 * sizeof(double));
    nd_parameters *last[2];
    for (int i = 0; i < 2; i++) {
        last[i] = nd_parameters_new(9, 4, 3, &error);
        assert_fine(nd_run_snapshot(run[i], 2, last[i], &error), &error);
        nd_run_close(run[i]);
    }
    assert_memory_equal(last[0]->input_weights, last[1]->input_weights,
                        9 * (4 + 1 + 3) * sizeof(double));
    nd_parameters_free(last[0]);
    nd_parameters_free(last[1]);
    support_remove(folder);
    free_track(&made);
}

/* Initial weights begin the network, their output bias goes into the targets; what the experiment
 * would not use is refused. */
static void test_initial_weights(void **state) {
    (void)state;
    nd_error error = {0};
    const double input[] = {1, 2, 3, 4}, target[] = {5, 7}, weights[] = {1, -1, 0.5, 0.25},
                 bias[] = {0.1, 0.2}, outer[] = {2, 3}, output_bias[] = {0.5};
    nd_dataset_arrays arrays = {.samples = 2,
                                .inputs = 2,
                                .outputs = 1,
                                .input = input,
                                .target = target,
                                .hidden = 2,
                                .input_weights = weights,
                                .bias = bias,
                                .output_weights = outer,
                                .output_bias = output_bias};
    nd_dataset *dataset = nd_dataset_from(&arrays, &error);
    assert_fine(dataset != NULL, &error);
    assert_true(nd_dataset_targets(dataset)[0] == 4.5 && nd_dataset_targets(dataset)[1] == 6.5);
    const char *const sets[] = {"world.task=arrays", "network.hidden=2",
                                "network.initialisation=file"};
    nd_experiment *experiment = nd_experiment_new(sets, 3, &error);
    assert_fine(experiment != NULL, &error);
    nd_engine *engine = nd_engine_open(experiment, dataset, 1, &error);
    assert_fine(engine != NULL, &error);
    nd_parameters *found = nd_parameters_new(2, 2, 1, &error);
    nd_engine_parameters(engine, found);
    assert_close("weights", found->input_weights, weights, 4, 1e-14, 1);
    assert_close("output weights", found->output_weights, outer, 2, 1e-14, 1);
    nd_engine_close(engine);
    nd_parameters_free(found);
    nd_experiment_free(experiment);
    experiment = nd_experiment_new(sets, 2, &error);
    assert_null(nd_engine_open(experiment, dataset, 1, &error));
    assert_string_equal(error.where, "network.initialisation");
    nd_experiment_free(experiment);
    const char *const random[] = {"world.task=random", "world.samples=2", "world.input_dim=2",
                                  "world.output_dim=1"};
    experiment = nd_experiment_new(random, 4, &error);
    assert_null(nd_engine_open(experiment, dataset, 1, &error));
    assert_string_equal(error.where, "world.task");
    nd_experiment_free(experiment);
    experiment = nd_experiment_new(sets, 1, &error);
    assert_null(nd_dataset_make(experiment, &error));
    assert_non_null(strstr(error.mend, "nd_dataset_from"));
    nd_experiment_free(experiment);
    nd_dataset_free(dataset);
}

/* What is wrong with arrays, one thing at a time. */
static void test_wrong_arrays(void **state) {
    (void)state;
    const double good[] = {1, 2, 3, 4}, nan[] = {1, 2, NAN, 4}, infinite[] = {1, INFINITY, 3, 4};
    const int64_t minus[] = {0, -1}, far[] = {0, 2};
    const nd_dataset_arrays base = {
        .samples = 2, .inputs = 2, .outputs = 2, .input = good, .target = good};
    nd_dataset_arrays wrong[15];
    for (size_t i = 0; i < 15; i++)
        wrong[i] = base;
    wrong[0].samples = 0;
    wrong[1].inputs = 0;
    wrong[2].outputs = 0;
    wrong[3].samples = SIZE_MAX / 2;
    wrong[4].inputs = SIZE_MAX;
    wrong[5].input = NULL;
    wrong[6].target = NULL;
    wrong[7].input = nan;
    wrong[8].target = infinite;
    wrong[9].position = infinite;
    wrong[10].environment = minus;
    wrong[11].environment = far;
    wrong[12].bias = good;
    wrong[12].hidden = 2;
    wrong[13].environments = 2;
    wrong[14].position_unit = "cm";
    for (size_t i = 0; i < 15; i++) {
        nd_error error = {0};
        if (nd_dataset_from(&wrong[i], &error))
            fail_msg("wrong arrays %zu were taken", i);
        assert_int_equal(error.code, ND_CODE_ARGUMENT);
        assert_true(error.what[0] != '\0');
    }
    nd_error error = {0};
    nd_dataset *dataset = nd_dataset_from(&base, &error);
    assert_fine(dataset != NULL, &error);
    nd_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_views_are_the_arrays_given),
        cmocka_unit_test(test_the_same_trajectory),
        cmocka_unit_test(test_the_same_run_file),
        cmocka_unit_test(test_initial_weights),
        cmocka_unit_test(test_wrong_arrays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
