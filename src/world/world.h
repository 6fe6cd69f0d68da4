/* The table of worlds. Adding one: one file here and one line in worlds.def. */
#ifndef ND_WORLD_WORLD_H
#define ND_WORLD_WORLD_H

#include "world/dataset.h"
#include "world/settings.h"

typedef struct nd_world {
    const char *task;    /* its name in experiment files */
    const char *summary; /* one line for help and docs */
    const char *keys;    /* of the section world, beside `task`, that it uses */
    bool needs_input_dim, needs_output_dim;
    /* Makes the data set that `keys` ask for, from `seed`. */
    nd_dataset *(*make)(const nd_world_keys *keys, uint64_t seed, nd_error *error);
} nd_world;

/* The world of that name, or NULL. */
const nd_world *nd_world_find(const char *task);
/* All of them, ended by one whose task is NULL. */
const nd_world *nd_worlds(void);

/* Makes the data set of keys->task from `seed`, in the range of values asked for, and checks it:
 * finite values. */
nd_dataset *nd_world_make(const nd_world_keys *keys, uint64_t seed, nd_error *error);

#endif
