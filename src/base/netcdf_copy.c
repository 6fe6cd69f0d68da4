#include "base/netcdf_copy.h"

#include <netcdf.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/netcdf_contents.h"
#include "base/netcdf_lock.h"
#include "base/netcdf_rest.h"
#include "base/netcdf_values.h"

/* All of one file. */
typedef struct copying {
    nd_nc *from;
    const nd_nc *to;
    nd_nc_rest *rest; /* what may wait */
    nd_error *error;
} copying;

/* Is it worth handing over packed, when the file is published? */
static bool is_large_and_packed(const nd_nc_copying *c) {
    enum { LEAST = 1 << 16 };
    size_t pieces[NC_MAX_VAR_DIMS], bytes = c->size;
    int layout = NC_CONTIGUOUS;
    for (int d = 0; d < c->rank; d++)
        if (__builtin_mul_overflow(bytes, c->length[d], &bytes))
            return false;
    return bytes >= LEAST && c->type != NC_STRING && c->type != NC_CHAR &&
           nc_inq_var_chunking(c->to_group, c->variable, &layout, pieces) == NC_NOERR &&
           layout == NC_CHUNKED;
}

/* Lengths that grow do so as values are written: such a variable cannot wait. */
static bool has_growing_length(const nd_nc_copying *c) {
    int count = 0, all[NC_MAX_DIMS];
    bool grows = nc_inq_unlimdims(c->from->id, &count, NULL) != NC_NOERR || count > NC_MAX_DIMS ||
                 (count > 0 && nc_inq_unlimdims(c->from->id, &count, all) != NC_NOERR);
    for (int i = 0; !grows && i < count; i++)
        for (int d = 0; d < c->rank; d++)
            grows = grows || c->dimension[d] == all[i];
    return grows || c->from_group != c->from->id;
}

static bool copy_variable(const copying *c, int from_group, int to_group, int variable) {
    nd_nc_copying one = {.from = c->from,
                         .to = c->to,
                         .from_group = from_group,
                         .to_group = to_group,
                         .variable = variable};
    if (!nd_nc_copying_asks(&one, c->error))
        return false;
    return is_large_and_packed(&one) && !has_growing_length(&one)
               ? nd_nc_rest_add(c->rest, from_group, to_group, variable, c->error)
               : nd_nc_copy_values(&one, c->error);
}

/* The groups of both have their variables and groups in the same order. */
static bool copy_group(const copying *c, int from_group, int to_group) {
    int variables = 0, count = 0;
    int status = nc_inq_nvars(from_group, &variables);
    if (status == NC_NOERR)
        status = nc_inq_grps(from_group, &count, NULL);
    if (status != NC_NOERR)
        return nd_nc_failed(c->from, status, "reading", "its contents", c->error);
    for (int v = 0; v < variables; v++)
        if (!copy_variable(c, from_group, to_group, v))
            return false;
    int *from = nd_array((size_t)count, sizeof *from, c->error);
    int *to = nd_array((size_t)count, sizeof *to, c->error);
    bool fine = from && to &&
                (count == 0 || (nc_inq_grps(from_group, &count, from) == NC_NOERR &&
                                nc_inq_grps(to_group, &count, to) == NC_NOERR));
    for (int g = 0; fine && g < count; g++)
        fine = copy_group(c, from[g], to[g]);
    free(from);
    free(to);
    return fine;
}

bool nd_nc_copy(nd_nc *file, const char *path, nd_error *error) {
    ND_NC_ALONE;
    nd_buffer contents = {0};
    nd_nc_rest *rest = nd_nc_rest_new(path, error);
    if (!rest)
        return false;
    nd_nc *other = nd_nc_rest_from(rest);
    copying c = {.from = other, .to = file, .rest = rest, .error = error};
    bool fine = nd_nc_open_remote(other, &contents, error) &&
                nd_nc_contents_copy(&contents, path, file->id, error) &&
                copy_group(&c, other->id, file->id);
    nd_buffer_free(&contents);
    if (fine)
        nd_nc_rest_give(file, rest);
    else
        nd_nc_rest_free(rest);
    return fine;
}
