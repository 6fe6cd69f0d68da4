#include "base/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv_rows.h"
#include "base/error.h"
#include "base/memory.h"

static const size_t MOST_BYTES = 256000000;

/* What a table is gathered in: all cells' texts one after the other, and where each begins. */
typedef struct gathering {
    nd_buffer text;
    size_t *begins;
    size_t count, room;
    size_t lines_room;
} gathering;

static bool gather_row(gathering *all, const nd_csv_row *row, nd_error *error) {
    for (size_t k = 0; k < row->count; k++) {
        size_t *begins = nd_grown(all->begins, &all->room, all->count + 1, sizeof *begins, error);
        if (!begins)
            return false;
        all->begins = begins;
        begins[all->count++] = all->text.length;
        if (!nd_buffer_put(&all->text, row->field[k], strlen(row->field[k]) + 1, error))
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

static bool gather(nd_table *table, nd_csv_rows *rows, gathering *all, nd_error *error) {
    nd_csv_row row;
    bool found = true;
    char where[512];
    for (;;) {
        if (!nd_csv_rows_next(rows, &row, &found, error))
            return false;
        if (!found)
            return table->columns > 0 ||
                   nd_fail(error, table->path, NULL, "is empty, expected a header line");
        snprintf(where, sizeof where, "%.400s, line %zu", table->path, row.line);
        if (table->columns == 0)
            table->columns = row.count;
        else if (row.count != table->columns)
            return nd_fail(error, where, NULL, "has %zu cells where the header has %zu columns",
                           row.count, table->columns);
        else if (!add_line(table, &all->lines_room, row.line, error))
            return false;
        if (!gather_row(all, &row, error))
            return false;
        if (all->text.length > MOST_BYTES)
            return nd_fail(error, table->path, NULL,
                           "is larger than the %zu bytes expected at most", MOST_BYTES);
    }
}

/* The gathered texts become the table's. */
static bool settle(nd_table *table, gathering *all, nd_error *error) {
    table->text = (char *)all->text.bytes;
    all->text = (nd_buffer){0};
    table->column = nd_array(table->columns, sizeof *table->column, error);
    table->cell = nd_array(all->count, sizeof *table->cell, error);
    if (!table->column || !table->cell)
        return false;
    for (size_t i = 0; i < all->count; i++)
        *(i < table->columns ? &table->column[i] : &table->cell[i - table->columns]) =
            table->text + all->begins[i];
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
    nd_table *table = nd_array(1, sizeof *table, error);
    nd_csv_rows *rows = NULL;
    gathering all = {0};
    bool fine = table && (table->path = nd_text(path, error)) &&
                (rows = nd_csv_rows_open(path, &(nd_csv_dialect){.separator = ','}, error)) &&
                gather(table, rows, &all, error) && settle(table, &all, error) &&
                check_header(table, error);
    nd_csv_rows_close(rows);
    nd_buffer_free(&all.text);
    free(all.begins);
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
