/* arrays: the data set is the caller's own arrays, copied (nd_dataset_from). Their checks are here,
 * beside those of the task file. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/locale.h"
#include "world/worlds.h"

static const char FROM[] = "nd_dataset_from";

nd_dataset *nd_world_arrays(const nd_world_keys *keys, uint64_t seed, nd_error *error) {
    (void)keys;
    (void)seed;
    nd_fail(error, "world.task",
            "give them with nd_dataset_from; what lies in a file is read with task: file",
            "is 'arrays', which are a program's own: no file tells them");
    return NULL;
}

static bool wrong(nd_error *error, const char *argument, const char *format, size_t index,
                  double value) {
    char where[80];
    snprintf(where, sizeof where, "%s, %s", FROM, argument);
    return nd_fail_as(ND_CODE_ARGUMENT, error, where, NULL, format, index, value);
}

/* Is rows x columns, at least one of each, an array that memory can hold? */
static bool sizes(size_t rows, size_t columns, const char *argument, nd_error *error) {
    if (rows > 0 && columns > 0 && rows <= PTRDIFF_MAX / sizeof(double) / columns)
        return true;
    char where[80];
    snprintf(where, sizeof where, "%s, %s", FROM, argument);
    return nd_fail_as(ND_CODE_ARGUMENT, error, where, NULL,
                      "has %zu rows of %zu values, expected at least one of each, and no more than "
                      "memory has",
                      rows, columns);
}

/* A copy of an array that is there; every value finite. */
static bool copy(const double *from, size_t count, const char *argument, double **to,
                 nd_error *error) {
    if (!from)
        return true;
    for (size_t i = 0; i < count; i++)
        if (!isfinite(from[i]))
            return wrong(error, argument, "is no finite number at index %zu: %g", i, from[i]);
    free(*to);
    if ((*to = nd_doubles(count, error)))
        memcpy(*to, from, count * sizeof **to);
    return *to != NULL;
}

static bool copy_environments(const nd_dataset_arrays *arrays, nd_dataset *dataset,
                              nd_error *error) {
    size_t n = arrays->samples;
    for (size_t s = 0; arrays->environment && s < n; s++) {
        int64_t number = arrays->environment[s];
        if (number < 0 || (uint64_t)number >= n)
            return wrong(error, "environment", "at index %zu is %g, expected 0, 1, 2 ...", s,
                         (double)number);
        if ((size_t)number >= dataset->environments)
            dataset->environments = (size_t)number + 1;
    }
    if (!arrays->environment || dataset->environments == 1)
        return true;
    if (!(dataset->environment = nd_array(n, sizeof *dataset->environment, error)))
        return false;
    memcpy(dataset->environment, arrays->environment, n * sizeof *dataset->environment);
    return true;
}

static bool copy_initial(const nd_dataset_arrays *arrays, nd_dataset *dataset, nd_error *error) {
    size_t hidden = arrays->hidden, inputs = arrays->inputs, outputs = arrays->outputs;
    int there = !!arrays->input_weights + !!arrays->bias + !!arrays->output_weights;
    if (there == 0 && hidden == 0 && !arrays->output_bias)
        return true;
    if (there != 3)
        return nd_fail_as(ND_CODE_ARGUMENT, error, FROM, NULL,
                          "input_weights, bias and output_weights belong together, and %d of them "
                          "are NULL",
                          3 - there);
    if (!sizes(hidden, inputs + outputs + 1, "hidden", error) ||
        !(dataset->initial = nd_parameters_new(hidden, inputs, outputs, error)))
        return false;
    struct {
        const double *from;
        double *to;
        size_t count;
        const char *name;
    } parts[] = {
        {arrays->input_weights, dataset->initial->input_weights, hidden * inputs, "input_weights"},
        {arrays->bias, dataset->initial->bias, hidden, "bias"},
        {arrays->output_weights, dataset->initial->output_weights, outputs * hidden,
         "output_weights"}};
    for (int part = 0; part < 3; part++)
        for (size_t i = 0; i < parts[part].count; i++) {
            parts[part].to[i] = parts[part].from[i];
            if (!isfinite(parts[part].from[i]))
                return wrong(error, parts[part].name, "is no finite number at index %zu: %g", i,
                             parts[part].from[i]);
        }
    return copy(arrays->output_bias, outputs, "output_bias", &dataset->initial_output_bias,
                error) &&
           nd_dataset_freeze_output_bias(dataset, error);
}

static bool copy_all(const nd_dataset_arrays *arrays, nd_dataset *dataset, nd_error *error) {
    size_t n = arrays->samples;
    dataset->given = true;
    if (arrays->position_unit && !arrays->position)
        return nd_fail_as(ND_CODE_ARGUMENT, error, FROM, NULL,
                          "position_unit is given without a position");
    return copy(arrays->input, n * arrays->inputs, "input", &dataset->input, error) &&
           copy(arrays->target, n * arrays->outputs, "target", &dataset->target, error) &&
           copy(arrays->position, n, "position", &dataset->position, error) &&
           copy(arrays->heading, n, "heading", &dataset->heading, error) &&
           (!arrays->position_unit ||
            (dataset->position_unit = nd_text(arrays->position_unit, error))) &&
           copy_environments(arrays, dataset, error) && copy_initial(arrays, dataset, error);
}

nd_dataset *nd_dataset_from(const nd_dataset_arrays *arrays, nd_error *error) {
    ND_IN_C_LOCALE;
    if (!nd_is_given(arrays, FROM, "arrays", error) ||
        !sizes(arrays->samples, arrays->inputs, "input", error) ||
        !sizes(arrays->samples, arrays->outputs, "target", error) ||
        !nd_is_given(arrays->input, FROM, "input", error) ||
        !nd_is_given(arrays->target, FROM, "target", error))
        return NULL;
    if (arrays->wall_texture || arrays->texture || arrays->environments) {
        nd_fail_as(ND_CODE_ARGUMENT, error, FROM, "leave them 0",
                   "environments, wall_texture and texture are those of a view");
        return NULL;
    }
    nd_dataset *dataset = nd_dataset_new(arrays->samples, arrays->inputs, arrays->outputs, error);
    if (dataset && copy_all(arrays, dataset, error))
        return dataset;
    nd_dataset_free(dataset);
    return NULL;
}
