/* Tables of comma-separated values with a header line, as RFC 4180 has them. */
#ifndef ND_BASE_CSV_H
#define ND_BASE_CSV_H

#include <stdio.h>

#include "nulldrift/base.h"

typedef struct nd_table {
    char *path;
    char *text; /* what the cells point into */
    size_t columns, rows;
    char **column; /* columns: their names */
    char **cell;   /* rows x columns */
    size_t *line;  /* rows: where each begins in the file, from 1 */
} nd_table;

/* Reads a whole table of at most 256 MB. Fails, naming file and line, on a row with fewer or more
 * cells than the header, an unclosed quote, a column named twice, an empty file. */
nd_table *nd_table_read(const char *path, nd_error *error);
void nd_table_free(nd_table *table);

/* The index of the column of that name; table->columns if there is none. */
size_t nd_table_find(const nd_table *table, const char *name);
const char *nd_table_cell(const nd_table *table, size_t row, size_t column);
/* "FILE, line N, column NAME", for errors. */
const char *nd_table_where(const nd_table *table, size_t row, size_t column, char *where,
                           size_t size);

/* Writes one cell, quoted where it must be; `first` in a row has no comma before it. */
void nd_table_put(FILE *out, const char *cell, bool first);

#endif
