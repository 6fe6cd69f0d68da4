#include "base/netcdf_contents.h"

#include <netcdf.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/netcdf_handle.h"
#include "base/netcdf_lock.h"
#include "base/netcdf_storage.h"
#include "base/room.h"

/* Numbers of dimensions, theirs and ours. */
typedef struct pair {
    uint64_t theirs, length;
    int ours;
} pair;

typedef struct taking {
    nd_buffer *buffer;
    const char *path;
    pair *dimensions;
    size_t count, room;
    int root;
    bool copy; /* into a file that is to be as theirs is: otherwise names and shapes are enough */
    unsigned unnamed;
    nc_type other; /* what variables of the file's own types are made of; NC_NAT: not made yet */
    nd_error *error;
} taking;

/* In a copy nothing is left out without a word. */
static bool not_copied(const taking *t, const char *what, const char *name, const char *why) {
    return nd_fail(t->error, t->path, "add to a copy of the file without it",
                   "%s %.200s cannot be copied: %s", what, name, why);
}

static bool refused(const taking *t, int status, const char *name) {
    if (t->copy)
        return not_copied(t, "what is called", name, nc_strerror(status));
    return nd_fail(t->error, t->path, "is it a netCDF file, and whole?",
                   "cannot be read as netCDF: %.200s: %s", name, nc_strerror(status));
}

static bool put_down(const taking *t, int status, const char *name) {
    return status == NC_NOERR || !t->copy || not_copied(t, "attribute", name, nc_strerror(status));
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
    if (fine) /* where only names and shapes are wanted, nobody misses what netCDF refuses */
        fine = put_down(
            t, nc_put_att_string(id, variable, name, (size_t)length, (const char **)texts), name);
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
    int status = nc_put_att(id, variable, name, type, (size_t)length,
                            t->buffer->bytes + t->buffer->position);
    t->buffer->position += (size_t)length * size;
    return put_down(t, status, name);
}

#define OWN_TYPE "its type is one that the file makes itself"

static bool take_attributes(const taking *t, int id, int variable) {
    uint64_t count, type;
    bool fine = take_count(t, 2 * sizeof(uint64_t), &count);
    for (uint64_t a = 0; fine && a < count; a++) {
        char *name = NULL;
        fine = take_name(t, &name) && take_count(t, 0, &type);
        if (fine && type > NC_MAX_ATOMIC_TYPE)
            fine = refused(t, NC_EBADTYPE, name);
        if (fine && type == NC_NAT && t->copy)
            fine = not_copied(t, "attribute", name, OWN_TYPE);
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
    uint64_t count, length = 0, growing = 0;
    bool fine = take_count(t, 4 * sizeof(uint64_t), &count);
    for (uint64_t d = 0; fine && d < count; d++) {
        char *name = NULL;
        char other[32];
        pair one = {0};
        fine = take_count(t, 0, &one.theirs) && take_name(t, &name) && take_count(t, 0, &length) &&
               take_count(t, 0, &growing);
        one.length = length;
        if (fine && t->copy && growing)
            length = NC_UNLIMITED;
        int status = fine ? nc_def_dim(id, name, (size_t)length, &one.ours) : NC_NOERR;
        if (status == NC_EBADNAME && !t->copy)
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

static bool our_dimension(const taking *t, uint64_t theirs, int *ours, double *values) {
    for (size_t i = t->count; i-- > 0;)
        if (t->dimensions[i].theirs == theirs) {
            *ours = t->dimensions[i].ours;
            *values *= (double)t->dimensions[i].length;
            return true;
        }
    return nd_fail(t->error, t->path, NULL, "a variable has a dimension that is not there");
}

static bool take_variable(taking *t, int id, const char *name) {
    static const double MOST_VALUES = 0x1p56; /* no file holds them, and HDF5 cannot count them */
    uint64_t type, rank, theirs;
    char other[32];
    int dimensions[NC_MAX_VAR_DIMS], variable, status = NC_NOERR;
    nd_nc_storage how;
    if (!take_count(t, 0, &type) || !take_count(t, sizeof(uint64_t), &rank))
        return false;
    if (rank > NC_MAX_VAR_DIMS)
        return refused(t, NC_EMAXDIMS, name);
    double values = 1.0;
    for (uint64_t d = 0; d < rank; d++)
        if (!take_count(t, 0, &theirs) || !our_dimension(t, theirs, &dimensions[d], &values))
            return false;
    if (values > MOST_VALUES)
        return nd_fail(t->error, t->path, "is it whole?", "variable %.200s claims %.3g values",
                       name, values);
    if (!nd_nc_storage_take(t->buffer, (int)rank, &how, t->error))
        return false;
    if (t->copy && (type == NC_NAT || type > NC_MAX_ATOMIC_TYPE))
        return not_copied(t, "variable", name, OWN_TYPE);
    if (t->copy && !nd_room_for(ND_NC_ROOM, "netCDF", t->error))
        return nd_error_at(t->error, t->path);
    if (type == NC_NAT || type > NC_MAX_ATOMIC_TYPE) {
        if (t->other == NC_NAT)
            status = nc_def_opaque(t->root, 1, "nulldrift_other_type", &t->other);
        type = (uint64_t)t->other;
    }
    if (status == NC_NOERR)
        status = nc_def_var(id, name, (nc_type)type, (int)rank, dimensions, &variable);
    if (status == NC_EBADNAME && !t->copy)
        status =
            nc_def_var(id, other_name(t, other), (nc_type)type, (int)rank, dimensions, &variable);
    if (status == NC_NOERR && t->copy)
        status = nd_nc_store_as(&how, id, variable, (int)rank);
    return status == NC_NOERR ? take_attributes(t, id, variable) : refused(t, status, name);
}

static bool take_group(taking *t, int id, int deep) {
    uint64_t count;
    bool fine = take_dimensions(t, id) && take_count(t, 3 * sizeof(uint64_t), &count);
    for (uint64_t v = 0; fine && v < count; v++) {
        char *name = NULL;
        fine = take_name(t, &name) && take_variable(t, id, name);
        free(name);
    }
    fine = fine && take_attributes(t, id, NC_GLOBAL) && take_count(t, sizeof(uint64_t), &count) &&
           (deep < ND_NC_MOST_DEEP || count == 0 ||
            nd_fail(t->error, t->path, NULL, "the reader's answer is none"));
    for (uint64_t g = 0; fine && g < count; g++) {
        char *name = NULL;
        char other[32];
        int group = -1;
        fine = take_name(t, &name);
        int status = fine ? nc_def_grp(id, name, &group) : NC_NOERR;
        if (status == NC_EBADNAME && !t->copy)
            status = nc_def_grp(id, other_name(t, other), &group);
        fine = fine && (status == NC_NOERR || refused(t, status, name)) &&
               take_group(t, group, deep + 1);
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
    bool fine = take_group(&t, *id, 0);
    free(t.dimensions);
    if (!fine)
        (void)nc_close(*id);
    return fine;
}

bool nd_nc_contents_copy(nd_buffer *buffer, const char *path, int id, nd_error *error) {
    ND_NC_ALONE;
    taking t = {.buffer = buffer, .path = path, .root = id, .copy = true, .error = error};
    bool fine = take_group(&t, id, 0);
    free(t.dimensions);
    return fine;
}
