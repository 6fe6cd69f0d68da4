/* Bytes in groups of their own. */
#include <netcdf.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/netcdf_handle.h"
#include "base/netcdf_lock.h"
#include "base/netcdf_remote.h"

bool nd_nc_put_bytes(nd_nc *file, const char *group, const char *name, const char *definition,
                     const void *bytes, size_t count, nd_error *error) {
    ND_NC_ALONE;
    int inside, dimension, id, status = nc_def_grp(file->id, group, &inside);
    if (status == NC_NOERR)
        status = nc_def_dim(inside, "byte", count, &dimension);
    if (status == NC_NOERR)
        status = nc_def_var(inside, name, NC_BYTE, 1, &dimension, &id);
    if (status == NC_NOERR)
        status = nc_def_var_deflate(inside, id, 1, 1, 1);
    if (status == NC_NOERR)
        status = nc_put_att_text(inside, id, "long_name", strlen(definition), definition);
    if (status == NC_NOERR)
        status = nc_put_var_schar(inside, id, bytes);
    return status == NC_NOERR || nd_nc_failed(file, status, "writing", name, error);
}

static int find(const nd_nc *file, const char *group, const char *name, int *inside, int *id) {
    int status = nc_inq_grp_ncid(file->id, group, inside);
    return status == NC_NOERR ? nc_inq_varid(*inside, name, id) : status;
}

bool nd_nc_has_bytes(const nd_nc *file, const char *group, const char *name) {
    ND_NC_ALONE;
    int inside, id;
    return find(file, group, name, &inside, &id) == NC_NOERR;
}

void *nd_nc_get_bytes(const nd_nc *file, const char *group, const char *name, size_t *count,
                      nd_error *error) {
    ND_NC_ALONE;
    int inside, id, rank = 0, dimension = 0;
    nc_type type = NC_NAT;
    *count = 0;
    int status = find(file, group, name, &inside, &id);
    if (status == NC_NOERR)
        status = nc_inq_var(inside, id, NULL, &type, &rank, NULL, NULL);
    if (status == NC_NOERR && (type != NC_BYTE || rank != 1)) {
        nd_fail(error, file->path, NULL, "%s holds no bytes", name);
        return NULL;
    }
    if (status == NC_NOERR)
        status = nc_inq_vardimid(inside, id, &dimension);
    if (status == NC_NOERR)
        status = nc_inq_dimlen(inside, dimension, count);
    void *bytes = status == NC_NOERR ? nd_array(*count, 1, error) : NULL;
    if (status != NC_NOERR)
        nd_nc_failed(file, status, "reading", name, error);
    if (bytes && nd_nc_read(file, inside, id, ND_NC_AS_BYTES, NULL, NULL, bytes, error))
        return bytes;
    free(bytes);
    return NULL;
}
