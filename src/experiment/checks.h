/* What one key's bounds cannot say: names that must be in a table, keys that need each other. */
#ifndef ND_EXPERIMENT_CHECKS_H
#define ND_EXPERIMENT_CHECKS_H

#include "experiment/experiment.h"

/* Names the place where a key was given ("FILE, line N, KEY"). */
typedef const char *(*nd_where_of)(const char *key, void *context, char *where, size_t size);

/* Checks `experiment` and resolves what depends on other keys (the default active threshold). */
bool nd_experiment_check(nd_experiment *experiment, nd_where_of where_of, void *context,
                         nd_error *error);

#endif
