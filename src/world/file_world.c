/* file: the user's own data set, from netCDF, taken as it is. */
#include <limits.h>
#include <math.h>
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/shown.h"
#include "world/data_file.h"
#include "world/worlds.h"

/* What a data file may hold (docs/worlds.md). */
enum {
    INPUTS,
    TARGETS,
    POSITION,
    HEADING,
    ENVIRONMENT,
    OUTPUT_OFFSET,
    INIT_INPUT_WEIGHTS,
    INIT_BIAS,
    INIT_OUTPUT_WEIGHTS,
    INIT_OUTPUT_BIAS,
    VARIABLES
};
static const nd_data_variable KNOWN[VARIABLES] = {
    [INPUTS] = {"inputs", "sample", "input"},
    [TARGETS] = {"targets", "sample", "output"},
    [POSITION] = {"position", "sample", NULL},
    [HEADING] = {"heading", "sample", NULL},
    [ENVIRONMENT] = {"environment", "sample", NULL},
    [OUTPUT_OFFSET] = {"output_offset", "output", NULL},
    [INIT_INPUT_WEIGHTS] = {"init_input_weights", "unit", "input"},
    [INIT_BIAS] = {"init_bias", "unit", NULL},
    [INIT_OUTPUT_WEIGHTS] = {"init_output_weights", "output", "unit"},
    [INIT_OUTPUT_BIAS] = {"init_output_bias", "output", NULL},
};

/* A one-dimensional variable that need not be there: NULL in *values then. It must be as long as
 * `like` is wide or deep: `expected`. */
static bool load_optional(const nd_nc *file, const nd_data_variable *variable, size_t expected,
                          const char *like, double **values, nd_error *error) {
    size_t length, one;
    if (!nd_nc_has(file, variable->name))
        return true;
    *values = nd_data_load(file, variable, &length, &one, error);
    return *values && (length == expected || nd_data_mismatch(file, variable->name, "entries",
                                                              length, expected, like, error));
}

static bool load_environment(const nd_nc *file, nd_dataset *dataset, nd_error *error) {
    double *values = NULL;
    bool fine =
        load_optional(file, &KNOWN[ENVIRONMENT], dataset->samples, "inputs", &values, error);
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

/* Joins the three parts of the initial parameters, which must fit each other and the data. */
static bool join_initial(const nd_nc *file, nd_dataset *dataset, double *const part[3],
                         const size_t rows[3], const size_t columns[3], nd_error *error) {
    const char *weights = KNOWN[INIT_INPUT_WEIGHTS].name, *bias = KNOWN[INIT_BIAS].name,
               *outer = KNOWN[INIT_OUTPUT_WEIGHTS].name;
    size_t hidden = rows[0], inputs = dataset->inputs, outputs = dataset->outputs;
    if (columns[0] != inputs)
        return nd_data_mismatch(file, weights, "columns", columns[0], inputs, "inputs", error);
    if (rows[1] != hidden)
        return nd_data_mismatch(file, bias, "units", rows[1], hidden, weights, error);
    if (columns[2] != hidden)
        return nd_data_mismatch(file, outer, "units", columns[2], hidden, weights, error);
    if (rows[2] != outputs)
        return nd_data_mismatch(file, outer, "rows", rows[2], outputs, "targets", error);
    nd_parameters *initial = dataset->initial = nd_parameters_new(hidden, inputs, outputs, error);
    if (!initial)
        return false;
    memcpy(initial->input_weights, part[0], hidden * inputs * sizeof(double));
    memcpy(initial->bias, part[1], hidden * sizeof(double));
    memcpy(initial->output_weights, part[2], hidden * outputs * sizeof(double));
    return true;
}

static bool load_initial(const nd_nc *file, nd_dataset *dataset, nd_error *error) {
    size_t rows[3], columns[3], there = 0;
    double *part[3] = {NULL, NULL, NULL};
    for (int i = 0; i < 3; i++)
        there += nd_nc_has(file, KNOWN[INIT_INPUT_WEIGHTS + i].name);
    if (there == 0)
        return true;
    bool fine = true;
    for (int i = 0; fine && i < 3; i++)
        fine = (part[i] = nd_data_load(file, &KNOWN[INIT_INPUT_WEIGHTS + i], &rows[i], &columns[i],
                                       error)) != NULL;
    fine = fine && join_initial(file, dataset, part, rows, columns, error) &&
           load_optional(file, &KNOWN[INIT_OUTPUT_BIAS], dataset->outputs, "targets",
                         &dataset->initial_output_bias, error);
    for (int i = 0; i < 3; i++)
        free(part[i]);
    return fine;
}

static bool is_known(const nd_dataset *dataset, const char *name) {
    for (int i = 0; i < VARIABLES; i++)
        if (strcmp(KNOWN[i].name, name) == 0)
            return i != INIT_OUTPUT_BIAS || dataset->initial; /* it goes with the other three */
    return false;
}

/* What the file holds beside: of a run file its network, of any other the variables by name. */
static bool note_unused(const nd_nc *file, nd_dataset *dataset, nd_error *error) {
    char name[NC_MAX_NAME + 1], dimensions[NC_MAX_NAME + 1], names[300] = "";
    size_t unused = 0;
    dataset->told_unused = true;
    if (nd_nc_has(file, "snapshot_step") && nd_nc_has(file, "input_weights"))
        return nd_dataset_note(dataset, error,
                               "%s is a run file: its data set is used, its network is not "
                               "(`nulldrift run` with `continue` goes on with it)",
                               nd_shown(nd_nc_path(file)).text);
    for (size_t i = 0; nd_nc_variable_at(file, i, name, dimensions, sizeof dimensions); i++)
        if (!is_known(dataset, name)) {
            size_t length = strlen(names);
            snprintf(names + length, sizeof names - length, "%s%s", unused ? ", " : "", name);
            unused++;
        }
    dataset->told_unused = unused > 0;
    return unused == 0 ||
           nd_dataset_note(dataset, error, "%s: not used: %s %s", nd_shown(nd_nc_path(file)).text,
                           unused > 1 ? "variables" : "variable", names);
}

/* Every other file that was read. */
static bool note_links(const nd_nc *file, const char *led_to, nd_dataset *dataset,
                       nd_error *error) {
    bool fine = true;
    for (const char *line = led_to; fine && *line;) {
        char other[PATH_MAX];
        size_t length = strcspn(line, "\n");
        snprintf(other, sizeof other, "%.*s", (int)length, line);
        line += length + (line[length] == '\n');
        fine = nd_dataset_note(dataset, error, "%s: links in it led to %s",
                               nd_shown(nd_nc_path(file)).text, nd_shown(other).text);
    }
    return fine;
}

static nd_dataset *read_dataset(const nd_nc *file, const char *led_to, nd_error *error) {
    size_t samples, inputs, target_samples, outputs;
    double *input = nd_data_load(file, &KNOWN[INPUTS], &samples, &inputs, error);
    double *target =
        input ? nd_data_load(file, &KNOWN[TARGETS], &target_samples, &outputs, error) : NULL;
    nd_dataset *dataset = NULL;
    if (target && samples != target_samples)
        nd_data_mismatch(file, "targets", "samples", target_samples, samples, "inputs", error);
    else if (target)
        dataset = nd_array(1, sizeof *dataset, error);
    if (!dataset) {
        free(input);
        free(target);
        return NULL;
    }
    *dataset = (nd_dataset){.samples = samples,
                            .inputs = inputs,
                            .outputs = outputs,
                            .environments = 1,
                            .input = input,
                            .target = target};
    dataset->position_unit = nd_nc_units(file, "position");
    if (load_optional(file, &KNOWN[POSITION], samples, "inputs", &dataset->position, error) &&
        load_optional(file, &KNOWN[HEADING], samples, "inputs", &dataset->heading, error) &&
        load_optional(file, &KNOWN[OUTPUT_OFFSET], outputs, "targets", &dataset->output_offset,
                      error) &&
        load_environment(file, dataset, error) && load_initial(file, dataset, error) &&
        note_links(file, led_to, dataset, error) && note_unused(file, dataset, error))
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
    char *led_to = NULL;
    nd_nc *file = nd_nc_open_data(keys->path, keys->follow_links, &led_to, error);
    nd_dataset *dataset = file ? read_dataset(file, led_to, error) : NULL;
    nd_nc_close(file);
    free(led_to);
    return dataset;
}
