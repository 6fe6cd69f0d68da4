#include "base/writer.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(nd_writer *to, const void *bytes, size_t length) {
    to->fine = to->fine && nd_buffer_put(to->text, bytes, length, to->error);
}

void nd_write(nd_writer *to, const char *format, ...) {
    char piece[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if ((size_t)length < sizeof piece) {
        add(to, piece, (size_t)length);
        return;
    }
    char *longer = to->fine ? nd_array((size_t)length + 1, 1, to->error) : NULL;
    to->fine = longer != NULL;
    if (!longer)
        return;
    va_start(arguments, format);
    vsnprintf(longer, (size_t)length + 1, format, arguments);
    va_end(arguments);
    add(to, longer, (size_t)length);
    free(longer);
}

void nd_write_cell(nd_writer *to, const char *text) {
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;
    if (quoted)
        add(to, "\"", 1);
    for (; *text; text++)
        add(to, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    if (quoted)
        add(to, "\"", 1);
}

void nd_write_number(nd_writer *to, double value) {
    if (!isnan(value))
        nd_write(to, "%.10g", value);
}

bool nd_write_end(nd_writer *to) {
    add(to, "", 1);
    return to->fine;
}
