/* Reading experiments where a key that nothing uses need not be a mistake. */
#ifndef ND_EXPERIMENT_PARSE_H
#define ND_EXPERIMENT_PARSE_H

#include "experiment/keys.h"

/* What became of the keys given over many experiments, by the key's place in nd_keys: in a sweep
 * that draws tasks, a key of one task is none of another. Zero-initialise. */
typedef struct nd_keys_use {
    bool given[ND_MOST_KEYS], honoured[ND_MOST_KEYS];
    char where[ND_MOST_KEYS][400]; /* where it was first given to no avail */
    char by[ND_MOST_KEYS][80];     /* who did not use it there: "task random" */
} nd_keys_use;

/* As nd_experiment_parse, but a key that this experiment does not honour is noted in `use` and has
 * its default. Its value must still be possible. */
nd_experiment *nd_experiment_parse_among(const char *text, const char *origin, const char *folder,
                                         const char *const *sets, size_t set_count,
                                         nd_keys_use *use, nd_error *error);

/* The place in nd_keys of a key that was given and honoured by none of the experiments; false if
 * there is none. */
bool nd_keys_unused(const nd_keys_use *use, size_t *key);

/* Reads a text that a program spelled out. Those of 0.1.0 hold keys that nothing honours: they are
 * passed over. */
nd_experiment *nd_experiment_restore(const char *text, const char *origin, nd_error *error);

#endif
