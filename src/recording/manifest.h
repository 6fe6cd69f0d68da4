/* RECORDING.yaml: which sessions there are, where in which files they lie, and how to analyse
 * them. The keys are described in docs/recordings.md. */
#ifndef ND_RECORDING_MANIFEST_H
#define ND_RECORDING_MANIFEST_H

#include "base/child.h"
#include "recording/request.h"
#include "recording/session.h"

/* A manifest as read and checked, before any file it names is opened. */
typedef struct nd_manifest {
    nd_recording *recording; /* all but its sessions */
    nd_request *requests;
    size_t count;
} nd_manifest;

/* Reads a manifest's text. `origin` names it in errors, relative paths are taken from `folder`, and
 * files that are not there are refused by line and key. */
nd_manifest *nd_manifest_parse(const char *text, const char *origin, const char *folder,
                               nd_error *error);
void nd_manifest_free(nd_manifest *manifest);

/* Reads the manifest `path` and all files it names (relative to its folder), each in a child with
 * the given limits (NULL: the default). Errors name the file, the line and the key, or the data
 * file and the dataset. `watch` may be NULL. Free with nd_recording_free. */
nd_recording *nd_recording_load_within(const char *path, const nd_limits *limits,
                                       const nd_watch *watch, nd_error *error);
nd_recording *nd_recording_load(const char *path, const nd_watch *watch, nd_error *error);

#endif
