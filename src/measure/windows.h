/* Activity in windows of time, for decoding and readouts: what all cells did in each. */
#ifndef ND_MEASURE_WINDOWS_H
#define ND_MEASURE_WINDOWS_H

#include "measure/followed.h"

#define ND_WINDOW_SECONDS 0.25

typedef struct nd_windows {
    size_t count;
    double seconds;      /* of each */
    size_t *bin;         /* count: where the middle frame is */
    unsigned char *half; /* count */
    size_t *start;       /* count + 1: what was active in each */
    size_t *cell;        /* start[count]: which of the followed cells, ascending */
    double *amount;      /* start[count] */
} nd_windows;

/* Windows of a quarter second, or of a frame where those are longer (or the responses a network's),
 * that do not reach across a gap or from one half into the other; what is left over is left out. */
bool nd_windows_make(const nd_followed *of, size_t session, nd_windows *windows, nd_error *error);
void nd_windows_clear(nd_windows *windows);

#endif
