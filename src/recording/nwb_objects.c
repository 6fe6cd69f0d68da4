#include "recording/nwb_objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "recording/format.h"
#include "recording/hdf5_values.h"

enum { MOST_OBJECTS = 100000 };

/* HDF5 1.12 gave visits an information of another layout, which nothing here reads. */
#if H5_VERSION_GE(1, 12, 0)
typedef H5O_info2_t object_info;
#define visit_objects H5Ovisit3
#else
typedef H5O_info_t object_info;
#define visit_objects H5Ovisit2
#endif

typedef struct visit {
    nd_nwb *nwb;
    nd_error *error;
} visit;

static bool add_object(nd_nwb *nwb, const char *path, const char *type, nd_error *error) {
    nd_nwb_object *objects =
        nd_grown(nwb->objects, &nwb->room, nwb->count + 1, sizeof *objects, error);
    if (!objects)
        return false;
    nwb->objects = objects;
    nd_nwb_object *object = &nwb->objects[nwb->count];
    size_t size = strlen(path) + 2;
    object->path = nd_array(size, 1, error);
    if (!object->path)
        return false;
    snprintf(object->path, size, "/%s", path);
    snprintf(object->type, sizeof object->type, "%s", type);
    nwb->count++;
    return nwb->count < MOST_OBJECTS || nd_fail(error, nwb->path, "", "holds too many objects");
}

static herr_t on_object(hid_t root, const char *name, const object_info *about, void *context) {
    visit *at = context;
    char type[64];
    (void)about;
    if (strcmp(name, ".") == 0 || strncmp(name, "specifications", 14) == 0)
        return 0;
    if (!nd_hdf5_text_attribute(root, name, "neurodata_type", type, sizeof type))
        return 0;
    return add_object(at->nwb, name, type, at->error) ? 0 : -1;
}

nd_nwb *nd_nwb_open(const char *path, nd_error *error) {
    char version[64];
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    nd_nwb *nwb = nd_array(1, sizeof *nwb, error);
    if (!nwb)
        return NULL;
    nwb->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    nwb->path = nd_text(path, error);
    bool fine = nwb->path != NULL;
    if (fine && nwb->file < 0)
        fine = nd_fail(error, path, "copy it again; it may be cut short",
                       "is a damaged HDF5 file: HDF5 cannot open it");
    if (fine && !nd_hdf5_text_attribute(nwb->file, "/", "nwb_version", version, sizeof version))
        fine = nd_fail(error, path, "write it with an NWB 2 library, or export MATLAB or CSV",
                       "is an HDF5 file but not NWB: it has no nwb_version");
    if (fine && version[0] != '2')
        fine = nd_fail(error, path, "convert it to NWB 2", "is NWB %s; expected 2.x", version);
    if (fine && visit_objects(nwb->file, H5_INDEX_NAME, H5_ITER_NATIVE, on_object,
                              &(visit){nwb, error}, H5O_INFO_BASIC) < 0)
        fine = error && error->what[0] ? false
                                       : nd_fail(error, path, "copy it again; it may be cut short",
                                                 "is damaged: its contents cannot be listed");
    if (fine)
        return nwb;
    nd_nwb_close(nwb);
    return NULL;
}

void nd_nwb_close(nd_nwb *nwb) {
    if (!nwb)
        return;
    if (nwb->file >= 0)
        H5Fclose(nwb->file);
    for (size_t i = 0; i < nwb->count; i++)
        free(nwb->objects[i].path);
    free(nwb->objects);
    free(nwb->path);
    free(nwb);
}

/* The type of the object that contains this one; "" if it has none. */
static const char *container_type(const nd_nwb *nwb, const nd_nwb_object *object) {
    const char *slash = strrchr(object->path, '/');
    size_t length = (size_t)(slash - object->path);
    for (size_t i = 0; i < nwb->count; i++)
        if (strlen(nwb->objects[i].path) == length &&
            strncmp(nwb->objects[i].path, object->path, length) == 0)
            return nwb->objects[i].type;
    return "";
}

int nd_nwb_fit(const nd_nwb *nwb, nd_role role, const nd_nwb_object *object) {
    const char *type = object->type;
    int likeness = nd_role_likeness(role, object->path);
    switch (role) {
    case ND_ROLE_ACTIVITY:
        if (strcmp(type, "RoiResponseSeries") == 0)
            return 2 + likeness;
        return strcmp(type, "Units") == 0 ? 1 : 0;
    case ND_ROLE_POSITION:
        if (strcmp(type, "SpatialSeries") != 0)
            return 0;
        return strcmp(container_type(nwb, object), "CompassDirection") == 0 ? 0 : 1 + likeness;
    case ND_ROLE_SPEED:
        return strcmp(type, "TimeSeries") == 0 ? likeness : 0;
    case ND_ROLE_DIRECTION:
        return strcmp(type, "TimeSeries") == 0 ? likeness : 0;
    case ND_ROLE_TRIALS:
        return strcmp(type, "TimeIntervals") == 0 ? likeness : 0;
    default:
        return 0;
    }
}

static bool ends_with(const char *path, const char *name) {
    size_t whole = strlen(path), part = strlen(name);
    return part <= whole && strcmp(path + whole - part, name) == 0 &&
           (part == whole || name[0] == '/' || path[whole - part - 1] == '/');
}

static const nd_nwb_object *find_named(const nd_nwb *nwb, const char *name, nd_error *error) {
    const nd_nwb_object *match = NULL;
    for (size_t i = 0; i < nwb->count; i++) {
        if (!ends_with(nwb->objects[i].path, name))
            continue;
        if (match) {
            nd_fail(error, nwb->path, "give the whole path", "'%s' could be %s or %s", name,
                    match->path, nwb->objects[i].path);
            return NULL;
        }
        match = &nwb->objects[i];
    }
    if (!match)
        nd_fail(error, nwb->path, "see what is there with nulldrift record --scan",
                "has no object named '%s'", name);
    return match;
}

const nd_nwb_object *nd_nwb_find(const nd_nwb *nwb, nd_role role, const char *name, bool *found,
                                 nd_error *error) {
    const nd_nwb_object *best = NULL, *other = NULL;
    int best_fit = 0;
    *found = true;
    if (name)
        return find_named(nwb, name, error);
    for (size_t i = 0; i < nwb->count; i++) {
        int fit = nd_nwb_fit(nwb, role, &nwb->objects[i]);
        if (fit > best_fit) {
            best = &nwb->objects[i];
            best_fit = fit;
            other = NULL;
        } else if (fit > 0 && fit == best_fit) {
            other = &nwb->objects[i];
        }
    }
    if (best && other) {
        nd_fail(error, nwb->path, "name one in the manifest", "the %s could be %s or %s",
                nd_role_name(role), best->path, other->path);
        return NULL;
    }
    *found = best != NULL;
    return best;
}
