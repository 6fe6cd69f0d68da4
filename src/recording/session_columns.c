#include "recording/session_columns.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const nd_frame_column nd_frame_columns[ND_FRAME_COLUMNS] = {
    {offsetof(nd_session, time), sizeof(double), true},
    {offsetof(nd_session, position), sizeof(double), true},
    {offsetof(nd_session, position_y), sizeof(double), true},
    {offsetof(nd_session, speed), sizeof(double), true},
    {offsetof(nd_session, trial), sizeof(int32_t), true},
    {offsetof(nd_session, way), sizeof(int8_t), true},
    {offsetof(nd_session, bin), sizeof(int64_t), false},
};

void **nd_frame_column_of(const nd_session *session, size_t index) {
    return (void **)((char *)session + nd_frame_columns[index].at);
}

void *nd_kept_elements(const void *from, size_t size, const bool *keep, size_t frames, size_t kept,
                       nd_error *error) {
    char *to = nd_array(kept, size, error);
    for (size_t f = 0, at = 0; to && f < frames; f++)
        if (keep[f])
            memcpy(to + size * at++, (const char *)from + size * f, size);
    return to;
}

bool nd_frame_columns_keep(nd_session *session, const bool *keep, nd_error *error) {
    size_t kept = 0;
    for (size_t f = 0; f < session->frames; f++)
        kept += keep[f];
    for (size_t k = 0; k < ND_FRAME_COLUMNS; k++) {
        void **column = nd_frame_column_of(session, k);
        void *left = *column ? nd_kept_elements(*column, nd_frame_columns[k].size, keep,
                                                session->frames, kept, error)
                             : NULL;
        if (*column && !left)
            return false;
        free(*column);
        *column = left;
    }
    session->frames = kept;
    return true;
}
