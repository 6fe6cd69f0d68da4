#include "base/netcdf_trial.h"

#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/child.h"
#include "base/error.h"
#include "base/files.h"
#include "base/hdf5_whole.h"
#include "base/memory.h"
#include "base/platform.h"

enum { ENTRIES_AT_ONCE = 1 << 16, LEAST_SECONDS = 30, LEAST_BYTES_PER_SECOND = 20000000 };

/* The most rows along the first dimension that make no more than ENTRIES_AT_ONCE entries. */
static size_t rows_at_once(const size_t *length, int rank) {
    size_t row = 1;
    for (int d = 1; d < rank; d++) {
        if (length[d] > ENTRIES_AT_ONCE / row)
            return 1;
        row *= length[d] ? length[d] : 1;
    }
    return ENTRIES_AT_ONCE / row;
}

/* Reads entries [start, start + count) of a variable and drops them. */
static void read_part(int file, int variable, nc_type type, const size_t *start,
                      const size_t *count, int rank, nd_error *error) {
    size_t size = 0, entries = 1;
    for (int d = 0; d < rank; d++)
        if (__builtin_mul_overflow(entries, count[d], &entries))
            return;
    if (nc_inq_type(file, type, NULL, &size) != NC_NOERR || size == 0)
        return;
    void *values = nd_array(entries, size > sizeof(double) ? size : sizeof(double), error);
    if (values && nc_get_vara(file, variable, start, count, values) == NC_NOERR &&
        type == NC_STRING)
        nc_free_string(entries, values);
    free(values);
}

static void read_values(int file, int variable, nc_type type, int rank, const int *dimension,
                        nd_error *error) {
    size_t length[NC_MAX_VAR_DIMS] = {0}, start[NC_MAX_VAR_DIMS] = {0}, count[NC_MAX_VAR_DIMS];
    for (int d = 0; d < rank; d++) {
        if (nc_inq_dimlen(file, dimension[d], &length[d]) != NC_NOERR)
            return;
        count[d] = length[d];
    }
    size_t rows = rows_at_once(length, rank);
    for (size_t at = 0; rank > 0 && at < length[0]; at += rows) {
        start[0] = at;
        count[0] = length[0] - at < rows ? length[0] - at : rows;
        read_part(file, variable, type, start, count, rank, error);
    }
    if (rank == 0)
        read_part(file, variable, type, start, count, 0, error);
}

static void read_attributes(int file, int variable, int attributes) {
    for (int a = 0; a < attributes; a++) {
        char name[NC_MAX_NAME + 1];
        nc_type type;
        size_t length, size;
        if (nc_inq_attname(file, variable, a, name) != NC_NOERR ||
            nc_inq_att(file, variable, name, &type, &length) != NC_NOERR ||
            nc_inq_type(file, type, NULL, &size) != NC_NOERR)
            continue;
        void *values = nd_array(length, size > sizeof(double) ? size : sizeof(double), NULL);
        if (values && nc_get_att(file, variable, name, values) == NC_NOERR && type == NC_STRING)
            nc_free_string(length, values);
        free(values);
    }
}

char *nd_nc_plain_name(const char *path, nd_error *error) {
    char *name = path[0] == '/' ? nd_text(path, error) : nd_path_with("./", path, error);
    char *to = name;
    for (const char *from = name; from && *from; from++) /* "://" is an address's mark */
        if (from[0] != '/' || from[1] != '/')
            *to++ = *from;
    if (to)
        *to = '\0';
    return name;
}

/* Does a variable claim more values than the file could hold, even packed? Reading it would fill
 * the memory, or take for ever. */
static bool has_room(const char *path, int file, int variable, nd_error *error) {
    enum { PACKED = 1100, USUAL = 1 << 28 }; /* deflate's most; bytes nobody minds */
    struct stat about;
    nc_type type;
    int rank, dimension[NC_MAX_VAR_DIMS];
    size_t length, size;
    double bytes;
    char name[NC_MAX_NAME + 1] = "";
    if (nc_inq_var(file, variable, name, &type, &rank, dimension, NULL) != NC_NOERR ||
        nc_inq_type(file, type, NULL, &size) != NC_NOERR || stat(path, &about) != 0)
        return true;
    bytes = (double)size;
    for (int d = 0; d < rank; d++)
        if (nc_inq_dimlen(file, dimension[d], &length) == NC_NOERR)
            bytes *= (double)length;
    return bytes <= USUAL || bytes <= PACKED * (double)about.st_size ||
           nd_fail(error, path, "is it whole?",
                   "%.200s claims %.3g bytes, more than the file can hold", name, bytes);
}

bool nd_nc_all_have_room(const char *path, int file, nd_error *error) {
    int variables = 0;
    bool fine = nc_inq_nvars(file, &variables) == NC_NOERR || (variables = 0) == 0;
    for (int v = 0; fine && v < variables; v++)
        fine = has_room(path, file, v, error);
    return fine;
}

static bool read_everything(nd_buffer *request, nd_outlet *outlet, nd_error *error) {
    char *path;
    int file, variables = 0, attributes = 0;
    if (!nd_buffer_take_text(request, &path, error) || !nd_outlet_note(outlet, path, error))
        return false;
    if (!nd_hdf5_is_whole(path, error))
        return false;
    char *plain = nd_nc_plain_name(path, error);
    int status = plain ? nc_open(plain, NC_NOWRITE, &file) : NC_ENOMEM;
    free(plain);
    if (status != NC_NOERR)
        return true;
    if (nc_inq(file, NULL, &variables, &attributes, NULL) == NC_NOERR)
        read_attributes(file, NC_GLOBAL, attributes);
    for (int v = 0; v < variables; v++) {
        char name[NC_MAX_NAME + 1] = "", note[512];
        nc_type type;
        int rank, dimension[NC_MAX_VAR_DIMS];
        if (nc_inq_varname(file, v, name) == NC_NOERR) {
            snprintf(note, sizeof note, "%.350s, variable %.100s", path, name);
            if (!nd_outlet_note(outlet, note, error))
                return false;
        }
        if (nc_inq_var(file, v, NULL, &type, &rank, dimension, &attributes) != NC_NOERR)
            continue;
        if (!has_room(path, file, v, error))
            return false;
        read_attributes(file, v, attributes);
        read_values(file, v, type, rank, dimension, error);
    }
    nc_close(file);
    return true;
}

const nd_trade nd_trade_trial = {"try netCDF", read_everything};

static bool ask(void *context, nd_buffer *request, nd_error *error) {
    return nd_buffer_put_text(request, context, error);
}

bool nd_nc_trial(const char *path, nd_error *error) {
    struct stat about;
    const char *const reads[] = {path, NULL};
    if (nd_is_child())
        return true;
    double bytes = stat(path, &about) == 0 ? (double)about.st_size : 0.0;
    nd_limits limits = {.seconds = LEAST_SECONDS + bytes / LEAST_BYTES_PER_SECOND};
    nd_errand errand = {
        .trade = &nd_trade_trial, .ask = ask, .context = (void *)path, .reads = reads};
    return nd_in_child(&errand, &limits, NULL, error);
}
