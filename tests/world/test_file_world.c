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
                    nd_nc_define_dimension(file, "two", 2, &error) &&
                    nd_nc_define_dimension(file, "unit", 4, &error),
                &error);
    put(file, "inputs", "sample two", c->input, 6);
    put(file, "targets", "target_sample two", c->target, c->target_samples * 2);
    if (c->with_position)
        put(file, "position", "sample", c->position, 3);
    if (c->with_initial) {
        put(file, "init_input_weights", "unit two", weights, 8);
        if (!c->without_bias)
            put(file, "init_bias", "unit", c->bias, 4);
        put(file, "init_output_weights", "two unit", weights, 8);
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
        cmocka_unit_test(test_foreign_files_are_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
