/* Where the animal was, on one clock, and which frames count. */
#ifndef ND_RECORDING_TRACK_H
#define ND_RECORDING_TRACK_H

#include "recording/request.h"

typedef struct nd_track {
    size_t frames;
    double frame_seconds;
    double *clock;     /* frames; seconds */
    double *x, *y;     /* frames; y NULL in one dimension; both NULL without a position */
    double *speed;     /* frames; signed where the file's is; NULL if not known */
    double *direction; /* frames; only its sign counts; NULL if not told apart */
    int32_t *trial;    /* frames; -1 outside; NULL without trials */
    bool *keep;        /* frames */
    nd_left_out left_out;
} nd_track;

void nd_track_clear(nd_track *track);

/* Reads position, speed, direction and trials for the activity (NULL: there is none, and the
 * position's own clock serves). `two` asks for two dimensions. */
bool nd_track_read(const nd_request *request, const nd_activity *activity, bool two,
                   nd_files *files, nd_track *track, nd_error *error);

/* Whether two clocks, each from span[0] to span[1] seconds, can be one: fails where they have
 * nothing in common, or next to nothing, printing both spans. */
bool nd_clocks_meet(const nd_request *request, const char *one, const double one_span[2],
                    const char *other, const double other_span[2], nd_error *error);

#endif
