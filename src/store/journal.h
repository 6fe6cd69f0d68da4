/* The growing part of an unfinished run, RUN.nc.part: rows of doubles, appended and made durable
 * before the checkpoint that counts on them. Rows are of one of two kinds, short (a record) and
 * long (a snapshot), in the order in which they came. */
#ifndef ND_STORE_JOURNAL_H
#define ND_STORE_JOURNAL_H

#include "nulldrift/base.h"

typedef struct nd_journal nd_journal;

typedef enum nd_row_kind { ND_ROW_RECORD, ND_ROW_SNAPSHOT } nd_row_kind;

/* Opens the journal `path` with rows of `record_width` and `snapshot_width` doubles. Keeps the
 * first `length` bytes (0: starts afresh) and drops what was appended after them; fails, by name,
 * if it is shorter than that. */
nd_journal *nd_journal_open(const char *path, size_t record_width, size_t snapshot_width,
                            uint64_t length, nd_error *error);
bool nd_journal_append(nd_journal *journal, nd_row_kind kind, const double *row, nd_error *error);
/* Makes all rows durable; *length is what nd_journal_open needs to come back to here. */
bool nd_journal_sync(nd_journal *journal, uint64_t *length, nd_error *error);

/* Reads the rows from the first: true with the row in `row` (room for the wider kind), false at the
 * end (*end set) or on failure. */
void nd_journal_rewind(nd_journal *journal);
bool nd_journal_next(nd_journal *journal, nd_row_kind *kind, double *row, bool *end,
                     nd_error *error);

/* Does a process have the journal `path` open for writing? The file is left as it is. */
bool nd_journal_is_written(const char *path);

void nd_journal_close(nd_journal *journal);
/* Closes and removes the file. */
void nd_journal_remove(nd_journal *journal);

#endif
