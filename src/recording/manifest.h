/* RECORDING.yaml: which sessions there are, where in which files they lie, and how to analyse
 * them. The keys are described in docs/recordings.md. */
#ifndef ND_RECORDING_MANIFEST_H
#define ND_RECORDING_MANIFEST_H

#include "base/child.h"
#include "recording/binning.h"
#include "recording/request.h"
#include "recording/session.h"

/* A manifest as read and checked, before any file it names is opened. */
typedef struct nd_manifest {
    nd_recording *recording; /* all but its sessions */
    nd_request *requests;
    size_t count;
    char *text;                   /* as read, to name lines in */
    uint32_t (*unused)[ND_ROLES]; /* count; keys of `defaults` that a session does not use */
} nd_manifest;

/* Reads a manifest's text. `origin` names it in errors, relative paths are taken from `folder`, and
 * files that are not there are refused by line and key. */
nd_manifest *nd_manifest_parse(const char *text, const char *origin, const char *folder,
                               nd_error *error);
void nd_manifest_free(nd_manifest *manifest);

/* Fails by line and key where a key of `defaults` is used by no session. */
bool nd_manifest_check_defaults(const nd_manifest *manifest, nd_error *error);

typedef struct nd_load_options {
    const nd_limits *limits; /* of each reading child; NULL: the default */
    bool follow_links;       /* files' links to others anywhere; otherwise within the folder */
} nd_load_options;

/* Reads the manifest `path` and all files it names (relative to its folder), each in a child with
 * limits. Errors name the file, the line and the key, or the data file and the dataset. `options`
 * and `watch` may be NULL. Free with nd_recording_free. */
nd_recording *nd_recording_load_with(const char *path, const nd_load_options *options,
                                     const nd_watch *watch, nd_error *error);
nd_recording *nd_recording_load_within(const char *path, const nd_limits *limits,
                                       const nd_watch *watch, nd_error *error);
nd_recording *nd_recording_load(const char *path, const nd_watch *watch, nd_error *error);

/* Adds a binned reading's session to the recording, or, where directions are told apart by
 * sessions, its two ways one by one: there must be room. What is taken is gone from the reading. */
bool nd_recording_take(nd_reading *reading, nd_recording *recording, nd_error *error);

/* The errand of which a child reads sessions. */
extern const nd_trade nd_trade_sessions;

/* The manifest and every file it names, opened by none; each to be freed, with the list. */
bool nd_recording_inputs(const char *path, char ***list, size_t *count, nd_error *error);

#endif
