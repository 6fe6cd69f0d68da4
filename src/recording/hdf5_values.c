#include "recording/hdf5_values.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/hdf5_links.h"
#include "base/memory.h"

/* Whether the rules allow what an external link leads to. */
static bool allowed(const nd_hdf5 *file, const char *real) {
    struct stat about;
    if (!file->links || strchr(real, '\n') || stat(real, &about) != 0 || !S_ISREG(about.st_mode))
        return false;
    size_t length = file->links->folder ? strlen(file->links->folder) : 0;
    return file->links->all || (length > 0 && strncmp(real, file->links->folder, length) == 0 &&
                                (real[length] == '/' || file->links->folder[length - 1] == '/'));
}

/* What following a path needs. */
typedef struct walk {
    const nd_hdf5 *file;
    const char *file_name, *whole;
    char *other; /* the last other file on the way */
    size_t size;
    nd_error *error;
} walk;

static bool follow_external(walk *w, hid_t place, const char *link, size_t size) {
    char value[2 * PATH_MAX], real[PATH_MAX];
    const char *target, *object;
    unsigned flags;
    if (size > sizeof value || H5Lget_val(place, link, value, sizeof value, H5P_DEFAULT) < 0 ||
        H5Lunpack_elink_val(value, size, &flags, &target, &object) < 0)
        return nd_fail(w->error, w->file_name, "", "%s cannot be followed", w->whole);
    if (!nd_hdf5_link_target(place, target, real))
        return nd_fail(w->error, w->file_name, "put that file beside it",
                       "%s is a link to '%.200s', which is not there", w->whole, target);
    if (!allowed(w->file, real))
        return nd_fail(
            w->error, w->file_name,
            "copy it into the manifest's folder, or take `nulldrift record` with `follow_links`",
            "%s is a link to '%.200s', which is no regular file within the manifest's "
            "folder",
            w->whole, real);
    if (w->other)
        snprintf(w->other, w->size, "%s", real);
    nd_buffer *led_to = w->file->links->led_to;
    return !led_to || nd_hdf5_note_led_to(led_to, real, NULL, w->error);
}

enum { MOST_LINKS = 16 };

/* Every link on the way to `path` from `place`, one after the other. */
static bool follow_from(walk *w, hid_t place, const char *path, int depth) {
    char part[1024];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part || depth == MOST_LINKS)
        return nd_fail(w->error, w->file_name, "", "%s cannot be followed", w->whole);
    for (size_t i = 1; i <= length; i++) {
        H5L_info_t link;
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (strcmp(part, "/") == 0 || strcmp(part, ".") == 0 || part[i - 1] == '/')
            continue;
        if (H5Lexists(place, part, H5P_DEFAULT) <= 0 ||
            H5Lget_info(place, part, &link, H5P_DEFAULT) < 0)
            return nd_fail(w->error, w->file_name,
                           "see what is there by `nulldrift record` with `scan`",
                           "has nothing at %s", w->whole);
        /* The group that holds the link: what the link means is taken from there. */
        char *slash = strrchr(part, '/');
        char group[1024];
        snprintf(group, sizeof group, "%.*s", slash ? (int)(slash - part) + (slash == part) : 1,
                 slash ? part : ".");
        bool fine = true;
        if (link.type == H5L_TYPE_EXTERNAL || link.type == H5L_TYPE_SOFT) {
            hid_t holder = H5Oopen(place, group, H5P_DEFAULT);
            const char *name = slash ? slash + 1 : part;
            char value[1024];
            fine = holder >= 0;
            if (fine && link.type == H5L_TYPE_EXTERNAL)
                fine = follow_external(w, holder, name, link.u.val_size);
            else if (fine)
                fine = link.u.val_size < sizeof value &&
                       H5Lget_val(holder, name, value, sizeof value, H5P_DEFAULT) >= 0 &&
                       follow_from(w, holder, value, depth + 1);
            if (holder >= 0)
                H5Oclose(holder);
        } else if (link.type != H5L_TYPE_HARD) {
            fine = nd_fail(w->error, w->file_name, "", "%s is a link of an unknown kind", w->whole);
        }
        if (!fine)
            return w->error && w->error->what[0]
                       ? false
                       : nd_fail(w->error, w->file_name, "", "%s cannot be followed", w->whole);
    }
    return true;
}

bool nd_hdf5_follow(const nd_hdf5 *file, const char *path, const char *file_name, char *other,
                    size_t size, nd_error *error) {
    walk w = {file, file_name, path, other, size, error};
    if (other && size)
        other[0] = '\0';
    return follow_from(&w, file->id, path, 0);
}

bool nd_hdf5_has(const nd_hdf5 *file, const char *path) {
    return nd_hdf5_follow(file, path, NULL, NULL, 0, NULL) &&
           H5Oexists_by_name(file->id, path, H5P_DEFAULT) > 0;
}

/* By the opened object's kind: H5Oget_info_by_name takes other arguments from HDF5 1.12 on. */
static bool is_dataset(const nd_hdf5 *file, const char *path) {
    hid_t object = nd_hdf5_has(file, path) ? H5Oopen(file->id, path, H5P_DEFAULT) : -1;
    if (object < 0)
        return false;
    bool dataset = H5Iget_type(object) == H5I_DATASET;
    H5Oclose(object);
    return dataset;
}

/* What unpacks a filter, by its number in the registry of The HDF Group. */
static void name_filter(H5Z_filter_t filter, const char *own_name, char *what, size_t size,
                        const char **mend) {
    static const struct {
        H5Z_filter_t filter;
        const char *name, *mend;
    } known[] = {
        {32000, "LZF", "install hdf5-plugin-lzf (Debian)"},
        {32001, "Blosc", "install hdf5-filter-plugin-blosc-serial (Debian)"},
        {32004, "LZ4", "install hdf5-filter-plugin (Debian)"},
        {307, "BZip2", "install hdf5-filter-plugin (Debian)"},
        {32008, "Bitshuffle", "install hdf5-filter-plugin (Debian)"},
        {32013, "ZFP", "install hdf5-filter-plugin-zfp-serial (Debian)"},
        {32015, "Zstandard",
         "install python3-hdf5plugin (Debian), HDF5_PLUGIN_PATH at its plugins"},
        {32026, "Blosc2", "install hdf5plugin (Python), HDF5_PLUGIN_PATH at its plugins"},
    };
    static const char others[] = "install the plugin that brings it";
    snprintf(what, size, "%.40s (%d)", own_name[0] ? own_name : "an unknown filter", filter);
    *mend = others;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].filter == filter) {
            snprintf(what, size, "%s (%d)", known[i].name, filter);
            *mend = known[i].mend;
        }
}

/* Fails, naming the filter, if the dataset is packed by one that is not there. */
static bool filters_there(hid_t plan, const char *path, const char *file_name, nd_error *error) {
    int count = H5Pget_nfilters(plan);
    for (int i = 0; i < count; i++) {
        unsigned flags, settings;
        size_t settings_count = 0;
        char own_name[64] = "", what[96], mend[300];
        const char *brings;
        H5Z_filter_t filter = H5Pget_filter2(plan, (unsigned)i, &flags, &settings_count, NULL,
                                             sizeof own_name, own_name, &settings);
        if (filter < 0 || H5Zfilter_avail(filter) > 0)
            continue;
        name_filter(filter, own_name, what, sizeof what, &brings);
        snprintf(mend, sizeof mend,
                 "%s, or write the file anew with gzip (h5repack -f GZIP=4 where the filter is "
                 "there)",
                 brings);
        return nd_fail(error, file_name, mend,
                       "%s is compressed with the filter %s, which this HDF5 has not", path, what);
    }
    return true;
}

hid_t nd_hdf5_open_dataset(const nd_hdf5 *file, const char *path, const char *file_name,
                           nd_error *error) {
    if (!nd_hdf5_follow(file, path, file_name, NULL, 0, error))
        return -1;
    hid_t dataset = H5Dopen2(file->id, path, H5P_DEFAULT);
    hid_t plan = dataset >= 0 ? H5Dget_create_plist(dataset) : -1;
    bool fine = plan >= 0 || nd_fail(error, file_name, "", "%s cannot be read", path);
    if (fine && (H5Pget_layout(plan) == H5D_VIRTUAL || H5Pget_external_count(plan) > 0))
        fine = nd_fail(error, file_name, "write the file anew with the numbers in it",
                       "%s keeps its numbers in other files, which are not opened", path);
    fine = fine && filters_there(plan, path, file_name, error);
    if (plan >= 0)
        H5Pclose(plan);
    if (fine)
        return dataset;
    if (dataset >= 0)
        H5Dclose(dataset);
    return -1;
}

static bool numeric(hid_t dataset) {
    hid_t type = H5Dget_type(dataset);
    H5T_class_t kind = H5Tget_class(type);
    bool small_enum = kind == H5T_ENUM && H5Tget_size(type) == 1; /* booleans */
    H5Tclose(type);
    return kind == H5T_INTEGER || kind == H5T_FLOAT || small_enum;
}

static bool dataset_shape(hid_t dataset, int *rank, hsize_t dims[ND_HDF5_MOST_DIMENSIONS]) {
    hid_t space = H5Dget_space(dataset);
    *rank = H5Sget_simple_extent_ndims(space);
    bool fine = *rank >= 0 && *rank <= ND_HDF5_MOST_DIMENSIONS;
    if (fine && *rank > 0)
        fine = H5Sget_simple_extent_dims(space, dims, NULL) == *rank;
    H5Sclose(space);
    return fine;
}

bool nd_hdf5_shape(const nd_hdf5 *file, const char *path, int *rank,
                   hsize_t dims[ND_HDF5_MOST_DIMENSIONS]) {
    if (!is_dataset(file, path))
        return false;
    hid_t dataset = H5Dopen2(file->id, path, H5P_DEFAULT);
    bool fine = dataset >= 0 && numeric(dataset) && dataset_shape(dataset, rank, dims);
    if (dataset >= 0)
        H5Dclose(dataset);
    return fine;
}

/* Booleans are a one-byte enumeration, which HDF5 will not turn into doubles itself. */
static bool read_values(hid_t dataset, double *values, size_t count, nd_error *error) {
    hid_t type = H5Dget_type(dataset);
    bool fine;
    if (H5Tget_class(type) == H5T_ENUM) {
        int8_t *bytes = nd_array(count, 1, error);
        fine = bytes && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0;
        for (size_t i = 0; fine && i < count; i++)
            values[i] = bytes[i];
        free(bytes);
    } else {
        fine = H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
    }
    H5Tclose(type);
    return fine;
}

double *nd_hdf5_numbers(const nd_hdf5 *file, const char *path, const char *file_name, size_t *count,
                        nd_error *error) {
    int rank;
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS];
    if (!nd_hdf5_follow(file, path, file_name, NULL, 0, error))
        return NULL;
    if (!nd_hdf5_shape(file, path, &rank, dims)) {
        nd_fail(error, file_name, "see what is there by `nulldrift record` with `scan`",
                "%s holds no numbers", path);
        return NULL;
    }
    *count = 1;
    for (int d = 0; d < rank; d++)
        if (__builtin_mul_overflow(*count, (size_t)dims[d], count))
            *count = SIZE_MAX / 16;
    hid_t dataset = nd_hdf5_open_dataset(file, path, file_name, error);
    double *values = dataset >= 0 ? nd_doubles(*count, error) : NULL;
    if (values && !read_values(dataset, values, *count, error)) {
        nd_fail(error, file_name, "the file may be damaged: check it with h5dump",
                "%s cannot be read", path);
        free(values);
        values = NULL;
    }
    if (dataset >= 0)
        H5Dclose(dataset);
    return values;
}

/* One text of `type` read by `get` into a buffer large enough for it. */
typedef struct text_source {
    hid_t attribute, dataset, memory_space, file_space; /* one of the first two is open */
} text_source;

static bool get(const text_source *source, hid_t type, void *buffer) {
    return source->attribute >= 0 ? H5Aread(source->attribute, type, buffer) >= 0
                                  : H5Dread(source->dataset, type, source->memory_space,
                                            source->file_space, H5P_DEFAULT, buffer) >= 0;
}

static bool read_text(const text_source *source, hid_t type, char *text, size_t size) {
    enum { MOST = 1 << 16 };
    size_t length = H5Tget_size(type);
    if (H5Tget_class(type) != H5T_STRING || length == 0 || length > MOST)
        return false;
    if (H5Tis_variable_str(type) > 0) {
        char *varying = NULL;
        hid_t memory = H5Tcopy(H5T_C_S1);
        H5Tset_size(memory, H5T_VARIABLE);
        H5Tset_cset(memory, H5Tget_cset(type));
        bool fine = get(source, memory, &varying) && varying;
        if (fine)
            snprintf(text, size, "%s", varying);
        if (varying)
            H5free_memory(varying);
        H5Tclose(memory);
        return fine;
    }
    char *fixed = calloc(length + 1, 1);
    bool fine = fixed && get(source, type, fixed);
    if (fine)
        snprintf(text, size, "%s", fixed);
    free(fixed);
    return fine;
}

/* An attribute of the object at a path, to be closed with H5Aclose; negative if there is none. By
 * the object itself: through a link to another file, HDF5 1.10 finds another object's by name. */
static hid_t open_attribute(const nd_hdf5 *file, const char *path, const char *attribute) {
    hid_t object = H5Oopen(file->id, path, H5P_DEFAULT);
    hid_t handle = object >= 0 && H5Aexists(object, attribute) > 0
                       ? H5Aopen(object, attribute, H5P_DEFAULT)
                       : -1;
    if (object >= 0)
        H5Oclose(object);
    return handle;
}

bool nd_hdf5_text_attribute(const nd_hdf5 *file, const char *path, const char *attribute,
                            char *text, size_t size) {
    text[0] = '\0';
    hid_t handle = open_attribute(file, path, attribute);
    if (handle < 0)
        return false;
    hid_t type = H5Aget_type(handle), space = H5Aget_space(handle);
    bool fine = H5Sget_simple_extent_npoints(space) == 1 &&
                read_text(&(text_source){.attribute = handle, .dataset = -1}, type, text, size);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(handle);
    return fine;
}

bool nd_hdf5_text_at(const nd_hdf5 *file, const char *path, size_t index, char *text, size_t size) {
    text[0] = '\0';
    if (!is_dataset(file, path))
        return false;
    hid_t dataset = H5Dopen2(file->id, path, H5P_DEFAULT);
    if (dataset < 0)
        return false;
    int rank;
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS] = {1}, start = index, one = 1;
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    hid_t memory = H5Screate_simple(1, &one, NULL);
    bool fine = dataset_shape(dataset, &rank, dims) && rank <= 1 && index < dims[0];
    if (fine && rank == 1)
        fine = H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &one, NULL) >= 0;
    text_source source = {
        .attribute = -1, .dataset = dataset, .memory_space = memory, .file_space = space};
    fine = fine && read_text(&source, type, text, size);
    H5Sclose(memory);
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(dataset);
    return fine;
}

bool nd_hdf5_text(const nd_hdf5 *file, const char *path, char *text, size_t size) {
    return nd_hdf5_text_at(file, path, 0, text, size);
}

double nd_hdf5_number_attribute(const nd_hdf5 *file, const char *path, const char *attribute,
                                double fallback) {
    hid_t handle = open_attribute(file, path, attribute);
    if (handle < 0)
        return fallback;
    hid_t type = H5Aget_type(handle), space = H5Aget_space(handle);
    H5T_class_t kind = H5Tget_class(type);
    double value = fallback;
    if ((kind != H5T_INTEGER && kind != H5T_FLOAT) || H5Sget_simple_extent_npoints(space) != 1 ||
        H5Aread(handle, H5T_NATIVE_DOUBLE, &value) < 0)
        value = fallback;
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(handle);
    return value;
}

bool nd_hdf5_reference(const nd_hdf5 *file, const char *path, const char *attribute, char *target,
                       size_t size) {
    hid_t handle = open_attribute(file, path, attribute);
    if (handle < 0)
        return false;
    hid_t type = H5Aget_type(handle), space = H5Aget_space(handle);
    hobj_ref_t reference;
    bool fine = H5Tequal(type, H5T_STD_REF_OBJ) > 0 && H5Sget_simple_extent_npoints(space) == 1 &&
                H5Aread(handle, H5T_STD_REF_OBJ, &reference) >= 0;
    hid_t object = fine ? H5Rdereference2(handle, H5P_DEFAULT, H5R_OBJECT, &reference) : -1;
    fine = object >= 0 && H5Iget_name(object, target, size) > 0;
    if (object >= 0)
        H5Oclose(object);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(handle);
    return fine;
}
