/* Defining the variables of a netCDF file: their dimensions, packing, units and definition. */
#include <netcdf.h>
#include <string.h>

#include "base/error.h"
#include "base/netcdf_handle.h"
#include "base/netcdf_lock.h"
#include "base/room.h"

/* Large variables are written and read a row (one entry of the first dimension) at a time: they are
 * stored so, too. netCDF's own choice puts many rows into a chunk, and a row then costs them all.
 */
static int chunk_by_row(const nd_nc *file, int id, int rank, const int ids[8]) {
    enum { LEAST = 512, MOST = 1 << 21 }; /* values in a row that make a good chunk */
    size_t extent[8], row = 1;
    for (int i = 0; i < rank; i++) {
        int status = nc_inq_dimlen(file->id, ids[i], &extent[i]);
        if (status != NC_NOERR)
            return status;
        row *= i > 0 ? extent[i] : 1;
    }
    extent[0] = 1;
    return row >= LEAST && row <= MOST ? nc_def_var_chunking(file->id, id, NC_CHUNKED, extent)
                                       : NC_NOERR;
}

bool nd_nc_define(nd_nc *file, const char *name, nd_nc_type type, const char *dimensions,
                  const char *units, const char *definition, nd_error *error) {
    ND_NC_ALONE;
    static const nc_type types[] = {NC_DOUBLE, NC_FLOAT, NC_INT, NC_INT64, NC_BYTE, NC_CHAR};
    int ids[8], id, status = NC_NOERR;
    size_t count;
    if (!nd_room_for(ND_NC_ROOM, "netCDF", error))
        return nd_error_at(error, file->path);
    int rank = nd_nc_dimension_ids(file, dimensions, ids, &count, error);
    if (rank < 0)
        return false;
    if (nc_inq_varid(file->id, name, &id) == NC_NOERR) {
        int existing_rank, existing[NC_MAX_VAR_DIMS];
        status = nc_inq_varndims(file->id, id, &existing_rank);
        if (status == NC_NOERR)
            status = nc_inq_vardimid(file->id, id, existing);
        if (status != NC_NOERR)
            return nd_nc_failed(file, status, "variable", name, error);
        if (existing_rank != rank || memcmp(existing, ids, sizeof(int) * (size_t)rank) != 0)
            return nd_fail(error, file->path, NULL, "variable %s exists with other dimensions",
                           name);
    } else {
        status = nc_def_var(file->id, name, types[type], rank, ids, &id);
        if (status == NC_NOERR && rank > 0 && count >= 1024)
            status = nc_def_var_deflate(file->id, id, 1, 1, 1);
        if (status == NC_NOERR && rank > 1)
            status = chunk_by_row(file, id, rank, ids);
        if (status != NC_NOERR)
            return nd_nc_failed(file, status, "defining", name, error);
    }
    return (!units || nd_nc_put_text(file, name, "units", units, error)) &&
           (!definition || nd_nc_put_text(file, name, "long_name", definition, error));
}
