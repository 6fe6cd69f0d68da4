#include "world/world.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "world/worlds.h"

static const nd_world WORLDS[] = {
#define WORLD(...) {__VA_ARGS__},
#include "world/worlds.def"
#undef WORLD
    {NULL, NULL, NULL, false, false, NULL},
};

const nd_world *nd_worlds(void) {
    return WORLDS;
}

const nd_world *nd_world_find(const char *task) {
    for (const nd_world *world = WORLDS; world->task; world++)
        if (strcmp(world->task, task) == 0)
            return world;
    return NULL;
}

static bool all_finite(const double *values, size_t rows, size_t columns, const char *task,
                       const char *what, nd_error *error) {
    for (size_t i = 0; i < rows * columns; i++)
        if (!isfinite(values[i]))
            return nd_fail(error, task, NULL, "%s of sample %zu, component %zu, is %g", what,
                           i / columns, i % columns, values[i]);
    return true;
}

/* From [-1, 1] to [0, 1]. */
static void to_unit_range(double *values, size_t count) {
    for (size_t i = 0; i < count; i++)
        values[i] = 0.5 * values[i] + 0.5;
}

nd_dataset *nd_world_make(const nd_world_keys *keys, uint64_t seed, nd_error *error) {
    const nd_world *world = nd_world_find(keys->task);
    if (!world) {
        nd_fail(error, "world.task", "see `nulldrift help worlds` for the tasks there are",
                "no task is called '%s'", keys->task);
        return NULL;
    }
    char where[600];
    snprintf(where, sizeof where, "world.task %s", world->task);
    nd_dataset *dataset = world->make(keys, seed, error);
    if (dataset && (!all_finite(dataset->input, dataset->samples, dataset->inputs, where,
                                "the input", error) ||
                    !all_finite(dataset->target, dataset->samples, dataset->outputs, where,
                                "the target", error))) {
        nd_dataset_free(dataset);
        return NULL;
    }
    /* With published_quirks values end in [0, 1] already. */
    if (dataset && strcmp(keys->value_range, "unit") == 0 && !keys->published_quirks &&
        strcmp(keys->task, "file") != 0) {
        to_unit_range(dataset->input, dataset->samples * dataset->inputs);
        to_unit_range(dataset->target, dataset->samples * dataset->outputs);
    }
    return dataset;
}
