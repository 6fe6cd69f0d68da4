/* Texts as variables of a netCDF file: written as characters, read also as netCDF's own strings. */
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/netcdf_handle.h"
#include "base/netcdf_lock.h"
#include "base/netcdf_remote.h"
#include "base/netcdf_rest.h"
#include "base/netcdf_waiting.h"

bool nd_nc_put_strings(nd_nc *file, const char *name, const char *dimension, const char *definition,
                       const char *const *texts, size_t count, nd_error *error) {
    ND_NC_ALONE;
    size_t room = 1, length;
    for (size_t i = 0; i < count; i++)
        room = strlen(texts[i]) > room ? strlen(texts[i]) : room;
    char letters[64], dimensions[512];
    snprintf(letters, sizeof letters, ND_NC_CHARACTERS "%zu", room);
    snprintf(dimensions, sizeof dimensions, "%.400s %s", dimension, letters);
    if (!nd_nc_dimension(file, dimension, &length, error) ||
        !nd_nc_define_dimension(file, letters, room, error))
        return false;
    if (length != count)
        return nd_fail(error, file->path, NULL, "variable %s takes %zu texts, not %zu", name,
                       length, count);
    char *all = nd_array(count * room, 1, error);
    bool fine = all && nd_nc_define(file, name, ND_NC_CHAR, dimensions, NULL, definition, error);
    for (size_t i = 0; fine && i < count; i++)
        memcpy(all + i * room, texts[i], strlen(texts[i]));
    int id, status = fine ? nc_inq_varid(file->id, name, &id) : NC_NOERR;
    if (fine && status == NC_NOERR)
        fine = nd_nc_rest_written(file, id, true, error);
    if (fine && status == NC_NOERR)
        fine = nd_nc_put_later(file, id, ND_NC_AS_CHARACTERS, all, count * room, error);
    free(all);
    if (status != NC_NOERR)
        return nd_nc_failed(file, status, "writing", name, error);
    return fine && nd_nc_put_text(file, name, "_Encoding", "utf-8", error);
}

static void free_texts(char **texts, size_t count) {
    for (size_t i = 0; texts && i < count; i++)
        free(texts[i]);
    free(texts);
}

/* netCDF's own strings, as version 0.1.0 wrote them. */
static bool get_strings(const nd_nc *file, const char *name, char **texts, size_t count,
                        nd_error *error) {
    int id;
    if (!nd_nc_check_count(file, name, count, &id, error))
        return false;
    bool fine = nd_nc_read(file, file->id, id, ND_NC_AS_TEXTS, NULL, NULL, texts, error);
    for (size_t i = 0; fine && i < count; i++)
        fine = texts[i] || (texts[i] = nd_text("", error));
    return fine;
}

static bool get_characters(const nd_nc *file, const char *name, char **texts, size_t count,
                           nd_error *error) {
    int id, rank;
    size_t shape[8];
    if (!nd_nc_shape(file, name, &rank, shape, error))
        return false;
    if (rank != 2 || shape[0] != count)
        return nd_fail(error, file->path, NULL, "variable %s does not hold %zu texts", name, count);
    if (!nd_nc_check_count(file, name, count * shape[1], &id, error))
        return false;
    char *all = nd_array(count * shape[1], 1, error), *one = nd_array(shape[1] + 1, 1, error);
    bool fine =
        all && one && nd_nc_read(file, file->id, id, ND_NC_AS_CHARACTERS, NULL, NULL, all, error);
    for (size_t i = 0; fine && i < count; i++) {
        memcpy(one, all + i * shape[1], shape[1]);
        fine = (texts[i] = nd_text(one, error)) != NULL;
    }
    free(all);
    free(one);
    return fine;
}

char **nd_nc_get_strings(const nd_nc *file, const char *name, size_t count, nd_error *error) {
    ND_NC_ALONE;
    int id;
    nc_type type = NC_NAT;
    if (nc_inq_varid(file->id, name, &id) != NC_NOERR) {
        nd_fail(error, file->path, NULL, "has no variable '%s'", name);
        return NULL;
    }
    if (nc_inq_vartype(file->id, id, &type) != NC_NOERR || (type != NC_STRING && type != NC_CHAR)) {
        nd_fail(error, file->path, NULL, "variable %s does not hold texts", name);
        return NULL;
    }
    char **texts = nd_array(count, sizeof *texts, error);
    if (texts &&
        (type == NC_STRING ? get_strings : get_characters)(file, name, texts, count, error))
        return texts;
    free_texts(texts, count);
    return NULL;
}
