/* Where a result goes: the file as it was found when the command began, and how its next version
 * takes its place. A file that appeared there since, or was changed, is not replaced; one that is
 * replaced hands on its mode, its owner where that is allowed, its access list and the user's own
 * attributes, and the links that lead to it. */
#ifndef ND_BASE_PLACE_H
#define ND_BASE_PLACE_H

#include <sys/stat.h>

#include "nulldrift/base.h"

typedef struct nd_place {
    char *path;        /* as the user calls it */
    char *target;      /* the file itself, all links followed, one that leads nowhere yet, too */
    bool there;        /* whether there is something yet, and what */
    struct stat found; /* if so */
    char kept[300];    /* for messages: where the result stays when it cannot be put in place */
} nd_place;

/* Looks at `path`; free it with nd_place_free. NULL with `error` filled: an empty name, a link in a
 * circle, a folder that cannot be looked into. */
nd_place *nd_place_find(const char *path, nd_error *error);
void nd_place_free(nd_place *place);

/* Whether what is there, if anything, can be replaced when the work is done, asked before it is
 * begun: no file that is immutable or append-only, nor somebody else's in a folder in which
 * everyone removes their own alone; nor, unless `though_read_only`, one that may not be written to.
 */
bool nd_place_replaceable(const nd_place *place, bool though_read_only, nd_error *error);

/* Whether two results of one command go to different files; not where the names, or links, lead
 * both to one. */
bool nd_places_apart(const nd_place *a, const nd_place *b, nd_error *error);

/* The path, to free(), of a new, empty file beside the target, in which its next version is
 * written; of this user's alone where an older version is there, until that is replaced. What
 * killed processes left is removed first. NULL with `error` filled. */
char *nd_place_aside(const nd_place *place, nd_error *error);

/* Makes `aside` durable and puts it in place (fsync, rename, fsync of the folder); it may lie on
 * another file system. Fails when the place is no longer as it was found; then, and on any other
 * failure, `aside` is removed and what is there stays. */
bool nd_place_publish(const nd_place *place, const char *aside, nd_error *error);

/* Writes `length` bytes there, whole or not at all. */
bool nd_place_write(const nd_place *place, const void *bytes, size_t length, nd_error *error);

#endif
