#include "base/netcdf_copy.h"

#include <netcdf.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/netcdf_contents.h"
#include "base/netcdf_lock.h"
#include "base/netcdf_remote.h"

enum { MOST_RANK = 8, BYTES_AT_ONCE = 1 << 23, MOST_AT_ONCE = 1 << 26 };

/* A variable, in the other file's contents and in the copy. */
typedef struct copying {
    const nd_nc *from, *to;
    int from_group, to_group, variable, rank;
    char name[NC_MAX_NAME + 1];
    nc_type type;
    size_t size, length[MOST_RANK];
    nd_error *error;
} copying;

/* How many rows (entries of the first dimension) to take at once: whole pieces of the file, or the
 * reader would unpack each again for its next rows; but no more than memory is lightly spared for,
 * as a small file may claim large pieces. */
static size_t rows_at_once(const copying *c) {
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

static bool copy_part(const copying *c, const size_t *start, const size_t *extent, void *values) {
    bool texts = c->type == NC_STRING;
    size_t count = 1;
    for (int d = 0; d < c->rank; d++)
        count *= extent[d];
    if (!nd_nc_read(c->from, c->from_group, c->variable, texts ? ND_NC_AS_TEXTS : ND_NC_AS_STORED,
                    start, extent, values, c->error))
        return false;
    int status = nc_put_vara(c->to_group, c->variable, start, extent, values);
    for (size_t i = 0; texts && i < count; i++)
        free(((char **)values)[i]);
    return status == NC_NOERR || nd_nc_failed(c->to, status, "writing", c->name, c->error);
}

static bool copy_values(copying *c) {
    size_t start[MOST_RANK] = {0}, extent[MOST_RANK], row = c->size;
    for (int d = 0; d < c->rank; d++) {
        extent[d] = c->length[d];
        if (d > 0 && __builtin_mul_overflow(row, c->length[d], &row))
            return nd_fail(c->error, c->to->path, NULL, "variable %.200s is too large", c->name);
        if (extent[d] == 0)
            return true;
    }
    size_t rows = c->rank ? c->length[0] : 1, at_once = c->rank ? rows_at_once(c) : 1;
    at_once = at_once < rows ? at_once : rows;
    void *values = nd_array(at_once, row, c->error);
    bool fine = values != NULL;
    for (size_t done = 0; fine && done < rows; done += extent[0]) {
        start[0] = done;
        extent[0] = rows - done < at_once ? rows - done : at_once;
        fine = copy_part(c, start, extent, values);
        if (c->rank == 0)
            break;
    }
    free(values);
    return fine;
}

static bool copy_variable(copying *c) {
    int dimensions[NC_MAX_VAR_DIMS];
    int status = nc_inq_var(c->from_group, c->variable, c->name, &c->type, &c->rank, NULL, NULL);
    if (status == NC_NOERR && c->rank > MOST_RANK)
        return nd_fail(c->error, c->to->path, "add to a copy of the file without it",
                       "variable %.200s has %d dimensions, at most %d are copied", c->name, c->rank,
                       MOST_RANK);
    if (status == NC_NOERR)
        status = nc_inq_vardimid(c->from_group, c->variable, dimensions);
    if (status == NC_NOERR)
        status = nc_inq_type(c->from_group, c->type, NULL, &c->size);
    for (int d = 0; status == NC_NOERR && d < c->rank; d++)
        status = nc_inq_dimlen(c->from_group, dimensions[d], &c->length[d]);
    return status == NC_NOERR ? copy_values(c)
                              : nd_nc_failed(c->from, status, "variable", c->name, c->error);
}

/* The groups of both have their variables and groups in the same order. */
static bool copy_group(copying *c, int from_group, int to_group) {
    int variables = 0, count = 0;
    int status = nc_inq_nvars(from_group, &variables);
    if (status == NC_NOERR)
        status = nc_inq_grps(from_group, &count, NULL);
    if (status != NC_NOERR)
        return nd_nc_failed(c->from, status, "reading", "its contents", c->error);
    for (c->variable = 0; c->variable < variables; c->variable++) {
        c->from_group = from_group;
        c->to_group = to_group;
        if (!copy_variable(c))
            return false;
    }
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
    nd_nc other = {.id = -1, .path = (char *)path};
    nd_buffer contents = {0};
    copying c = {.from = &other, .to = file, .error = error};
    bool fine = nd_nc_open_remote(&other, &contents, error) &&
                nd_nc_contents_copy(&contents, path, file->id, error) &&
                copy_group(&c, other.id, file->id);
    nd_buffer_free(&contents);
    nd_nc_close_remote(&other);
    return fine;
}
