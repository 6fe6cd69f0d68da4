/* YAML through libcyaml, its complaints turned into one line that names origin, line and key. */
#ifndef ND_BASE_YAML_H
#define ND_BASE_YAML_H

#include <cyaml/cyaml.h>

#include "nulldrift/base.h"

/* Loads `text` by `schema` (a mapping with CYAML_FLAG_POINTER) into a new structure `*data`; free
 * it with nd_yaml_free. libcyaml's own numbers are lax (-3 wraps, 3.7 is cut, "maybe" is true):
 * read numbers as strings and convert them with nd_text_number and nd_text_count. */
bool nd_yaml_load(const char *text, const char *origin, const cyaml_schema_value_t *schema,
                  void **data, nd_error *error);
void nd_yaml_free(const cyaml_schema_value_t *schema, void *data);

/* The line, from 1, on which the key "a.b" stands in `text`; 0 if it does not. A sequence's entries
 * are numbered from 0: "sessions.2.label". */
size_t nd_yaml_line(const char *text, const char *key);

/* Gives every key `word` whose value is a mapping another name of the same length, in the very
 * place, so that lines stay: libcyaml knows one shape for each key. */
void nd_yaml_rename_mappings(char *text, const char *word, const char *name);

/* Writes "ORIGIN, line N, KEY" (or "ORIGIN, KEY" if the key is not there) to `where`. */
const char *nd_yaml_where(const char *text, const char *origin, const char *key, char *where,
                          size_t size);

/* A whole text as a finite number, or as a whole number from 0 to 2^64-1 (1000000 or 1e6). */
bool nd_text_number(const char *text, double *value);
bool nd_text_count(const char *text, uint64_t *value);
/* true, false, yes, no, on, off. */
bool nd_text_truth(const char *text, bool *value);

#endif
