/* The sessions of a group as followed cells (measure/followed.h), and their measures of drift
 * (docs/drift-measures.md). */
#ifndef ND_SESSIONS_FOLLOWED_SESSIONS_H
#define ND_SESSIONS_FOLLOWED_SESSIONS_H

#include "measure/drift_measures.h"
#include "sessions/sessions.h"

/* The cells of a group by identity, over its sessions, by day. `*of` is NULL, and `why` says why in
 * words, where cells are not registered, or sessions have other bins, or no maps. It points into
 * the recording, which must live as long. Free with nd_followed_free. */
bool nd_follow_group(const nd_recording *recording, const nd_recording_result *result,
                     const nd_group *group, nd_followed **of, const char **why, nd_error *error);

/* The measures of one group; `measures` NULL, and `why`, where it cannot be followed. */
struct nd_group_drift {
    nd_drift_measures *measures;
    const char *why;
};
typedef struct nd_group_drift nd_group_drift;

/* Of every group, in their order, into result->drift. */
bool nd_recording_drift_measure(const nd_recording *recording, nd_recording_result *result,
                                unsigned threads, nd_error *error);
/* Part of nd_recording_result_free. */
void nd_recording_drift_free(nd_group_drift *drift, size_t groups);

#endif
