/* Text from files as it is shown: letters of every script stay; what could steer a terminal, end a
 * line or turn its direction is written out, "\x1b", "\n", "\u202e". Bytes that are no UTF-8 are
 * written "\xff". */
#ifndef ND_BASE_SHOWN_H
#define ND_BASE_SHOWN_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    ND_SHOWN_CHARACTER = 12, /* bytes that the shown form of one character takes, with its end */
    ND_SHOWN_BYTES = 1024    /* of an nd_shown_text */
};

/* The first character of `text` (not empty) as it is shown; returns its bytes in `text`. */
size_t nd_shown_character(const char *text, char shown[ND_SHOWN_CHARACTER]);

/* The code point of the first character of `text`; ND_NO_CODE_POINT where it is no UTF-8. */
enum { ND_NO_CODE_POINT = 0x7fffffff };
uint32_t nd_code_point(const char *text);

/* `text` as it is shown, in `out` of `size` bytes (at least 4); what does not fit is cut between
 * characters and ends in "…". Returns `out`. NULL is shown as nothing. */
const char *nd_shown_in(const char *text, char *out, size_t size);

/* The same as a value, for the arguments of a printf: nd_shown(name).text. */
typedef struct nd_shown_text {
    char text[ND_SHOWN_BYTES];
} nd_shown_text;
nd_shown_text nd_shown(const char *text);

/* Writes `text`, however long, as it is shown; nd_put_shown_lines leaves line ends and tabs as they
 * are, for texts of several lines. */
void nd_put_shown(const char *text, FILE *out);
void nd_put_shown_lines(const char *text, FILE *out);
/* Writes the line that `text` begins with, without its end; its length in `text`. */
size_t nd_put_shown_line(const char *text, FILE *out);

#endif
