/* The words in a netCDF file: texts, attributes, and the names of what it holds. */
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/netcdf_handle.h"
#include "base/netcdf_lock.h"

static bool holder(const nd_nc *file, const char *variable, int *id, nd_error *error) {
    *id = NC_GLOBAL;
    if (!variable)
        return true;
    int status = nc_inq_varid(file->id, variable, id);
    return status == NC_NOERR || nd_nc_failed(file, status, "variable", variable, error);
}

bool nd_nc_put_text(nd_nc *file, const char *variable, const char *name, const char *text,
                    nd_error *error) {
    ND_NC_ALONE;
    int id;
    if (!holder(file, variable, &id, error))
        return false;
    int status = nc_put_att_text(file->id, id, name, strlen(text), text);
    return status == NC_NOERR || nd_nc_failed(file, status, "attribute", name, error);
}

bool nd_nc_put_number(nd_nc *file, const char *variable, const char *name, double value,
                      nd_error *error) {
    ND_NC_ALONE;
    int id;
    if (!holder(file, variable, &id, error))
        return false;
    int status = nc_put_att_double(file->id, id, name, NC_DOUBLE, 1, &value);
    return status == NC_NOERR || nd_nc_failed(file, status, "attribute", name, error);
}

bool nd_nc_put_count(nd_nc *file, const char *variable, const char *name, uint64_t value,
                     nd_error *error) {
    ND_NC_ALONE;
    int id;
    unsigned long long number = value;
    if (!holder(file, variable, &id, error))
        return false;
    int status = nc_put_att_ulonglong(file->id, id, name, NC_UINT64, 1, &number);
    return status == NC_NOERR || nd_nc_failed(file, status, "attribute", name, error);
}

char *nd_nc_text(const nd_nc *file, const char *variable, const char *name, nd_error *error) {
    ND_NC_ALONE;
    int id;
    if (!holder(file, variable, &id, error))
        return NULL;
    nc_type type;
    size_t length;
    char *string = NULL;
    if (nc_inq_att(file->id, id, name, &type, &length) != NC_NOERR ||
        (type != NC_CHAR && !(type == NC_STRING && length == 1))) {
        nd_fail(error, file->path, NULL, "has no text attribute '%s'", name);
        return NULL;
    }
    if (type == NC_STRING) { /* as h5netcdf writes, and netCDF4-python words beyond ASCII */
        if (nc_get_att_string(file->id, id, name, &string) != NC_NOERR) {
            nd_fail(error, file->path, NULL, "attribute '%s' cannot be read", name);
            return NULL;
        }
        char *copy = nd_text(string ? string : "", error);
        (void)nc_free_string(1, &string);
        return copy;
    }
    char *text = nd_array(length + 1, 1, error);
    int status = text ? nc_get_att_text(file->id, id, name, text) : NC_NOERR;
    if (status != NC_NOERR) {
        nd_nc_failed(file, status, "attribute", name, error);
        free(text);
        return NULL;
    }
    return text;
}

char *nd_nc_units(const nd_nc *file, const char *variable) {
    char *units = nd_nc_text(file, variable, "units", NULL);
    if (units && (!units[0] || strcmp(units, "1") == 0)) {
        free(units);
        return NULL;
    }
    return units;
}

bool nd_nc_number(const nd_nc *file, const char *variable, const char *name, double *value,
                  nd_error *error) {
    ND_NC_ALONE;
    int id;
    if (!holder(file, variable, &id, error))
        return false;
    nc_type type;
    size_t length;
    if (nc_inq_att(file->id, id, name, &type, &length) != NC_NOERR || type == NC_CHAR ||
        length != 1 || nc_get_att_double(file->id, id, name, value) != NC_NOERR)
        return nd_fail(error, file->path, NULL, "has no number attribute '%s'", name);
    return true;
}

bool nd_nc_dimension_at(const nd_nc *file, size_t index, char *name, size_t *length) {
    ND_NC_ALONE;
    int ids[NC_MAX_DIMS], count;
    return nc_inq_dimids(file->id, &count, ids, 0) == NC_NOERR && index < (size_t)count &&
           nc_inq_dim(file->id, ids[index], name, length) == NC_NOERR;
}

bool nd_nc_attribute_at(const nd_nc *file, size_t index, char *name) {
    ND_NC_ALONE;
    int count;
    return nc_inq_natts(file->id, &count) == NC_NOERR && index < (size_t)count &&
           nc_inq_attname(file->id, NC_GLOBAL, (int)index, name) == NC_NOERR;
}

bool nd_nc_count(const nd_nc *file, const char *variable, const char *name, uint64_t *value,
                 nd_error *error) {
    ND_NC_ALONE;
    int id;
    nc_type type;
    size_t length;
    unsigned long long number;
    if (!holder(file, variable, &id, error))
        return false;
    if (nc_inq_att(file->id, id, name, &type, &length) != NC_NOERR || length != 1 ||
        type == NC_CHAR || type == NC_STRING || type == NC_FLOAT || type == NC_DOUBLE ||
        nc_get_att_ulonglong(file->id, id, name, &number) != NC_NOERR)
        return nd_fail(error, file->path, NULL, "has no attribute '%s' that is a whole number",
                       name);
    *value = number;
    return true;
}

/* The names of `rank` dimensions, parted by blanks; false where one cannot be told. */
static bool name_dimensions(const nd_nc *file, const int *ids, int rank, char *dimensions,
                            size_t size) {
    size_t length = 0;
    dimensions[0] = '\0';
    for (int i = 0; i < rank && length < size; i++) {
        char dimension[NC_MAX_NAME + 1];
        if (nc_inq_dimname(file->id, ids[i], dimension) != NC_NOERR)
            return false;
        length +=
            (size_t)snprintf(dimensions + length, size - length, "%s%s", i ? " " : "", dimension);
    }
    return true;
}

bool nd_nc_dimensions(const nd_nc *file, const char *name, char *dimensions, size_t size,
                      nd_error *error) {
    ND_NC_ALONE;
    int id, rank, ids[NC_MAX_VAR_DIMS];
    if (!holder(file, name, &id, error))
        return false;
    return (nc_inq_var(file->id, id, NULL, NULL, &rank, ids, NULL) == NC_NOERR &&
            name_dimensions(file, ids, rank, dimensions, size)) ||
           nd_fail(error, file->path, NULL, "the dimensions of variable %s cannot be told", name);
}

bool nd_nc_variable_at(const nd_nc *file, size_t index, char *name, char *dimensions, size_t size) {
    ND_NC_ALONE;
    int count, rank, ids[NC_MAX_VAR_DIMS];
    return nc_inq_nvars(file->id, &count) == NC_NOERR && index < (size_t)count &&
           nc_inq_var(file->id, (int)index, name, NULL, &rank, ids, NULL) == NC_NOERR &&
           name_dimensions(file, ids, rank, dimensions, size);
}
