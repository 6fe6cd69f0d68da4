#include "recording/event_sink.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/sort.h"

typedef struct cell_events {
    uint32_t *frame;
    double *amount;
    size_t count, frame_room, amount_room, missing; /* missing: of them NaN */
    bool dropped;
} cell_events;

struct nd_sink {
    size_t cells, frames, kept;
    uint32_t *number; /* frames; the kept frame's new number, or UINT32_MAX */
    cell_events *cell;
    double threshold;
    bool negative_fails;
    size_t spikes_outside;
    char file[512];
};

nd_sink *nd_sink_new(size_t cells, size_t frames, const bool *keep, const double *threshold,
                     const char *file, nd_error *error) {
    if (frames >= UINT32_MAX) {
        nd_fail(error, file, "split the session", "%zu frames are more than are supported", frames);
        return NULL;
    }
    nd_sink *sink = nd_array(1, sizeof *sink, error);
    if (!sink)
        return NULL;
    sink->cells = cells;
    sink->frames = frames;
    sink->threshold = threshold ? *threshold : 0.0;
    sink->negative_fails = !threshold;
    strncpy(sink->file, file, sizeof sink->file - 1);
    sink->number = nd_array(frames, sizeof *sink->number, error);
    sink->cell = sink->number ? nd_array(cells, sizeof *sink->cell, error) : NULL;
    if (!sink->cell) {
        nd_sink_free(sink);
        return NULL;
    }
    for (size_t f = 0; f < frames; f++)
        sink->number[f] = keep[f] ? (uint32_t)sink->kept++ : UINT32_MAX;
    return sink;
}

void nd_sink_free(nd_sink *sink) {
    if (!sink)
        return;
    for (size_t c = 0; sink->cell && c < sink->cells; c++) {
        free(sink->cell[c].frame);
        free(sink->cell[c].amount);
    }
    free(sink->cell);
    free(sink->number);
    free(sink);
}

void nd_sink_drop_cell(nd_sink *sink, size_t cell) {
    sink->cell[cell].dropped = true;
}

static bool append(cell_events *cell, uint32_t frame, double amount, nd_error *error) {
    size_t wanted = cell->count + 1;
    uint32_t *frames = nd_grown(cell->frame, &cell->frame_room, wanted, sizeof *frames, error);
    cell->frame = frames ? frames : cell->frame;
    double *amounts = nd_grown(cell->amount, &cell->amount_room, wanted, sizeof *amounts, error);
    cell->amount = amounts ? amounts : cell->amount;
    if (!frames || !amounts)
        return false;
    cell->frame[cell->count] = frame;
    cell->amount[cell->count++] = amount;
    cell->missing += isnan(amount);
    return true;
}

bool nd_sink_value(nd_sink *sink, size_t frame, size_t cell, double value, nd_error *error) {
    if (value == 0.0 && sink->threshold >= 0.0)
        return true;
    uint32_t number = sink->number[frame];
    if (number == UINT32_MAX)
        return true;
    if (isinf(value))
        return nd_fail(error, sink->file, "correct the activity",
                       "the activity of cell %zu in frame %zu is infinite", cell + 1, frame + 1);
    if (value < 0.0 && sink->negative_fails)
        return nd_fail(error, sink->file,
                       "deconvolve it, or give activity a threshold at or below which it counts as "
                       "none",
                       "the activity of cell %zu in frame %zu is %g; expected counts or event "
                       "amplitudes, which are never negative",
                       cell + 1, frame + 1, value);
    if (value <= sink->threshold || value == 0.0)
        return true;
    return append(&sink->cell[cell], number, value, error);
}

bool nd_sink_tile(nd_sink *sink, size_t first_frame, size_t frames, size_t first_cell, size_t cells,
                  const double *values, size_t frame_stride, size_t cell_stride, nd_error *error) {
    if (first_frame + frames > sink->frames || first_cell + cells > sink->cells)
        return nd_fail(error, sink->file, "", "more activity than its shape allows");
    for (size_t f = 0; f < frames; f++) {
        if (sink->number[first_frame + f] == UINT32_MAX)
            continue;
        const double *row = values + f * frame_stride;
        for (size_t c = 0; c < cells; c++)
            if (row[c * cell_stride] != 0.0 &&
                !nd_sink_value(sink, first_frame + f, first_cell + c, row[c * cell_stride], error))
                return false;
    }
    return true;
}

/* The last frame that begins at or before t: clock[0] <= t is known. */
static size_t frame_at(const double *clock, size_t frames, double t) {
    size_t low = 0, high = frames;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (clock[middle] <= t)
            low = middle;
        else
            high = middle;
    }
    return low;
}

bool nd_sink_spikes(nd_sink *sink, size_t cell, const double *times, size_t count,
                    const double *clock, double frame_seconds, nd_error *error) {
    double *sorted = nd_doubles(count, error);
    if (!sorted)
        return false;
    size_t spikes = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(times[i]))
            sorted[spikes++] = times[i];
    nd_sort_ascending(sorted, spikes);
    cell_events *events = &sink->cell[cell];
    bool fine = true;
    for (size_t i = 0; fine && i < spikes; i++) {
        size_t frame = sink->frames && sorted[i] >= clock[0]
                           ? frame_at(clock, sink->frames, sorted[i])
                           : SIZE_MAX;
        /* In a gap of the clock nothing was recorded that a position belongs to. */
        if (frame == SIZE_MAX || sorted[i] >= clock[frame] + 1.5 * frame_seconds) {
            sink->spikes_outside++;
            continue;
        }
        uint32_t number = sink->number[frame];
        if (number == UINT32_MAX)
            continue;
        if (events->count && events->frame[events->count - 1] == number)
            events->amount[events->count - 1] += 1.0;
        else
            fine = append(events, number, 1.0, error);
    }
    free(sorted);
    return fine;
}

/* Leaves out the cells that do not count, or are NaN in every kept frame (not seen in this
 * session). */
static bool drop_missing_cells(nd_sink *sink, nd_reading *reading) {
    nd_session *session = &reading->session;
    size_t kept = 0;
    for (size_t c = 0; c < sink->cells; c++) {
        bool missing = sink->kept > 0 && sink->cell[c].missing == sink->kept;
        if (missing || sink->cell[c].dropped) {
            free(sink->cell[c].frame);
            free(sink->cell[c].amount);
            session->cells_left_out++;
            continue;
        }
        if (session->cell_id)
            session->cell_id[kept] = session->cell_id[c];
        sink->cell[kept++] = sink->cell[c];
    }
    for (size_t c = kept; c < sink->cells; c++)
        sink->cell[c] = (cell_events){0};
    sink->cells = kept;
    return kept > 0;
}

static bool move_events(nd_sink *sink, nd_session *session, bool *keep, nd_error *error) {
    nd_events *events = &session->events;
    size_t total = 0;
    for (size_t c = 0; c < sink->cells; c++)
        total += sink->cell[c].count - sink->cell[c].missing;
    events->start = nd_array(sink->cells + 1, sizeof *events->start, error);
    events->frame = events->start ? nd_array(total, sizeof *events->frame, error) : NULL;
    events->amount = events->frame ? nd_array(total, sizeof *events->amount, error) : NULL;
    if (!events->amount)
        return false;
    size_t at = 0;
    session->counts = true;
    for (size_t c = 0; c < sink->cells; c++) {
        const cell_events *cell = &sink->cell[c];
        for (size_t e = 0; e < cell->count; e++) {
            if (isnan(cell->amount[e])) {
                keep[cell->frame[e]] = false;
                continue;
            }
            session->counts = session->counts && cell->amount[e] == floor(cell->amount[e]);
            events->frame[at] = cell->frame[e];
            events->amount[at++] = cell->amount[e];
        }
        events->start[c + 1] = at;
    }
    return true;
}

bool nd_sink_finish(nd_sink *sink, nd_reading *reading, nd_error *error) {
    nd_session *session = &reading->session;
    session->spikes_outside = sink->spikes_outside;
    if (!drop_missing_cells(sink, reading))
        return nd_fail(error, sink->file, "check what the manifest names as activity",
                       "the activity holds no cell with numbers");
    session->cells = sink->cells;
    bool *keep = nd_array(sink->kept, sizeof *keep, error);
    if (!keep)
        return false;
    memset(keep, true, sink->kept);
    bool fine = move_events(sink, session, keep, error);
    for (size_t f = 0; fine && f < sink->kept; f++)
        session->left_out.activity_missing += !keep[f];
    fine = fine && nd_reading_keep(reading, keep, error);
    free(keep);
    return fine;
}
