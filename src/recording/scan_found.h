/* What a scan has found, file by file, and the manifest under way. */
#ifndef ND_RECORDING_SCAN_FOUND_H
#define ND_RECORDING_SCAN_FOUND_H

#include "base/memory.h"
#include "recording/format.h"

/* What the child sends of one file. */
typedef struct nd_scanned {
    char subject[64], start[40];
    uint64_t count, clocked, tabular, many;
    char trouble[600]; /* in the parent: why it could not be read; "" */
} nd_scanned;

/* A finding and the file it is in. */
typedef struct nd_found {
    nd_finding finding;
    size_t file;
} nd_found;

typedef struct nd_scan {
    const char *const *files;
    size_t count, at; /* at: the file being looked into */
    bool folders;     /* they were found in folders: what lies near belongs together */
    char *folder;     /* its own, by its real path */
    nd_scanned *file; /* count */
    nd_found *list;
    size_t found_count, room;
    nd_role anchors; /* what makes a session: activity; rate maps where there is none */
    const nd_found *registration; /* the table that says which cells are the same; NULL: none */
    size_t sessions;
    bool joined;          /* several sessions are recordings that were joined in one */
    bool asks;            /* it asks how cells are followed */
    size_t asks_position; /* of so many sessions it asks which position is theirs */
    nd_buffer *yaml, *question;
    nd_error *error;
    bool fine;
} nd_scan;

#endif
