#include "base/netcdf_handle.h"
#include "base/netcdf_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/netcdf_copy.h"
#include "base/netcdf_names.h"
#include "base/netcdf_remote.h"
#include "base/netcdf_rest.h"
#include "base/netcdf_waiting.h"
#include "base/room.h"

static nd_nc *handle(const char *path, nd_error *error) {
    nd_nc *file = nd_array(1, sizeof *file, error);
    if (file && !(file->path = nd_text(path, error))) {
        free(file);
        return NULL;
    }
    if (file)
        file->id = -1;
    return file;
}

static int open_id(const char *path, int *id) {
    char *name = nd_nc_plain_name(path, NULL);
    ND_NC_ALONE;
    int status = name ? nc_open(name, NC_NOWRITE, id) : NC_ENOMEM;
    free(name);
    return status;
}

static int create_id(const char *path, int *id) {
    char *name = nd_nc_plain_name(path, NULL);
    ND_NC_ALONE;
    int status = name ? nc_create(name, NC_NETCDF4 | NC_CLOBBER, id) : NC_ENOMEM;
    free(name);
    return status;
}

void nd_nc_close(nd_nc *file) {
    if (!file)
        return;
    nd_nc_rest_free(file->rest);
    nd_nc_waiting_free(file->waiting);
    if (file->remote)
        nd_nc_close_remote(file);
    if (file->id >= 0)
        (void)nd_nc_finish(file);
    if (file->aside)
        unlink(file->aside);
    free(file->aside);
    free(file->path);
    nd_place_free(file->own_place);
    nd_hold_release(file->own_hold);
    free(file);
}

/* How to mend that netCDF could not open or make the file: HDF5 locks it, and says no more than
 * "HDF error" where a file system knows no locks. */
static const char *mend_of(const char *path, const char *otherwise) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool no_locks = file >= 0 && flock(file, LOCK_SH | LOCK_NB) != 0 && errno != EWOULDBLOCK;
    if (file >= 0)
        (void)close(file);
    return no_locks ? "its file system knows no locks: set HDF5_USE_FILE_LOCKING=FALSE in the "
                      "environment, and let no other program write the file meanwhile"
                    : otherwise;
}

/* Refuses what is no regular file. */
static bool is_regular(const char *path, nd_error *error) {
    int there = nd_open_regular(path, error);
    if (there >= 0)
        close(there);
    return there >= 0;
}

/* By this process itself, in the reader. */
static bool open_here(nd_nc *file, const char *path, nd_error *error) {
    if (!nd_room_for(ND_NC_ROOM, "netCDF", error))
        return false;
    int status = open_id(path, &file->id);
    if (status == NC_NOERR)
        return true;
    file->id = -1;
    return nd_fail(error, file->path, mend_of(path, "is it a netCDF file, and whole?"),
                   "cannot be read as netCDF: %s", nc_strerror(status));
}

nd_nc *nd_nc_open(const char *path, nd_error *error) {
    nd_nc *file =
        is_regular(path, error) && nd_nc_can_name(path, error) ? handle(path, error) : NULL;
    if (!file)
        return NULL;
    if (nd_is_child() ? open_here(file, path, error) : nd_nc_open_remote(file, NULL, error))
        return file;
    nd_nc_close(file);
    return NULL;
}

nd_nc *nd_nc_open_data(const char *path, bool follow, char **led_to, nd_error *error) {
    *led_to = NULL;
    nd_nc *file =
        is_regular(path, error) && nd_nc_can_name(path, error) ? handle(path, error) : NULL;
    if (!file)
        return NULL;
    nd_links links = follow ? ND_LINKS_FOLLOWED : ND_LINKS_OFFERED;
    if (nd_is_child() ? open_here(file, path, error) && (*led_to = nd_text("", error))
                      : nd_nc_open_linked(file, links, led_to, error))
        return file;
    nd_nc_close(file);
    return NULL;
}

nd_nc *nd_nc_create_at(const nd_place *place, nd_error *error) {
    bool fine = nd_nc_can_name(place->target, error) && nd_check_writable(place->path, error) &&
                nd_room_for(ND_NC_ROOM, "netCDF", error);
    nd_nc *file = fine ? handle(place->path, error) : NULL;
    if (!file)
        return NULL;
    file->place = place;
    file->aside = nd_place_aside(place, error);
    int status = file->aside ? create_id(file->aside, &file->id) : NC_ENOMEM;
    if (status == NC_NOERR)
        return file;
    file->id = -1;
    if (file->aside)
        nd_fail(error, place->path,
                mend_of(file->aside, "free some space or choose another folder"),
                "cannot be created: %s", nc_strerror(status));
    nd_nc_close(file);
    return NULL;
}

nd_nc *nd_nc_create(const char *path, nd_error *error) {
    nd_place *place = nd_place_find(path, error);
    nd_nc *file = place ? nd_nc_create_at(place, error) : NULL;
    if (file)
        file->own_place = place;
    else
        nd_place_free(place);
    return file;
}

/* A copy beside the place, open for adding to (base/netcdf_copy.h). */
static nd_nc *open_copy(const nd_place *place, nd_error *error) {
    bool fine = is_regular(place->path, error) && nd_nc_can_name(place->path, error);
    nd_nc *file = fine ? nd_nc_create_at(place, error) : NULL;
    if (!file || nd_nc_copy(file, place->path, error))
        return file;
    nd_nc_close(file);
    return NULL;
}

nd_nc *nd_nc_amend_held(const nd_hold *hold, nd_error *error) {
    return open_copy(nd_hold_place(hold), error);
}

nd_nc *nd_nc_amend(const char *path, const nd_patience *patience, nd_error *error) {
    nd_hold *hold = nd_hold_take(path, patience, error);
    nd_nc *file = hold ? nd_nc_amend_held(hold, error) : NULL;
    if (file)
        file->own_hold = hold;
    else
        nd_hold_release(hold);
    return file;
}

nd_nc *nd_nc_scratch(const char *path, nd_error *error) {
    nd_place *place = nd_place_find(path, error);
    nd_nc *file = place ? open_copy(place, error) : NULL;
    if (file)
        file->own_place = place;
    else
        nd_place_free(place);
    return file;
}

bool nd_nc_publish(nd_nc *file, nd_error *error) {
    bool fine = nd_nc_put_waiting(file, error) && nd_nc_rest_copy(file, error);
    int status = fine ? nd_nc_finish(file) : NC_NOERR;
    fine =
        fine && (status == NC_NOERR || nd_nc_failed(file, status, "cannot be", "written", error));
    if (fine) {
        fine = nd_place_publish(file->place, file->aside, error);
        free(file->aside);
        file->aside = NULL;
    }
    nd_nc_close(file);
    return fine;
}

const char *nd_nc_path(const nd_nc *file) {
    return file->path;
}

bool nd_nc_define_dimension(nd_nc *file, const char *name, size_t length, nd_error *error) {
    ND_NC_ALONE;
    int id;
    size_t existing;
    if (nc_inq_dimid(file->id, name, &id) == NC_NOERR) {
        int status = nc_inq_dimlen(file->id, id, &existing);
        if (status != NC_NOERR)
            return nd_nc_failed(file, status, "dimension", name, error);
        if (existing != length)
            return nd_fail(error, file->path, NULL,
                           "dimension %s has length %zu already, %zu is needed", name, existing,
                           length);
        return true;
    }
    int status = nc_def_dim(file->id, name, length, &id);
    return status == NC_NOERR || nd_nc_failed(file, status, "dimension", name, error);
}

bool nd_nc_dimension(const nd_nc *file, const char *name, size_t *length, nd_error *error) {
    ND_NC_ALONE;
    int id, status = nc_inq_dimid(file->id, name, &id);
    *length = 0;
    if (status == NC_NOERR)
        status = nc_inq_dimlen(file->id, id, length);
    if (status == NC_EBADDIM)
        return nd_fail(error, file->path, NULL, "has no dimension '%s'", name);
    return status == NC_NOERR || nd_nc_failed(file, status, "dimension", name, error);
}

/* The variable's id, rank and element count. */
static bool find(const nd_nc *file, const char *name, int *id, int *rank, size_t shape[8],
                 size_t *count, nd_error *error) {
    int status = nc_inq_varid(file->id, name, id), dimensions[NC_MAX_VAR_DIMS];
    *count = 0;
    *rank = 0;
    if (status == NC_ENOTVAR)
        return nd_fail(error, file->path, NULL, "has no variable '%s'", name);
    if (status == NC_NOERR)
        status = nc_inq_varndims(file->id, *id, rank);
    if (status == NC_NOERR && *rank > 8)
        return nd_fail(error, file->path, NULL, "variable %s has %d dimensions, at most 8 are read",
                       name, *rank);
    if (status == NC_NOERR)
        status = nc_inq_vardimid(file->id, *id, dimensions);
    *count = 1;
    for (int i = 0; status == NC_NOERR && i < *rank; i++) {
        status = nc_inq_dimlen(file->id, dimensions[i], &shape[i]);
        if (status == NC_NOERR && __builtin_mul_overflow(*count, shape[i], count))
            return nd_fail(error, file->path, NULL, "variable %s is too large", name);
    }
    return status == NC_NOERR || nd_nc_failed(file, status, "variable", name, error);
}

bool nd_nc_has(const nd_nc *file, const char *name) {
    ND_NC_ALONE;
    int id;
    return nc_inq_varid(file->id, name, &id) == NC_NOERR;
}

bool nd_nc_shape(const nd_nc *file, const char *name, int *rank, size_t shape[8], nd_error *error) {
    ND_NC_ALONE;
    int id;
    size_t count;
    return find(file, name, &id, rank, shape, &count, error);
}

int nd_nc_dimension_ids(nd_nc *file, const char *dimensions, int ids[8], size_t *count,
                        nd_error *error) {
    char names[512];
    snprintf(names, sizeof names, "%s", dimensions);
    int rank = 0;
    *count = 1;
    for (char *rest = NULL, *name = strtok_r(names, " ", &rest); name;
         name = strtok_r(NULL, " ", &rest)) {
        size_t length;
        if (rank == 8 || nc_inq_dimid(file->id, name, &ids[rank]) != NC_NOERR) {
            nd_fail(error, file->path, NULL, "has no dimension '%s'", name);
            return -1;
        }
        if (!nd_nc_dimension(file, name, &length, error))
            return -1;
        *count *= length;
        rank++;
    }
    return rank;
}

bool nd_nc_check_count(const nd_nc *file, const char *name, size_t count, int *id,
                       nd_error *error) {
    int rank;
    size_t shape[8], actual;
    if (!find(file, name, id, &rank, shape, &actual, error))
        return false;
    return actual == count ||
           nd_fail(error, file->path, NULL, "variable %s has %zu values where %zu are expected",
                   name, actual, count);
}

bool nd_nc_put(nd_nc *file, const char *name, const double *values, size_t count, nd_error *error) {
    ND_NC_ALONE;
    int id;
    if (!nd_nc_check_count(file, name, count, &id, error) ||
        !nd_nc_rest_written(file, id, true, error))
        return false;
    return nd_nc_put_later(file, id, ND_NC_AS_DOUBLES, values, count * sizeof *values, error);
}

bool nd_nc_get(const nd_nc *file, const char *name, double *values, size_t count, nd_error *error) {
    ND_NC_ALONE;
    int id;
    if (!nd_nc_check_count(file, name, count, &id, error))
        return false;
    return nd_nc_read(file, file->id, id, ND_NC_AS_DOUBLES, NULL, NULL, values, error);
}

bool nd_nc_put_int64(nd_nc *file, const char *name, const int64_t *values, size_t count,
                     nd_error *error) {
    ND_NC_ALONE;
    int id;
    if (!nd_nc_check_count(file, name, count, &id, error) ||
        !nd_nc_rest_written(file, id, true, error))
        return false;
    return nd_nc_put_later(file, id, ND_NC_AS_INT64, values, count * sizeof *values, error);
}

bool nd_nc_get_int64(const nd_nc *file, const char *name, int64_t *values, size_t count,
                     nd_error *error) {
    ND_NC_ALONE;
    int id;
    if (!nd_nc_check_count(file, name, count, &id, error))
        return false;
    return nd_nc_read(file, file->id, id, ND_NC_AS_INT64, NULL, NULL, values, error);
}

/* The hyperslab of one entry along the first dimension. */
static bool row_slab(const nd_nc *file, const char *name, size_t row, size_t count, int *id,
                     size_t start[8], size_t extent[8], nd_error *error) {
    int rank;
    size_t total;
    if (!find(file, name, id, &rank, extent, &total, error))
        return false;
    if (rank < 1 || row >= extent[0] || total / extent[0] != count)
        return nd_fail(error, file->path, NULL, "variable %s has no row %zu of %zu values", name,
                       row, count);
    memset(start, 0, 8 * sizeof *start);
    start[0] = row;
    extent[0] = 1;
    return true;
}

bool nd_nc_put_row(nd_nc *file, const char *name, size_t row, const double *values, size_t count,
                   nd_error *error) {
    ND_NC_ALONE;
    int id;
    size_t start[8], extent[8];
    if (!row_slab(file, name, row, count, &id, start, extent, error) ||
        !nd_nc_rest_written(file, id, false, error) || !nd_nc_put_waiting(file, error))
        return false;
    int status = nc_put_vara_double(file->id, id, start, extent, values);
    return status == NC_NOERR || nd_nc_failed(file, status, "writing", name, error);
}

bool nd_nc_get_row(const nd_nc *file, const char *name, size_t row, double *values, size_t count,
                   nd_error *error) {
    ND_NC_ALONE;
    int id;
    size_t start[8], extent[8];
    if (!row_slab(file, name, row, count, &id, start, extent, error))
        return false;
    return nd_nc_read(file, file->id, id, ND_NC_AS_DOUBLES, start, extent, values, error);
}

double *nd_nc_load(const nd_nc *file, const char *name, int *rank, size_t shape[8],
                   nd_error *error) {
    ND_NC_ALONE;
    int id;
    size_t count;
    if (!find(file, name, &id, rank, shape, &count, error))
        return NULL;
    double *values = nd_doubles(count, error);
    if (values && !nd_nc_get(file, name, values, count, error)) {
        free(values);
        return NULL;
    }
    return values;
}
