/** @file
 * Sweeps: many experiments in one store (docs/sweeps.md).
 */
#ifndef NULLDRIFT_SWEEP_H
#define NULLDRIFT_SWEEP_H

#include "nulldrift/base.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** How a sweep is to be run; all zero: as usual. */
typedef struct nd_sweep_request {
    unsigned jobs;             /**< runs at a time; 0: one per processor */
    size_t shard;              /**< this part of the runs, 0 .. shards - 1 */
    size_t shards;             /**< 0: all runs, no parts */
    bool retry_failed;         /**< take up again the runs that failed */
    bool retry_diverged;       /**< and those that diverged */
    bool keep_runs;            /**< leave every run's file in the folder, run-ID.nc */
    bool retry_unkept;         /**< and take up again those that ended before without one */
    const char *command_line;  /**< for the history of those files; may be NULL */
    double checkpoint_seconds; /**< between saves of a run in progress; 0: every 60 s */
    /** Gets what the user should know, one or more lines, from the calling thread. NULL: nobody
     * listens. */
    void (*tell)(const char *lines, void *context);
    void *context; /**< what `tell` gets */
    /** Links in worlds' data files (HDF5's external links) are followed, to any regular file, and
     * `tell` says to which; otherwise runs of such a data file fail. */
    bool follow_links;
} nd_sweep_request;

/** Runs what is left of the sweep file `path` into the store in `folder`, made if need be. Runs
 * that fail or diverge are recorded, the others go on. `request` and `watch` may be NULL. False
 * where the sweep itself cannot go on; `stopped` (may be NULL) tells that the watch stopped it: the
 * same call goes on. */
bool nd_run_sweep(const char *path, const char *folder, const nd_sweep_request *request,
                  const nd_watch *watch, bool *stopped, nd_error *error);

/** How a sweep stands. */
typedef struct nd_sweep_counts {
    char name[128];    /**< the sweep's */
    size_t waiting;    /**< runs that nobody has begun */
    size_t running;    /**< claimed, and not finished */
    size_t done;       /**< finished */
    size_t diverged;   /**< ended by divergence */
    size_t failed;     /**< could not be run */
    size_t silent;     /**< of those done: with no active unit at the end */
    double steps;      /**< of all runs */
    double steps_done; /**< of those finished */
    double seconds;    /**< of processor time, of those finished */
} nd_sweep_counts;

/** Counts the runs of the sweep in `folder`; of its shards, where they are not merged. */
bool nd_count_sweep(const char *folder, nd_sweep_counts *counts, nd_error *error);

/** The sweep in `folder` as a table, a line a run: id, label, state, reason, seconds, metrics, and
 * the keys that differ among runs (all keys if asked); as CSV with a header or, `as_json`, one
 * object a line, as `nulldrift sweep table` writes it. nd_free() it. NULL with error. */
char *nd_tabulate_sweep(const char *folder, bool all_keys, bool as_json, nd_error *error);

/** Runs as a table in memory: those of a sweep that was begun, or as they are planned. */
typedef struct nd_runs_table nd_runs_table;

/** The sweep in `folder` as columns, in the order and by the names of nd_tabulate_sweep. Close it
 * with nd_runs_table_free. NULL with error. */
nd_runs_table *nd_table_of_sweep(const char *folder, bool all_keys, nd_error *error);

/** What the sweep file `path` plans, every run checked, before any is run: id, label, steps (what
 * it is long), the keys that differ among runs (all keys if asked), and experiment, the whole of it
 * as YAML. NULL with error, which names the file and the entry that is wrong. */
nd_runs_table *nd_plan_of_sweep(const char *path, bool all_keys, nd_error *error);

/** One column: exactly one of the three arrays is there. Everything is the table's, until that is
 * freed. */
typedef struct nd_runs_column {
    const char *name;         /**< "id", "log10_loss", "learning.rule" */
    size_t rows;              /**< how many values */
    const double *numbers;    /**< rows; NaN: there is none */
    const uint64_t *counts;   /**< rows: whole numbers with all 64 bits, truths as 0 and 1. A key of
                                   whole numbers that some runs do not use is a column of numbers */
    const char *const *texts; /**< rows; NULL: there is none */
} nd_runs_column;

/** How many columns it has; 0 where `table` is NULL. */
size_t nd_runs_table_columns(const nd_runs_table *table);

/** Column `index`; false beyond the last. */
bool nd_runs_table_column(const nd_runs_table *table, size_t index, nd_runs_column *column);

/** Frees it, and with it its columns; NULL is fine. */
void nd_runs_table_free(nd_runs_table *table);

/** The sweep in `folder` beside a published table (CSV), as `nulldrift sweep compare` writes it, as
 * a table or, `as_json`, an object a line; nd_free() it. `inside` (may be NULL): whether each
 * median lies within the published quartiles. NULL with error. */
char *nd_compare_sweep(const char *folder, const char *published, bool as_json, bool *inside,
                       nd_error *error);

/** Puts the shards in `folder` together. Shards that are missing, unfinished, foreign or doubled
 * are an error, and nothing is done; if `partial`, what is finished is taken, and `remark` (may be
 * NULL) says what is wrong, its `what` being empty otherwise. `count` (may be NULL): how many were
 * merged.
 */
bool nd_merge_sweep(const char *folder, bool partial, size_t *count, nd_error *remark,
                    nd_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
