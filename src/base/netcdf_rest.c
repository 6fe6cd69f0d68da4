#include "base/netcdf_rest.h"

#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/hdf5_again.h"
#include "base/netcdf_lock.h"
#include "base/netcdf_names.h"
#include "base/netcdf_values.h"

typedef struct left {
    int from_group, to_group, variable;
} left;

struct nd_nc_rest {
    nd_nc from;
    left *list;
    size_t count, room;
};

nd_nc_rest *nd_nc_rest_new(const char *path, nd_error *error) {
    nd_nc_rest *rest = nd_array(1, sizeof *rest, error);
    if (!rest)
        return NULL;
    rest->from = (nd_nc){.id = -1, .path = nd_text(path, error)};
    if (rest->from.path)
        return rest;
    free(rest);
    return NULL;
}

nd_nc *nd_nc_rest_from(nd_nc_rest *rest) {
    return &rest->from;
}

void nd_nc_rest_free(nd_nc_rest *rest) {
    if (!rest)
        return;
    nd_nc_close_remote(&rest->from);
    free(rest->from.path);
    free(rest->list);
    free(rest);
}

bool nd_nc_rest_add(nd_nc_rest *rest, int from_group, int to_group, int variable, nd_error *error) {
    left *list = nd_grown(rest->list, &rest->room, rest->count + 1, sizeof *list, error);
    if (!list)
        return false;
    rest->list = list;
    list[rest->count++] = (left){from_group, to_group, variable};
    return true;
}

static left *find(const nd_nc *file, int group, int variable) {
    const nd_nc_rest *rest = file->rest;
    for (size_t i = 0; rest && i < rest->count; i++)
        if (rest->list[i].to_group == group && rest->list[i].variable == variable)
            return &rest->list[i];
    return NULL;
}

static const nd_nc *where(const nd_nc *file, int group, int variable, int *from_group) {
    const left *here = find(file, group, variable);
    if (!here)
        return NULL;
    *from_group = here->from_group;
    return &file->rest->from;
}

void nd_nc_rest_give(nd_nc *file, nd_nc_rest *rest) {
    if (rest->count == 0) {
        nd_nc_rest_free(rest);
        return;
    }
    file->rest = rest;
    file->where = where;
}

static bool copy_unpacked(const nd_nc *file, const left *one, nd_error *error) {
    nd_nc_copying c = {.from = &file->rest->from,
                       .to = file,
                       .from_group = one->from_group,
                       .to_group = one->to_group,
                       .variable = one->variable};
    return nd_nc_copying_asks(&c, error) && nd_nc_copy_values(&c, error);
}

bool nd_nc_rest_written(nd_nc *file, int variable, bool whole, nd_error *error) {
    left *here = find(file, file->id, variable);
    if (!here)
        return true;
    left one = *here;
    *here = file->rest->list[--file->rest->count];
    return whole || copy_unpacked(file, &one, error);
}

/* The dataset that holds the variable: one of a dimension's name that is not its own has a name of
 * netCDF's, and is not looked for. */
static hid_t open_dataset(hid_t file, const left *one) {
    char path[4096], name[NC_MAX_NAME + 1];
    size_t length = 0;
    if (nc_inq_varname(one->to_group, one->variable, name) != NC_NOERR ||
        nc_inq_grpname_full(one->to_group, &length, NULL) != NC_NOERR ||
        length + strlen(name) + 2 > sizeof path ||
        nc_inq_grpname_full(one->to_group, &length, path) != NC_NOERR)
        return H5I_INVALID_HID;
    snprintf(path + length, sizeof path - length, "/%s", name);
    return H5Dopen2(file, path, H5P_DEFAULT);
}

/* Whether the pieces could be handed on as they are; only then is anything written. */
static bool copy_packed(const nd_nc *file, hid_t opened, const left *one, bool *could,
                        nd_error *error) {
    nd_nc_packing packing;
    hid_t dataset = opened >= 0 ? open_dataset(opened, one) : H5I_INVALID_HID;
    *could = dataset >= 0 && nd_nc_packing_of(dataset, &packing);
    uint64_t count = *could ? nd_nc_packed_count(&packing) : 0, next = 0;
    bool fine = true;
    while (fine && *could && next < count) {
        nd_buffer pieces = {0};
        fine = nd_nc_read_packed(&file->rest->from, one->from_group, one->variable, &packing, next,
                                 &pieces, could, error);
        if (fine && *could)
            fine = nd_nc_packed_take(dataset, &packing, &pieces, &next) ||
                   nd_nc_failed(file, NC_EHDFERR, "cannot be", "written", error);
        nd_buffer_free(&pieces);
    }
    if (dataset >= 0 && H5Dclose(dataset) < 0 && fine)
        fine = nd_nc_failed(file, NC_EHDFERR, "cannot be", "written", error);
    return fine;
}

bool nd_nc_rest_copy(nd_nc *file, nd_error *error) {
    ND_NC_ALONE;
    nd_nc_rest *rest = file->rest;
    if (!rest || rest->count == 0)
        return true;
    int status = nc_sync(file->id); /* from now on HDF5 has all that netCDF has */
    if (status != NC_NOERR)
        return nd_nc_failed(file, status, "cannot be", "written", error);
    char *path = nd_nc_plain_name(file->aside, error);
    hid_t opened = path ? nd_hdf5_open_again(path, H5F_ACC_RDWR) : H5I_INVALID_HID;
    bool fine = path != NULL;
    for (; fine && rest->count > 0; rest->count--) {
        const left *one = &rest->list[rest->count - 1];
        bool could = false;
        fine = copy_packed(file, opened, one, &could, error) &&
               (could || copy_unpacked(file, one, error));
    }
    if (opened >= 0 && H5Fclose(opened) < 0 && fine)
        fine = nd_nc_failed(file, NC_EHDFERR, "cannot be", "written", error);
    free(path);
    return fine;
}
