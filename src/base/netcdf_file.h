/* netCDF with errors that name the file and the variable. All functions return false and fill
 * `error` on failure. A file is written aside and published by nd_nc_publish. */
#ifndef ND_BASE_NETCDF_FILE_H
#define ND_BASE_NETCDF_FILE_H

#include "base/hold.h"
#include "nulldrift/contents.h"

typedef struct nd_nc nd_nc; /* an open file */

/* Opens `path` for reading, any netCDF kind; files of foreign bytes are refused by name. */
nd_nc *nd_nc_open(const char *path, nd_error *error);
/* The same for a user's own data, whose links to other files `follow` lets in: any regular file,
 * and theirs. *led_to, to free(), gets their paths, a line each. */
nd_nc *nd_nc_open_data(const char *path, bool follow, char **led_to, nd_error *error);
/* Starts a new netCDF-4 file that will be put in `place` when published (base/place.h). */
nd_nc *nd_nc_create_at(const nd_place *place, nd_error *error);
/* The same for `path` as it is found now. */
nd_nc *nd_nc_create(const char *path, nd_error *error);
/* Starts a new version of the existing file that is held: one written anew from what the reader
 * says of it (base/netcdf_copy.h), open for adding to. */
nd_nc *nd_nc_amend_held(const nd_hold *hold, nd_error *error);
/* The same for `path`, held from now until it is published or closed (base/hold.h). */
nd_nc *nd_nc_amend(const char *path, const nd_patience *patience, nd_error *error);
/* A copy that is added to, read, and removed when it is closed: `path` stays as it is. */
nd_nc *nd_nc_scratch(const char *path, nd_error *error);
/* A new one in memory alone, to be written and read until it is closed; `called` so in errors. */
nd_nc *nd_nc_create_in_memory(const char *called, nd_error *error);
/* Closes, fsyncs and renames into place; frees the handle, also on failure. */
bool nd_nc_publish(nd_nc *file, nd_error *error);
/* Closes without publishing: what was being written is removed. NULL is fine. */
void nd_nc_close(nd_nc *file);

/* Dimensions. Defining one that exists with the same length is fine. */
bool nd_nc_define_dimension(nd_nc *file, const char *name, size_t length, nd_error *error);
bool nd_nc_dimension(const nd_nc *file, const char *name, size_t *length, nd_error *error);

/* Variables. */
typedef enum nd_nc_type {
    ND_NC_DOUBLE,
    ND_NC_FLOAT,
    ND_NC_INT,
    ND_NC_INT64,
    ND_NC_BYTE,
    ND_NC_CHAR /* written by nd_nc_put_strings alone */
} nd_nc_type;

/* Defines `name` over the named dimensions ("snapshot unit input", space separated; "" a scalar),
 * with units and definition as its attributes; compressed when larger than a few kilobytes. One
 * that exists already with the same dimensions is reused (its values will be overwritten); with
 * other dimensions it fails. */
bool nd_nc_define(nd_nc *file, const char *name, nd_nc_type type, const char *dimensions,
                  const char *units, const char *definition, nd_error *error);

bool nd_nc_has(const nd_nc *file, const char *name);
/* Rank and shape of a variable; `shape` holds up to 8. */
bool nd_nc_shape(const nd_nc *file, const char *name, int *rank, size_t shape[8], nd_error *error);

/* The names of a variable's dimensions, as nd_nc_define takes them ("sample input"; cut to `size`).
 */
bool nd_nc_dimensions(const nd_nc *file, const char *name, char *dimensions, size_t size,
                      nd_error *error);

/* Whole variables, converted to and from double (or int64). `count` must be the number of elements.
 */
bool nd_nc_put(nd_nc *file, const char *name, const double *values, size_t count, nd_error *error);
bool nd_nc_get(const nd_nc *file, const char *name, double *values, size_t count, nd_error *error);
bool nd_nc_put_int64(nd_nc *file, const char *name, const int64_t *values, size_t count,
                     nd_error *error);
bool nd_nc_get_int64(const nd_nc *file, const char *name, int64_t *values, size_t count,
                     nd_error *error);
/* Bytes as they are, GROUP/NAME(byte) in a group of their own: readers of the file's variables, who
 * join files whose variables have the same lengths, do not meet them. nd_nc_get_bytes makes a new
 * array, to free(). */
bool nd_nc_put_bytes(nd_nc *file, const char *group, const char *name, const char *definition,
                     const void *bytes, size_t count, nd_error *error);
bool nd_nc_has_bytes(const nd_nc *file, const char *group, const char *name);
void *nd_nc_get_bytes(const nd_nc *file, const char *group, const char *name, size_t *count,
                      nd_error *error);
/* One entry along the first dimension (e.g. one snapshot of input_weights). */
bool nd_nc_put_row(nd_nc *file, const char *name, size_t row, const double *values, size_t count,
                   nd_error *error);
bool nd_nc_get_row(const nd_nc *file, const char *name, size_t row, double *values, size_t count,
                   nd_error *error);
/* Reads a whole variable into a new array (free it) and reports its shape. */
double *nd_nc_load(const nd_nc *file, const char *name, int *rank, size_t shape[8],
                   nd_error *error);

/* Texts: defines a variable over one dimension, and a second of as many characters as the longest
 * (UTF-8) takes, and writes them, which GNU Octave and MATLAB read, too; reads one back, also of
 * netCDF's own strings, as `count` new strings (free each, and the array). */
#define ND_NC_CHARACTERS "characters_" /* what the name of such a dimension begins with */
bool nd_nc_put_strings(nd_nc *file, const char *name, const char *dimension, const char *definition,
                       const char *const *texts, size_t count, nd_error *error);
char **nd_nc_get_strings(const nd_nc *file, const char *name, size_t count, nd_error *error);

/* Attributes of a variable, or of the file when `variable` is NULL. */
bool nd_nc_put_text(nd_nc *file, const char *variable, const char *name, const char *text,
                    nd_error *error);
bool nd_nc_put_number(nd_nc *file, const char *variable, const char *name, double value,
                      nd_error *error);
/* A whole number, all 64 bits of it. */
bool nd_nc_put_count(nd_nc *file, const char *variable, const char *name, uint64_t value,
                     nd_error *error);
/* A text attribute as a new string (free it); NULL with `error` filled if it is not there. */
char *nd_nc_text(const nd_nc *file, const char *variable, const char *name, nd_error *error);
/* The units a variable has in its file, as a new string; NULL where it has none, or is a pure
 * number
 * ("1"). No failure: units are words for the reader. */
char *nd_nc_units(const nd_nc *file, const char *variable);
bool nd_nc_number(const nd_nc *file, const char *variable, const char *name, double *value,
                  nd_error *error);

/* Fails where the attribute is no whole number of 0 or more. */
bool nd_nc_count(const nd_nc *file, const char *variable, const char *name, uint64_t *value,
                 nd_error *error);

/* What is in a file, by index from 0; false past the last. Names have room for 257 bytes. */
bool nd_nc_dimension_at(const nd_nc *file, size_t index, char *name, size_t *length);
/* Global attributes in the order of the file. */
bool nd_nc_attribute_at(const nd_nc *file, size_t index, char *name);
enum { ND_NC_NAME = 257 }; /* room for the name of a dimension, attribute or variable */
/* Variables in the order of the file; `dimensions` as nd_nc_define takes them, cut to `size`. */
bool nd_nc_variable_at(const nd_nc *file, size_t index, char *name, char *dimensions, size_t size);

/* Attributes of a variable by index. */
bool nd_nc_attribute_of(const nd_nc *file, const char *variable, size_t index, char *name);
/* The numbers of an attribute (of the file: variable NULL), a new array, to free(). */
double *nd_nc_numbers(const nd_nc *file, const char *variable, const char *name, size_t *count,
                      nd_error *error);
/* The type of a variable; texts are netCDF's own, or characters over two dimensions. */
nd_stored nd_nc_stored(const nd_nc *file, const char *name);
/* Are its texts kept as characters, over a last dimension of their own? */
bool nd_nc_is_characters(const nd_nc *file, const char *name);

const char *nd_nc_path(const nd_nc *file);

#endif
