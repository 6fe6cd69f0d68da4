/* Small pieces of HDF5: numbers, texts and attributes, with errors that name file and dataset. */
#ifndef ND_RECORDING_HDF5_VALUES_H
#define ND_RECORDING_HDF5_VALUES_H

#include <hdf5.h>

#include "recording/format.h"

enum { ND_HDF5_MOST_DIMENSIONS = 4 };

/* An open file, and which files its links may lead to. */
typedef struct nd_hdf5 {
    hid_t id;
    const nd_link_rules *links; /* NULL: to none */
} nd_hdf5;

/* Whether a link or path leads to an object that may be read: links to other files count only where
 * the rules allow it. */
bool nd_hdf5_has(const nd_hdf5 *file, const char *path);

/* A dataset's shape; rank 0 for a single number. False if it is no dataset of numbers with at most
 * four dimensions. */
bool nd_hdf5_shape(const nd_hdf5 *file, const char *path, int *rank,
                   hsize_t dims[ND_HDF5_MOST_DIMENSIONS]);

/* All of a dataset, as doubles (free it); NULL with `error` filled if it cannot be read. */
double *nd_hdf5_numbers(const nd_hdf5 *file, const char *path, const char *file_name, size_t *count,
                        nd_error *error);

/* A text attribute or text dataset, cut to `size`; false when it is not there or is no text. */
bool nd_hdf5_text_attribute(const nd_hdf5 *file, const char *path, const char *attribute,
                            char *text, size_t size);
bool nd_hdf5_text(const nd_hdf5 *file, const char *path, char *text, size_t size);

/* The i-th text of a one-dimensional dataset of texts. */
bool nd_hdf5_text_at(const nd_hdf5 *file, const char *path, size_t index, char *text, size_t size);

/* A numeric attribute, or `fallback`. */
double nd_hdf5_number_attribute(const nd_hdf5 *file, const char *path, const char *attribute,
                                double fallback);

/* The path an object-reference attribute leads to; false when there is none. */
bool nd_hdf5_reference(const nd_hdf5 *file, const char *path, const char *attribute, char *target,
                       size_t size);

/* Why `path` cannot be followed, in `error`, or true if it can: a link to another file that the
 * rules refuse is named. *other gets the last other file it leads through; "" if none. */
bool nd_hdf5_follow(const nd_hdf5 *file, const char *path, const char *file_name, char *other,
                    size_t size, nd_error *error);

/* A dataset, to be closed with H5Dclose; negative with `error` filled if it is none, keeps its
 * numbers in other files (external storage, virtual), or is packed by a filter that this HDF5 has
 * not: the filter is named, with what brings it. */
hid_t nd_hdf5_open_dataset(const nd_hdf5 *file, const char *path, const char *file_name,
                           nd_error *error);

#endif
