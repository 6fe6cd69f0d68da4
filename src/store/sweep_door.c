#include "store/sweep_door.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "experiment/parse.h"

static const char NOT_OURS[] = "only stores that `nulldrift sweep run` made are opened";
static const char INDEX[] = "CREATE INDEX run_by_state ON run (state, cost DESC)";

/* Columns beside metrics and keys, with what their values must be, as SQL: `%1$s` is the column. */
static const struct {
    const char *name, *must;
} COLUMNS[] = {
    {"id", "typeof(%1$s) = 'integer' AND %1$s BETWEEN 0 AND 4294967295"},
    {"label", "typeof(%1$s) = 'text' AND length(%1$s) < 100000"},
    {"state", "%1$s IN ('waiting', 'running', 'done', 'diverged', 'failed')"},
    {"reason", "typeof(%1$s) IN ('null', 'text')"},
    {"owner", "typeof(%1$s) IN ('null', 'text')"},
    {"seconds", "typeof(%1$s) IN ('null', 'real', 'integer')"},
    {"steps", "typeof(%1$s) IN ('real', 'integer') AND %1$s BETWEEN 0 AND 1e18"},
    {"cost", "typeof(%1$s) IN ('real', 'integer')"},
    {"experiment", "typeof(%1$s) = 'text'"},
    {"trace_step", "typeof(%1$s) IN ('null', 'blob') AND coalesce(length(%1$s), 0) %% 8 = 0"},
    {"trace_log10_loss", "typeof(%1$s) IN ('null', 'blob') AND "
                         "coalesce(length(%1$s), 0) * 2 = coalesce(length(trace_step), 0)"},
    {"trace_active_fraction", "typeof(%1$s) IN ('null', 'blob') AND "
                              "coalesce(length(%1$s), 0) * 2 = coalesce(length(trace_step), 0)"},
    {"trace_fraction_active_units",
     "typeof(%1$s) IN ('null', 'blob') AND "
     "coalesce(length(%1$s), 0) * 2 = coalesce(length(trace_step), 0)"},
};
enum { OWN_COLUMNS = sizeof COLUMNS / sizeof *COLUMNS };

/* --- files --- */

/* A rollback journal that ends in SQLite's magic names a super-journal before it; this program
 * never writes one. */
static bool names_another(const char *journal) {
    static const unsigned char magic[] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    unsigned char end[sizeof magic] = {0};
    int file = open(journal, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    off_t length = file < 0 ? 0 : lseek(file, 0, SEEK_END);
    bool names = length > 16 &&
                 pread(file, end, sizeof end, length - (off_t)sizeof end) == (ssize_t)sizeof end &&
                 memcmp(end, magic, sizeof magic) == 0;
    if (file >= 0)
        close(file);
    return names;
}

bool nd_sweep_door_files(const char *path, nd_error *error) {
    static const char *const beside[] = {"-wal", "-shm", "-journal"};
    struct stat about;
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode))
        return nd_fail(error, path, NOT_OURS, "is no regular file");
    bool fine = true;
    for (size_t i = 0; fine && i < sizeof beside / sizeof *beside; i++) {
        char *other = nd_path_with(path, beside[i], error);
        fine = other != NULL;
        if (fine && lstat(other, &about) == 0 && !S_ISREG(about.st_mode))
            fine = nd_fail(error, other, "remove it", "is no regular file of SQLite's");
        else if (fine && i == 2 && names_another(other))
            fine = nd_fail(error, other, "remove it if the sweep is your own",
                           "names another file, which a sweep's journal never does");
        free(other);
    }
    return fine;
}

/* --- SQLite --- */

bool nd_sweep_door_defend(nd_sweep_store *store, nd_error *error) {
    static const struct {
        int what, on;
    } settings[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},
                    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                    {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                    {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
                    {SQLITE_DBCONFIG_ENABLE_FKEY, 0},
                    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0}};
    static const struct {
        int what, most;
    } limits[] = {{SQLITE_LIMIT_LENGTH, 1 << 28},      {SQLITE_LIMIT_SQL_LENGTH, 1 << 18},
                  {SQLITE_LIMIT_COLUMN, 500},          {SQLITE_LIMIT_EXPR_DEPTH, 500},
                  {SQLITE_LIMIT_COMPOUND_SELECT, 5},   {SQLITE_LIMIT_VDBE_OP, 25000},
                  {SQLITE_LIMIT_FUNCTION_ARG, 8},      {SQLITE_LIMIT_ATTACHED, 1},
                  {SQLITE_LIMIT_VARIABLE_NUMBER, 500}, {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100},
                  {SQLITE_LIMIT_TRIGGER_DEPTH, 1},     {SQLITE_LIMIT_WORKER_THREADS, 0}};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (sqlite3_db_config(store->database, settings[i].what, settings[i].on, NULL) != SQLITE_OK)
            return nd_sweep_database_failed(store, error);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        (void)sqlite3_limit(store->database, limits[i].what, limits[i].most);
    return nd_sweep_execute(store, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0", error);
}

/* --- the schema --- */

static bool refuse(const nd_sweep_store *store, const char *what, const char *name,
                   nd_error *error) {
    return nd_fail(error, store->path, NOT_OURS, "holds %s '%s', which a sweep's store has not",
                   what, name ? name : "");
}

/* Blanks and line ends apart: is `sql` the text that begins with `beginning` and opens no bracket
 * after it? Checks, computed columns, references and defaults that compute all need one. */
static bool is_plain_table(const char *sql, const char *beginning) {
    size_t length = strlen(beginning);
    return sql && strncmp(sql, beginning, length) == 0 && !strchr(sql + length, '(');
}

static bool check_entry(nd_sweep_store *store, sqlite3_stmt *row, bool *runs, bool *facts,
                        nd_error *error) {
    const char *type = nd_sweep_row_text(row, 0), *name = nd_sweep_row_text(row, 1);
    const char *sql = nd_sweep_row_text(row, 2);
    if (type && name && strcmp(type, "table") == 0 && strcmp(name, "run") == 0)
        *runs = is_plain_table(sql, "CREATE TABLE run (");
    else if (type && name && strcmp(type, "table") == 0 && strcmp(name, "sweep") == 0)
        *facts = is_plain_table(sql, "CREATE TABLE sweep (");
    else if (!type || !name || strcmp(type, "index") != 0 ||
             !((sql && strcmp(sql, INDEX) == 0 && strcmp(name, "run_by_state") == 0) ||
               (!sql && strncmp(name, "sqlite_autoindex_sweep_", 23) == 0)))
        return refuse(store, type ? type : "something called", name, error);
    return true;
}

static bool check_entries(nd_sweep_store *store, nd_error *error) {
    bool runs = false, facts = false, fine = true;
    sqlite3_stmt *row =
        nd_sweep_prepare(store, "SELECT type, name, sql FROM main.sqlite_master", error);
    int code = SQLITE_DONE;
    while (fine && row && (code = sqlite3_step(row)) == SQLITE_ROW)
        fine = check_entry(store, row, &runs, &facts, error);
    fine = fine && row && (code == SQLITE_DONE || nd_sweep_database_failed(store, error));
    sqlite3_finalize(row);
    return fine && ((runs && facts) || nd_fail(error, store->path, "is it a sweep's store?",
                                               "has not the tables of a sweep, and only those"));
}

static bool is_own_column(const char *name) {
    for (size_t i = 0; i < OWN_COLUMNS; i++)
        if (strcmp(name, COLUMNS[i].name) == 0)
            return true;
    return false;
}

static bool is_metric(const char *name) {
    for (size_t i = 0; i < ND_RUN_METRICS; i++)
        if (strcmp(name, nd_run_metric_name(i)) == 0)
            return true;
    return false;
}

static bool is_key(const char *name) {
    const nd_key *key = nd_key_find(name);
    return key && strcmp(key->name, name) == 0 && !(key->models & ND_SINGLE_RUN);
}

/* Calls `take` for each column of runs; false at the first that it refuses. */
static bool each_column(nd_sweep_store *store,
                        bool (*take)(nd_sweep_store *, const char *name, void *, nd_error *),
                        void *context, nd_error *error) {
    sqlite3_stmt *row = nd_sweep_prepare(
        store, "SELECT name, hidden, dflt_value, pk, type FROM pragma_table_xinfo('run', 'main')",
        error);
    int code = SQLITE_DONE;
    bool fine = row != NULL, identified = false;
    while (fine && (code = sqlite3_step(row)) == SQLITE_ROW) {
        const char *name = nd_sweep_row_text(row, 0), *ours = nd_sweep_row_text(row, 2);
        const char *type = nd_sweep_row_text(row, 4);
        bool key = sqlite3_column_int(row, 3) != 0;
        identified = identified || (key && name && strcmp(name, "id") == 0 && type &&
                                    strcasecmp(type, "INTEGER") == 0);
        if (!name || sqlite3_column_int(row, 1) != 0 || (ours && strcmp(ours, "'waiting'") != 0))
            fine = refuse(store, "the column", name, error);
        else
            fine = take(store, name, context, error);
    }
    fine = fine && (code == SQLITE_DONE || nd_sweep_database_failed(store, error));
    sqlite3_finalize(row);
    return fine && (identified || nd_fail(error, store->path, NOT_OURS,
                                          "does not number its runs as a sweep does"));
}

static bool check_column(nd_sweep_store *store, const char *name, void *context, nd_error *error) {
    (void)context;
    return is_own_column(name) || is_metric(name) || is_key(name) ||
           refuse(store, "the column", name, error);
}

static bool put_column(nd_sweep_store *store, const char *name, void *context, nd_error *error) {
    FILE *out = context;
    if (!check_column(store, name, NULL, error))
        return false;
    fprintf(out, ftell(out) > 0 ? ",\"%s\"" : "\"%s\"", name);
    return true;
}

char *nd_sweep_columns(nd_sweep_store *store, nd_error *error) {
    nd_sweep_writing writing;
    if (!nd_sweep_writing_begin(&writing, error))
        return NULL;
    bool fine = each_column(store, put_column, writing.out, error);
    char *list = nd_sweep_writing_end(&writing, fine ? error : NULL);
    if (fine)
        return list;
    free(list);
    return NULL;
}

/* --- the values --- */

/* `must` of a column as SQL, true or false and never NULL. */
static void put_condition(FILE *out, const char *column, const char *must) {
    char name[80], condition[400];
    snprintf(name, sizeof name, "\"%s\"", column);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(condition, sizeof condition, must, name);
#pragma GCC diagnostic pop
    fprintf(out, "coalesce(%s, 0)", condition);
}

/* What must hold for column `i`, of those of its own and then the metrics; NULL: it is not there.
 */
static const char *condition_of(const nd_sweep_store *store, size_t i, const char **column) {
    *column = i < OWN_COLUMNS ? COLUMNS[i].name : nd_run_metric_name(i - OWN_COLUMNS);
    if (i < OWN_COLUMNS)
        return COLUMNS[i].must;
    return nd_sweep_has_column(store, *column) ? "typeof(%1$s) IN ('null', 'real', 'integer')"
                                               : NULL;
}

/* The first run for which one of the conditions `from` to `to` fails; -1: none, -2: an error. */
static int64_t first_wrong(nd_sweep_store *store, size_t from, size_t to, nd_error *error) {
    nd_sweep_writing writing;
    if (!nd_sweep_writing_begin(&writing, error))
        return -2;
    FILE *out = writing.out;
    fputs("SELECT id FROM main.run WHERE NOT (1", out);
    for (size_t i = from; i < to; i++) {
        const char *column, *must = condition_of(store, i, &column);
        if (!must)
            continue;
        fputs(" AND ", out);
        put_condition(out, column, must);
    }
    fputs(") LIMIT 1", out);
    char *sql = nd_sweep_writing_end(&writing, error);
    sqlite3_stmt *statement = sql ? nd_sweep_prepare(store, sql, error) : NULL;
    int code = statement ? sqlite3_step(statement) : SQLITE_ERROR;
    int64_t found = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        if (statement)
            nd_sweep_database_failed(store, error);
        found = -2;
    }
    sqlite3_finalize(statement);
    free(sql);
    return found < 0 && code == SQLITE_ROW ? 0 : found;
}

static bool check_values(nd_sweep_store *store, nd_error *error) {
    enum { ALL = OWN_COLUMNS + ND_RUN_METRICS };
    int64_t run = first_wrong(store, 0, ALL, error);
    if (run < 0)
        return run == -1;
    for (size_t i = 0; i < ALL; i++) {
        const char *column;
        if (condition_of(store, i, &column) && first_wrong(store, i, i + 1, error) >= 0)
            return nd_fail(error, store->path, NOT_OURS,
                           "%s of run %lld is nothing that a sweep writes", column, (long long)run);
    }
    return nd_fail(error, store->path, NOT_OURS, "run %lld is none that a sweep writes",
                   (long long)run);
}

bool nd_sweep_door_check(nd_sweep_store *store, nd_error *error) {
    if (!check_entries(store, error) || !each_column(store, check_column, NULL, error))
        return false;
    for (size_t i = 0; i < OWN_COLUMNS; i++)
        if (!nd_sweep_has_column(store, COLUMNS[i].name))
            return nd_fail(error, store->path, NOT_OURS, "has no column %s", COLUMNS[i].name);
    return check_values(store, error);
}
