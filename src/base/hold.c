#include "base/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/leftovers.h"
#include "base/paths.h"
#include "base/shown.h"
#include "base/watch.h"

struct nd_hold {
    nd_place *place;
    char *lock_path;
    int lock;
};

static void tell(const nd_patience *patience, const char *path, const char *what) {
    char line[700];
    if (!patience || !patience->tell)
        return;
    snprintf(line, sizeof line, "%.500s: %s", nd_shown(path).text, what);
    patience->tell(line, patience->context);
}

/* Whether the lock is on the file that has the name: its holder removes it at the end. */
static bool has_the_name(const nd_hold *hold) {
    struct stat locked, named;
    return fstat(hold->lock, &locked) == 0 && lstat(hold->lock_path, &named) == 0 &&
           locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

/* The lock's file is opened, and made if need be; one that holds something is not ours. */
static bool open_lock(nd_hold *hold, nd_error *error) {
    struct stat about;
    hold->lock = open(hold->lock_path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (hold->lock < 0)
        return nd_fail_errno(error, hold->lock_path, "make its folder writable",
                             "the file beside it that keeps other commands off cannot be made");
    if (fstat(hold->lock, &about) == 0 && S_ISREG(about.st_mode) && about.st_size == 0)
        return true;
    (void)close(hold->lock);
    hold->lock = -1;
    return nd_fail(error, hold->lock_path, "give that another name",
                   "has the name of the empty file that keeps other commands off, and is not one");
}

/* Waits for the lock; a while at a time, for the stop. */
static bool wait_for_lock(nd_hold *hold, const char *path, const nd_patience *patience,
                          nd_error *error) {
    static const struct timespec A_WHILE = {.tv_nsec = 50000000};
    bool told = false;
    for (;;) {
        if (!open_lock(hold, error))
            return false;
        bool locked = flock(hold->lock, LOCK_EX | LOCK_NB) == 0;
        int why = errno;
        if (locked && has_the_name(hold)) {
            nd_leftover(hold->lock_path);
            return true;
        }
        if (!locked && why != EWOULDBLOCK && why != EINTR) {
            tell(patience, path,
                 "its file system knows no locks; let no other command amend it meanwhile");
            return true;
        }
        (void)close(hold->lock);
        hold->lock = -1;
        if (locked || why == EINTR)
            continue;
        if (patience && patience->no_wait)
            return nd_fail(error, path, "leave `no_wait` out to wait for it",
                           "another command amends it at present");
        if (patience && nd_flag_of(patience->stop))
            return nd_fail_as(ND_CODE_STOPPED, error, path, "it is as that command leaves it",
                              "stopped while another command amends it");
        if (!told)
            tell(patience, path, "another command amends it; waiting for that to end");
        told = true;
        (void)nanosleep(&A_WHILE, NULL);
    }
}

/* Nothing is made beside what cannot be amended. */
static bool can_be_amended(const nd_place *place, nd_error *error) {
    if (!place->there || S_ISREG(place->found.st_mode))
        return nd_place_replaceable(place, false, error);
    int file = nd_open_regular(place->path, error);
    if (file >= 0) /* it has become one since */
        (void)close(file);
    return file >= 0;
}

nd_hold *nd_hold_take(const char *path, const nd_patience *patience, nd_error *error) {
    nd_hold *hold = nd_array(1, sizeof *hold, error);
    if (!hold)
        return NULL;
    hold->lock = -1;
    bool fine = (hold->place = nd_place_find(path, error)) && can_be_amended(hold->place, error) &&
                (hold->lock_path = nd_path_with(hold->place->target, ".lock", error)) &&
                wait_for_lock(hold, path, patience, error);
    if (fine) { /* as it is now that nobody else amends it */
        nd_place_free(hold->place);
        fine = (hold->place = nd_place_find(path, error)) != NULL;
    }
    if (fine)
        return hold;
    nd_hold_release(hold);
    return NULL;
}

const nd_place *nd_hold_place(const nd_hold *hold) {
    return hold->place;
}

void nd_hold_release(nd_hold *hold) {
    if (!hold)
        return;
    if (hold->lock >= 0) {
        nd_leftover_no_more(hold->lock_path);
        if (has_the_name(hold))
            (void)unlink(hold->lock_path);
        (void)close(hold->lock);
    }
    free(hold->lock_path);
    nd_place_free(hold->place);
    free(hold);
}
