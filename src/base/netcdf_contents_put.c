/* The reader's side of netcdf_contents.h: what is in an open file, as bytes. */
#include <netcdf.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/netcdf_contents.h"
#include "base/netcdf_storage.h"

static bool put_count(nd_buffer *buffer, uint64_t count, nd_error *error) {
    return nd_buffer_put(buffer, &count, sizeof count, error);
}

/* The values of an attribute of one of netCDF's own types as bytes; false where they cannot be
 * read, and where memory is out, which `error` tells. */
static bool read_values(nd_buffer *values, int id, int variable, const char *name, nc_type type,
                        size_t length, nd_error *error) {
    size_t size = 0;
    if (nc_inq_type(id, type, NULL, &size) != NC_NOERR)
        return false;
    void *all = nd_array(length, size, error);
    bool got = all && nc_get_att(id, variable, name, all) == NC_NOERR, fine = got;
    if (got && type != NC_STRING)
        fine = nd_buffer_put(values, all, length * size, error);
    for (size_t i = 0; fine && type == NC_STRING && i < length; i++)
        fine = nd_buffer_put_text(values, ((char **)all)[i] ? ((char **)all)[i] : "", error);
    if (got && type == NC_STRING)
        (void)nc_free_string(length, all);
    free(all);
    return fine;
}

/* Those that cannot be read are names alone. */
static bool put_attributes(nd_buffer *buffer, int id, int variable, int count, nd_error *error) {
    bool fine = put_count(buffer, (uint64_t)count, error);
    for (int a = 0; fine && a < count; a++) {
        char name[NC_MAX_NAME + 1] = "";
        nc_type type = NC_NAT;
        size_t length = 0;
        nd_buffer values = {0};
        nd_error memory = {0};
        if (nc_inq_attname(id, variable, a, name) != NC_NOERR ||
            nc_inq_att(id, variable, name, &type, &length) != NC_NOERR ||
            type > NC_MAX_ATOMIC_TYPE ||
            !read_values(&values, id, variable, name, type, length, &memory))
            type = NC_NAT;
        if (memory.what[0]) {
            if (error)
                *error = memory;
            fine = false;
        }
        fine = fine && nd_buffer_put_text(buffer, name, error) &&
               put_count(buffer, (uint64_t)type, error);
        if (fine && type != NC_NAT)
            fine = put_count(buffer, length, error) &&
                   nd_buffer_put(buffer, values.bytes, values.length, error);
        nd_buffer_free(&values);
    }
    return fine;
}

static bool is_among(int id, const int *ids, int count) {
    for (int i = 0; i < count; i++)
        if (ids[i] == id)
            return true;
    return false;
}

static bool put_dimensions(nd_buffer *buffer, int id, nd_error *error) {
    int count = 0, growing = 0;
    if (nc_inq_dimids(id, &count, NULL, 0) != NC_NOERR)
        count = 0;
    if (nc_inq_unlimdims(id, &growing, NULL) != NC_NOERR)
        growing = 0;
    int *ids = nd_array((size_t)count, sizeof *ids, error);
    int *grow = nd_array((size_t)growing, sizeof *grow, error);
    bool fine = ids && grow && nc_inq_dimids(id, &count, ids, 0) == NC_NOERR &&
                (growing == 0 || nc_inq_unlimdims(id, &growing, grow) == NC_NOERR) &&
                put_count(buffer, (uint64_t)count, error);
    for (int d = 0; fine && d < count; d++) {
        char name[NC_MAX_NAME + 1] = "";
        size_t length = 0;
        (void)nc_inq_dim(id, ids[d], name, &length);
        fine = put_count(buffer, (uint64_t)ids[d], error) &&
               nd_buffer_put_text(buffer, name, error) && put_count(buffer, length, error) &&
               put_count(buffer, is_among(ids[d], grow, growing), error);
    }
    free(ids);
    free(grow);
    return fine;
}

static bool put_variables(nd_buffer *buffer, int id, nd_error *error) {
    int count = 0;
    if (nc_inq_nvars(id, &count) != NC_NOERR)
        count = 0;
    bool fine = put_count(buffer, (uint64_t)count, error);
    for (int v = 0; fine && v < count; v++) {
        char name[NC_MAX_NAME + 1] = "";
        nc_type type = NC_NAT;
        int rank = 0, dimensions[NC_MAX_VAR_DIMS], attributes = 0;
        if (nc_inq_var(id, v, name, &type, &rank, dimensions, &attributes) != NC_NOERR)
            rank = attributes = 0;
        fine = nd_buffer_put_text(buffer, name, error) &&
               put_count(buffer, (uint64_t)type, error) && put_count(buffer, (uint64_t)rank, error);
        for (int d = 0; fine && d < rank; d++)
            fine = put_count(buffer, (uint64_t)dimensions[d], error);
        fine = fine && nd_nc_storage_put(buffer, id, v, rank, error) &&
               put_attributes(buffer, id, v, attributes, error);
    }
    return fine;
}

static bool put_group(nd_buffer *buffer, int id, int deep, nd_error *error) {
    int attributes = 0, count = 0;
    (void)nc_inq_natts(id, &attributes);
    if (!put_dimensions(buffer, id, error) || !put_variables(buffer, id, error) ||
        !put_attributes(buffer, id, NC_GLOBAL, attributes, error))
        return false;
    if (nc_inq_grps(id, &count, NULL) != NC_NOERR)
        count = 0;
    if (count > 0 && deep == ND_NC_MOST_DEEP)
        return nd_fail(error, NULL, NULL, "has groups within groups, more than %d deep",
                       ND_NC_MOST_DEEP);
    int *groups = nd_array((size_t)count, sizeof *groups, error);
    bool fine = groups && (count == 0 || nc_inq_grps(id, &count, groups) == NC_NOERR) &&
                put_count(buffer, (uint64_t)count, error);
    for (int g = 0; fine && g < count; g++) {
        char name[NC_MAX_NAME + 1] = "";
        (void)nc_inq_grpname(groups[g], name);
        fine = nd_buffer_put_text(buffer, name, error) &&
               put_group(buffer, groups[g], deep + 1, error);
    }
    free(groups);
    return fine;
}

bool nd_nc_contents_put(nd_buffer *buffer, int id, nd_error *error) {
    return put_group(buffer, id, 0, error);
}
