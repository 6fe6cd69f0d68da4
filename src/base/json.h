/* One JSON object a line (JSON Lines), as commands print: names as in CSV and netCDF, numbers that
 * are not finite as null, texts escaped to ASCII-safe UTF-8. */
#ifndef ND_BASE_JSON_H
#define ND_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct nd_json {
    FILE *out;
    bool first; /* nothing written yet in the object at hand */
} nd_json;

/* Begins a line; nd_json_end ends it. */
nd_json nd_json_begin(FILE *out);
void nd_json_end(nd_json *json);

/* Members. `name` is one of ours; the value of a text may be anybody's, NULL is null. In an array,
 * the name is NULL. */
void nd_json_text(nd_json *json, const char *name, const char *value);
void nd_json_number(nd_json *json, const char *name, double value);
void nd_json_count(nd_json *json, const char *name, uint64_t value); /* all 64 bits */
void nd_json_truth(nd_json *json, const char *name, bool value);

/* An object or array within; closed with the same bracket. */
void nd_json_open(nd_json *json, const char *name, char bracket);
void nd_json_close(nd_json *json, char bracket);

#endif
