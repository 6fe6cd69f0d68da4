/* What a table, a grid and draws give to one run: values for keys, and where each came from. */
#ifndef ND_SWEEP_ASSIGNMENT_H
#define ND_SWEEP_ASSIGNMENT_H

#include "experiment/parse.h"

typedef struct nd_assignment {
    char *set;   /* "KEY=VALUE" */
    char *where; /* for errors */
} nd_assignment;

/* In the order given; a later one wins. Zero-initialise. */
typedef struct nd_assignments {
    nd_assignment *entry;
    size_t count, room;
} nd_assignments;

bool nd_assign(nd_assignments *to, const char *key, const char *value, const char *where,
               nd_error *error);
void nd_assignments_free(nd_assignments *assignments);

/* The last value given to `key`; NULL if there is none. */
const char *nd_assigned(const nd_assignments *assignments, const char *key);

/* Does "KEY=VALUE|VALUE" hold? Fails, at `where`, if the key has been given nothing so far. */
bool nd_condition_holds(const nd_assignments *assignments, const char *condition, bool *holds,
                        const char *where, nd_error *error);

/* The base experiment with `sets`, then the assignments (but for variables, '$...'), then `seed`.
 * An error in an assigned value is told at the place it came from; keys given to no avail are noted
 * in `use`, at the place they came from too. */
nd_experiment *nd_assignments_parse(const nd_assignments *assignments, const char *seed,
                                    const char *base, const char *origin, const char *folder,
                                    const char *const *sets, size_t set_count, nd_keys_use *use,
                                    nd_error *error);

#endif
