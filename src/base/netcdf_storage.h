/* How a netCDF variable is stored in its file: in one piece or many, packed, in which order of
 * bytes. A file that is written anew keeps it. */
#ifndef ND_BASE_NETCDF_STORAGE_H
#define ND_BASE_NETCDF_STORAGE_H

#include <netcdf.h>

#include "base/memory.h"

typedef struct nd_nc_storage {
    uint64_t layout, shuffle, deflate, level, checksum, endian, not_filled;
    uint64_t piece[NC_MAX_VAR_DIMS]; /* its length along each dimension, where there are many */
} nd_nc_storage;

/* That of a variable of `rank` dimensions, as bytes; and back, from any bytes. */
bool nd_nc_storage_put(nd_buffer *buffer, int id, int variable, int rank, nd_error *error);
bool nd_nc_storage_take(nd_buffer *buffer, int rank, nd_nc_storage *how, nd_error *error);

/* Stores a variable that was just defined so; netCDF's status. Pieces that would not fit into
 * memory are NC_EBADCHUNK. */
int nd_nc_store_as(const nd_nc_storage *how, int id, int variable, int rank);

#endif
