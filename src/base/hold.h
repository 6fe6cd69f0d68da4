/* A hold on a file that a command amends: as long as it lasts no other command of ours amends the
 * file, so that what both add is kept. It is a lock on FILE.lock beside the file itself, links
 * followed; the system lets go of it however the process ends. */
#ifndef ND_BASE_HOLD_H
#define ND_BASE_HOLD_H

#include "base/place.h"

/* What is done while another command holds the file. NULL in place of one: waits without a word. */
typedef struct nd_patience {
    bool no_wait; /* fails at once */
    /* Told when waiting begins, and when the file system knows no locks, so that nobody can be
     * waited for. NULL: nobody listens. */
    void (*tell)(const char *line, void *context);
    void *context;
    const volatile int *stop; /* ends the waiting, which fails then, once non-zero; or NULL */
} nd_patience;

typedef struct nd_hold nd_hold;

/* NULL with `error` filled. */
nd_hold *nd_hold_take(const char *path, const nd_patience *patience, nd_error *error);
/* The file as it was found when the hold began. */
const nd_place *nd_hold_place(const nd_hold *hold);
/* Lets go, and removes FILE.lock. NULL is fine. */
void nd_hold_release(nd_hold *hold);

#endif
