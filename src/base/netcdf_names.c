#include "base/netcdf_names.h"

#include <limits.h>
#include <math.h>
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/netcdf_contents.h"

bool nd_nc_can_name(const char *path, nd_error *error) {
    return !strchr(path, '\\') ||
           nd_fail(error, path, "rename it, or the folder",
                   "has a backslash in its name, which netCDF takes for a slash");
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
static bool has_room(const char *path, double held, int file, int variable, nd_error *error) {
    enum { PACKED = 1100, USUAL = 1 << 28 }; /* deflate's most; bytes nobody minds */
    nc_type type;
    int rank, dimension[NC_MAX_VAR_DIMS];
    size_t length, size;
    double bytes;
    char name[NC_MAX_NAME + 1] = "";
    if (nc_inq_var(file, variable, name, &type, &rank, dimension, NULL) != NC_NOERR ||
        nc_inq_type(file, type, NULL, &size) != NC_NOERR)
        return true;
    bytes = (double)size;
    for (int d = 0; d < rank; d++)
        if (nc_inq_dimlen(file, dimension[d], &length) == NC_NOERR)
            bytes *= (double)length;
    return bytes <= USUAL || bytes <= PACKED * held ||
           nd_fail(error, path, "is it whole?",
                   "%.200s claims %.3g bytes, more than the file can hold", name, bytes);
}

static bool all_have_room(const char *path, double held, int group, int deep, nd_error *error) {
    int variables = 0, count = 0;
    if (nc_inq_nvars(group, &variables) != NC_NOERR)
        variables = 0;
    if (deep == ND_NC_MOST_DEEP || nc_inq_grps(group, &count, NULL) != NC_NOERR)
        count = 0;
    int *groups = nd_array((size_t)count, sizeof *groups, error);
    bool fine = groups && (count == 0 || nc_inq_grps(group, &count, groups) == NC_NOERR);
    for (int v = 0; fine && v < variables; v++)
        fine = has_room(path, held, group, v, error);
    for (int g = 0; fine && g < count; g++)
        fine = all_have_room(path, held, groups[g], deep + 1, error);
    free(groups);
    return fine;
}

/* Bytes of a file; endless where that cannot be told. */
static double size_of_file(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 ? (double)about.st_size : HUGE_VAL;
}

bool nd_nc_all_have_room(const char *path, const nd_buffer *led_to, int file, nd_error *error) {
    double held = size_of_file(path);
    for (size_t at = 0; led_to && at < led_to->length;) {
        char other[PATH_MAX];
        const char *line = (const char *)led_to->bytes + at;
        size_t length = (size_t)((const char *)memchr(line, '\n', led_to->length - at) - line);
        snprintf(other, sizeof other, "%.*s", (int)length, line);
        held += size_of_file(other);
        at += length + 1;
    }
    return all_have_room(path, held, file, 0, error);
}
