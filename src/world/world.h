/* The table of worlds. Adding one: one file here and one line in world.c. */
#ifndef ND_WORLD_WORLD_H
#define ND_WORLD_WORLD_H

#include "experiment/experiment.h"
#include "world/dataset.h"

typedef struct nd_world {
    const char *task;    /* its name in experiment files */
    const char *summary; /* one line for --help and docs */
    bool needs_input_dim, needs_output_dim;
    /* Makes the data set of experiment->world from experiment->seed. */
    nd_dataset *(*make)(const nd_experiment *experiment, nd_error *error);
} nd_world;

/* The world of that name, or NULL. */
const nd_world *nd_world_find(const char *task);
/* All of them, ended by one whose task is NULL. */
const nd_world *nd_worlds(void);

#endif
