#include "recording/nwb_objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "recording/format.h"
#include "recording/hdf5_values.h"

enum { MOST_OBJECTS = 100000, MOST_DEPTH = 32, MOST_TEXT = 1024 };

/* What tells two objects apart, whatever paths lead to them. HDF5 1.12 changed how it says so. */
typedef struct identity {
    unsigned long file;
    unsigned char token[16];
} identity;

static bool identity_of(hid_t object, identity *who) {
    memset(who, 0, sizeof *who);
#if H5_VERSION_GE(1, 12, 0)
    H5O_info2_t about;
    if (H5Oget_info3(object, &about, H5O_INFO_BASIC) < 0)
        return false;
    memcpy(who->token, &about.token, sizeof who->token);
#else
    H5O_info_t about;
    if (H5Oget_info2(object, &about, H5O_INFO_BASIC) < 0)
        return false;
    memcpy(who->token, &about.addr, sizeof about.addr);
#endif
    who->file = about.fileno;
    return true;
}

/* A walk over all objects: first along hard links, then, from a list, along the others. */
typedef struct walk {
    nd_nwb *nwb;
    nd_error *error;
    identity *seen;
    size_t seen_count, seen_room;
    char **link; /* soft and external links found on the way */
    size_t link_count, link_room;
    int depth;
    char group[MOST_TEXT]; /* the group being listed; "" for the root */
} walk;

static bool add_object(nd_nwb *nwb, const char *path, const char *type, nd_error *error) {
    nd_nwb_object *objects =
        nd_grown(nwb->objects, &nwb->room, nwb->count + 1, sizeof *objects, error);
    if (!objects)
        return false;
    nwb->objects = objects;
    nd_nwb_object *object = &nwb->objects[nwb->count];
    object->path = nd_text(path, error);
    if (!object->path)
        return false;
    snprintf(object->type, sizeof object->type, "%s", type);
    nwb->count++;
    return nwb->count < MOST_OBJECTS || nd_fail(error, nwb->path, "", "holds too many objects");
}

/* Whether an object is new; it is no longer then. */
static bool is_new(walk *w, hid_t object, bool *fine) {
    identity who;
    if (!identity_of(object, &who))
        return false;
    for (size_t i = 0; i < w->seen_count; i++)
        if (memcmp(&w->seen[i], &who, sizeof who) == 0)
            return false;
    identity *seen = nd_grown(w->seen, &w->seen_room, w->seen_count + 1, sizeof *seen, w->error);
    if (!seen) {
        *fine = false;
        return false;
    }
    w->seen = seen;
    seen[w->seen_count++] = who;
    return true;
}

static bool keep_link(walk *w, const char *path) {
    char **links = nd_grown(w->link, &w->link_room, w->link_count + 1, sizeof *links, w->error);
    if (!links)
        return false;
    w->link = links;
    links[w->link_count] = nd_text(path, w->error);
    return links[w->link_count++] != NULL && w->link_count < MOST_OBJECTS;
}

static bool visit_object(walk *w, const char *path);

static herr_t on_link(hid_t group, const char *name, const H5L_info_t *link, void *context) {
    walk *w = context;
    char path[MOST_TEXT];
    (void)group;
    if (snprintf(path, sizeof path, "%s/%s", w->group, name) >= (int)sizeof path ||
        strcmp(path, "/specifications") == 0)
        return 0;
    bool fine = link->type == H5L_TYPE_HARD ? visit_object(w, path) : keep_link(w, path);
    return fine ? 0 : -1;
}

/* Notes an object, if it has a type, and goes through what it holds. */
static bool visit_object(walk *w, const char *path) {
    char type[64], outer[MOST_TEXT];
    hid_t object = H5Oopen(w->nwb->file.id, path[0] ? path : "/", H5P_DEFAULT);
    if (object < 0 || w->depth == MOST_DEPTH) {
        if (object >= 0)
            H5Oclose(object);
        return true;
    }
    bool fine = true, fresh = is_new(w, object, &fine);
    if (fresh && path[0] &&
        nd_hdf5_text_attribute(&w->nwb->file, path, "neurodata_type", type, sizeof type))
        fine = add_object(w->nwb, path, type, w->error);
    if (fine && fresh && H5Iget_type(object) == H5I_GROUP) {
        hsize_t index = 0;
        memcpy(outer, w->group, sizeof outer);
        snprintf(w->group, sizeof w->group, "%s", path);
        w->depth++;
        fine = H5Literate(object, H5_INDEX_NAME, H5_ITER_NATIVE, &index, on_link, w) >= 0;
        w->depth--;
        memcpy(w->group, outer, sizeof outer);
    }
    H5Oclose(object);
    return fine;
}

static bool list_objects(nd_nwb *nwb, nd_error *error) {
    walk w = {.nwb = nwb, .error = error};
    bool fine = visit_object(&w, "");
    /* The list grows while it is gone through. */
    for (size_t i = 0; fine && i < w.link_count; i++) {
        char *path = w.link[i];
        if (nd_hdf5_follow(&nwb->file, path, nwb->path, NULL, 0, NULL))
            fine = visit_object(&w, path);
        else
            fine = add_object(nwb, path, "", error); /* to be refused by name */
    }
    for (size_t i = 0; i < w.link_count; i++)
        free(w.link[i]);
    free(w.link);
    free(w.seen);
    return fine;
}

nd_nwb *nd_nwb_open(const char *path, const nd_link_rules *links, nd_error *error) {
    char version[64];
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    nd_nwb *nwb = nd_array(1, sizeof *nwb, error);
    if (!nwb)
        return NULL;
    unsetenv("HDF5_EXT_PREFIX"); /* links are taken from their own file's folder */
    nwb->file = (nd_hdf5){.id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), .links = links};
    nwb->path = nd_text(path, error);
    bool fine = nwb->path != NULL;
    if (fine && nwb->file.id < 0)
        fine = nd_fail(error, path, "copy it again; it may be cut short",
                       "is a damaged HDF5 file: HDF5 cannot open it");
    nwb->plain =
        fine && !nd_hdf5_text_attribute(&nwb->file, "/", "nwb_version", version, sizeof version);
    if (fine && nwb->plain)
        return nwb;
    if (fine && version[0] != '2')
        fine = nd_fail(error, path, "convert it to NWB 2", "is NWB %s; expected 2.x", version);
    if (fine && !list_objects(nwb, error))
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
    if (nwb->file.id >= 0)
        H5Fclose(nwb->file.id);
    for (size_t i = 0; i < nwb->count; i++)
        free(nwb->objects[i].path);
    free(nwb->objects);
    free(nwb->planes);
    free(nwb->path);
    free(nwb);
}

/* Whether an object around this one, however far out, is of that type. */
static bool within(const nd_nwb *nwb, const nd_nwb_object *object, const char *type) {
    for (size_t i = 0; i < nwb->count; i++) {
        const nd_nwb_object *outer = &nwb->objects[i];
        size_t length = strlen(outer->path);
        if (strcmp(outer->type, type) == 0 && strncmp(object->path, outer->path, length) == 0 &&
            object->path[length] == '/')
            return true;
    }
    return false;
}

/* A SpatialSeries in a Position comes before any other; where the animal looks, or how it is
 * turned, is not where it is. */
static int position_fit(const nd_nwb *nwb, const nd_nwb_object *object, int likeness) {
    static const char *const others[] = {"EyeTracking", "PupilTracking", "CompassDirection"};
    static const char *const words[] = {"/eye",         "/pupil",      "/gaze",
                                        "eye_tracking", "EyeTracking", "PupilTracking"};
    enum { IN_POSITION = 10 };
    if (strcmp(object->type, "SpatialSeries") != 0)
        return 0;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (within(nwb, object, others[i]))
            return 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(object->path, words[i]))
            return 0;
    return within(nwb, object, "Position") ? IN_POSITION + likeness : 1 + likeness;
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
        return position_fit(nwb, object, likeness);
    case ND_ROLE_SPEED:
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
        nd_fail(error, nwb->path, "see what is there by `nulldrift record` with `scan`",
                "has no object named '%s'", name);
    else if (!nd_hdf5_follow(&nwb->file, match->path, nwb->path, NULL, 0, error))
        return NULL;
    return match;
}

bool nd_nwb_say_plain(const nd_nwb *nwb, nd_error *error) {
    return nd_fail(
        error, nwb->path,
        "give names as whole paths, as /results/spikes; or write it with an NWB 2 library",
        "is an HDF5 file but not NWB: it has no nwb_version");
}

const nd_nwb_object *nd_nwb_find(const nd_nwb *nwb, nd_role role, const char *name, bool *found,
                                 nd_error *error) {
    const nd_nwb_object *best = NULL, *other = NULL;
    int best_fit = 0;
    *found = true;
    if (nwb->plain) {
        nd_nwb_say_plain(nwb, error);
        return NULL;
    }
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
