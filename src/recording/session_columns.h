/* What a session has for each of its frames, as one table: whoever copies, keeps, sends or frees
 * frames goes through it, so that a column more is one line more. */
#ifndef ND_RECORDING_SESSION_COLUMNS_H
#define ND_RECORDING_SESSION_COLUMNS_H

#include "recording/session.h"

typedef struct nd_frame_column {
    size_t at;   /* where in nd_session its pointer is */
    size_t size; /* bytes of an element */
    bool read;   /* comes from the files; otherwise binning makes it */
} nd_frame_column;

enum { ND_FRAME_COLUMNS = 7 };
extern const nd_frame_column nd_frame_columns[ND_FRAME_COLUMNS];

/* The pointer of column `index`, NULL where the session has none; frames elements. */
void **nd_frame_column_of(const nd_session *session, size_t index);

/* The elements with keep[frame], `kept` of them, as a new array; NULL with `error` filled. */
void *nd_kept_elements(const void *from, size_t size, const bool *keep, size_t frames, size_t kept,
                       nd_error *error);

/* Leaves out of every column the frames whose keep[frame] is false, and sets session->frames. */
bool nd_frame_columns_keep(nd_session *session, const bool *keep, nd_error *error);

#endif
