/* What a file or an analysis holds, by name, is what is in the file; what is added to one is there
 * beside all that was, and nothing of nulldrift's is replaced. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/run_file.h"
#include "support.h"

enum { SNAPSHOTS = 3, HIDDEN = 8, INPUTS = 4 };

static const char TEXT[] = "seed: 18446744073709551557\n"
                           "world: {task: predictive-track, samples: 40, input_dim: 3}\n"
                           "network: {hidden: 8}\nlearning: {update_noise: 0.05}\n"
                           "run: {steps: 60, records: 7, snapshots: 3}\n";

static void make_run(const char *path) {
    nd_error error = {0};
    nd_experiment *experiment = nd_experiment_parse(TEXT, "t", NULL, NULL, 0, &error);
    assert_fine(experiment != NULL, &error);
    assert_fine(nd_simulate(experiment, path, NULL, NULL, &error) == ND_RUN_COMPLETE, &error);
    nd_experiment_free(experiment);
}

static bool attribute_of(const nd_contents *contents, const char *variable, const char *name,
                         nd_attribute_view *view) {
    for (size_t i = 0; nd_contents_attribute(contents, variable, i, view); i++)
        if (strcmp(view->name, name) == 0)
            return true;
    return false;
}

/* A run file: its names are a contract (docs/run-file.md). */
static void test_a_run(void **state) {
    (void)state;
    nd_error error = {0};
    char *folder = support_folder(), path[400];
    snprintf(path, sizeof path, "%s/run.nc", folder);
    make_run(path);
    nd_contents *contents = nd_contents_open(path, &error);
    nd_run *run = nd_run_open(path, &error);
    assert_fine(contents && run, &error);
    const char *name;
    size_t length, dimensions = 0, variables = 0;
    bool units = false;
    while (nd_contents_dimension(contents, dimensions, &name, &length)) {
        units = units || (strcmp(name, "unit") == 0 && length == HIDDEN);
        dimensions++;
    }
    assert_true(units && dimensions >= 6);
    nd_variable_view view;
    while (nd_contents_variable(contents, variables, &view)) {
        assert_true(view.name[0] && view.definition[0]);
        variables++;
    }
    assert_true(variables >= 10);
    assert_fine(nd_contents_find(contents, "input_weights", &view, &error), &error);
    assert_true(view.rank == 3 && view.count == SNAPSHOTS * HIDDEN * INPUTS);
    assert_true(view.stored == ND_STORED_FLOAT64);
    assert_string_equal(view.dimension[0], "snapshot");
    assert_string_equal(view.dimension[1], "unit");
    assert_string_equal(view.dimension[2], "input");
    assert_true(view.shape[0] == SNAPSHOTS && view.shape[1] == HIDDEN && view.shape[2] == INPUTS);
    double all[SNAPSHOTS * HIDDEN * INPUTS], row[HIDDEN * INPUTS], loss[7];
    int64_t steps[7];
    nd_parameters *last = nd_parameters_new(HIDDEN, INPUTS, 3, &error);
    assert_fine(nd_run_snapshot(run, SNAPSHOTS - 1, last, &error), &error);
    assert_fine(nd_contents_numbers(contents, "input_weights", all, view.count, &error), &error);
    assert_fine(
        nd_contents_row(contents, "input_weights", SNAPSHOTS - 1, row, HIDDEN * INPUTS, &error),
        &error);
    assert_memory_equal(row, last->input_weights, sizeof row);
    assert_memory_equal(all + 2 * HIDDEN * INPUTS, row, sizeof row);
    assert_fine(nd_contents_numbers(contents, "loss", loss, 7, &error), &error);
    assert_memory_equal(loss, run->loss, sizeof loss);
    assert_fine(nd_contents_integers(contents, "step", steps, 7, &error), &error);
    assert_true(steps[0] == 0 && steps[6] == 60);
    assert_false(nd_contents_integers(contents, "loss", steps, 7, &error));
    assert_non_null(strstr(error.what, "no whole number"));
    nd_attribute_view about;
    assert_true(attribute_of(contents, NULL, "seed", &about) && about.whole && !about.text);
    assert_true(about.integer == 18446744073709551557U);
    assert_true(attribute_of(contents, NULL, "experiment", &about) && about.text);
    assert_non_null(strstr(about.text, "predictive-track"));
    assert_true(attribute_of(contents, "loss", "long_name", &about) && about.text);
    assert_false(nd_contents_attribute(contents, "no such variable", 0, &about));
    assert_false(nd_contents_find(contents, "no such variable", &view, &error));
    assert_non_null(strstr(error.where, "run.nc"));
    assert_null(nd_contents_texts(contents, "loss", &error));
    assert_non_null(strstr(error.mend, "nd_contents_numbers"));
    nd_parameters_free(last);
    nd_run_close(run);
    nd_contents_close(contents);
    support_remove(folder);
}

static const double DEPTH[SNAPSHOTS * 2] = {1, 2, NAN, 4, 5, 6};
static const size_t LENGTHS[2] = {SNAPSHOTS, 2};
static const nd_new_variable ADDED[2] = {{.name = "depth",
                                          .dimensions = "snapshot layer",
                                          .lengths = LENGTHS,
                                          .unit = "um",
                                          .definition = "how deep",
                                          .numbers = DEPTH},
                                         {.name = "layer_name",
                                          .dimensions = "layer",
                                          .definition = "what a layer is called",
                                          .texts = (const char *const[]){"upper", "l\xc3\xb6wer"}}};

/* The file is whole before and after: as many variables as were, and the two. */
static void test_adding(void **state) {
    (void)state;
    nd_error error = {0};
    char *folder = support_folder(), path[400], other[400];
    snprintf(path, sizeof path, "%s/run.nc", folder);
    make_run(path);
    nd_contents *before = nd_contents_open(path, &error);
    assert_fine(nd_amend_file(path, ADDED, 2, false, &error), &error);
    nd_contents *after = nd_contents_open(path, &error);
    assert_fine(before && after, &error);
    nd_variable_view view, was;
    size_t variables = 0;
    for (; nd_contents_variable(before, variables, &was); variables++) {
        assert_fine(nd_contents_find(after, was.name, &view, &error), &error);
        assert_true(view.count == was.count && view.stored == was.stored);
        if (was.stored == ND_STORED_TEXT)
            continue;
        double *a = calloc(was.count, sizeof *a), *b = calloc(was.count, sizeof *b);
        assert_fine(nd_contents_numbers(before, was.name, a, was.count, &error) &&
                        nd_contents_numbers(after, was.name, b, was.count, &error),
                    &error);
        assert_memory_equal(a, b, was.count * sizeof *a);
        free(a);
        free(b);
    }
    assert_true(nd_contents_variable(after, variables + 1, &view));
    assert_false(nd_contents_variable(after, variables + 2, &view));
    double read[SNAPSHOTS * 2];
    assert_fine(nd_contents_find(after, "depth", &view, &error), &error);
    assert_string_equal(view.unit, "um");
    assert_string_equal(view.definition, "how deep");
    assert_fine(nd_contents_numbers(after, "depth", read, 6, &error), &error);
    assert_memory_equal(read, DEPTH, sizeof read);
    const char *const *names = nd_contents_texts(after, "layer_name", &error);
    assert_fine(names != NULL, &error);
    assert_string_equal(names[0], "upper");
    assert_string_equal(names[1], "l\xc3\xb6wer");
    assert_fine(nd_contents_find(after, "layer_name", &view, &error), &error);
    assert_true(view.rank == 1 && view.count == 2 && view.stored == ND_STORED_TEXT);
    assert_false(nd_contents_numbers(after, "layer_name", read, 2, &error));
    nd_contents_close(before);
    nd_contents_close(after);
    /* Again: only if it is asked for, and never what is nulldrift's. */
    assert_false(nd_amend_file(path, ADDED, 1, false, &error));
    assert_non_null(strstr(error.mend, "replace"));
    assert_fine(nd_amend_file(path, ADDED, 2, true, &error), &error);
    nd_new_variable loss = {.name = "loss",
                            .dimensions = "record",
                            .unit = "1",
                            .definition = "mine",
                            .numbers = DEPTH};
    assert_false(nd_amend_file(path, &loss, 1, true, &error));
    assert_non_null(strstr(error.what, "nulldrift's own"));
    /* All or none. */
    nd_new_variable two[2] = {ADDED[0], loss};
    two[0].name = "deeper";
    assert_false(nd_amend_file(path, two, 2, true, &error));
    two[1] = ADDED[0];
    two[1].name = "longer";
    two[1].lengths = (const size_t[]){SNAPSHOTS + 1, 2};
    assert_false(nd_amend_file(path, two, 2, true, &error));
    assert_non_null(strstr(error.what, "snapshot"));
    after = nd_contents_open(path, &error);
    assert_false(nd_contents_find(after, "deeper", &view, &error));
    nd_contents_close(after);
    /* Somebody else's netCDF file stays as it is. */
    snprintf(other, sizeof other, "cp '%s' '%s/other.nc' 2>/dev/null",
             support_data("golden/sgd.nc"), folder);
    assert_int_equal(system(other), 0);
    snprintf(other, sizeof other, "%s/other.nc", folder);
    assert_false(nd_amend_file(other, ADDED, 2, false, &error));
    assert_non_null(strstr(error.what, "no file of nulldrift's"));
    support_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_run),
        cmocka_unit_test(test_adding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
