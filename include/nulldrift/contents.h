/** @file
 * What a file or an analysis holds, by name: dimensions, variables with type, unit and definition,
 * attributes, values (docs/run-file.md, docs/recordings.md, docs/drift-measures.md).
 */
#ifndef NULLDRIFT_CONTENTS_H
#define NULLDRIFT_CONTENTS_H

#include "nulldrift/base.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** Named variables, of a file or in memory. */
typedef struct nd_contents nd_contents;

/** Opens a netCDF file to read: a run file, what `nulldrift record` leaves, or any. A confined
 * child of this process reads it, so that a hostile file harms nobody; the handle keeps to the file
 * as it was found, should it be replaced meanwhile. */
nd_contents *nd_contents_open(const char *path, nd_error *error);

/** Closes it, and with it all that it gave as const; NULL is fine. */
void nd_contents_close(nd_contents *contents);

/** How values are stored. */
typedef enum nd_stored {
    ND_STORED_FLOAT64, /**< double */
    ND_STORED_FLOAT32, /**< float */
    ND_STORED_INT8,    /**< signed, 8 bits */
    ND_STORED_INT16,   /**< signed, 16 bits */
    ND_STORED_INT32,   /**< signed, 32 bits */
    ND_STORED_INT64,   /**< signed, 64 bits */
    ND_STORED_UINT8,   /**< unsigned, 8 bits */
    ND_STORED_UINT16,  /**< unsigned, 16 bits */
    ND_STORED_UINT32,  /**< unsigned, 32 bits */
    ND_STORED_UINT64,  /**< unsigned, 64 bits */
    ND_STORED_TEXT,    /**< texts */
    ND_STORED_OTHER    /**< what cannot be read here: a type of the file's own, more than eight
                            dimensions */
} nd_stored;

/** Most dimensions that a variable is read with. */
enum nd_contents_room { ND_MOST_DIMENSIONS = 8 /**< eight */ };

/** A variable. All strings are the contents'. */
typedef struct nd_variable_view {
    const char *name;                          /**< "tuning_curves" */
    const char *unit;                          /**< "1/s", "1"; empty where it says none */
    const char *definition;                    /**< in one line; empty where it says none */
    nd_stored stored;                          /**< its type */
    size_t rank;                               /**< dimensions; 0: one value */
    const char *dimension[ND_MOST_DIMENSIONS]; /**< their names, the last runs fastest. Of texts
                                                    that are kept as characters, the characters are
                                                    no dimension */
    size_t shape[ND_MOST_DIMENSIONS];          /**< their lengths */
    size_t count;                              /**< values in all */
} nd_variable_view;

/** Variable `index`, in the order of the file; false beyond the last. */
bool nd_contents_variable(const nd_contents *contents, size_t index, nd_variable_view *variable);

/** The variable called `name`; fails where there is none. */
bool nd_contents_find(const nd_contents *contents, const char *name, nd_variable_view *variable,
                      nd_error *error);

/** Dimension `index`: its name (the contents') and length, either of which may be NULL; false
 * beyond the last. */
bool nd_contents_dimension(const nd_contents *contents, size_t index, const char **name,
                           size_t *length);

/** All `count` values of a variable of numbers, row-major, as doubles, into `values`. What is
 * missing is NaN in our files. Fails for texts and on another count. */
bool nd_contents_numbers(const nd_contents *contents, const char *name, double *values,
                         size_t count, nd_error *error);

/** The same as 64-bit integers: exact where doubles are not. Fails on a value that is none. */
bool nd_contents_integers(const nd_contents *contents, const char *name, int64_t *values,
                          size_t count, nd_error *error);

/** One entry along a variable's first dimension, `count` values, e.g. one snapshot of
 * input_weights, without reading the others. */
bool nd_contents_row(const nd_contents *contents, const char *name, size_t row, double *values,
                     size_t count, nd_error *error);

/** All texts of a variable of texts, as many as its view's count. They are the contents'. NULL with
 * `error` for numbers. */
const char *const *nd_contents_texts(nd_contents *contents, const char *name, nd_error *error);

/** An attribute: a text, or numbers. Everything is the contents'. */
typedef struct nd_attribute_view {
    const char *name;      /**< "experiment", "seed", "units" */
    const char *text;      /**< NULL for numbers */
    size_t count;          /**< how many numbers; 0 for texts, and for what cannot be read */
    const double *numbers; /**< count; NULL for texts */
    bool whole;            /**< it is one whole number, not negative */
    uint64_t integer;      /**< then that, exactly, all 64 bits; else 0 */
} nd_attribute_view;

/** Attribute `index` of `variable` (NULL: of the file as a whole), in the order of the file; false
 * beyond the last, and where there is no such variable. */
bool nd_contents_attribute(const nd_contents *contents, const char *variable, size_t index,
                           nd_attribute_view *attribute);

/* ---- Adding to a file ---- */

/** A variable to be added. Begin with all zero. */
typedef struct nd_new_variable {
    const char *name; /**< letters, digits, underscores; as a netCDF variable */
    const char
        *dimensions; /**< names, parted by blanks: "snapshot unit"; empty or NULL: one value */
    const size_t *lengths;    /**< of each dimension; NULL where the file has them all. One that the
                                   file has must be as long there */
    const char *unit;         /**< "1" for a pure number; NULL is none, and refused for numbers */
    const char *definition;   /**< in one line; refused where it is NULL or empty */
    const double *numbers;    /**< row-major; NaN: missing. NULL for texts */
    const char *const *texts; /**< over one dimension; NULL for numbers */
} nd_new_variable;

/** Adds variables of the caller's own to a netCDF file of nulldrift's, which is replaced whole: all
 * of `variables`, or, where one cannot be, none. Waits while another process amends it. Fails where
 * a variable is there already, unless `replace` is set and it is one that was added so, with the
 * same dimensions; what nulldrift wrote is never replaced. */
bool nd_amend_file(const char *path, const nd_new_variable *variables, size_t count, bool replace,
                   nd_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
