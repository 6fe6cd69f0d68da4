/* Text that grows piece by piece: tables and words on their way to a file or a terminal. */
#ifndef ND_BASE_WRITER_H
#define ND_BASE_WRITER_H

#include "base/memory.h"

/* Where the text goes. After a failure, which is in `error`, nothing more is added, so that only
 * the end has to be asked whether all went well. */
typedef struct nd_writer {
    nd_buffer *text;
    bool fine;
    nd_error *error;
} nd_writer;

/* Adds text as printf makes it, of any length. */
void nd_write(nd_writer *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A text as a cell of a CSV table: quoted where it must be. */
void nd_write_cell(nd_writer *to, const char *text);
/* A number to ten digits, nothing where it is NaN. */
void nd_write_number(nd_writer *to, double value);
/* The ending zero of a C string; returns whether all of it was written. */
bool nd_write_end(nd_writer *to);

#endif
