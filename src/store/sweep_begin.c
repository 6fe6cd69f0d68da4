/* Taking up a sweep's store: its own, or one made new; a refused one leaves nothing behind. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/place.h"
#include "store/sweep_schema.h"

bool nd_sweep_add_columns(nd_sweep_store *store, nd_error *error) {
    for (size_t i = 0; i < ND_RUN_METRICS; i++) {
        char sql[160];
        if (nd_sweep_has_column(store, nd_run_metric_name(i)))
            continue;
        snprintf(sql, sizeof sql, "ALTER TABLE run ADD COLUMN \"%s\" REAL", nd_run_metric_name(i));
        if (!nd_sweep_execute(store, sql, error))
            return false;
    }
    return true;
}

/* Makes the store aside and puts it in place whole. */
static bool make_store(const char *path, const nd_sweep_plan *plan, size_t shard, size_t shards,
                       nd_error *error) {
    nd_place *place = nd_place_find(path, error);
    char *aside = place ? nd_place_aside(place, error) : NULL;
    nd_sweep_store *store =
        aside
            ? nd_sweep_open_database(aside, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error)
            : NULL;
    bool fine = store && nd_sweep_execute(store, "PRAGMA synchronous = OFF; BEGIN", error) &&
                nd_sweep_create_tables(store, plan, error) &&
                nd_sweep_add_runs(store, plan, shard, shards, error) &&
                nd_sweep_execute(store, "COMMIT; PRAGMA journal_mode = WAL", error);
    nd_sweep_store_close(store);
    if (fine)
        fine = nd_place_publish(place, aside, error);
    else if (aside) {
        char *journal = nd_path_with(aside, "-journal", NULL);
        unlink(aside);
        if (journal)
            unlink(journal);
        free(journal);
    }
    free(aside);
    nd_place_free(place);
    return fine;
}

static bool same_sweep(nd_sweep_store *store, const char *identity, nd_error *error) {
    char *found = nd_sweep_fact(store, "identity", error);
    bool fine = found && strcmp(found, identity) == 0;
    if (found && !fine)
        nd_fail(error, store->path, "choose another folder, or the sweep it was made from",
                "belongs to another sweep: its experiments or metrics differ");
    free(found);
    return fine;
}

/* Holds the lock at `path`, made if need be: its file descriptor, or -1. Whoever made no store
 * under it has removed it, so that a lock got late may be of a file that is there no more. */
static int take_lock(const char *path, nd_error *error) {
    for (;;) {
        struct stat held, there;
        int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (lock < 0 || flock(lock, LOCK_EX) != 0 || fstat(lock, &held) != 0) {
            nd_fail_errno(error, path, "choose another folder", "cannot be locked");
            if (lock >= 0)
                close(lock);
            return -1;
        }
        if (stat(path, &there) == 0 && there.st_ino == held.st_ino && there.st_dev == held.st_dev)
            return lock;
        close(lock);
    }
}

bool nd_sweep_store_is_of(const char *path, const nd_sweep_plan *plan, nd_error *error) {
    if (access(path, F_OK) != 0)
        return true;
    nd_sweep_store *store = nd_sweep_store_open(path, error);
    bool fine = store && same_sweep(store, plan->identity, error);
    nd_sweep_store_close(store);
    return fine;
}

nd_sweep_store *nd_sweep_store_begin(const char *path, const nd_sweep_plan *plan, size_t shard,
                                     size_t shards, nd_error *error) {
    /* Processes that start together make one store: the first under this lock. */
    char *lock_path = nd_path_with(path, ".lock", error);
    int lock =
        lock_path && nd_sweep_store_is_of(path, plan, error) ? take_lock(lock_path, error) : -1;
    nd_sweep_store *store = NULL;
    bool fine = lock >= 0;
    if (fine) {
        bool there = access(path, F_OK) == 0;
        fine = (there || make_store(path, plan, shard, shards, error)) &&
               (store = nd_sweep_store_open(path, error)) &&
               same_sweep(store, plan->identity, error) && nd_sweep_add_columns(store, error) &&
               nd_sweep_execute(store, "PRAGMA synchronous = NORMAL", error);
        if (fine && there)
            fine = nd_sweep_execute(store, "BEGIN IMMEDIATE", error) &&
                   nd_sweep_add_runs(store, plan, shard, shards, error) &&
                   nd_sweep_execute(store, "COMMIT", error);
        if (access(path, F_OK) != 0)
            unlink(lock_path);
        close(lock);
    }
    free(lock_path);
    if (fine)
        return store;
    nd_sweep_store_close(store);
    return NULL;
}
