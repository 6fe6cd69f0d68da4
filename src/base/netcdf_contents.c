#include "base/netcdf_contents.h"

#include <netcdf.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/netcdf_lock.h"

static bool put_count(nd_buffer *buffer, uint64_t count, nd_error *error) {
    return nd_buffer_put(buffer, &count, sizeof count, error);
}

/* --- in the reader --- */

static bool put_strings(nd_buffer *buffer, int id, int variable, const char *name, size_t length,
                        nd_error *error) {
    char **texts = nd_array(length, sizeof *texts, error);
    bool fine = texts != NULL;
    bool got = fine && nc_get_att_string(id, variable, name, texts) == NC_NOERR;
    for (size_t i = 0; fine && i < length; i++)
        fine = nd_buffer_put_text(buffer, got && texts[i] ? texts[i] : "", error);
    if (got)
        (void)nc_free_string(length, texts);
    free(texts);
    return fine;
}

/* An attribute whose values cannot be read has zeros. */
static bool put_values(nd_buffer *buffer, int id, int variable, const char *name, size_t bytes,
                       nd_error *error) {
    void *values = nd_array(bytes, 1, error);
    if (values && nc_get_att(id, variable, name, values) != NC_NOERR)
        memset(values, 0, bytes);
    bool fine = values && nd_buffer_put(buffer, values, bytes, error);
    free(values);
    return fine;
}

static bool put_attributes(nd_buffer *buffer, int id, int variable, int count, nd_error *error) {
    bool fine = put_count(buffer, (uint64_t)count, error);
    for (int a = 0; fine && a < count; a++) {
        char name[NC_MAX_NAME + 1] = "";
        nc_type type = NC_NAT;
        size_t length = 0, size = 0;
        if (nc_inq_attname(id, variable, a, name) != NC_NOERR ||
            nc_inq_att(id, variable, name, &type, &length) != NC_NOERR ||
            type > NC_MAX_ATOMIC_TYPE || nc_inq_type(id, type, NULL, &size) != NC_NOERR)
            type = NC_NAT;
        fine = nd_buffer_put_text(buffer, name, error) && put_count(buffer, (uint64_t)type, error);
        if (!fine || type == NC_NAT)
            continue;
        fine = put_count(buffer, length, error) &&
               (type == NC_STRING ? put_strings(buffer, id, variable, name, length, error)
                                  : put_values(buffer, id, variable, name, length * size, error));
    }
    return fine;
}

static bool put_dimensions(nd_buffer *buffer, int id, nd_error *error) {
    int count = 0;
    if (nc_inq_dimids(id, &count, NULL, 0) != NC_NOERR)
        count = 0;
    int *ids = nd_array((size_t)count, sizeof *ids, error);
    bool fine = ids && nc_inq_dimids(id, &count, ids, 0) == NC_NOERR &&
                put_count(buffer, (uint64_t)count, error);
    for (int d = 0; fine && d < count; d++) {
        char name[NC_MAX_NAME + 1] = "";
        size_t length = 0;
        (void)nc_inq_dim(id, ids[d], name, &length);
        fine = put_count(buffer, (uint64_t)ids[d], error) &&
               nd_buffer_put_text(buffer, name, error) && put_count(buffer, length, error);
    }
    free(ids);
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
        fine = fine && put_attributes(buffer, id, v, attributes, error);
    }
    return fine;
}

static bool put_group(nd_buffer *buffer, int id, bool deeper, nd_error *error) {
    int attributes = 0, count = 0;
    (void)nc_inq_natts(id, &attributes);
    if (!put_dimensions(buffer, id, error) || !put_variables(buffer, id, error) ||
        !put_attributes(buffer, id, NC_GLOBAL, attributes, error))
        return false;
    if (!deeper || nc_inq_grps(id, &count, NULL) != NC_NOERR)
        count = 0;
    int *groups = nd_array((size_t)count, sizeof *groups, error);
    bool fine = groups && (count == 0 || nc_inq_grps(id, &count, groups) == NC_NOERR) &&
                put_count(buffer, (uint64_t)count, error);
    for (int g = 0; fine && g < count; g++) {
        char name[NC_MAX_NAME + 1] = "";
        (void)nc_inq_grpname(groups[g], name);
        fine =
            nd_buffer_put_text(buffer, name, error) && put_group(buffer, groups[g], false, error);
    }
    free(groups);
    return fine;
}

bool nd_nc_contents_put(nd_buffer *buffer, int id, nd_error *error) {
    return put_group(buffer, id, true, error);
}

/* --- here --- */

/* Numbers of dimensions, theirs and ours. */
typedef struct pair {
    uint64_t theirs;
    int ours;
} pair;

typedef struct taking {
    nd_buffer *buffer;
    const char *path;
    pair *dimensions;
    size_t count, room;
    int root;
    unsigned unnamed;
    nc_type other; /* what variables of the file's own types are made of; NC_NAT: not made yet */
    nd_error *error;
} taking;

static bool refused(const taking *t, int status, const char *name) {
    return nd_fail(t->error, t->path, "is it a netCDF file, and whole?",
                   "cannot be read as netCDF: %.200s: %s", name, nc_strerror(status));
}

/* A count, of things that take `size` bytes at least. */
static bool take_count(const taking *t, size_t size, uint64_t *count) {
    return nd_buffer_take(t->buffer, count, sizeof *count, t->error) &&
           (size == 0 || *count <= (t->buffer->length - t->buffer->position) / size ||
            nd_fail(t->error, t->path, NULL, "the reader's answer ends too early"));
}

/* A name that is there. */
static bool take_name(const taking *t, char **name) {
    return nd_buffer_take_text(t->buffer, name, t->error) &&
           (*name || nd_fail(t->error, t->path, NULL, "the reader's answer is none"));
}

static bool take_strings(const taking *t, int id, int variable, const char *name) {
    uint64_t length;
    if (!take_count(t, sizeof(uint64_t), &length))
        return false;
    char **texts = nd_array((size_t)length, sizeof *texts, t->error);
    bool fine = texts != NULL;
    for (uint64_t i = 0; fine && i < length; i++)
        fine = take_name(t, &texts[i]);
    if (fine) /* names that netCDF keeps for itself are refused, and nobody misses them */
        (void)nc_put_att_string(id, variable, name, (size_t)length, (const char **)texts);
    for (uint64_t i = 0; texts && i < length; i++)
        free(texts[i]);
    free(texts);
    return fine;
}

static bool take_values(const taking *t, int id, int variable, const char *name, nc_type type) {
    uint64_t length;
    size_t size;
    if (nc_inq_type(id, type, NULL, &size) != NC_NOERR || size == 0)
        return refused(t, NC_EBADTYPE, name);
    if (!take_count(t, size, &length))
        return false;
    (void)nc_put_att(id, variable, name, type, (size_t)length,
                     t->buffer->bytes + t->buffer->position);
    t->buffer->position += (size_t)length * size;
    return true;
}

static bool take_attributes(const taking *t, int id, int variable) {
    uint64_t count, type;
    bool fine = take_count(t, 2 * sizeof(uint64_t), &count);
    for (uint64_t a = 0; fine && a < count; a++) {
        char *name = NULL;
        fine = take_name(t, &name) && take_count(t, 0, &type);
        if (fine && type > NC_MAX_ATOMIC_TYPE)
            fine = refused(t, NC_EBADTYPE, name);
        if (fine && type != NC_NAT)
            fine = type == NC_STRING ? take_strings(t, id, variable, name)
                                     : take_values(t, id, variable, name, (nc_type)type);
        free(name);
    }
    return fine;
}

/* HDF5 has names that netCDF refuses: what is called so is there by another, and cannot be asked
 * for. The name to try next, in `other`. */
static const char *other_name(taking *t, char other[32]) {
    snprintf(other, 32, "unnamed_%u", ++t->unnamed);
    return other;
}

/* One of no entries is unlimited here: netCDF has no other of that length. */
static bool take_dimensions(taking *t, int id) {
    uint64_t count, length;
    bool fine = take_count(t, 3 * sizeof(uint64_t), &count);
    for (uint64_t d = 0; fine && d < count; d++) {
        char *name = NULL;
        char other[32];
        pair one = {0};
        fine = take_count(t, 0, &one.theirs) && take_name(t, &name) && take_count(t, 0, &length);
        int status = fine ? nc_def_dim(id, name, (size_t)length, &one.ours) : NC_NOERR;
        if (status == NC_EBADNAME)
            status = nc_def_dim(id, other_name(t, other), (size_t)length, &one.ours);
        if (status != NC_NOERR)
            fine = refused(t, status, name);
        pair *grown =
            fine ? nd_grown(t->dimensions, &t->room, t->count + 1, sizeof one, t->error) : NULL;
        fine = grown != NULL;
        if (fine) {
            t->dimensions = grown;
            grown[t->count++] = one;
        }
        free(name);
    }
    return fine;
}

static bool our_dimension(const taking *t, uint64_t theirs, int *ours) {
    for (size_t i = t->count; i-- > 0;)
        if (t->dimensions[i].theirs == theirs) {
            *ours = t->dimensions[i].ours;
            return true;
        }
    return nd_fail(t->error, t->path, NULL, "a variable has a dimension that is not there");
}

static bool take_variable(taking *t, int id, const char *name) {
    uint64_t type, rank, theirs;
    char other[32];
    int dimensions[NC_MAX_VAR_DIMS], variable, status = NC_NOERR;
    if (!take_count(t, 0, &type) || !take_count(t, sizeof(uint64_t), &rank))
        return false;
    if (rank > NC_MAX_VAR_DIMS)
        return refused(t, NC_EMAXDIMS, name);
    for (uint64_t d = 0; d < rank; d++)
        if (!take_count(t, 0, &theirs) || !our_dimension(t, theirs, &dimensions[d]))
            return false;
    if (type == NC_NAT || type > NC_MAX_ATOMIC_TYPE) {
        if (t->other == NC_NAT)
            status = nc_def_opaque(t->root, 1, "nulldrift_other_type", &t->other);
        type = (uint64_t)t->other;
    }
    if (status == NC_NOERR)
        status = nc_def_var(id, name, (nc_type)type, (int)rank, dimensions, &variable);
    if (status == NC_EBADNAME)
        status =
            nc_def_var(id, other_name(t, other), (nc_type)type, (int)rank, dimensions, &variable);
    return status == NC_NOERR ? take_attributes(t, id, variable) : refused(t, status, name);
}

static bool take_group(taking *t, int id, bool deeper) {
    uint64_t count;
    bool fine = take_dimensions(t, id) && take_count(t, 3 * sizeof(uint64_t), &count);
    for (uint64_t v = 0; fine && v < count; v++) {
        char *name = NULL;
        fine = take_name(t, &name) && take_variable(t, id, name);
        free(name);
    }
    fine =
        fine && take_attributes(t, id, NC_GLOBAL) && take_count(t, sizeof(uint64_t), &count) &&
        (deeper || count == 0 || nd_fail(t->error, t->path, NULL, "the reader's answer is none"));
    for (uint64_t g = 0; fine && g < count; g++) {
        char *name = NULL;
        char other[32];
        int group = -1;
        fine = take_name(t, &name);
        int status = fine ? nc_def_grp(id, name, &group) : NC_NOERR;
        if (status == NC_EBADNAME)
            status = nc_def_grp(id, other_name(t, other), &group);
        fine =
            fine && (status == NC_NOERR || refused(t, status, name)) && take_group(t, group, false);
        free(name);
    }
    return fine;
}

bool nd_nc_contents_take(nd_buffer *buffer, const char *path, int *id, nd_error *error) {
    static atomic_uint made; /* HDF5 knows files that are in memory alone by their names */
    char name[64];
    ND_NC_ALONE;
    snprintf(name, sizeof name, "nulldrift-contents-%u", atomic_fetch_add(&made, 1));
    taking t = {.buffer = buffer, .path = path, .other = NC_NAT, .error = error};
    int status = nc_create(name, NC_NETCDF4 | NC_DISKLESS, id);
    if (status != NC_NOERR)
        return refused(&t, status, "its contents");
    t.root = *id;
    bool fine = take_group(&t, *id, true);
    free(t.dimensions);
    if (!fine)
        (void)nc_close(*id);
    return fine;
}
