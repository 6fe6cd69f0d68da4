#include "store/sweep_schema.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "experiment/parse.h"

bool nd_sweep_database_failed(const nd_sweep_store *store, nd_error *error) {
    int code = sqlite3_errcode(store->database) & 0xff;
    int why =
        code == SQLITE_IOERR || code == SQLITE_CANTOPEN ? sqlite3_system_errno(store->database) : 0;
    if (code == SQLITE_FULL || why == ENOSPC || why == EDQUOT) /* what it grows by may be mapped */
        return nd_fail(error, store->path, "free some space and run the same command again",
                       "database or disk is full");
    if (code == SQLITE_BUSY && store->no_locks)
        return nd_fail(error, store->path, "copy the folder to another disk",
                       "its file system knows no locks, which a sweep's store needs");
    if (code == SQLITE_NOMEM)
        return nd_fail(error, store->path, NULL, ND_OUT_OF_MEMORY " for the sweep's store");
    return nd_fail(error, store->path, code == SQLITE_NOTADB ? "is it a sweep's store?" : NULL,
                   "%s%s%s", sqlite3_errmsg(store->database), why ? ": " : "",
                   why ? strerror(why) : "");
}

bool nd_sweep_execute(nd_sweep_store *store, const char *sql, nd_error *error) {
    return sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK ||
           nd_sweep_database_failed(store, error);
}

sqlite3_stmt *nd_sweep_prepare(nd_sweep_store *store, const char *sql, nd_error *error) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) != SQLITE_OK)
        nd_sweep_database_failed(store, error);
    return statement;
}

bool nd_sweep_finish_statement(nd_sweep_store *store, sqlite3_stmt *statement, nd_error *error) {
    if (!statement)
        return false;
    int code = sqlite3_step(statement);
    bool fine = code == SQLITE_DONE || code == SQLITE_ROW;
    if (!fine)
        nd_sweep_database_failed(store, error);
    sqlite3_finalize(statement);
    return fine;
}

const char *nd_sweep_row_text(sqlite3_stmt *statement, int at) {
    return sqlite3_column_type(statement, at) == SQLITE_TEXT
               ? (const char *)sqlite3_column_text(statement, at)
               : NULL;
}

double nd_sweep_row_number(sqlite3_stmt *statement, int at) {
    int type = sqlite3_column_type(statement, at);
    return type == SQLITE_FLOAT || type == SQLITE_INTEGER ? sqlite3_column_double(statement, at)
                                                          : NAN;
}

bool nd_sweep_has_column(const nd_sweep_store *store, const char *name) {
    return sqlite3_table_column_metadata(store->database, "main", "run", name, NULL, NULL, NULL,
                                         NULL, NULL) == SQLITE_OK;
}

/* Has keys[k] a column: is it the first listing of its name? (A key may be listed once per model.)
 */
static bool has_column(const nd_key *keys, size_t k) {
    return !(keys[k].models & ND_SINGLE_RUN) && nd_key_find(keys[k].name) == &keys[k];
}

/* A count beyond SQLite's integers stays a text of digits in a column without a type: nothing else
 * keeps all 64 bits of a seed. */
static const char *sql_type(const nd_key *key) {
    if (key->kind == ND_COUNT && key->most > 0x1p63)
        return "";
    return key->kind == ND_WORD ? "TEXT" : key->kind == ND_NUMBER ? "REAL" : "INTEGER";
}

bool nd_sweep_writing_begin(nd_sweep_writing *writing, nd_error *error) {
    *writing = (nd_sweep_writing){0};
    writing->out = open_memstream(&writing->sql, &writing->length);
    return writing->out || nd_fail(error, NULL, NULL, ND_OUT_OF_MEMORY " for the sweep's store");
}

char *nd_sweep_writing_end(nd_sweep_writing *writing, nd_error *error) {
    if (fclose(writing->out) == 0)
        return writing->sql;
    free(writing->sql);
    nd_fail(error, NULL, NULL, ND_OUT_OF_MEMORY " for the sweep's store");
    return NULL;
}

static char *create_statement(nd_error *error) {
    size_t count;
    nd_sweep_writing writing;
    if (!nd_sweep_writing_begin(&writing, error))
        return NULL;
    FILE *out = writing.out;
    fputs("CREATE TABLE sweep (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
          "CREATE TABLE run (id INTEGER PRIMARY KEY, label TEXT NOT NULL,"
          "state TEXT NOT NULL DEFAULT 'waiting', reason TEXT, owner TEXT, seconds REAL,"
          "steps REAL NOT NULL, cost REAL NOT NULL",
          out);
    for (size_t i = 0; i < ND_RUN_METRICS; i++)
        fprintf(out, ",\"%s\" REAL", nd_run_metric_name(i));
    const nd_key *keys = nd_keys(&count);
    for (size_t k = 0; k < count; k++)
        if (has_column(keys, k))
            fprintf(out, ",\"%s\" %s", keys[k].name, sql_type(&keys[k]));
    fputs(",experiment TEXT NOT NULL, trace_step BLOB, trace_log10_loss BLOB,"
          "trace_active_fraction BLOB, trace_fraction_active_units BLOB);"
          "CREATE INDEX run_by_state ON run (state, cost DESC);",
          out);
    return nd_sweep_writing_end(&writing, error);
}

static bool put_fact(nd_sweep_store *store, const char *key, const char *value, nd_error *error) {
    sqlite3_stmt *statement = nd_sweep_prepare(store, "INSERT INTO sweep VALUES (?, ?)", error);
    if (statement) {
        sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
        sqlite3_bind_text(statement, 2, value, -1, SQLITE_STATIC);
    }
    return nd_sweep_finish_statement(store, statement, error);
}

/* Which measures were asked for, by their names. */
static bool put_measured(nd_sweep_store *store, const nd_sweep_plan *plan, nd_error *error) {
    nd_buffer names = {0};
    bool fine = true;
    for (size_t i = 0; fine && i < ND_RUN_MEASURES; i++) {
        const char *name = nd_run_measures[i].name;
        if (plan->measured[i])
            fine = (names.length == 0 || nd_buffer_put(&names, " ", 1, error)) &&
                   nd_buffer_put(&names, name, strlen(name), error);
    }
    fine = fine && nd_buffer_put(&names, "", 1, error) &&
           put_fact(store, "measures", (const char *)names.bytes, error);
    nd_buffer_free(&names);
    return fine;
}

bool nd_sweep_create_tables(nd_sweep_store *store, const nd_sweep_plan *plan, nd_error *error) {
    char *sql = create_statement(error), runs[32];
    snprintf(runs, sizeof runs, "%zu", plan->runs);
    bool fine = sql && nd_sweep_execute(store, sql, error) &&
                put_fact(store, "format", "nulldrift sweep 1", error) &&
                put_fact(store, "name", plan->name, error) &&
                put_fact(store, "identity", plan->identity, error) &&
                put_fact(store, "runs", runs, error) &&
                put_fact(store, "spectrum", plan->spectrum ? "true" : "false", error) &&
                put_measured(store, plan, error);
    free(sql);
    return fine;
}

char *nd_sweep_fact(nd_sweep_store *store, const char *key, nd_error *error) {
    sqlite3_stmt *statement =
        nd_sweep_prepare(store, "SELECT value FROM sweep WHERE key = ?", error);
    char *value = NULL;
    if (!statement) {
        if (error && sqlite3_errcode(store->database) == SQLITE_ERROR) /* no such table */
            snprintf(error->mend, sizeof error->mend, "is it a sweep's store?");
        return NULL;
    }
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    int code = sqlite3_step(statement);
    const char *text = code == SQLITE_ROW ? nd_sweep_row_text(statement, 0) : NULL;
    if (text)
        value = nd_text(text, error);
    else if (code != SQLITE_ROW && code != SQLITE_DONE)
        nd_sweep_database_failed(store, error);
    else
        nd_fail(error, store->path, "is it a sweep's store?", "does not say its %s", key);
    sqlite3_finalize(statement);
    return value;
}

/* The statement that adds a run, its parameters numbered in the order of the columns named. */
static char *insert_statement(nd_error *error) {
    size_t count, placed = 5;
    nd_sweep_writing writing;
    if (!nd_sweep_writing_begin(&writing, error))
        return NULL;
    FILE *out = writing.out;
    fputs("INSERT OR IGNORE INTO run (id, label, steps, cost, experiment", out);
    const nd_key *keys = nd_keys(&count);
    for (size_t k = 0; k < count; k++)
        if (has_column(keys, k)) {
            fprintf(out, ",\"%s\"", keys[k].name);
            placed++;
        }
    fputs(") VALUES (?", out);
    while (--placed > 0)
        fputs(",?", out);
    fputc(')', out);
    return nd_sweep_writing_end(&writing, error);
}

static void bind_count(sqlite3_stmt *statement, int at, uint64_t count) {
    char digits[32];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    if (count <= INT64_MAX)
        sqlite3_bind_int64(statement, at, (int64_t)count);
    else
        sqlite3_bind_text(statement, at, digits, -1, SQLITE_TRANSIENT);
}

static void bind_key(sqlite3_stmt *statement, int at, const nd_experiment *experiment,
                     const nd_key *key) {
    const char *member = (const char *)experiment + key->offset;
    char by[80];
    if (!nd_key_honoured(key, experiment, by, sizeof by))
        sqlite3_bind_null(statement, at);
    else if (strcmp(key->name, "network.model") == 0)
        sqlite3_bind_text(statement, at, nd_model_names[experiment->network.model], -1,
                          SQLITE_STATIC);
    else if (key->kind == ND_WORD)
        sqlite3_bind_text(statement, at, *(char *const *)member, -1, SQLITE_TRANSIENT);
    else if (key->kind == ND_NUMBER)
        sqlite3_bind_double(statement, at, *(const double *)member);
    else if (key->kind == ND_COUNT)
        bind_count(statement, at, *(const uint64_t *)member);
    else
        sqlite3_bind_int(statement, at, *(const bool *)member);
}

/* A key listed once per model: the listing that belongs to the experiment's. */
static const nd_key *listing_for(const nd_key *keys, size_t count, size_t k, nd_model model) {
    for (size_t i = k; i < count; i++)
        if (strcmp(keys[i].name, keys[k].name) == 0 && keys[i].models & 1U << model)
            return &keys[i];
    return &keys[k];
}

static bool add_run(nd_sweep_store *store, sqlite3_stmt *statement, size_t id,
                    const nd_planned_run *run, nd_error *error) {
    size_t count;
    const nd_key *keys = nd_keys(&count);
    nd_experiment *experiment = nd_experiment_restore(run->experiment, store->path, error);
    if (!experiment)
        return false;
    sqlite3_bind_int64(statement, 1, (int64_t)id);
    sqlite3_bind_text(statement, 2, run->label, -1, SQLITE_STATIC);
    sqlite3_bind_double(statement, 3, run->steps);
    sqlite3_bind_double(statement, 4, run->cost);
    sqlite3_bind_text(statement, 5, run->experiment, -1, SQLITE_STATIC);
    int at = 6;
    for (size_t k = 0; k < count; k++)
        if (has_column(keys, k))
            bind_key(statement, at++, experiment,
                     listing_for(keys, count, k, experiment->network.model));
    bool fine = sqlite3_step(statement) == SQLITE_DONE || nd_sweep_database_failed(store, error);
    sqlite3_reset(statement);
    nd_experiment_free(experiment);
    return fine;
}

bool nd_sweep_add_runs(nd_sweep_store *store, const nd_sweep_plan *plan, size_t shard,
                       size_t shards, nd_error *error) {
    char *sql = insert_statement(error);
    sqlite3_stmt *statement = sql ? nd_sweep_prepare(store, sql, error) : NULL;
    bool fine = statement != NULL;
    for (size_t id = shard; fine && id < plan->runs; id += shards)
        fine = add_run(store, statement, id, &plan->run[id], error);
    sqlite3_finalize(statement);
    free(sql);
    return fine;
}
