/* Reading a sweep's store: its state, its table, its runs; and merging shards. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/error.h"
#include "base/json.h"
#include "base/words.h"
#include "experiment/parse.h"
#include "measure/divergence.h"
#include "store/sweep_door.h"
#include "store/sweep_schema.h"

bool nd_sweep_store_status(nd_sweep_store *store, nd_sweep_status *status, nd_error *error) {
    *status = (nd_sweep_status){0};
    char *name = nd_sweep_fact(store, "name", error);
    if (!name)
        return false;
    snprintf(status->name, sizeof status->name, "%s", name);
    free(name);
    sqlite3_stmt *statement =
        nd_sweep_prepare(store,
                         "SELECT state, count(*), sum(steps), sum(seconds),"
                         "sum(active_units_ratio = 0) FROM run GROUP BY state",
                         error);
    int code = SQLITE_DONE;
    while (statement && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        nd_run_state state = ND_RUN_STATES;
        const char *name_of = nd_sweep_row_text(statement, 0);
        if (name_of)
            state = nd_run_state_find(name_of);
        if (state == ND_RUN_STATES)
            continue;
        double steps = sqlite3_column_double(statement, 2);
        status->runs[state] = (size_t)sqlite3_column_int64(statement, 1);
        status->steps += steps;
        if (state >= ND_DONE) {
            status->steps_done += steps;
            status->seconds += sqlite3_column_double(statement, 3);
        }
        if (state == ND_DONE)
            status->silent = (size_t)sqlite3_column_int64(statement, 4);
    }
    bool fine = statement && (code == SQLITE_DONE || nd_sweep_database_failed(store, error));
    sqlite3_finalize(statement);
    return fine;
}

/* Do the runs differ in this key? */
static bool varies(nd_sweep_store *store, const char *key) {
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT count(DISTINCT \"%s\") > 1 FROM run", key);
    sqlite3_stmt *statement = nd_sweep_prepare(store, sql, NULL);
    bool answer =
        statement && sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_int(statement, 0) == 1;
    sqlite3_finalize(statement);
    return answer;
}

/* ",NAME" of a metric; a store made before it was thought of has none. */
static void name_metric(const nd_sweep_store *store, size_t index, FILE *out) {
    const char *name = nd_run_metric_name(index);
    fprintf(out, nd_sweep_has_column(store, name) ? ",\"%s\"" : ",NULL AS \"%s\"", name);
}

char *nd_sweep_table_statement(nd_sweep_store *store, bool all_keys, nd_error *error) {
    size_t count;
    nd_sweep_writing writing;
    if (!nd_sweep_writing_begin(&writing, error))
        return NULL;
    FILE *out = writing.out;
    fputs("SELECT id, label, state, reason, seconds", out);
    char *measures = nd_sweep_fact(store, "measures", NULL); /* none in a store of 0.1.0 */
    for (size_t i = 0; i < ND_RUN_METRICS; i++)
        if (i < ND_BASIC_METRICS || nd_listed(measures, nd_run_metric_name(i)))
            name_metric(store, i, out);
    free(measures);
    const nd_key *keys = nd_keys(&count);
    for (size_t k = 0; k < count; k++)
        if (nd_key_find(keys[k].name) == &keys[k] && !(keys[k].models & ND_SINGLE_RUN) &&
            (all_keys || varies(store, keys[k].name)))
            fprintf(out, ",\"%s\"", keys[k].name);
    fputs(" FROM run ORDER BY id", out);
    return nd_sweep_writing_end(&writing, error);
}

/* A value with all its digits, NULL as an empty cell. */
static void put_value(FILE *out, sqlite3_stmt *statement, int at) {
    char number[40];
    const char *text = number;
    if (sqlite3_column_type(statement, at) == SQLITE_FLOAT)
        snprintf(number, sizeof number, "%.15g", sqlite3_column_double(statement, at));
    else
        text = (const char *)sqlite3_column_text(statement, at);
    nd_table_put(out, text ? text : "", at == 0);
}

/* A cell as a member of JSON: numbers as numbers, with all 64 bits of a count; NULL as null. */
static void put_member(nd_json *json, sqlite3_stmt *statement, int at) {
    const char *name = sqlite3_column_name(statement, at);
    const nd_key *key = nd_key_find(name);
    const char *text = (const char *)sqlite3_column_text(statement, at);
    if (text && key && key->kind == ND_TRUTH)
        nd_json_truth(json, name, sqlite3_column_int(statement, at) != 0);
    else if (text && key && key->kind == ND_COUNT)
        nd_json_count(json, name, strtoull(text, NULL, 10));
    else if (sqlite3_column_type(statement, at) == SQLITE_FLOAT ||
             sqlite3_column_type(statement, at) == SQLITE_INTEGER)
        nd_json_number(json, name, sqlite3_column_double(statement, at));
    else
        nd_json_text(json, name, text);
}

bool nd_sweep_store_write_table(nd_sweep_store *store, bool all_keys, bool as_json, FILE *out,
                                nd_error *error) {
    char *sql = nd_sweep_table_statement(store, all_keys, error);
    sqlite3_stmt *statement = sql ? nd_sweep_prepare(store, sql, error) : NULL;
    free(sql);
    if (!statement)
        return false;
    int columns = sqlite3_column_count(statement), code;
    for (int i = 0; i < columns && !as_json; i++)
        nd_table_put(out, sqlite3_column_name(statement, i), i == 0);
    if (!as_json)
        fputc('\n', out);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (as_json) {
            nd_json json = nd_json_begin(out);
            for (int i = 0; i < columns; i++)
                put_member(&json, statement, i);
            nd_json_end(&json);
            continue;
        }
        for (int i = 0; i < columns; i++)
            put_value(out, statement, i);
        fputc('\n', out);
    }
    bool fine = code == SQLITE_DONE || nd_sweep_database_failed(store, error);
    sqlite3_finalize(statement);
    return fine;
}

/* A blob of `count` elements copied to aligned memory; NULL where there is none. */
static void *copy_blob(sqlite3_stmt *statement, int at, size_t count, size_t size,
                       nd_error *error) {
    const void *blob = sqlite3_column_blob(statement, at);
    void *copy = nd_array(count, size, error);
    if (copy && blob && (size_t)sqlite3_column_bytes(statement, at) == count * size)
        memcpy(copy, blob, count * size);
    return copy;
}

/* Is the trace of a run that is `done` one of divergence? In stores of 0.1.0, which did not judge
 * it, such runs are among those done. */
static bool went_astray(const nd_sweep_result *result, double factor) {
    nd_divergence watch = nd_divergence_start(factor, result->records);
    for (size_t i = 0; i < result->records; i++)
        if (nd_divergence_at(&watch, pow(10, (double)result->log10_loss[i])))
            return true;
    return false;
}

static bool judge(const char *text, nd_sweep_result *result, nd_error *error) {
    static const double ANY = 1; /* no experiment need be read where nothing is this high */
    if (result->state != ND_DONE || !went_astray(result, ANY))
        return true;
    nd_experiment *experiment = nd_experiment_restore(text, "sweep store", error);
    if (!experiment)
        return false;
    if (went_astray(result, experiment->learning.divergence)) {
        result->state = ND_DIVERGED;
        result->reason = "its loss stays above the limit of learning.divergence";
    }
    nd_experiment_free(experiment);
    return true;
}

/* Do the steps of the trace go up, from zero or more? */
static bool are_steps(const nd_sweep_result *result) {
    int64_t before = -1;
    for (size_t i = 0; i < result->records; before = result->step[i++])
        if (result->step[i] <= before)
            return false;
    return true;
}

static bool visit_row(sqlite3_stmt *statement,
                      bool (*visit)(int64_t id, const char *experiment,
                                    const nd_sweep_result *result, void *context, nd_error *error),
                      void *context, nd_error *error) {
    nd_sweep_result result = {0};
    const char *state = nd_sweep_row_text(statement, 2);
    const char *experiment = nd_sweep_row_text(statement, 1);
    result.state = nd_run_state_find(state ? state : "");
    result.reason = nd_sweep_row_text(statement, 3);
    result.seconds = nd_sweep_row_number(statement, 4);
    result.records = (size_t)sqlite3_column_bytes(statement, 5) / sizeof(int64_t);
    result.step = copy_blob(statement, 5, result.records, sizeof(int64_t), error);
    result.log10_loss = copy_blob(statement, 6, result.records, sizeof(float), error);
    result.active_fraction = copy_blob(statement, 7, result.records, sizeof(float), error);
    result.fraction_active_units = copy_blob(statement, 8, result.records, sizeof(float), error);
    for (int i = 0; i < ND_RUN_METRICS; i++)
        result.metrics[i] = nd_sweep_row_number(statement, 9 + i);
    long long id = sqlite3_column_int64(statement, 0);
    bool fine =
        result.step && result.log10_loss && result.active_fraction && result.fraction_active_units;
    if (fine && (!experiment || result.state == ND_RUN_STATES || !are_steps(&result)))
        fine = nd_fail(error, "sweep store", "only stores that `nulldrift sweep run` made are read",
                       "run %lld is nothing that a sweep writes", id);
    fine =
        fine && judge(experiment, &result, error) && visit(id, experiment, &result, context, error);
    free(result.step);
    free(result.log10_loss);
    free(result.active_fraction);
    free(result.fraction_active_units);
    return fine;
}

static char *runs_statement(const nd_sweep_store *store, nd_error *error) {
    nd_sweep_writing writing;
    if (!nd_sweep_writing_begin(&writing, error))
        return NULL;
    FILE *out = writing.out;
    fputs("SELECT id, experiment, state, reason, seconds, trace_step, trace_log10_loss, "
          "trace_active_fraction, trace_fraction_active_units",
          out);
    for (size_t i = 0; i < ND_RUN_METRICS; i++)
        name_metric(store, i, out);
    fputs(" FROM run WHERE state IN ('done', 'diverged', 'failed') ORDER BY id", out);
    return nd_sweep_writing_end(&writing, error);
}

bool nd_sweep_store_each(nd_sweep_store *store,
                         bool (*visit)(int64_t id, const char *experiment,
                                       const nd_sweep_result *result, void *context,
                                       nd_error *error),
                         void *context, nd_error *error) {
    char *sql = runs_statement(store, error);
    sqlite3_stmt *statement = sql ? nd_sweep_prepare(store, sql, error) : NULL;
    free(sql);
    int code = SQLITE_DONE;
    bool fine = statement != NULL;
    while (fine && (code = sqlite3_step(statement)) == SQLITE_ROW)
        fine = visit_row(statement, visit, context, error);
    if (fine && code != SQLITE_DONE)
        fine = nd_sweep_database_failed(store, error);
    sqlite3_finalize(statement);
    return fine;
}

bool nd_sweep_store_copy(nd_sweep_store *store, const char *path, nd_error *error) {
    unlink(path);
    sqlite3_stmt *statement = nd_sweep_prepare(store, "VACUUM INTO ?", error);
    if (statement)
        sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
    return nd_sweep_finish_statement(store, statement, error);
}

/* The identity of the attached shard must be ours. */
static bool same_identity(nd_sweep_store *store, const char *path, nd_error *error) {
    sqlite3_stmt *statement = nd_sweep_prepare(
        store,
        "SELECT count(*) = 1 FROM main.sweep AS ours JOIN shard.sweep AS theirs "
        "ON ours.key = 'identity' AND theirs.key = 'identity' AND ours.value = theirs.value",
        NULL);
    bool same =
        statement && sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_int(statement, 0) == 1;
    sqlite3_finalize(statement);
    return same || nd_fail(error, path, "merge shards of one sweep only",
                           "is not a shard of the sweep in %s", store->path);
}

/* Takes over the runs of the attached shard. */
static bool take_shard(nd_sweep_store *store, nd_error *error) {
    char *columns = nd_sweep_columns(store, error), *sql = NULL;
    bool fine = columns && asprintf(&sql,
                                    "BEGIN IMMEDIATE;"
                                    "DELETE FROM main.run WHERE state IN ('waiting', 'running') "
                                    "AND id IN (SELECT id FROM shard.run WHERE state NOT IN "
                                    "('waiting', 'running'));"
                                    "INSERT OR IGNORE INTO main.run (%s) SELECT %s FROM shard.run;"
                                    "UPDATE main.run SET state = 'waiting', owner = NULL "
                                    "WHERE state = 'running';"
                                    "COMMIT",
                                    columns, columns) >= 0;
    if (columns && !fine)
        nd_fail(error, store->path, NULL, ND_OUT_OF_MEMORY " for its columns");
    fine = fine && nd_sweep_execute(store, sql, error);
    if (!fine)
        sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    if (columns)
        free(sql);
    free(columns);
    return fine;
}

bool nd_sweep_store_merge(nd_sweep_store *store, const char *path, nd_error *error) {
    nd_sweep_store *shard = nd_sweep_store_open(path, error);
    bool ready = shard && nd_sweep_add_columns(shard, error) && nd_sweep_add_columns(store, error);
    nd_sweep_store_close(shard);
    /* What is said to be merged stays so: SQLite makes the end of its journal durable only thus. */
    if (!ready || !nd_sweep_execute(store, "PRAGMA synchronous = EXTRA", error))
        return false;
    sqlite3_stmt *statement = nd_sweep_prepare(store, "ATTACH DATABASE ? AS shard", error);
    if (statement)
        sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
    if (!nd_sweep_finish_statement(store, statement, error))
        return false;
    bool fine = same_identity(store, path, error) && take_shard(store, error);
    sqlite3_exec(store->database, "DETACH DATABASE shard", NULL, NULL, NULL);
    return fine;
}
