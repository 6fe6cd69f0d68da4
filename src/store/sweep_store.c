#include "store/sweep_store.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "store/sweep_door.h"
#include "store/sweep_schema.h"

enum { BUSY_MILLISECONDS = 120000, BUSY_PIECE = 5 };

static const char *const STATE_NAMES[ND_RUN_STATES] = {"waiting", "running", "done", "diverged",
                                                       "failed"};

const char *nd_run_state_name(nd_run_state state) {
    return STATE_NAMES[state];
}

nd_run_state nd_run_state_find(const char *name) {
    int state = 0;
    while (state < ND_RUN_STATES && strcmp(STATE_NAMES[state], name) != 0)
        state++;
    return (nd_run_state)state;
}

/* SQLite takes a file system that knows no locks for one where another process holds them. The call
 * that failed was the last one made. */
static int wait_while_busy(void *context, int times) {
    static const struct timespec A_WHILE = {.tv_nsec = 1000000L * BUSY_PIECE};
    nd_sweep_store *store = context;
    store->no_locks = errno == ENOLCK;
    if (store->no_locks || times >= BUSY_MILLISECONDS / BUSY_PIECE)
        return 0;
    (void)nanosleep(&A_WHILE, NULL);
    return 1;
}

nd_sweep_store *nd_sweep_open_database(const char *file, const char *path, int flags,
                                       nd_error *error) {
    nd_sweep_store *store = nd_array(1, sizeof *store, error);
    if (!store)
        return NULL;
    pthread_mutex_init(&store->lock, NULL);
    if (!(store->path = nd_text(path, error))) {
        nd_sweep_store_close(store);
        return NULL;
    }
    if (!nd_sweep_door_files(file, error)) {
        nd_sweep_store_close(store);
        return NULL;
    }
    if (sqlite3_open_v2(file, &store->database, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        nd_sweep_database_failed(store, error);
        nd_sweep_store_close(store);
        return NULL;
    }
    sqlite3_busy_handler(store->database, wait_while_busy, store);
    if (nd_sweep_door_defend(store, error))
        return store;
    nd_sweep_store_close(store);
    return NULL;
}

void nd_sweep_store_close(nd_sweep_store *store) {
    if (!store)
        return;
    sqlite3_close(store->database);
    pthread_mutex_destroy(&store->lock);
    free(store->path);
    free(store);
}

/* Is it a store of ours at all? */
static bool check_format(nd_sweep_store *store, nd_error *error) {
    char *format = nd_sweep_fact(store, "format", error);
    bool fine = format && strcmp(format, "nulldrift sweep 1") == 0;
    if (format && !fine)
        nd_fail(error, store->path, NULL, "has format '%s', expected 'nulldrift sweep 1'", format);
    free(format);
    return fine;
}

nd_sweep_store *nd_sweep_store_open(const char *path, nd_error *error) {
    if (access(path, R_OK) != 0) {
        nd_fail_errno(error, path, "start it with `nulldrift sweep run`", "cannot be opened");
        return NULL;
    }
    nd_sweep_store *store = nd_sweep_open_database(path, path, SQLITE_OPEN_READWRITE, error);
    if (store && check_format(store, error) && nd_sweep_door_check(store, error))
        return store;
    nd_sweep_store_close(store);
    return NULL;
}

bool nd_sweep_store_claim(nd_sweep_store *store, const char *owner, bool *found, int64_t *id,
                          char **experiment, nd_error *error) {
    pthread_mutex_lock(&store->lock);
    *found = false;
    *experiment = NULL;
    sqlite3_stmt *statement = nd_sweep_prepare(
        store,
        "UPDATE run SET state = 'running', owner = ? WHERE id = (SELECT id FROM run "
        "WHERE state = 'waiting' ORDER BY cost DESC, id LIMIT 1) RETURNING id, experiment",
        error);
    bool fine = statement && nd_sweep_execute(store, "BEGIN IMMEDIATE", error);
    if (fine) {
        sqlite3_bind_text(statement, 1, owner, -1, SQLITE_STATIC);
        int code = sqlite3_step(statement);
        if (code == SQLITE_ROW) {
            *found = true;
            *id = sqlite3_column_int64(statement, 0);
            const char *text = nd_sweep_row_text(statement, 1);
            *experiment = text ? nd_text(text, error) : NULL;
            fine = *experiment ||
                   nd_fail(error, store->path, NULL, "run %lld has no experiment", (long long)*id);
            code = sqlite3_step(statement);
        }
        if (fine && code != SQLITE_DONE)
            fine = nd_sweep_database_failed(store, error);
        sqlite3_finalize(statement);
        statement = NULL;
        if (!fine || !nd_sweep_execute(store, "COMMIT", error)) {
            fine = false;
            sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
        }
    }
    sqlite3_finalize(statement);
    if (!fine) {
        free(*experiment);
        *experiment = NULL;
        *found = false;
    }
    pthread_mutex_unlock(&store->lock);
    return fine;
}

static void bind_blob(sqlite3_stmt *statement, int at, const void *values, size_t bytes) {
    if (values)
        sqlite3_bind_blob64(statement, at, values, bytes, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, at);
}

static char *finish_statement(nd_error *error) {
    nd_sweep_writing writing;
    if (!nd_sweep_writing_begin(&writing, error))
        return NULL;
    FILE *out = writing.out;
    fputs("UPDATE run SET state = ?, reason = ?, seconds = ?, trace_step = ?, trace_log10_loss = ?,"
          "trace_active_fraction = ?, trace_fraction_active_units = ?, owner = NULL",
          out);
    for (size_t i = 0; i < ND_RUN_METRICS; i++)
        fprintf(out, ",\"%s\" = ?", nd_run_metric_name(i));
    fputs(" WHERE id = ? AND owner = ? AND state = 'running'", out);
    return nd_sweep_writing_end(&writing, error);
}

bool nd_sweep_store_finish(nd_sweep_store *store, int64_t id, const char *owner,
                           const nd_sweep_result *result, nd_error *error) {
    char *sql = finish_statement(error);
    if (!sql)
        return false;
    pthread_mutex_lock(&store->lock);
    sqlite3_stmt *statement = nd_sweep_prepare(store, sql, error);
    if (statement) {
        size_t floats = result->records * sizeof(float);
        sqlite3_bind_text(statement, 1, STATE_NAMES[result->state], -1, SQLITE_STATIC);
        sqlite3_bind_text(statement, 2, result->reason, -1, SQLITE_STATIC);
        sqlite3_bind_double(statement, 3, result->seconds);
        bind_blob(statement, 4, result->step, result->records * sizeof(int64_t));
        bind_blob(statement, 5, result->log10_loss, floats);
        bind_blob(statement, 6, result->active_fraction, floats);
        bind_blob(statement, 7, result->fraction_active_units, floats);
        for (int i = 0; i < ND_RUN_METRICS; i++) /* NaN becomes NULL */
            sqlite3_bind_double(statement, 8 + i, result->metrics[i]);
        sqlite3_bind_int64(statement, 8 + ND_RUN_METRICS, id);
        sqlite3_bind_text(statement, 9 + ND_RUN_METRICS, owner, -1, SQLITE_STATIC);
    }
    bool fine = nd_sweep_finish_statement(store, statement, error);
    if (fine && sqlite3_changes(store->database) != 1)
        fine = nd_fail(error, store->path, NULL, "run %lld is not ours to finish", (long long)id);
    pthread_mutex_unlock(&store->lock);
    free(sql);
    return fine;
}

bool nd_sweep_store_release(nd_sweep_store *store, const char *owner, nd_error *error) {
    pthread_mutex_lock(&store->lock);
    sqlite3_stmt *statement = nd_sweep_prepare(store,
                                               "UPDATE run SET state = 'waiting', owner = NULL "
                                               "WHERE state = 'running' AND owner = ?",
                                               error);
    if (statement)
        sqlite3_bind_text(statement, 1, owner, -1, SQLITE_STATIC);
    bool fine = nd_sweep_finish_statement(store, statement, error);
    pthread_mutex_unlock(&store->lock);
    return fine;
}

bool nd_sweep_store_owners(nd_sweep_store *store,
                           bool (*visit)(const char *owner, void *context, nd_error *error),
                           void *context, nd_error *error) {
    enum { MOST = 1024, LENGTH = 96 };
    char(*owners)[LENGTH] = nd_array(MOST, LENGTH, error);
    if (!owners)
        return false;
    pthread_mutex_lock(&store->lock);
    sqlite3_stmt *statement =
        nd_sweep_prepare(store, "SELECT DISTINCT owner FROM run WHERE state = 'running'", error);
    size_t count = 0;
    int code = SQLITE_DONE;
    while (statement && (code = sqlite3_step(statement)) == SQLITE_ROW && count < MOST) {
        const char *owner = nd_sweep_row_text(statement, 0);
        if (owner && strlen(owner) < LENGTH)
            snprintf(owners[count++], LENGTH, "%s", owner);
    }
    bool fine = statement && (code == SQLITE_DONE || code == SQLITE_ROW ||
                              nd_sweep_database_failed(store, error));
    sqlite3_finalize(statement);
    pthread_mutex_unlock(&store->lock);
    for (size_t i = 0; fine && i < count; i++)
        fine = visit(owners[i], context, error);
    free(owners);
    return fine;
}

bool nd_sweep_store_retry(nd_sweep_store *store, nd_run_state state, size_t *count,
                          nd_error *error) {
    pthread_mutex_lock(&store->lock);
    sqlite3_stmt *statement = nd_sweep_prepare(
        store, "UPDATE run SET state = 'waiting', reason = NULL, owner = NULL WHERE state = ?",
        error);
    if (statement)
        sqlite3_bind_text(statement, 1, STATE_NAMES[state], -1, SQLITE_STATIC);
    bool fine = nd_sweep_finish_statement(store, statement, error);
    *count = fine ? (size_t)sqlite3_changes(store->database) : 0;
    pthread_mutex_unlock(&store->lock);
    return fine;
}

bool nd_sweep_store_reopen(nd_sweep_store *store, int64_t id, nd_error *error) {
    pthread_mutex_lock(&store->lock);
    sqlite3_stmt *statement = nd_sweep_prepare(
        store,
        "UPDATE run SET state = 'waiting', reason = NULL, owner = NULL WHERE id = ? "
        "AND state IN ('done', 'diverged', 'failed')",
        error);
    if (statement)
        sqlite3_bind_int64(statement, 1, id);
    bool fine = nd_sweep_finish_statement(store, statement, error);
    pthread_mutex_unlock(&store->lock);
    return fine;
}
