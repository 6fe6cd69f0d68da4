#include "measure/events.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

static bool is_event(double amount) {
    return amount != 0.0 && !isnan(amount);
}

/* Counts what will be stored: frames with a bin, events in them. */
static void count_events(const double *activity, size_t samples, size_t units, const int64_t *bin,
                         size_t *frames, size_t *events) {
    *frames = *events = 0;
    for (size_t s = 0; s < samples; s++) {
        if (bin[s] < 0)
            continue;
        (*frames)++;
        for (size_t u = 0; u < units; u++)
            *events += is_event(activity[s * units + u]);
    }
}

bool nd_sparse_activity_from(const double *activity, size_t samples, size_t units,
                             const int64_t *bin, size_t bins, double frame_seconds,
                             nd_sparse_activity *sparse, nd_error *error) {
    size_t frames, count;
    memset(sparse, 0, sizeof *sparse);
    count_events(activity, samples, units, bin, &frames, &count);
    nd_events *events = &sparse->events;
    events->start = nd_array(units + 1, sizeof *events->start, error);
    events->frame = nd_array(count, sizeof *events->frame, error);
    events->amount = nd_doubles(count, error);
    sparse->bin = nd_array(frames, sizeof *sparse->bin, error);
    if (!events->start || !events->frame || !events->amount || !sparse->bin) {
        nd_sparse_activity_clear(sparse);
        return false;
    }
    size_t event = 0;
    for (size_t u = 0; u < units; u++) {
        size_t frame = 0;
        for (size_t s = 0; s < samples; s++) {
            if (bin[s] < 0)
                continue;
            sparse->bin[frame] = bin[s];
            if (is_event(activity[s * units + u])) {
                events->frame[event] = (uint32_t)frame;
                events->amount[event++] = activity[s * units + u];
            }
            frame++;
        }
        events->start[u + 1] = event;
    }
    sparse->view = (nd_binned){frames, units, bins, frame_seconds, *events, sparse->bin};
    return true;
}

void nd_sparse_activity_clear(nd_sparse_activity *sparse) {
    free(sparse->events.start);
    free(sparse->events.frame);
    free(sparse->events.amount);
    free(sparse->bin);
    memset(sparse, 0, sizeof *sparse);
}

size_t nd_active_frames(const nd_binned *activity, size_t cell) {
    const nd_events *events = &activity->events;
    size_t active = 0;
    for (size_t e = events->start[cell]; e < events->start[cell + 1]; e++)
        active += events->amount[e] > 0.0;
    return active;
}

double nd_total_amount(const nd_binned *activity, size_t cell) {
    const nd_events *events = &activity->events;
    double total = 0.0;
    for (size_t e = events->start[cell]; e < events->start[cell + 1]; e++)
        total += events->amount[e];
    return total;
}

size_t nd_sufficiently_active(const nd_binned *activity, size_t minimum_frames, double minimum_rate,
                              size_t *cells) {
    double seconds = (double)activity->frames * activity->frame_seconds;
    size_t count = 0;
    for (size_t c = 0; c < activity->cells; c++) {
        double rate = nd_total_amount(activity, c) / seconds;
        if (nd_active_frames(activity, c) >= minimum_frames && rate > minimum_rate)
            cells[count++] = c;
    }
    return count;
}

void nd_binned_curves(const nd_binned *activity, const size_t *cells, size_t count,
                      double *occupancy, double *curves) {
    const nd_events *events = &activity->events;
    size_t bins = activity->bins;
    memset(occupancy, 0, bins * sizeof *occupancy);
    memset(curves, 0, count * bins * sizeof *curves);
    for (size_t f = 0; f < activity->frames; f++)
        occupancy[activity->bin[f]] += 1.0;
    for (size_t i = 0; i < count; i++) {
        double *curve = curves + i * bins;
        for (size_t e = events->start[cells[i]]; e < events->start[cells[i] + 1]; e++)
            curve[activity->bin[events->frame[e]]] += events->amount[e];
        for (size_t b = 0; b < bins; b++)
            curve[b] = occupancy[b] > 0.0 ? curve[b] / occupancy[b] : NAN;
    }
    for (size_t b = 0; b < bins; b++)
        occupancy[b] /= (double)activity->frames;
}
