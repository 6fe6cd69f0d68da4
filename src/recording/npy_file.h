/* NumPy's .npy: the header read, the numbers read when they are asked for. */
#ifndef ND_RECORDING_NPY_FILE_H
#define ND_RECORDING_NPY_FILE_H

#include "base/memory.h"
#include "recording/event_sink.h"

enum { ND_NPY_MOST_RANK = 3 };

/* Where an array's bytes are that is no file of its own: `read` gets `size` of them from `offset`
 * on, and returns how many there were. Reading goes forward; to go back is slow. */
typedef struct nd_npy_source {
    void *context;
    size_t length;
    size_t (*read)(void *context, size_t offset, void *bytes, size_t size);
} nd_npy_source;

typedef struct nd_npy {
    char *path;
    int file, rank;       /* file: negative where there is a source */
    nd_npy_source source; /* `read` NULL: the file */
    size_t dims[ND_NPY_MOST_RANK], count;
    size_t size, offset; /* bytes of a number; offset of the first */
    char kind;           /* f i u b; O: objects, whose numbers are in `objects` */
    bool swapped, fortran;
    double *objects;
} nd_npy;

/* Opens the array at `path`; NULL with `error` filled where it is cut short, or holds no numbers.
 * An array of objects is looked into as a pickle (recording/pickle.h): None counts as NaN, other
 * objects than numbers are refused. */
nd_npy *nd_npy_open(const char *path, nd_error *error);

/* The same of an array within another file, which `name` names in errors; not of objects. The
 * source must outlive it. */
nd_npy *nd_npy_open_source(const char *name, nd_npy_source source, nd_error *error);
void nd_npy_close(nd_npy *array);

/* How far it reaches along a dimension; 1 beyond its last. */
size_t nd_npy_extent(const nd_npy *array, int dimension);

/* Numbers first .. first + count - 1, in the file's order. */
bool nd_npy_read(const nd_npy *array, size_t first, size_t count, double *values, nd_error *error);

/* All numbers, the last dimension fastest; to be freed. */
double *nd_npy_all(const nd_npy *array, nd_error *error);

/* Pours an array of at most two dimensions into the sink, block by block, its rows from `first_row`
 * on, no more than `columns` of its columns. */
bool nd_npy_pour(const nd_npy *array, size_t first_row, size_t columns, nd_sink *sink,
                 nd_error *error);

/* The bytes of a pickle that the file at `path` is, or that the objects of its array are; `buffer`
 * is to be freed, *pickle is within it. */
bool nd_npy_pickle(const char *path, nd_buffer *buffer, const unsigned char **pickle,
                   size_t *length, nd_error *error);

#endif
