/* Small pieces of HDF5: numbers, texts and attributes, with errors that name file and dataset. */
#ifndef ND_RECORDING_HDF5_VALUES_H
#define ND_RECORDING_HDF5_VALUES_H

#include <hdf5.h>

#include "nulldrift.h"

enum { ND_HDF5_MOST_DIMENSIONS = 4 };

/* Whether a link or path leads to an object. */
bool nd_hdf5_has(hid_t file, const char *path);

/* A dataset's shape; rank 0 for a single number. False if it is no dataset of numbers with at most
 * four dimensions. */
bool nd_hdf5_shape(hid_t file, const char *path, int *rank, hsize_t dims[ND_HDF5_MOST_DIMENSIONS]);

/* All of a dataset, as doubles (free it); NULL with `error` filled if it cannot be read. */
double *nd_hdf5_numbers(hid_t file, const char *path, const char *file_name, size_t *count,
                        nd_error *error);

/* A text attribute or text dataset, cut to `size`; false when it is not there or is no text. */
bool nd_hdf5_text_attribute(hid_t file, const char *path, const char *attribute, char *text,
                            size_t size);
bool nd_hdf5_text(hid_t file, const char *path, char *text, size_t size);

/* The i-th text of a one-dimensional dataset of texts. */
bool nd_hdf5_text_at(hid_t file, const char *path, size_t index, char *text, size_t size);

/* A numeric attribute, or `fallback`. */
double nd_hdf5_number_attribute(hid_t file, const char *path, const char *attribute,
                                double fallback);

/* The path an object-reference attribute leads to; false when there is none. */
bool nd_hdf5_reference(hid_t file, const char *path, const char *attribute, char *target,
                       size_t size);

#endif
