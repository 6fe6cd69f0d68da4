/* The database of a sweep, as SQLite sees it. */
#ifndef ND_STORE_SWEEP_SCHEMA_H
#define ND_STORE_SWEEP_SCHEMA_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>

#include "store/sweep_store.h"

struct nd_sweep_store {
    sqlite3 *database;
    char *path;
    pthread_mutex_t lock; /* one statement at a time */
    bool no_locks;        /* its file system knows none, as was seen when one was waited for */
};

/* A handle on the database at `file`, which errors call `path`; flags are of sqlite3_open_v2. */
nd_sweep_store *nd_sweep_open_database(const char *file, const char *path, int flags,
                                       nd_error *error);

/* Has the table of runs a column of that name? Stores of earlier versions lack metrics. */
bool nd_sweep_has_column(const nd_sweep_store *store, const char *name);
/* Adds the metrics' columns that are not there, for whoever writes. */
bool nd_sweep_add_columns(nd_sweep_store *store, nd_error *error);

/* Fills `error` from the database's last complaint; returns false. */
bool nd_sweep_database_failed(const nd_sweep_store *store, nd_error *error);
/* Runs statements that give no rows. */
bool nd_sweep_execute(nd_sweep_store *store, const char *sql, nd_error *error);
sqlite3_stmt *nd_sweep_prepare(nd_sweep_store *store, const char *sql, nd_error *error);
/* Steps a statement that gives no rows, and finalizes it. */
bool nd_sweep_finish_statement(nd_sweep_store *store, sqlite3_stmt *statement, nd_error *error);

/* A statement written piece by piece: begun, written to `out`, ended. */
typedef struct nd_sweep_writing {
    FILE *out;
    char *sql;
    size_t length;
} nd_sweep_writing;
bool nd_sweep_writing_begin(nd_sweep_writing *writing, nd_error *error);
/* The statement, to free(); NULL with `error` filled. */
char *nd_sweep_writing_end(nd_sweep_writing *writing, nd_error *error);

/* Text of a row, NULL where it is none; a number, NaN where it is none. */
const char *nd_sweep_row_text(sqlite3_stmt *statement, int at);
double nd_sweep_row_number(sqlite3_stmt *statement, int at);

/* Makes the tables: identity and name from the plan. */
bool nd_sweep_create_tables(nd_sweep_store *store, const nd_sweep_plan *plan, nd_error *error);
/* Adds the plan's runs of one shard that are not there. */
bool nd_sweep_add_runs(nd_sweep_store *store, const nd_sweep_plan *plan, size_t shard,
                       size_t shards, nd_error *error);

#endif
