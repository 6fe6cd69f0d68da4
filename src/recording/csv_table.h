/* A table in a text file: an optional header, then rows of numbers parted by , ; or tabs. Rows are
 * read one at a time, so that a table may be larger than memory. */
#ifndef ND_RECORDING_CSV_TABLE_H
#define ND_RECORDING_CSV_TABLE_H

#include "nulldrift.h"

typedef struct nd_csv {
    char *path, *header; /* header: its line, cut into names; NULL: there is none */
    char **names;        /* columns; NULL where there is no header */
    size_t columns;
    char delimiter; /* 0: blanks */
} nd_csv;

nd_csv *nd_csv_open(const char *path, nd_error *error);
void nd_csv_close(nd_csv *csv);

/* The column of that name, else of that number from 1; SIZE_MAX if there is none. */
size_t nd_csv_column(const nd_csv *csv, const char *name);

/* Calls row(index, values, context) for each row, values[k] being that of the column wanted[k];
 * empty fields and NaN, NA are NaN. Stops when it returns false. Fails, naming the line, for rows
 * of another length and fields that are no numbers. */
bool nd_csv_rows(const nd_csv *csv, const size_t *wanted, size_t count,
                 bool (*row)(size_t index, const double *values, void *context, nd_error *error),
                 void *context, nd_error *error);

/* How many rows there are. */
bool nd_csv_count(const nd_csv *csv, size_t *rows, nd_error *error);

#endif
