#include "recording/hdf5_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* H5Lexists answers for the last part of a path only; every part before it must be asked. */
bool nd_hdf5_has(hid_t file, const char *path) {
    char part[1024];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part)
        return false;
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (strcmp(part, "/") != 0 && H5Lexists(file, part, H5P_DEFAULT) <= 0)
            return false;
    }
    return H5Oexists_by_name(file, path, H5P_DEFAULT) > 0;
}

/* By the opened object's kind: H5Oget_info_by_name takes other arguments from HDF5 1.12 on. */
static bool is_dataset(hid_t file, const char *path) {
    hid_t object = nd_hdf5_has(file, path) ? H5Oopen(file, path, H5P_DEFAULT) : -1;
    if (object < 0)
        return false;
    bool dataset = H5Iget_type(object) == H5I_DATASET;
    H5Oclose(object);
    return dataset;
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

bool nd_hdf5_shape(hid_t file, const char *path, int *rank, hsize_t dims[ND_HDF5_MOST_DIMENSIONS]) {
    if (!is_dataset(file, path))
        return false;
    hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
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

double *nd_hdf5_numbers(hid_t file, const char *path, const char *file_name, size_t *count,
                        nd_error *error) {
    int rank;
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS];
    if (!nd_hdf5_has(file, path)) {
        nd_fail(error, file_name, "see what is there with nulldrift record --scan",
                "has no dataset %s", path);
        return NULL;
    }
    if (!nd_hdf5_shape(file, path, &rank, dims)) {
        nd_fail(error, file_name, "see what is there with nulldrift record --scan",
                "%s holds no numbers", path);
        return NULL;
    }
    *count = 1;
    for (int d = 0; d < rank; d++)
        if (__builtin_mul_overflow(*count, (size_t)dims[d], count))
            *count = SIZE_MAX / 16;
    double *values = nd_doubles(*count, error);
    hid_t dataset = values ? H5Dopen2(file, path, H5P_DEFAULT) : -1;
    if (values && (dataset < 0 || !read_values(dataset, values, *count, error))) {
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

bool nd_hdf5_text_attribute(hid_t file, const char *path, const char *attribute, char *text,
                            size_t size) {
    text[0] = '\0';
    if (H5Aexists_by_name(file, path, attribute, H5P_DEFAULT) <= 0)
        return false;
    hid_t handle = H5Aopen_by_name(file, path, attribute, H5P_DEFAULT, H5P_DEFAULT);
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

bool nd_hdf5_text_at(hid_t file, const char *path, size_t index, char *text, size_t size) {
    text[0] = '\0';
    if (!is_dataset(file, path))
        return false;
    hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
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

bool nd_hdf5_text(hid_t file, const char *path, char *text, size_t size) {
    return nd_hdf5_text_at(file, path, 0, text, size);
}

double nd_hdf5_number_attribute(hid_t file, const char *path, const char *attribute,
                                double fallback) {
    if (H5Aexists_by_name(file, path, attribute, H5P_DEFAULT) <= 0)
        return fallback;
    hid_t handle = H5Aopen_by_name(file, path, attribute, H5P_DEFAULT, H5P_DEFAULT);
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

bool nd_hdf5_reference(hid_t file, const char *path, const char *attribute, char *target,
                       size_t size) {
    if (H5Aexists_by_name(file, path, attribute, H5P_DEFAULT) <= 0)
        return false;
    hid_t handle = H5Aopen_by_name(file, path, attribute, H5P_DEFAULT, H5P_DEFAULT);
    if (handle < 0)
        return false;
    hid_t type = H5Aget_type(handle), space = H5Aget_space(handle);
    hobj_ref_t reference;
    bool fine = H5Tequal(type, H5T_STD_REF_OBJ) > 0 && H5Sget_simple_extent_npoints(space) == 1 &&
                H5Aread(handle, H5T_STD_REF_OBJ, &reference) >= 0;
    hid_t object = fine ? H5Rdereference2(file, H5P_DEFAULT, H5R_OBJECT, &reference) : -1;
    fine = object >= 0 && H5Iget_name(object, target, size) > 0;
    if (object >= 0)
        H5Oclose(object);
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(handle);
    return fine;
}
