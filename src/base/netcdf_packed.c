#include "base/netcdf_packed.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* The type's place in the table of numbers; negative where it is none of them. */
static int find_type(hid_t type) {
    const hid_t table[] = {H5T_STD_I8LE,   H5T_STD_U8LE,   H5T_STD_I16LE, H5T_STD_U16LE,
                           H5T_STD_I32LE,  H5T_STD_U32LE,  H5T_STD_I64LE, H5T_STD_U64LE,
                           H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_STD_I16BE, H5T_STD_U16BE,
                           H5T_STD_I32BE,  H5T_STD_U32BE,  H5T_STD_I64BE, H5T_STD_U64BE,
                           H5T_IEEE_F32BE, H5T_IEEE_F64BE};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (H5Tequal(type, table[i]) > 0)
            return (int)i;
    return -1;
}

static bool take_lengths(hid_t space, nd_nc_packing *packing) {
    hsize_t now[H5S_MAX_RANK], most[H5S_MAX_RANK];
    int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 1 || rank > ND_NC_PACKED_RANK || H5Sget_simple_extent_dims(space, now, most) != rank)
        return false;
    packing->rank = (uint64_t)rank;
    for (int d = 0; d < rank; d++) {
        if (now[d] == 0 || most[d] != now[d])
            return false;
        packing->length[d] = now[d];
    }
    return true;
}

/* Shuffling's values are the size of a number, deflating's how hard it was tried: neither matters
 * to who unpacks. */
static bool take_plan(hid_t plan, nd_nc_packing *packing) {
    hsize_t piece[ND_NC_PACKED_RANK];
    if (H5Pget_layout(plan) != H5D_CHUNKED ||
        H5Pget_chunk(plan, ND_NC_PACKED_RANK, piece) != (int)packing->rank)
        return false;
    for (uint64_t d = 0; d < packing->rank; d++)
        packing->piece[d] = piece[d];
    int count = H5Pget_nfilters(plan);
    if (count < 0 || count > ND_NC_PACKED_FILTERS)
        return false;
    packing->filters = (uint64_t)count;
    for (int i = 0; i < count; i++) {
        unsigned flags;
        size_t values = 0;
        H5Z_filter_t filter =
            H5Pget_filter2(plan, (unsigned)i, &flags, &values, NULL, 0, NULL, NULL);
        if (filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_DEFLATE &&
            filter != H5Z_FILTER_FLETCHER32)
            return false;
        packing->filter[i] = (uint64_t)filter;
    }
    return true;
}

bool nd_nc_packing_of(hid_t dataset, nd_nc_packing *packing) {
    memset(packing, 0, sizeof *packing);
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    hid_t plan = H5Dget_create_plist(dataset);
    int number = type >= 0 ? find_type(type) : -1;
    packing->type = (uint64_t)number;
    bool fine = number >= 0 && space >= 0 && plan >= 0 && take_lengths(space, packing) &&
                take_plan(plan, packing);
    if (type >= 0)
        H5Tclose(type);
    if (space >= 0)
        H5Sclose(space);
    if (plan >= 0)
        H5Pclose(plan);
    return fine;
}

static uint64_t pieces_along(const nd_nc_packing *packing, uint64_t d) {
    return (packing->length[d] - 1) / packing->piece[d] + 1;
}

uint64_t nd_nc_packed_count(const nd_nc_packing *packing) {
    uint64_t count = 1;
    for (uint64_t d = 0; d < packing->rank; d++)
        if (__builtin_mul_overflow(count, pieces_along(packing, d), &count))
            return UINT64_MAX;
    return count;
}

/* Where a piece begins. */
static void offset_of(const nd_nc_packing *packing, uint64_t number, hsize_t *offset) {
    for (uint64_t d = packing->rank; d-- > 0;) {
        uint64_t along = pieces_along(packing, d);
        offset[d] = number % along * packing->piece[d];
        number /= along;
    }
}

/* --- in the reader --- */

static bool all_are_written(hid_t dataset, const nd_nc_packing *packing) {
    uint64_t count = nd_nc_packed_count(packing);
    for (uint64_t i = 0; i < count; i++) {
        hsize_t offset[ND_NC_PACKED_RANK], size = 0;
        offset_of(packing, i, offset);
        if (H5Dget_chunk_storage_size(dataset, offset, &size) < 0 || size == 0)
            return false;
    }
    return true;
}

/* What goes before a piece. */
typedef struct piece_head {
    uint64_t left_out, size; /* the filters that were, a bit each; bytes */
} piece_head;

bool nd_nc_packed_read(hid_t dataset, const hsize_t *offset, size_t size, uint32_t *left_out,
                       void *bytes) {
#if H5_VERSION_GE(2, 0, 0) /* which is told of the room */
    return H5Dread_chunk2(dataset, H5P_DEFAULT, offset, left_out, bytes, &size) >= 0;
#else
    return size > 0 && H5Dread_chunk(dataset, H5P_DEFAULT, offset, left_out, bytes) >= 0;
#endif
}

static bool put_piece(hid_t dataset, const hsize_t *offset, nd_buffer *answer, nd_error *error) {
    hsize_t size = 0;
    uint32_t left_out = 0;
    if (H5Dget_chunk_storage_size(dataset, offset, &size) < 0)
        size = 0;
    void *bytes = nd_array((size_t)size, 1, error);
    bool fine = bytes &&
                ((size > 0 && nd_nc_packed_read(dataset, offset, (size_t)size, &left_out, bytes)) ||
                 nd_fail(error, NULL, "is it whole?", "a piece of it cannot be read"));
    piece_head head = {left_out, size};
    fine = fine && nd_buffer_put(answer, &head, sizeof head, error) &&
           nd_buffer_put(answer, bytes, (size_t)size, error);
    free(bytes);
    return fine;
}

bool nd_nc_packed_put(hid_t dataset, const nd_nc_packing *wanted, uint64_t first, nd_buffer *answer,
                      bool *can, nd_error *error) {
    enum { FULL = 1 << 23 };
    nd_nc_packing own;
    size_t before = answer->length;
    *can = nd_nc_packing_of(dataset, &own) && memcmp(&own, wanted, sizeof own) == 0 &&
           (first > 0 || all_are_written(dataset, &own));
    uint64_t count = *can ? nd_nc_packed_count(&own) : 0;
    bool fine = true;
    for (uint64_t i = first; fine && i < count && answer->length - before < FULL; i++) {
        hsize_t offset[ND_NC_PACKED_RANK];
        offset_of(&own, i, offset);
        fine = put_piece(dataset, offset, answer, error);
    }
    return fine;
}

/* --- here --- */

bool nd_nc_packed_take(hid_t dataset, const nd_nc_packing *packing, nd_buffer *answer,
                       uint64_t *next) {
    uint64_t count = nd_nc_packed_count(packing), first = *next;
    while (answer->position < answer->length) {
        piece_head head;
        hsize_t offset[ND_NC_PACKED_RANK];
        if (*next >= count || !nd_buffer_take(answer, &head, sizeof head, NULL) || head.size == 0 ||
            head.size > answer->length - answer->position || head.left_out >> packing->filters != 0)
            return false;
        offset_of(packing, (*next)++, offset);
        if (H5Dwrite_chunk(dataset, H5P_DEFAULT, (uint32_t)head.left_out, offset, (size_t)head.size,
                           answer->bytes + answer->position) < 0)
            return false;
        answer->position += (size_t)head.size;
    }
    return *next > first;
}
