/* A sweep's table value by value, each of its kind (nd_sweep_store_cells). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "experiment/keys.h"
#include "store/sweep_door.h"

/* Counts beyond SQLite's integers are texts of digits there. */
static nd_sweep_cell cell_at(sqlite3_stmt *statement, int at) {
    const char *name = sqlite3_column_name(statement, at);
    const nd_key *key = nd_key_find(name);
    const char *text = (const char *)sqlite3_column_text(statement, at);
    if (!text)
        return (nd_sweep_cell){.kind = ND_CELL_MISSING};
    if (strcmp(name, "id") == 0 || (key && (key->kind == ND_COUNT || key->kind == ND_TRUTH)))
        return (nd_sweep_cell){.kind = ND_CELL_COUNT, .count = strtoull(text, NULL, 10)};
    if (sqlite3_column_type(statement, at) == SQLITE_FLOAT ||
        sqlite3_column_type(statement, at) == SQLITE_INTEGER)
        return (nd_sweep_cell){.kind = ND_CELL_NUMBER,
                               .number = sqlite3_column_double(statement, at)};
    return (nd_sweep_cell){.kind = ND_CELL_TEXT, .text = text};
}

bool nd_sweep_store_cells(nd_sweep_store *store, bool all_keys, nd_sweep_visit *visit,
                          void *context, nd_error *error) {
    char *sql = nd_sweep_table_statement(store, all_keys, error);
    sqlite3_stmt *statement = sql ? nd_sweep_prepare(store, sql, error) : NULL;
    free(sql);
    if (!statement)
        return false;
    int columns = sqlite3_column_count(statement), code = SQLITE_DONE;
    bool fine = true;
    for (size_t row = 0; fine && (code = sqlite3_step(statement)) == SQLITE_ROW; row++)
        for (int at = 0; fine && at < columns; at++) {
            const nd_sweep_cell cell = cell_at(statement, at);
            fine =
                visit(sqlite3_column_name(statement, at), row, (size_t)at, &cell, context, error);
        }
    fine = fine && (code == SQLITE_DONE || nd_sweep_database_failed(store, error));
    sqlite3_finalize(statement);
    return fine;
}
