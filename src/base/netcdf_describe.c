/* What a netCDF file says of its variables: their types, their attributes one by one. */
#include <netcdf.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/netcdf_handle.h"
#include "base/netcdf_lock.h"

nd_stored nd_nc_stored(const nd_nc *file, const char *name) {
    static const nd_stored of[] = {[NC_BYTE] = ND_STORED_INT8,     [NC_CHAR] = ND_STORED_TEXT,
                                   [NC_SHORT] = ND_STORED_INT16,   [NC_INT] = ND_STORED_INT32,
                                   [NC_FLOAT] = ND_STORED_FLOAT32, [NC_DOUBLE] = ND_STORED_FLOAT64,
                                   [NC_UBYTE] = ND_STORED_UINT8,   [NC_USHORT] = ND_STORED_UINT16,
                                   [NC_UINT] = ND_STORED_UINT32,   [NC_INT64] = ND_STORED_INT64,
                                   [NC_UINT64] = ND_STORED_UINT64, [NC_STRING] = ND_STORED_TEXT};
    ND_NC_ALONE;
    int id, rank;
    nc_type type;
    if (nc_inq_varid(file->id, name, &id) != NC_NOERR ||
        nc_inq_vartype(file->id, id, &type) != NC_NOERR ||
        nc_inq_varndims(file->id, id, &rank) != NC_NOERR || type < NC_BYTE ||
        type > NC_MAX_ATOMIC_TYPE || rank > ND_MOST_DIMENSIONS)
        return ND_STORED_OTHER;
    return type == NC_CHAR && rank != 2 ? ND_STORED_OTHER : of[type];
}

bool nd_nc_is_characters(const nd_nc *file, const char *name) {
    ND_NC_ALONE;
    int id;
    nc_type type;
    return nc_inq_varid(file->id, name, &id) == NC_NOERR &&
           nc_inq_vartype(file->id, id, &type) == NC_NOERR && type == NC_CHAR;
}

bool nd_nc_attribute_of(const nd_nc *file, const char *variable, size_t index, char *name) {
    ND_NC_ALONE;
    int id, count;
    return nc_inq_varid(file->id, variable, &id) == NC_NOERR &&
           nc_inq_varnatts(file->id, id, &count) == NC_NOERR && index < (size_t)count &&
           nc_inq_attname(file->id, id, (int)index, name) == NC_NOERR;
}

double *nd_nc_numbers(const nd_nc *file, const char *variable, const char *name, size_t *count,
                      nd_error *error) {
    ND_NC_ALONE;
    int id = NC_GLOBAL;
    nc_type type;
    *count = 0;
    if ((variable && nc_inq_varid(file->id, variable, &id) != NC_NOERR) ||
        nc_inq_att(file->id, id, name, &type, count) != NC_NOERR || type == NC_CHAR ||
        type == NC_STRING || type > NC_MAX_ATOMIC_TYPE || *count == 0) {
        *count = 0;
        nd_fail(error, file->path, NULL, "has no numbers in an attribute '%s'", name);
        return NULL;
    }
    double *numbers = nd_doubles(*count, error);
    if (numbers && nc_get_att_double(file->id, id, name, numbers) != NC_NOERR) {
        nd_fail(error, file->path, NULL, "attribute '%s' cannot be read", name);
        free(numbers);
        return NULL;
    }
    return numbers;
}
