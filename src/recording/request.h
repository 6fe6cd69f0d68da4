/* One session as the manifest asks for it, and the numbers of its parts. */
#ifndef ND_RECORDING_REQUEST_H
#define ND_RECORDING_REQUEST_H

#include "recording/format.h"

/* A path of points that positions are brought onto. */
typedef struct nd_path {
    double *points; /* points_count x 2: x, y */
    size_t points_count;
    bool closed;  /* the last point joins the first */
    double width; /* farther from the path than this, a position is missing; 0:
                     never */
} nd_path;

typedef struct nd_request {
    size_t index;                                   /* in the manifest */
    char *label, *animal, *environment, *direction; /* never NULL */
    double day;
    size_t visit;  /* 0: to be counted */
    size_t repeat; /* which of several sessions of a day, from 1; 0: not said */
    char *file;    /* where whatever has no file of its own is looked for; or NULL */
    nd_selector role[ND_ROLES];
    bool given[ND_ROLES]; /* in the manifest */
    double frame_seconds; /* 0: from the times */
    nd_path linearise;    /* points_count 0: it is not */
    bool registered;      /* the identities found in the files hold across sessions */
    bool metrics;         /* `given_metrics` is all there is */
    nd_given_metrics given_metrics;
    const nd_settings *settings;
    const char *manifest_text, *manifest_name; /* to name lines in; owned by the manifest */
} nd_request;

/* Frees what is the request's own. */
void nd_request_clear(nd_request *request);

/* The path of a role's file: its own, or the session's; NULL if neither is given. */
const char *nd_request_file(const nd_request *request, nd_role role);

/* Whether the cells' areas stand in a file of their own: a table of cells, or of channels. */
bool nd_request_own_areas(const nd_request *request);

/* Fails by line and key of the manifest: `key` is of the session (no role: ND_ROLES), or of a part
 * of it ("": the part itself). */
bool nd_request_refuse(const nd_request *request, nd_role role, const char *key, const char *mend,
                       nd_error *error, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

#endif
