/* A user's own file is taken as it is, or refused with the file, the variable and the index. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/netcdf_file.h"
#include "experiment/experiment.h"
#include "support.h"
#include "world/world.h"

/* What to write: 3 samples, 2 inputs, 2 targets. */
typedef struct content {
    double input[6], target[6], position[3], bias[4];
    size_t target_samples;
    bool with_position, with_initial, without_bias;
} content;

static const content FINE = {
    {1, 2, 3, 4, 5, 6}, {6, 5, 4, 3, 2, 1}, {0, 1, 2}, {1, 2, 3, 4}, 3, false, false, false};

static char *folder;

static const char *path_in_folder(void) {
    static char path[300];
    snprintf(path, sizeof path, "%s/data.nc", folder);
    return path;
}

static void put(nd_nc *file, const char *name, const char *dimensions, const double *values,
                size_t count) {
    nd_error error = {0};
    assert_fine(nd_nc_define(file, name, ND_NC_DOUBLE, dimensions, NULL, NULL, &error) &&
                    nd_nc_put(file, name, values, count, &error),
                &error);
}

static void write_file(const content *c) {
    nd_error error = {0};
    double weights[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    nd_nc *file = nd_nc_create(path_in_folder(), &error);
    assert_fine(file && nd_nc_define_dimension(file, "sample", 3, &error) &&
                    nd_nc_define_dimension(file, "target_sample", c->target_samples, &error) &&
                    nd_nc_define_dimension(file, "input", 2, &error) &&
                    nd_nc_define_dimension(file, "output", 2, &error) &&
                    nd_nc_define_dimension(file, "unit", 4, &error),
                &error);
    put(file, "inputs", "sample input", c->input, 6);
    put(file, "targets", "target_sample output", c->target, c->target_samples * 2);
    if (c->with_position)
        put(file, "position", "sample", c->position, 3);
    if (c->with_initial) {
        put(file, "init_input_weights", "unit input", weights, 8);
        if (!c->without_bias)
            put(file, "init_bias", "unit", c->bias, 4);
        put(file, "init_output_weights", "output unit", weights, 8);
    }
    assert_fine(nd_nc_publish(file, &error), &error);
}

static nd_dataset *read_file(nd_error *error) {
    nd_experiment *experiment =
        nd_experiment_parse("world: {task: file, path: data.nc}", "test", folder, NULL, 0, error);
    if (!experiment)
        return NULL;
    nd_dataset *dataset = nd_dataset_make(experiment, error);
    nd_experiment_free(experiment);
    return dataset;
}

static void assert_refused(const content *c, const char *saying) {
    nd_error error = {0};
    char line[2000];
    write_file(c);
    assert_null(read_file(&error));
    nd_error_line(&error, line, sizeof line);
    if (!strstr(line, saying) || !strstr(line, "data.nc"))
        fail_msg("'%s' does not name the file and say '%s'", line, saying);
}

static void test_values_are_taken_as_they_are(void **state) {
    (void)state;
    nd_error error = {0};
    content c = FINE;
    c.with_position = c.with_initial = true;
    write_file(&c);
    nd_dataset *d = read_file(&error);
    assert_fine(d != NULL, &error);
    assert_memory_equal(d->input, c.input, sizeof c.input);
    assert_memory_equal(d->target, c.target, sizeof c.target);
    assert_memory_equal(d->position, c.position, sizeof c.position);
    assert_memory_equal(d->initial->bias, c.bias, sizeof c.bias);
    assert_int_equal(d->environments, 1);
    nd_dataset_free(d);
}

static void test_bad_files_are_refused_by_name(void **state) {
    (void)state;
    content c = FINE;
    c.input[3] = NAN;
    assert_refused(&c, "variable inputs is nan at index (1, 1)");
    c = FINE;
    c.target[4] = INFINITY;
    assert_refused(&c, "variable targets is inf at index (2, 0)");
    c = FINE;
    c.target_samples = 2;
    assert_refused(&c, "variable targets has 2 samples where inputs has 3");
    c = FINE;
    c.with_position = true;
    c.position[1] = NAN;
    assert_refused(&c, "variable position is nan at index 1");
    c = FINE;
    c.with_initial = c.without_bias = true;
    assert_refused(&c, "has no variable 'init_bias'");
}

/* One variable of 2 x 3 under dimensions of these names; the rest as it should be. */
static void write_named(const char *inputs, const char *targets) {
    nd_error error = {0};
    static const char *const names[] = {"sample", "input", "output", "dim_0", "dim_1", "feature"};
    static const size_t lengths[] = {3, 2, 2, 3, 2, 2};
    double values[6] = {1, 2, 3, 4, 5, 6};
    nd_nc *file = nd_nc_create(path_in_folder(), &error);
    assert_fine(file != NULL, &error);
    for (int i = 0; i < 6; i++)
        assert_fine(nd_nc_define_dimension(file, names[i], lengths[i], &error), &error);
    put(file, "inputs", inputs, values, 6);
    put(file, "targets", targets, values, 6);
    assert_fine(nd_nc_publish(file, &error), &error);
}

/* xarray and MATLAB may write the other order: it is told by the names, or it is not taken. */
static void test_dimensions_are_taken_by_their_names(void **state) {
    (void)state;
    nd_error error = {0};
    const double as_rows[6] = {1, 2, 3, 4, 5, 6}, turned[6] = {1, 4, 2, 5, 3, 6};
    static const struct {
        const char *inputs, *targets;
        bool inputs_turned, targets_turned;
    } fine[] = {{"sample input", "sample output", false, false},
                {"input sample", "sample output", true, false},
                {"sample input", "output sample", false, true},
                {"sample feature", "feature sample", false, true},
                {"feature sample", "dim_0 output", true, false}};
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        write_named(fine[i].inputs, fine[i].targets);
        nd_dataset *d = read_file(&error);
        assert_fine(d != NULL, &error);
        assert_true(d->samples == 3 && d->inputs == 2 && d->outputs == 2);
        assert_memory_equal(d->input, fine[i].inputs_turned ? turned : as_rows, sizeof turned);
        assert_memory_equal(d->target, fine[i].targets_turned ? turned : as_rows, sizeof turned);
        nd_dataset_free(d);
    }
    static const char *const refused[][3] = {
        {"dim_0 dim_1", "sample output", "inputs has the dimensions (dim_0 dim_1)"},
        {"sample input", "dim_1 dim_0", "targets has the dimensions (dim_1 dim_0)"},
        {"sample output", "sample output", "inputs has the dimensions (sample output)"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        write_named(refused[i][0], refused[i][1]);
        assert_null(read_file(&error));
        if (!strstr(error.what, refused[i][2]) || !strstr(error.mend, "name its dimensions"))
            fail_msg("'%s; %s' does not say '%s'", error.what, error.mend, refused[i][2]);
    }
}

/* What is in the file and not used is told. */
static void test_what_is_not_used_is_noted(void **state) {
    (void)state;
    nd_error error = {0};
    content c = FINE;
    c.with_position = true;
    write_file(&c);
    nd_dataset *d = read_file(&error);
    assert_fine(d != NULL, &error);
    assert_null(nd_dataset_notes(d));
    nd_dataset_free(d);
    c.with_initial = true;
    write_file(&c);
    nd_nc *file = nd_nc_amend(path_in_folder(), NULL, &error);
    assert_fine(file != NULL, &error);
    put(file, "velocity", "sample", c.position, 3);
    put(file, "init_scale", "unit", c.bias, 4);
    assert_fine(nd_nc_publish(file, &error), &error);
    assert_fine((d = read_file(&error)) != NULL, &error);
    assert_non_null(strstr(nd_dataset_notes(d), "not used: variables velocity, init_scale"));
    assert_non_null(strstr(nd_dataset_notes(d), "initial weights (network.initialisation is rich"));
    nd_dataset_free(d);
}

/* An output bias of the network that is continued goes from the targets, once. */
static void test_an_output_bias_is_held_constant(void **state) {
    (void)state;
    nd_error error = {0};
    content c = FINE;
    c.with_initial = true;
    write_file(&c);
    nd_nc *file = nd_nc_amend(path_in_folder(), NULL, &error);
    assert_fine(file != NULL, &error);
    put(file, "init_output_bias", "output", (double[]){0.5, -1}, 2);
    assert_fine(nd_nc_publish(file, &error), &error);
    const char *sets[] = {"network.initialisation=file", "network.hidden=4"};
    for (size_t count = 0; count <= 2; count += 2) {
        nd_experiment *experiment = nd_experiment_parse("world: {task: file, path: data.nc}",
                                                        "test", folder, sets, count, &error);
        assert_fine(experiment != NULL, &error);
        nd_dataset *d = nd_dataset_make(experiment, &error);
        assert_fine(d != NULL, &error);
        for (size_t i = 0; i < 6; i++)
            assert_true(d->target[i] == c.target[i] - (count == 0 ? 0 : i % 2 ? -1 : 0.5));
        assert_int_equal(d->output_offset != NULL, count > 0);
        assert_true(!d->output_offset || (d->output_offset[0] == 0.5 && d->output_offset[1] == -1));
        assert_int_equal(nd_dataset_notes(d) != NULL, count == 0);
        nd_dataset_free(d);
        nd_experiment_free(experiment);
    }
}

static void test_foreign_files_are_refused(void **state) {
    (void)state;
    nd_error error = {0};
    assert_fine(nd_write_file(path_in_folder(), "not netCDF", 10, &error), &error);
    assert_null(read_file(&error));
    unlink(path_in_folder());
    assert_null(read_file(&error));
}

static int make_folder(void **state) {
    (void)state;
    folder = support_folder();
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    support_remove(folder);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_taken_as_they_are),
        cmocka_unit_test(test_bad_files_are_refused_by_name),
        cmocka_unit_test(test_dimensions_are_taken_by_their_names),
        cmocka_unit_test(test_what_is_not_used_is_noted),
        cmocka_unit_test(test_an_output_bias_is_held_constant),
        cmocka_unit_test(test_foreign_files_are_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
