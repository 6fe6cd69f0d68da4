/* file: the user's own data set, from netCDF, taken as it is. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/netcdf_file.h"
#include "world/worlds.h"

/* "variable inputs, index (3, 17)" for entry `at` of an array of that shape. */
static bool refuse_value(const nd_nc *file, const char *name, int rank, const size_t *shape,
                         size_t at, double value, nd_error *error) {
    const char *mend = "every value must be a finite number";
    if (rank == 2)
        return nd_fail(error, nd_nc_path(file), mend, "variable %s is %g at index (%zu, %zu)", name,
                       value, at / shape[1], at % shape[1]);
    return nd_fail(error, nd_nc_path(file), mend, "variable %s is %g at index %zu", name, value,
                   at);
}

/* A whole variable of the given rank, all of it finite; NULL with `error` filled otherwise. */
static double *load(const nd_nc *file, const char *name, int rank, size_t shape[8],
                    nd_error *error) {
    int actual;
    double *values = nd_nc_load(file, name, &actual, shape, error);
    if (!values)
        return NULL;
    size_t count = 1;
    bool fine = actual == rank;
    if (!fine)
        nd_fail(error, nd_nc_path(file), rank == 2 ? "it should be sample by component" : NULL,
                "variable %s has %d dimensions where %d are expected", name, actual, rank);
    for (int i = 0; fine && i < rank; i++)
        count *= shape[i];
    if (fine && count == 0)
        fine = nd_fail(error, nd_nc_path(file), NULL, "variable %s is empty", name);
    for (size_t i = 0; fine && i < count; i++)
        if (!isfinite(values[i]))
            fine = refuse_value(file, name, rank, shape, i, values[i], error);
    if (fine)
        return values;
    free(values);
    return NULL;
}

static bool mismatch(const nd_nc *file, const char *name, const char *what, size_t found,
                     size_t expected, const char *like, nd_error *error) {
    return nd_fail(error, nd_nc_path(file), NULL, "variable %s has %zu %s where %s has %zu", name,
                   found, what, like, expected);
}

/* A per-sample variable that need not be there: NULL in *values then. */
static bool load_per_sample(const nd_nc *file, const char *name, size_t samples, double **values,
                            nd_error *error) {
    size_t shape[8];
    if (!nd_nc_has(file, name))
        return true;
    *values = load(file, name, 1, shape, error);
    if (!*values)
        return false;
    return shape[0] == samples ||
           mismatch(file, name, "entries", shape[0], samples, "inputs", error);
}

static bool load_environment(const nd_nc *file, nd_dataset *dataset, nd_error *error) {
    double *values = NULL;
    bool fine = load_per_sample(file, "environment", dataset->samples, &values, error);
    if (fine && values)
        fine = (dataset->environment = nd_array(dataset->samples, sizeof(int64_t), error)) != NULL;
    for (size_t i = 0; fine && values && i < dataset->samples; i++) {
        if (values[i] < 0 || values[i] >= (double)dataset->samples || values[i] != floor(values[i]))
            fine = nd_fail(error, nd_nc_path(file), "environments are numbered 0, 1, 2 ...",
                           "variable environment is %g at index %zu", values[i], i);
        else if ((size_t)values[i] >= dataset->environments)
            dataset->environments = (size_t)values[i] + 1;
        if (fine)
            dataset->environment[i] = (int64_t)values[i];
    }
    if (fine && dataset->environments == 1) {
        free(dataset->environment);
        dataset->environment = NULL;
    }
    free(values);
    return fine;
}

static bool load_initial(const nd_nc *file, nd_dataset *dataset, nd_error *error) {
    static const char *const names[] = {"init_input_weights", "init_bias", "init_output_weights"};
    size_t shape[3][8], there = 0;
    double *values[3] = {NULL, NULL, NULL};
    for (int i = 0; i < 3; i++)
        there += nd_nc_has(file, names[i]);
    if (there == 0)
        return true;
    bool fine = true;
    for (int i = 0; fine && i < 3; i++)
        fine = (values[i] = load(file, names[i], i == 1 ? 1 : 2, shape[i], error)) != NULL;
    if (fine && shape[0][1] != dataset->inputs)
        fine = mismatch(file, names[0], "columns", shape[0][1], dataset->inputs, "inputs", error);
    if (fine && shape[1][0] != shape[0][0])
        fine = mismatch(file, names[1], "units", shape[1][0], shape[0][0], names[0], error);
    if (fine && shape[2][1] != shape[0][0])
        fine = mismatch(file, names[2], "units", shape[2][1], shape[0][0], names[0], error);
    if (fine && shape[2][0] != dataset->outputs)
        fine = mismatch(file, names[2], "rows", shape[2][0], dataset->outputs, "targets", error);
    if (fine && (dataset->initial =
                     nd_parameters_new(shape[0][0], dataset->inputs, dataset->outputs, error))) {
        nd_parameters *initial = dataset->initial;
        size_t hidden = initial->hidden;
        memcpy(initial->input_weights, values[0], hidden * initial->inputs * sizeof(double));
        memcpy(initial->bias, values[1], hidden * sizeof(double));
        memcpy(initial->output_weights, values[2], hidden * initial->outputs * sizeof(double));
    } else
        fine = false;
    for (int i = 0; i < 3; i++)
        free(values[i]);
    return fine;
}

static nd_dataset *read_dataset(const nd_nc *file, nd_error *error) {
    size_t inputs[8], targets[8];
    double *input = load(file, "inputs", 2, inputs, error);
    double *target = input ? load(file, "targets", 2, targets, error) : NULL;
    nd_dataset *dataset = NULL;
    if (target && inputs[0] != targets[0])
        mismatch(file, "targets", "samples", targets[0], inputs[0], "inputs", error);
    else if (target)
        dataset = nd_array(1, sizeof *dataset, error);
    if (!dataset) {
        free(input);
        free(target);
        return NULL;
    }
    *dataset = (nd_dataset){.samples = inputs[0],
                            .inputs = inputs[1],
                            .outputs = targets[1],
                            .environments = 1,
                            .input = input,
                            .target = target};
    if (load_per_sample(file, "position", dataset->samples, &dataset->position, error) &&
        load_per_sample(file, "heading", dataset->samples, &dataset->heading, error) &&
        load_environment(file, dataset, error) && load_initial(file, dataset, error))
        return dataset;
    nd_dataset_free(dataset);
    return NULL;
}

nd_dataset *nd_world_file(const nd_world_keys *keys, uint64_t seed, nd_error *error) {
    (void)seed; /* nothing is drawn */
    if (!keys->path || !keys->path[0]) {
        nd_fail(error, "world.path", "name the netCDF file to read", "is missing");
        return NULL;
    }
    nd_nc *file = nd_nc_open(keys->path, error);
    nd_dataset *dataset = file ? read_dataset(file, error) : NULL;
    nd_nc_close(file);
    return dataset;
}
