/* MATLAB files through matio: variables found by expressions such as spikes{3}{2}, read only when
 * their numbers are asked for. */
#ifndef ND_RECORDING_MAT_FILE_H
#define ND_RECORDING_MAT_FILE_H

#include <matio.h>

#include "nulldrift/base.h"

enum { ND_MAT_VARIABLES = 8 };

typedef struct nd_mat {
    mat_t *file;
    char *path;
    char *const *names; /* of its variables; owned by matio */
    size_t names_count;
    matvar_t *variables[ND_MAT_VARIABLES]; /* looked at last */
    size_t next;
} nd_mat;

nd_mat *nd_mat_open(const char *path, nd_error *error);
void nd_mat_close(nd_mat *mat);

/* What an expression leads to: a variable's name, then any of {i,j,...} into a cell array,
 * (i,j,...) into a structure array, and .field. Counting from 1. The answer belongs to `mat`, for
 * as long as no more than a few other variables are asked for. NULL with `error` filled, naming the
 * part that does not fit. */
matvar_t *nd_mat_find(nd_mat *mat, const char *expression, nd_error *error);

/* The same; but where all the elements of a structure array are meant, as in units.times, the array
 * with *field at the field's name (NULL otherwise). */
matvar_t *nd_mat_find_all(nd_mat *mat, const char *expression, const char **field, nd_error *error);

/* A field of one element of a structure array; NULL if there is none, also where the array's parts
 * could not be read, which matio itself would stumble over. */
matvar_t *nd_mat_field(matvar_t *structure, const char *field, size_t element);

/* What a value is, in words: "complex numbers", "a cell array" ... */
const char *nd_mat_kind(const matvar_t *value);

/* Fails, saying what `name` is and what was expected. */
bool nd_mat_refuse(const nd_mat *mat, const matvar_t *value, const char *name, const char *expected,
                   nd_error *error);

/* Whether it holds real numbers (full or sparse), and is not empty. */
bool nd_mat_numeric(const matvar_t *value);
bool nd_mat_empty(const matvar_t *value);
size_t nd_mat_elements(const matvar_t *value);

/* The values of a numeric array as doubles in MATLAB's own order (first subscript fastest; free
 * it); sparse arrays are filled with zeros. `name` is for messages. */
double *nd_mat_numbers(nd_mat *mat, matvar_t *value, const char *name, nd_error *error);

/* Reads what it holds, if it has not been read. */
bool nd_mat_load(nd_mat *mat, matvar_t *value, const char *name, nd_error *error);
/* Lets go of a numeric array's values; they are read again when needed. */
void nd_mat_unload(matvar_t *value);

/* One element, as a double, of loaded full numeric data. */
double nd_mat_element(const matvar_t *value, size_t index);

/* A text value, cut to `size`. */
bool nd_mat_text(nd_mat *mat, matvar_t *value, char *text, size_t size);

/* The shape in words, "3091 x 472"; returns `text`. */
const char *nd_mat_shape_text(const matvar_t *value, char *text, size_t size);

#endif
