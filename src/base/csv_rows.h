/* Rows of a text file with separated values, one at a time, as RFC 4180 has them: quoted fields may
 * hold separators, doubled quotes and line ends. Every table the program reads passes here. */
#ifndef ND_BASE_CSV_ROWS_H
#define ND_BASE_CSV_ROWS_H

#include "nulldrift/base.h"

typedef struct nd_csv_rows nd_csv_rows;

typedef struct nd_csv_row {
    char **field; /* count; without quotes and the blanks around them; valid until the next row */
    size_t count;
    size_t line; /* where it begins, from 1 */
} nd_csv_row;

/* How a file is written. */
typedef struct nd_csv_dialect {
    char separator; /* , ; or a tab; 0: blanks and tabs, however many */
    bool comments;  /* a line that begins with # is none, unless it begins with one of a
                       spreadsheet's error values (#N/A, #DIV/0! ...) */
    size_t skip;    /* lines at the beginning that do not count */
} nd_csv_dialect;

/* Opens a file in UTF-8; a byte order mark is skipped, lines may end in LF, CR LF or CR. */
nd_csv_rows *nd_csv_rows_open(const char *path, const nd_csv_dialect *dialect, nd_error *error);
void nd_csv_rows_close(nd_csv_rows *rows);

/* The next row that is not blank. *found false at the end. Fails, naming file and line, when a
 * quoted field is never closed. */
bool nd_csv_rows_next(nd_csv_rows *rows, nd_csv_row *row, bool *found, nd_error *error);

/* The last comment line before the row read last, without its #, if it stood right before it;
 * NULL: there was none. */
const char *nd_csv_rows_comment(const nd_csv_rows *rows);

/* The separator that cuts the first rows into equally many fields, and most of them. */
bool nd_csv_guess_separator(const char *path, bool comments, size_t skip, char *separator,
                            nd_error *error);

/* Whether a field is a spreadsheet's or a language's word for a missing value: empty, NaN, NA, N/A,
 * #N/A, null, none, -, and the error values #DIV/0!, #VALUE!, #REF!, #NAME?, #NUM!, #NULL!. */
bool nd_csv_missing(const char *field);

#endif
