/* What an NWB file holds, by neurodata type. */
#ifndef ND_RECORDING_NWB_OBJECTS_H
#define ND_RECORDING_NWB_OBJECTS_H

#include "recording/hdf5_values.h"

typedef struct nd_nwb_object {
    char *path; /* "/processing/behavior/Position/linear_position" */
    char type[64];
} nd_nwb_object;

typedef struct nd_nwb {
    nd_hdf5 file;
    char *path; /* of the file */
    nd_nwb_object *objects;
    size_t count, room;
    char *planes; /* the pattern that joined several planes; NULL: none did */
    bool plain;   /* no NWB: arrays are found by whole paths, or by the layouts of hdf5_layouts.h */
} nd_nwb;

/* Opens an NWB 2.x file and lists its typed objects, each once, also behind links that the rules
 * allow; other HDF5 files are opened as `plain`, with none. */
nd_nwb *nd_nwb_open(const char *path, const nd_link_rules *links, nd_error *error);
void nd_nwb_close(nd_nwb *nwb);

/* The object a selector names, by full path or by the end of it; or the role's default: the only
 * one of the right type, or the only one with a likely name. NULL with *found false when there is
 * none and none was named; NULL with `error` filled when one was named or several are likely. */
const nd_nwb_object *nd_nwb_find(const nd_nwb *nwb, nd_role role, const char *name, bool *found,
                                 nd_error *error);

/* Fails, saying that the file is no NWB. */
bool nd_nwb_say_plain(const nd_nwb *nwb, nd_error *error);

/* How well an object fits a role: 0 not at all. */
int nd_nwb_fit(const nd_nwb *nwb, nd_role role, const nd_nwb_object *object);

#endif
