#include "base/netcdf_values.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/netcdf_remote.h"

enum { BYTES_AT_ONCE = 1 << 23, MOST_AT_ONCE = 1 << 26 };

bool nd_nc_copying_asks(nd_nc_copying *c, nd_error *error) {
    int status = nc_inq_var(c->from_group, c->variable, c->name, &c->type, &c->rank, NULL, NULL);
    if (status == NC_NOERR && c->rank > ND_NC_COPIED_RANK)
        return nd_fail(error, c->to->path, "add to a copy of the file without it",
                       "variable %.200s has %d dimensions, at most %d are copied", c->name, c->rank,
                       ND_NC_COPIED_RANK);
    if (status == NC_NOERR)
        status = nc_inq_vardimid(c->from_group, c->variable, c->dimension);
    if (status == NC_NOERR)
        status = nc_inq_type(c->from_group, c->type, NULL, &c->size);
    for (int d = 0; status == NC_NOERR && d < c->rank; d++)
        status = nc_inq_dimlen(c->from_group, c->dimension[d], &c->length[d]);
    return status == NC_NOERR || nd_nc_failed(c->from, status, "variable", c->name, error);
}

/* How many rows (entries of the first dimension) to take at once: whole pieces of the file, or the
 * reader would unpack each again for its next rows; but no more than memory is lightly spared for,
 * as a small file may claim large pieces. */
static size_t rows_at_once(const nd_nc_copying *c) {
    size_t row = c->size, pieces[NC_MAX_VAR_DIMS];
    int layout = NC_CONTIGUOUS;
    for (int d = 1; d < c->rank; d++)
        row *= c->length[d];
    size_t rows = row ? BYTES_AT_ONCE / row : c->length[0];
    if (nc_inq_var_chunking(c->to_group, c->variable, &layout, pieces) != NC_NOERR ||
        layout != NC_CHUNKED)
        return rows ? rows : 1;
    size_t whole = rows > pieces[0] ? rows - rows % pieces[0] : pieces[0];
    size_t most = row && MOST_AT_ONCE / row ? MOST_AT_ONCE / row : 1;
    return whole < most ? whole : most;
}

static bool copy_part(const nd_nc_copying *c, const size_t *start, const size_t *extent,
                      void *values, nd_error *error) {
    bool texts = c->type == NC_STRING;
    size_t count = 1;
    for (int d = 0; d < c->rank; d++)
        count *= extent[d];
    if (!nd_nc_read(c->from, c->from_group, c->variable, texts ? ND_NC_AS_TEXTS : ND_NC_AS_STORED,
                    start, extent, values, error))
        return false;
    int status = nc_put_vara(c->to_group, c->variable, start, extent, values);
    for (size_t i = 0; texts && i < count; i++)
        free(((char **)values)[i]);
    return status == NC_NOERR || nd_nc_failed(c->to, status, "writing", c->name, error);
}

/* How much of a variable netCDF keeps unpacked while it is written differs between its versions (16
 * MB in 4.9.0, 64 in 4.9.3): here it is 16. */
static bool keep_little(const nd_nc_copying *c, nd_error *error) {
    enum { BYTES = 1 << 24, SLOTS = 4133 };
    int layout = NC_CONTIGUOUS, status = NC_NOERR;
    if (c->rank > 0)
        status = nc_inq_var_chunking(c->to_group, c->variable, &layout, NULL);
    if (status == NC_NOERR && layout == NC_CHUNKED)
        status = nc_set_var_chunk_cache(c->to_group, c->variable, BYTES, SLOTS, 0.75F);
    return status == NC_NOERR || nd_nc_failed(c->to, status, "writing", c->name, error);
}

bool nd_nc_copy_values(const nd_nc_copying *c, nd_error *error) {
    size_t start[ND_NC_COPIED_RANK] = {0}, extent[ND_NC_COPIED_RANK], row = c->size;
    for (int d = 0; d < c->rank; d++) {
        extent[d] = c->length[d];
        if (d > 0 && __builtin_mul_overflow(row, c->length[d], &row))
            return nd_fail(error, c->to->path, NULL, "variable %.200s is too large", c->name);
        if (extent[d] == 0)
            return true;
    }
    size_t rows = c->rank ? c->length[0] : 1, at_once = c->rank ? rows_at_once(c) : 1;
    at_once = at_once < rows ? at_once : rows;
    void *values = nd_array(at_once, row, error);
    bool fine = values && keep_little(c, error);
    for (size_t done = 0; fine && done < rows; done += extent[0]) {
        start[0] = done;
        extent[0] = rows - done < at_once ? rows - done : at_once;
        fine = copy_part(c, start, extent, values, error);
        if (c->rank == 0)
            break;
    }
    free(values);
    return fine;
}
