/* The store of a sweep: one SQLite database (WAL) that holds every run's experiment, state, metrics
 * and traces, in columns anyone can query (docs/sweeps.md). Processes share it: a run is claimed in
 * an immediate transaction, so that nobody does it twice, under the name of its owner.
 * A handle may be used by several threads. */
#ifndef ND_STORE_SWEEP_STORE_H
#define ND_STORE_SWEEP_STORE_H

#include <stdio.h>

#include "store/sweep_plan.h"

typedef enum nd_run_state {
    ND_WAITING,
    ND_RUNNING,
    ND_DONE,
    ND_DIVERGED,
    ND_FAILED,
    ND_RUN_STATES
} nd_run_state;

const char *nd_run_state_name(nd_run_state state);
/* The state of that name; ND_RUN_STATES if there is none. */
nd_run_state nd_run_state_find(const char *name);

/* What a run has left behind: ND_RUN_METRICS values, NaN where there is none; traces are `records`
 * long, NULL where there are none. */
typedef struct nd_sweep_result {
    nd_run_state state;
    const char *reason; /* why it diverged or failed; NULL otherwise */
    double metrics[ND_RUN_METRICS];
    double seconds; /* of processor time */
    size_t records;
    int64_t *step;
    float *log10_loss, *active_fraction, *fraction_active_units;
} nd_sweep_result;

typedef struct nd_sweep_store nd_sweep_store;

/* Opens the store at `path` for the runs of `plan` whose id modulo `shards` is `shard`, making it
 * if it is not there and adding the runs it lacks. A store of another plan is refused. */
nd_sweep_store *nd_sweep_store_begin(const char *path, const nd_sweep_plan *plan, size_t shard,
                                     size_t shards, nd_error *error);
/* Is there no store at `path`, or one of the runs of `plan`? If not, `error` says so. */
bool nd_sweep_store_is_of(const char *path, const nd_sweep_plan *plan, nd_error *error);
/* Opens an existing store for reading. */
nd_sweep_store *nd_sweep_store_open(const char *path, nd_error *error);
void nd_sweep_store_close(nd_sweep_store *store);

/* Claims the dearest waiting run for `owner`: its id, and its experiment, to free(). *found tells
 * whether there was one. */
bool nd_sweep_store_claim(nd_sweep_store *store, const char *owner, bool *found, int64_t *id,
                          char **experiment, nd_error *error);
bool nd_sweep_store_finish(nd_sweep_store *store, int64_t id, const char *owner,
                           const nd_sweep_result *result, nd_error *error);
/* Gives back what `owner` has claimed and not finished. */
bool nd_sweep_store_release(nd_sweep_store *store, const char *owner, nd_error *error);
/* Calls `visit` for every owner of running runs. */
bool nd_sweep_store_owners(nd_sweep_store *store,
                           bool (*visit)(const char *owner, void *context, nd_error *error),
                           void *context, nd_error *error);
/* Puts all runs of a state back to waiting; *count tells how many. */
bool nd_sweep_store_retry(nd_sweep_store *store, nd_run_state state, size_t *count,
                          nd_error *error);

/* Puts one run that has ended back to waiting; one that has not is left as it is. */
bool nd_sweep_store_reopen(nd_sweep_store *store, int64_t id, nd_error *error);

/* How the sweep stands. */
typedef struct nd_sweep_status {
    char name[128];
    size_t runs[ND_RUN_STATES];
    size_t silent; /* done, with no active unit at the end */
    double steps, steps_done, seconds;
} nd_sweep_status;

/* What the store says of itself: name, identity, runs (of the whole sweep), spectrum; free() it. */
char *nd_sweep_fact(nd_sweep_store *store, const char *key, nd_error *error);

bool nd_sweep_store_status(nd_sweep_store *store, nd_sweep_status *status, nd_error *error);

/* Writes one line per run: id, label, state, reason, seconds, metrics, and the keys that differ
 * among runs (all keys if asked); as CSV, or one JSON object a line with the same names. */
bool nd_sweep_store_write_table(nd_sweep_store *store, bool all_keys, bool as_json, FILE *out,
                                nd_error *error);

/* One value of that table. */
typedef enum nd_cell_kind {
    ND_CELL_MISSING,
    ND_CELL_NUMBER,
    ND_CELL_COUNT,
    ND_CELL_TEXT
} nd_cell_kind;
typedef struct nd_sweep_cell {
    nd_cell_kind kind;
    double number;
    uint64_t count; /* and of truths 0 or 1 */
    const char *text;
} nd_sweep_cell;

/* Calls `visit` for every value of the same table, row by row; it must not keep the texts. */
typedef bool nd_sweep_visit(const char *column, size_t row, size_t index, const nd_sweep_cell *cell,
                            void *context, nd_error *error);
bool nd_sweep_store_cells(nd_sweep_store *store, bool all_keys, nd_sweep_visit *visit,
                          void *context, nd_error *error);

/* Reads the runs that are done (all, in order of id): `visit` gets each with its traces, which it
 * must not keep. */
bool nd_sweep_store_each(nd_sweep_store *store,
                         bool (*visit)(int64_t id, const char *experiment,
                                       const nd_sweep_result *result, void *context,
                                       nd_error *error),
                         void *context, nd_error *error);

/* Writes a copy of the store, as it is now, to `path`. */
bool nd_sweep_store_copy(nd_sweep_store *store, const char *path, nd_error *error);

/* Adds the runs of the store at `path` to this one, in which a finished run wins over one that is
 * not. Refused unless both are of one sweep. */
bool nd_sweep_store_merge(nd_sweep_store *store, const char *path, nd_error *error);

#endif
