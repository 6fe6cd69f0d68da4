#include "base/hdf5_whole.h"

#include <hdf5.h>

#include "base/error.h"

typedef struct visit {
    const char *path;
    nd_error *error;
} visit;

/* Whether an object keeps its numbers in other files. */
static bool scattered(hid_t group, const char *name) {
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    bool out = false;
    if (object >= 0 && H5Iget_type(object) == H5I_DATASET) {
        hid_t plan = H5Dget_create_plist(object);
        out = plan >= 0 && (H5Pget_layout(plan) == H5D_VIRTUAL || H5Pget_external_count(plan) > 0);
        if (plan >= 0)
            H5Pclose(plan);
    }
    if (object >= 0)
        H5Oclose(object);
    return out;
}

/* One link, by its path from the root; 1 ends the visit. */
static herr_t look(hid_t root, const char *name, const H5L_info_t *link, void *context) {
    const visit *self = context;
    if (link->type == H5L_TYPE_SOFT)
        return 0; /* to a place in this file, which is visited itself */
    if (link->type != H5L_TYPE_HARD) {
        nd_fail(self->error, self->path, "write the file anew with its values in it",
                "%.200s is a link to another file, which is not followed here", name);
        return 1;
    }
    if (!scattered(root, name))
        return 0;
    nd_fail(self->error, self->path, "write the file anew with the numbers in it",
            "%.200s keeps its numbers in other files, which are not opened", name);
    return 1;
}

bool nd_hdf5_is_whole(const char *path, nd_error *error) {
    visit self = {path, error};
    hid_t file = H5Fis_hdf5(path) > 0 ? H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT) : -1;
    if (file < 0)
        return true;
    herr_t end = H5Lvisit(file, H5_INDEX_NAME, H5_ITER_NATIVE, look, &self);
    H5Fclose(file);
    return end <= 0;
}
