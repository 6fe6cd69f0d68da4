#include "base/hdf5_whole.h"

#include <hdf5.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/hdf5_links.h"

enum { MOST_FILES_DEEP = 16 };

typedef struct visit {
    const char *path;
    nd_links links;
    nd_buffer *led_to;
    int deep; /* links followed to get here */
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

static bool whole(const visit *self);

/* A link to another file: that it is a regular one, and whole. */
static bool follow(const visit *self, hid_t root, const char *name, size_t size) {
    char value[2 * PATH_MAX], real[PATH_MAX];
    const char *target, *object;
    unsigned flags;
    struct stat about;
    bool known;
    if (size > sizeof value || H5Lget_val(root, name, value, sizeof value, H5P_DEFAULT) < 0 ||
        H5Lunpack_elink_val(value, size, &flags, &target, &object) < 0)
        return nd_fail(self->error, self->path, "", "%.200s is a link that cannot be followed",
                       name);
    if (!nd_hdf5_link_target(root, target, real) || strchr(real, '\n'))
        return nd_fail(self->error, self->path, "put that file beside it",
                       "%.200s is a link to '%.200s', which is not there", name, target);
    if (stat(real, &about) != 0 || !S_ISREG(about.st_mode))
        return nd_fail(self->error, self->path, "", "%.200s is a link to '%.200s', %s", name, real,
                       "which is no regular file");
    if (self->deep == MOST_FILES_DEEP)
        return nd_fail(self->error, self->path, "",
                       "%.200s is a link to a link and so on, over more than %d files", name,
                       MOST_FILES_DEEP);
    if (!nd_hdf5_note_led_to(self->led_to, real, &known, self->error))
        return false;
    visit other = *self;
    other.path = real;
    other.deep++;
    return known || whole(&other);
}

/* One link, by its path from the root; 1 ends the visit. */
static herr_t look(hid_t root, const char *name, const H5L_info_t *link, void *context) {
    const visit *self = context;
    if (link->type == H5L_TYPE_SOFT)
        return 0; /* to a place in this file, which is visited itself */
    if (link->type == H5L_TYPE_EXTERNAL && self->links == ND_LINKS_FOLLOWED)
        return follow(self, root, name, link->u.val_size) ? 0 : 1;
    if (link->type != H5L_TYPE_HARD) {
        nd_fail(self->error, self->path,
                self->links == ND_LINKS_OFFERED
                    ? "write the file anew with its values in it, or give `follow_links`"
                    : "write the file anew with its values in it",
                "%.200s is a link to another file, which is not followed here", name);
        return 1;
    }
    if (!scattered(root, name))
        return 0;
    nd_fail(self->error, self->path, "write the file anew with the numbers in it",
            "%.200s keeps its numbers in other files, which are not opened", name);
    return 1;
}

static bool whole(const visit *self) {
    hid_t file = H5Fis_hdf5(self->path) > 0 ? H5Fopen(self->path, H5F_ACC_RDONLY, H5P_DEFAULT) : -1;
    if (file < 0)
        return true;
    visit own = *self;
    herr_t end = H5Lvisit(file, H5_INDEX_NAME, H5_ITER_NATIVE, look, &own);
    H5Fclose(file);
    return end <= 0;
}

bool nd_hdf5_is_whole(const char *path, nd_links links, nd_buffer *led_to, nd_error *error) {
    visit self = {.path = path, .links = links, .led_to = led_to, .error = error};
    return whole(&self);
}
