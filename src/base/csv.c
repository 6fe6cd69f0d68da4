#include "base/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/memory.h"

static const size_t MOST_BYTES = 256000000;

/* A growing list of cells. */
typedef struct cells {
    char **cell;
    size_t count, room;
} cells;

static bool add_cell(cells *list, char *cell, nd_error *error) {
    char **grown = nd_grown(list->cell, &list->room, list->count + 1, sizeof *grown, error);
    if (!grown)
        return false;
    list->cell = grown;
    list->cell[list->count++] = cell;
    return true;
}

/* Where reading stands. */
typedef struct reader {
    char *at;
    size_t line;
} reader;

/* Takes one cell, unquoting it where it lies. *ended tells that it was its row's last; false when a
 * quote is never closed. */
static bool take_cell(reader *in, char **cell, bool *ended) {
    char *from = in->at, *to = in->at;
    bool quoted = *from == '"';
    *cell = to;
    if (quoted)
        from++;
    while (*from && (quoted || (*from != ',' && *from != '\n'))) {
        if (quoted && *from == '"') {
            if (from[1] != '"') {
                quoted = false;
                from++;
                continue;
            }
            from++;
        }
        in->line += *from == '\n';
        *to++ = *from++;
    }
    if (quoted)
        return false;
    *ended = *from != ',';
    in->line += *from == '\n';
    in->at = *from ? from + 1 : from;
    if (*ended && to > *cell && to[-1] == '\r')
        to--;
    *to = '\0';
    return true;
}

/* Reads one row's cells onto the list; *width gets their number. */
static bool take_row(reader *in, cells *list, size_t *width, const char *path, nd_error *error) {
    bool ended = false;
    size_t line = in->line;
    char where[512];
    for (*width = 0; !ended; ++*width) {
        char *cell;
        if (!take_cell(in, &cell, &ended)) {
            snprintf(where, sizeof where, "%.400s, line %zu", path, line);
            return nd_fail(error, where, NULL, "a quoted cell is never closed");
        }
        if (!add_cell(list, cell, error))
            return false;
    }
    return true;
}

static bool add_line(nd_table *table, size_t *room, size_t line, nd_error *error) {
    size_t *grown = nd_grown(table->line, room, table->rows + 1, sizeof *grown, error);
    if (!grown)
        return false;
    table->line = grown;
    table->line[table->rows++] = line;
    return true;
}

static bool take_rows(nd_table *table, reader *in, cells *list, nd_error *error) {
    size_t room = 0, width;
    char where[512];
    while (*in->at) {
        size_t line = in->line;
        if (*in->at == '\n' || (in->at[0] == '\r' && in->at[1] == '\n')) { /* an empty line */
            in->at = strchr(in->at, '\n') + 1;
            in->line++;
            continue;
        }
        if (!take_row(in, list, &width, table->path, error))
            return false;
        snprintf(where, sizeof where, "%.400s, line %zu", table->path, line);
        if (width != table->columns)
            return nd_fail(error, where, NULL, "has %zu cells where the header has %zu columns",
                           width, table->columns);
        if (!add_line(table, &room, line, error))
            return false;
    }
    return true;
}

static bool check_header(const nd_table *table, nd_error *error) {
    char where[512];
    snprintf(where, sizeof where, "%.400s, line 1", table->path);
    for (size_t i = 0; i < table->columns; i++) {
        if (!table->column[i][0])
            return nd_fail(error, where, NULL, "column %zu has no name", i + 1);
        for (size_t j = 0; j < i; j++)
            if (strcmp(table->column[i], table->column[j]) == 0)
                return nd_fail(error, where, NULL, "column '%s' is there twice", table->column[i]);
    }
    return true;
}

nd_table *nd_table_read(const char *path, nd_error *error) {
    nd_buffer buffer = {0};
    nd_table *table = nd_array(1, sizeof *table, error);
    if (!table || !(table->path = nd_text(path, error)) ||
        !nd_read_file(path, MOST_BYTES, &buffer, error)) {
        nd_buffer_free(&buffer);
        nd_table_free(table);
        return NULL;
    }
    table->text = (char *)buffer.bytes;
    reader in = {table->text, 1};
    if (strncmp(in.at, "\xEF\xBB\xBF", 3) == 0) /* a byte order mark, as spreadsheets write it */
        in.at += 3;
    cells list = {0}, header = {0};
    bool fine = in.at[0] ? take_row(&in, &header, &table->columns, path, error)
                         : nd_fail(error, path, NULL, "is empty, expected a header line");
    table->column = header.cell;
    fine = fine && header.cell && check_header(table, error) && take_rows(table, &in, &list, error);
    table->cell = list.cell;
    if (fine)
        return table;
    nd_table_free(table);
    return NULL;
}

void nd_table_free(nd_table *table) {
    if (!table)
        return;
    free(table->path);
    free(table->text);
    free(table->column);
    free(table->cell);
    free(table->line);
    free(table);
}

size_t nd_table_find(const nd_table *table, const char *name) {
    size_t column = 0;
    while (column < table->columns && strcmp(table->column[column], name) != 0)
        column++;
    return column;
}

const char *nd_table_cell(const nd_table *table, size_t row, size_t column) {
    return table->cell[row * table->columns + column];
}

const char *nd_table_where(const nd_table *table, size_t row, size_t column, char *where,
                           size_t size) {
    snprintf(where, size, "%.300s, line %zu, column %.100s", table->path, table->line[row],
             table->column[column]);
    return where;
}

void nd_table_put(FILE *out, const char *cell, bool first) {
    if (!first)
        fputc(',', out);
    if (!strpbrk(cell, ",\"\r\n")) {
        fputs(cell, out);
        return;
    }
    fputc('"', out);
    for (const char *c = cell; *c; c++) {
        if (*c == '"')
            fputc('"', out);
        fputc(*c, out);
    }
    fputc('"', out);
}
