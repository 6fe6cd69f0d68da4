/* A table in a text file: header rows or none, then rows of numbers (base/csv_rows.h says how they
 * are cut). Rows are read one at a time, so that a table may be larger than memory. */
#ifndef ND_RECORDING_CSV_TABLE_H
#define ND_RECORDING_CSV_TABLE_H

#include "base/csv_rows.h"

typedef struct nd_csv {
    char *path;
    nd_csv_dialect dialect;
    char **names; /* columns; of several header rows joined, as LED.x; NULL: there is no header */
    size_t columns;
    size_t header_rows;
    char **first;   /* columns: the fields of the first row of data; "" where there is none */
    char note[200]; /* what was guessed of it; "" */
} nd_csv;

/* Opens a table, its first `skip` lines left out. A first row of words is its header, and so are
 * the rows of words below it, as DeepLabCut has three; a comment right before the numbers that
 * names as many columns is one, and a first row that counts 0, 1, 2 ... as pandas heads nameless
 * columns. */
nd_csv *nd_csv_open(const char *path, size_t skip, nd_error *error);
void nd_csv_close(nd_csv *csv);

/* The column of that name, or whose name begins or ends with it before or after a dot; else of that
 * number from 1; SIZE_MAX if there is none, or more than one ends so. */
size_t nd_csv_column(const nd_csv *csv, const char *name);

/* Calls row(index, values, context) for each row, values[k] being that of the column wanted[k];
 * missing fields (nd_csv_missing) are NaN. Stops when it returns false. Fails, naming the line, for
 * rows of another length and fields that are no numbers. A last field that is empty in every row,
 * as a comma at the line's end makes it, may be there or not. */
bool nd_csv_rows_read(const nd_csv *csv, const size_t *wanted, size_t count,
                      bool (*row)(size_t index, const double *values, void *context,
                                  nd_error *error),
                      void *context, nd_error *error);

/* How many rows there are. */
bool nd_csv_count(const nd_csv *csv, size_t *rows, nd_error *error);

/* Whether a column counts its rows, one after the other from whatever number, through the first
 * thousand of them. */
bool nd_csv_counts_rows(const nd_csv *csv, const bool *candidate, bool *counts, nd_error *error);

/* A field as a number, with a point or, where commas do not separate, a decimal comma. */
bool nd_csv_number(const nd_csv *csv, const char *field, double *value);

/* A column's fields as texts, each to be freed with the list; NULL with `error` filled. */
char **nd_csv_texts(const nd_csv *csv, size_t column, size_t *count, nd_error *error);

#endif
