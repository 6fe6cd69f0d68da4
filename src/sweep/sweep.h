/* Runs a sweep: many experiments, all cores, one store (docs/sweeps.md). */
#ifndef ND_SWEEP_SWEEP_H
#define ND_SWEEP_SWEEP_H

#include "store/sweep_store.h"

typedef struct nd_sweep_options {
    unsigned jobs;        /* runs at a time; 0: one per processor */
    size_t shard, shards; /* this part of the runs; shards 0: all */
    bool retry_failed, retry_diverged;
    /* Leave every run's file in the folder, run-ID.nc; and take up again those that ended before
     * without one. */
    bool keep_runs, retry_unkept;
    bool follow_links;         /* in data files, to other regular files */
    const char *command_line;  /* for the history of those files; may be NULL */
    double checkpoint_seconds; /* between saves of a run in progress; 0: every 60 s */
    /* As of nd_run_options; called from the thread that calls nd_sweep_run. */
    void (*tell)(const char *lines, void *context);
    void *context;
} nd_sweep_options;

/* Runs what is left of the sweep at `path` into the store in `folder` (made if need be). Runs that
 * fail or diverge are recorded, the others go on. Returns false, with `error`, when the sweep
 * itself cannot go on; *stopped tells that the watch stopped it. */
bool nd_sweep_run(const char *path, const char *folder, const nd_sweep_options *options,
                  const nd_watch *watch, bool *stopped, nd_error *error);

/* FOLDER/sweep.sqlite, or the store's name for a shard; free() it. */
char *nd_sweep_store_path(const char *folder, size_t shard, size_t shards, nd_error *error);

#endif
