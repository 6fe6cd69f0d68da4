#include "measure/windows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { OUTSIDE = -1 };

/* The window of each frame; returns how many there are. */
static size_t cut(const nd_followed_frames *frames, size_t length, int64_t *window,
                  nd_windows *made) {
    size_t total = frames->activity.frames, count = 0;
    for (size_t first = 0; first < total;) {
        size_t next = first + 1;
        while (next < total && next < first + length && !(frames->gap && frames->gap[next]) &&
               !(frames->half && frames->half[next] != frames->half[first]))
            next++;
        bool whole = next - first == length;
        for (size_t f = first; f < next; f++)
            window[f] = whole ? (int64_t)count : OUTSIDE;
        if (whole) {
            made->bin[count] = (size_t)frames->activity.bin[first + length / 2];
            made->half[count++] = frames->half ? frames->half[first] : 0;
        }
        first = next;
    }
    return count;
}

/* Cell by cell, so that each window's cells come in order; twice: to count, and to fill. */
static void gather(const nd_followed_frames *frames, const int64_t *window, const size_t *order,
                   bool fill, size_t *at, nd_windows *made) {
    const nd_events *events = &frames->activity.events;
    for (size_t i = 0; i < frames->activity.cells; i++) {
        size_t c = order[i];
        int64_t last = OUTSIDE;
        for (size_t e = events->start[c]; e < events->start[c + 1]; e++) {
            int64_t in = window[events->frame[e]];
            if (in == OUTSIDE)
                continue;
            if (in == last) {
                if (fill)
                    made->amount[at[in] - 1] += events->amount[e];
                continue;
            }
            if (fill) {
                made->cell[at[in]] = frames->cell[c];
                made->amount[at[in]] = events->amount[e];
            }
            at[in]++;
            last = in;
        }
    }
}

/* The session's cells by their place among the followed ones. */
static size_t *order_of(const nd_followed *of, const nd_followed_frames *frames, nd_error *error) {
    size_t *order = nd_array(frames->activity.cells, sizeof *order, error), n = 0;
    size_t *own = nd_array(of->cells, sizeof *own, error);
    for (size_t c = 0; order && own && c < frames->activity.cells; c++)
        own[frames->cell[c]] = c + 1;
    for (size_t c = 0; order && own && c < of->cells; c++)
        if (own[c] > 0)
            order[n++] = own[c] - 1;
    bool fine = order && own;
    free(own);
    if (fine)
        return order;
    free(order);
    return NULL;
}

bool nd_windows_make(const nd_followed *of, size_t session, nd_windows *made, nd_error *error) {
    const nd_followed_frames *frames = &of->frames[session];
    const nd_binned *activity = &frames->activity;
    double many = ND_WINDOW_SECONDS / activity->frame_seconds;
    size_t length = of->noiseless || !(many > 1.5) ? 1 : (size_t)lround(many);
    *made = (nd_windows){.seconds = (double)length * activity->frame_seconds};
    made->bin = nd_array(activity->frames, sizeof *made->bin, error);
    made->half = nd_array(activity->frames, 1, error);
    int64_t *window = nd_array(activity->frames, sizeof *window, error);
    size_t *order = order_of(of, frames, error);
    bool fine = made->bin && made->half && window && order;
    if (fine && activity->frames > 0)
        made->count = cut(frames, length, window, made);
    size_t *at = fine ? nd_array(made->count + 1, sizeof *at, error) : NULL;
    made->start = fine ? nd_array(made->count + 1, sizeof *made->start, error) : NULL;
    fine = at && made->start;
    if (fine && made->count > 0) {
        gather(frames, window, order, false, at, made);
        for (size_t w = 0; w < made->count; w++)
            made->start[w + 1] = made->start[w] + at[w];
        memcpy(at, made->start, made->count * sizeof *at);
    }
    made->cell = fine ? nd_array(made->start[made->count], sizeof *made->cell, error) : NULL;
    made->amount = fine ? nd_doubles(made->start[made->count], error) : NULL;
    fine = fine && made->cell && made->amount;
    if (fine && made->count > 0)
        gather(frames, window, order, true, at, made);
    free(window);
    free(order);
    free(at);
    if (!fine)
        nd_windows_clear(made);
    return fine;
}

void nd_windows_clear(nd_windows *windows) {
    free(windows->bin);
    free(windows->half);
    free(windows->start);
    free(windows->cell);
    free(windows->amount);
    *windows = (nd_windows){0};
}
