/* An array of a Zarr store on disk, versions 2 and 3: its metadata, and chunks as numbers. */
#ifndef ND_RECORDING_ZARR_ARRAY_H
#define ND_RECORDING_ZARR_ARRAY_H

#include "recording/zarr_codec.h"

enum { ND_ZARR_MOST_RANK = 3 };

typedef struct nd_zarr {
    char *path; /* the array's folder */
    int version, rank;
    size_t shape[ND_ZARR_MOST_RANK], chunk[ND_ZARR_MOST_RANK];
    char dimension[ND_ZARR_MOST_RANK]
                  [64]; /* names, as xarray writes them; "" where there is none */
    char kind;          /* f i u b */
    size_t size;        /* bytes of a number */
    bool swapped;       /* stored in the other order of bytes */
    bool fortran;       /* the first dimension is fastest, in a chunk of version 2 */
    bool checked;       /* four bytes of CRC-32C follow a chunk of version 3 */
    nd_zarr_codec codec;
    char separator;
    double fill; /* of chunks that are not there */
} nd_zarr;

/* Whether a folder is an array, by the names in it. */
bool nd_zarr_is_array(const char *path);

/* Opens the array in a folder; what of Zarr is not read (sharding, other codecs, filters, types) is
 * refused by name. */
nd_zarr *nd_zarr_open(const char *path, nd_error *error);
void nd_zarr_close(nd_zarr *array);

/* How far it reaches along a dimension; 1 beyond its last. */
size_t nd_zarr_extent(const nd_zarr *array, int dimension);

/* The numbers of the chunk at `index`, a whole chunk of them, the last dimension fastest. `values`
 * has room for nd_zarr_chunk_count. */
bool nd_zarr_chunk(const nd_zarr *array, const size_t index[ND_ZARR_MOST_RANK], double *values,
                   nd_error *error);
size_t nd_zarr_chunk_count(const nd_zarr *array);

/* All numbers, the last dimension fastest; to be freed. */
double *nd_zarr_all(const nd_zarr *array, nd_error *error);

#endif
