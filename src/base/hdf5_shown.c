#include "base/hdf5_shown.h"

#include <hdf5.h>
#include <netcdf.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/hdf5_again.h"
#include "base/memory.h"

typedef struct visit {
    const char *path;
    int file;
    /* Of the object that is looked at: where netCDF has it, and its name. */
    int group, variable;
    const char *name;
    nd_error *error;
} visit;

/* 1, which ends a visit. */
static herr_t hidden(const visit *self, const char *name, const char *why) {
    nd_fail(self->error, self->path, "add to a copy of the file without it",
            "%.200s cannot be copied: %s", name, why);
    return 1;
}

/* What netCDF writes beside what it shows. */
static bool is_netcdfs_own(const char *name) {
    static const char *const own[] = {"CLASS",
                                      "NAME",
                                      "DIMENSION_LIST",
                                      "REFERENCE_LIST",
                                      "_Netcdf4Dimid",
                                      "_nc3_strict",
                                      "_Netcdf4Coordinates",
                                      "_NCProperties",
                                      "_NCCOPY",
                                      "_SuperblockVersion",
                                      "_IsNetcdf4",
                                      "DIMENSION_LABELS"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(name, own[i]) == 0)
            return true;
    return false;
}

/* Is it a type that netCDF gives as it is? Others it may convert in silence: half floats, and lists
 * of texts of a fixed length, which it runs together. */
static bool is_netcdfs_type(hid_t type, bool alone) {
    size_t size = H5Tget_size(type);
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
        return size == 1 || size == 2 || size == 4 || size == 8;
    case H5T_FLOAT:
        return size == 4 || size == 8;
    case H5T_STRING:
        return alone || size == 1 || H5Tis_variable_str(type) > 0;
    default:
        return false;
    }
}

static const char OTHER_TYPE[] = "its type is none of netCDF's";

static herr_t look_at_attribute(hid_t object, const char *name, const H5A_info_t *about,
                                void *context) {
    const visit *self = context;
    int id;
    (void)about;
    if (is_netcdfs_own(name))
        return 0;
    if (self->variable < NC_GLOBAL ||
        nc_inq_attid(self->group, self->variable, name, &id) != NC_NOERR)
        return hidden(self, name, "it is an attribute that netCDF does not show");
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    hid_t type = attribute >= 0 ? H5Aget_type(attribute) : H5I_INVALID_HID;
    hid_t space = attribute >= 0 ? H5Aget_space(attribute) : H5I_INVALID_HID;
    bool known =
        type >= 0 && space >= 0 && is_netcdfs_type(type, H5Sget_simple_extent_npoints(space) <= 1);
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    if (attribute >= 0)
        H5Aclose(attribute);
    return known ? 0 : hidden(self, name, OTHER_TYPE);
}

static bool has_netcdfs_type(hid_t dataset) {
    hid_t type = H5Dget_type(dataset);
    bool known = type >= 0 && is_netcdfs_type(type, false);
    if (type >= 0)
        H5Tclose(type);
    return known;
}

/* netCDF's dimensions have one length, or grow without end. */
static bool has_netcdfs_shape(hid_t dataset) {
    enum { MOST_RANK = 32 };
    hsize_t now[MOST_RANK], most[MOST_RANK];
    hid_t space = H5Dget_space(dataset);
    int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    bool known = rank >= 0 && rank <= MOST_RANK &&
                 (rank == 0 || H5Sget_simple_extent_dims(space, now, most) == rank);
    for (int d = 0; known && d < rank; d++)
        known = most[d] == now[d] || most[d] == H5S_UNLIMITED;
    if (space >= 0)
        H5Sclose(space);
    return known;
}

/* Filters that every netCDF-4 library has. */
static bool is_packed_as_usual(hid_t dataset) {
    hid_t plan = H5Dget_create_plist(dataset);
    int count = plan >= 0 ? H5Pget_nfilters(plan) : 0;
    bool usual = true;
    for (int i = 0; i < count; i++) {
        unsigned flags;
        size_t values = 0;
        H5Z_filter_t filter =
            H5Pget_filter2(plan, (unsigned)i, &flags, &values, NULL, 0, NULL, NULL);
        usual = usual && (filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE ||
                          filter == H5Z_FILTER_FLETCHER32);
    }
    if (plan >= 0)
        H5Pclose(plan);
    return usual;
}

/* Where netCDF has what stands at a path from the root: its group, and in it the variable (-2: a
 * dimension without one). */
static bool find(visit *self, const char *name, H5I_type_t kind) {
    enum { MOST_PATH = 2048 };
    char folder[MOST_PATH];
    const char *slash = strrchr(name, '/'), *own = slash ? slash + 1 : name;
    size_t length = kind == H5I_GROUP ? strlen(name) : slash ? (size_t)(slash - name) : 0;
    int dimension;
    if (length + 2 > sizeof folder)
        return false;
    folder[0] = '/';
    memcpy(folder + 1, name, length);
    folder[length + 1] = '\0';
    self->group = self->file;
    self->variable = NC_GLOBAL;
    if (length > 0 && nc_inq_grp_full_ncid(self->file, folder, &self->group) != NC_NOERR)
        return false;
    if (kind == H5I_GROUP || nc_inq_varid(self->group, own, &self->variable) == NC_NOERR)
        return true;
    /* A dimension's variable may stand under another name, as two of one name must. */
    static const char aside[] = "_nc4_non_coord_";
    if (strncmp(own, aside, sizeof aside - 1) == 0 &&
        nc_inq_varid(self->group, own + sizeof aside - 1, &self->variable) == NC_NOERR)
        return true;
    self->variable = NC_GLOBAL - 1;
    return nc_inq_dimid(self->group, own, &dimension) == NC_NOERR;
}

static herr_t look(hid_t root, const char *name, const H5L_info_t *link, void *context) {
    visit *self = context;
    if (link->type != H5L_TYPE_HARD)
        return hidden(self, name, "it is a link");
    hid_t object = H5Oopen(root, name, H5P_DEFAULT);
    H5I_type_t kind = object >= 0 ? H5Iget_type(object) : H5I_BADID;
    herr_t end = 0;
    if (kind != H5I_GROUP && kind != H5I_DATASET)
        end = hidden(self, name, "it is a type that the file makes itself");
    else if (!find(self, name, kind))
        end = hidden(self, name, "it is nothing that netCDF shows");
    else if (kind == H5I_DATASET && self->variable >= 0 && !has_netcdfs_type(object))
        end = hidden(self, name, OTHER_TYPE);
    else if (kind == H5I_DATASET && !has_netcdfs_shape(object))
        end = hidden(self, name, "it may grow to a limit, which no dimension of netCDF's has");
    else if (kind == H5I_DATASET && !is_packed_as_usual(object))
        end = hidden(self, name, "it is packed by a filter that not every netCDF has");
    else
        end = H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, look_at_attribute, self);
    if (object >= 0)
        H5Oclose(object);
    return end;
}

bool nd_hdf5_is_shown(const char *path, int file, nd_error *error) {
    visit self = {.path = path, .file = file, .group = file, .variable = NC_GLOBAL, .error = error};
    if (H5Fis_hdf5(path) <= 0)
        return true;
    hid_t opened = nd_hdf5_open_again(path, H5F_ACC_RDONLY);
    if (opened < 0)
        return nd_fail(error, path, NULL, "cannot be looked through");
    herr_t end = H5Aiterate2(opened, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, look_at_attribute, &self);
    if (end == 0)
        end = H5Lvisit(opened, H5_INDEX_NAME, H5_ITER_NATIVE, look, &self);
    H5Fclose(opened);
    return end == 0 || (error && error->what[0]) ? end == 0
                                                 : nd_fail(error, path, NULL, "cannot be read");
}

/* --- attributes that make netCDF fail --- */

static bool fails(int group, int deep) {
    enum { MOST_DEEP = 16 };
    int count = 0, attributes;
    bool failing = nc_inq_natts(group, &attributes) != NC_NOERR;
    if (nc_inq_nvars(group, &count) != NC_NOERR)
        count = 0;
    for (int v = 0; !failing && v < count; v++)
        failing = nc_inq_varnatts(group, v, &attributes) != NC_NOERR;
    if (failing || deep == MOST_DEEP || nc_inq_grps(group, &count, NULL) != NC_NOERR || count == 0)
        return failing;
    int *groups = nd_array((size_t)count, sizeof *groups, NULL);
    if (groups && nc_inq_grps(group, &count, groups) == NC_NOERR)
        for (int g = 0; !failing && g < count; g++)
            failing = fails(groups[g], deep + 1);
    free(groups);
    return failing;
}

static herr_t look_at_dimensions(hid_t object, const char *name, const H5A_info_t *about,
                                 void *context) {
    const visit *self = context;
    (void)about;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    hid_t space = attribute >= 0 ? H5Aget_space(attribute) : H5I_INVALID_HID;
    int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : 0;
    if (space >= 0)
        H5Sclose(space);
    if (attribute >= 0)
        H5Aclose(attribute);
    if (rank < 2)
        return 0;
    nd_fail(self->error, self->path, "write it with one dimension, or leave it out",
            "attribute %.200s of %.200s has %d dimensions, which netCDF cannot read", name,
            self->name, rank);
    return 1;
}

static herr_t look_at_attributes_of(hid_t root, const char *name, const H5L_info_t *link,
                                    void *context) {
    visit *self = context;
    hid_t object = link->type == H5L_TYPE_HARD ? H5Oopen(root, name, H5P_DEFAULT) : H5I_INVALID_HID;
    self->name = name;
    herr_t end = object >= 0 ? H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, NULL,
                                           look_at_dimensions, self)
                             : 0;
    if (object >= 0)
        H5Oclose(object);
    return end > 0 ? 1 : 0;
}

bool nd_hdf5_attributes_are_shown(const char *path, int file, nd_error *error) {
    if (H5Fis_hdf5(path) <= 0 || !fails(file, 0))
        return true;
    visit self = {.path = path, .file = file, .name = "the file", .error = error};
    hid_t opened = nd_hdf5_open_again(path, H5F_ACC_RDONLY);
    herr_t end = opened >= 0 ? H5Aiterate2(opened, H5_INDEX_NAME, H5_ITER_NATIVE, NULL,
                                           look_at_dimensions, &self)
                             : 0;
    if (opened >= 0 && end == 0)
        end = H5Lvisit(opened, H5_INDEX_NAME, H5_ITER_NATIVE, look_at_attributes_of, &self);
    if (opened >= 0)
        H5Fclose(opened);
    return end <= 0;
}
