/* Who is alive among the processes that share a store: each holds a lock on a file of its own for
 * as long as it lives; the kernel lets go of it however the process ends. */
#ifndef ND_SWEEP_OWNER_H
#define ND_SWEEP_OWNER_H

#include "nulldrift/base.h"

typedef struct nd_owner nd_owner;

/* Becomes an owner: makes and locks a file in FOLDER/owners, where those of owners that are gone
 * are removed first. */
nd_owner *nd_owner_new(const char *folder, nd_error *error);
/* Lets go and removes the file. */
void nd_owner_free(nd_owner *owner);
const char *nd_owner_name(const nd_owner *owner);

/* Is the owner of that name alive? For whoever only looks: nothing is removed. */
bool nd_owner_lives(const char *folder, const char *name);

/* Is the owner of that name gone? Its file is removed if so. */
bool nd_owner_is_gone(const char *folder, const char *name);

#endif
