/* The pieces (chunks) of a variable as they are packed, handed from one file to another unopened:
 * the reader takes them out of the foreign file, whoever asked puts them into a file of its own
 * that packs in the same way. Nothing of them is unpacked here, then or later: the file is
 * published. */
#ifndef ND_BASE_NETCDF_PACKED_H
#define ND_BASE_NETCDF_PACKED_H

#include <hdf5.h>

#include "base/memory.h"

enum { ND_NC_PACKED_RANK = 8, ND_NC_PACKED_FILTERS = 4 };

/* How a variable's values are stored and packed: what must agree for pieces of one to be pieces of
 * another. */
typedef struct nd_nc_packing {
    uint64_t type; /* in a table of HDF5's numbers, of either order of bytes */
    uint64_t filters, filter[ND_NC_PACKED_FILTERS];
    uint64_t rank, length[ND_NC_PACKED_RANK], piece[ND_NC_PACKED_RANK];
} nd_nc_packing;

/* The dataset's packing; false where its pieces cannot be handed on so: none, a type that is no
 * number of HDF5's own, filters that take values of their own, lengths that grow. */
bool nd_nc_packing_of(hid_t dataset, nd_nc_packing *packing);

/* Adds pieces of the dataset, from the `first` on (counted as they lie, the last dimension
 * fastest), to `answer`, until that is full or they end. *can is false, and nothing is added, where
 * it is not packed as `wanted` or has pieces that were never written: what they would read as, the
 * file alone says. */
bool nd_nc_packed_put(hid_t dataset, const nd_nc_packing *wanted, uint64_t first, nd_buffer *answer,
                      bool *can, nd_error *error);

/* Writes those of an answer, which may be any bytes, into a dataset of that packing; *next becomes
 * the piece after the last. False, without words, where the answer is none or cannot be written. */
bool nd_nc_packed_take(hid_t dataset, const nd_nc_packing *packing, nd_buffer *answer,
                       uint64_t *next);

/* How many pieces there are. */
uint64_t nd_nc_packed_count(const nd_nc_packing *packing);

/* The piece that begins at `offset`, into `bytes`, which has room for `size`, its size in the file;
 * the filters that were left out of it go to `left_out`, a bit each. */
bool nd_nc_packed_read(hid_t dataset, const hsize_t *offset, size_t size, uint32_t *left_out,
                       void *bytes);

#endif
