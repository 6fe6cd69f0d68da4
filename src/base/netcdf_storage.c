#include "base/netcdf_storage.h"

#include <string.h>

static size_t without_pieces(void) {
    return sizeof(nd_nc_storage) - sizeof((nd_nc_storage){0}.piece);
}

/* What a kind of file does not know is as if it were not so. */
bool nd_nc_storage_put(nd_buffer *buffer, int id, int variable, int rank, nd_error *error) {
    int layout = NC_CONTIGUOUS, shuffle = 0, deflate = 0, level = 0, checksum = 0, endian = 0;
    int not_filled = 0;
    size_t pieces[NC_MAX_VAR_DIMS] = {0};
    if (nc_inq_var_chunking(id, variable, &layout, pieces) != NC_NOERR)
        layout = NC_CONTIGUOUS;
    if (nc_inq_var_deflate(id, variable, &shuffle, &deflate, &level) != NC_NOERR)
        shuffle = deflate = level = 0;
    (void)nc_inq_var_fletcher32(id, variable, &checksum);
    (void)nc_inq_var_endian(id, variable, &endian);
    (void)nc_inq_var_fill(id, variable, &not_filled, NULL);
    nd_nc_storage how = {.layout = (uint64_t)layout,
                         .shuffle = (uint64_t)shuffle,
                         .deflate = (uint64_t)deflate,
                         .level = (uint64_t)level,
                         .checksum = (uint64_t)checksum,
                         .endian = (uint64_t)endian,
                         .not_filled = (uint64_t)not_filled};
    for (int d = 0; d < rank; d++)
        how.piece[d] = pieces[d];
    return nd_buffer_put(buffer, &how, without_pieces(), error) &&
           nd_buffer_put(buffer, how.piece, (size_t)rank * sizeof *how.piece, error);
}

bool nd_nc_storage_take(nd_buffer *buffer, int rank, nd_nc_storage *how, nd_error *error) {
    memset(how, 0, sizeof *how);
    return rank <= NC_MAX_VAR_DIMS && nd_buffer_take(buffer, how, without_pieces(), error) &&
           nd_buffer_take(buffer, how->piece, (size_t)rank * sizeof *how->piece, error);
}

int nd_nc_store_as(const nd_nc_storage *how, int id, int variable, int rank) {
    enum { MOST_IN_A_PIECE = 1 << 27 };
    size_t pieces[NC_MAX_VAR_DIMS];
    double all = 1.0;
    nc_type type;
    int status = nc_inq_vartype(id, variable, &type);
    if (status != NC_NOERR)
        return status;
    for (int d = 0; d < rank; d++) {
        pieces[d] = (size_t)how->piece[d];
        all *= (double)pieces[d];
    }
    if (rank > 0 && how->layout == NC_CHUNKED)
        status = all > MOST_IN_A_PIECE ? NC_EBADCHUNK
                                       : nc_def_var_chunking(id, variable, NC_CHUNKED, pieces);
    else if (rank > 0 && how->layout == NC_CONTIGUOUS)
        status = nc_def_var_chunking(id, variable, NC_CONTIGUOUS, NULL);
    if (status == NC_NOERR && (how->shuffle || how->deflate))
        status = nc_def_var_deflate(id, variable, how->shuffle != 0, how->deflate != 0,
                                    how->level <= 9 ? (int)how->level : 9);
    if (status == NC_NOERR && how->checksum)
        status = nc_def_var_fletcher32(id, variable, NC_FLETCHER32);
    if (status == NC_NOERR && (how->endian == NC_ENDIAN_LITTLE || how->endian == NC_ENDIAN_BIG))
        status = nc_def_var_endian(id, variable, (int)how->endian);
    if (status == NC_NOERR && how->not_filled && type != NC_STRING) /* texts always are */
        status = nc_def_var_fill(id, variable, NC_NOFILL, NULL);
    return status;
}
