#include "recording/event_sink.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/sort.h"

/* Deconvolution leaves values as -9e-19 where it means zero: below zero by this much of the largest
 * value is round-off. */
static const double ROUND_OFF = 1e-9;

typedef struct cell_events {
    uint32_t *frame;
    double *amount;
    size_t count, frame_room, amount_room, missing; /* missing: of them NaN */
    bool dropped;
} cell_events;

struct nd_sink {
    size_t cells, frames, kept;
    uint32_t *number; /* frames; the kept frame's new number, or NOWHERE */
    uint32_t *place;  /* rows or columns up to the last that is a cell; its cell, or NOWHERE; NULL:
                         the same */
    size_t places;
    bool cells_first, negative_fails;
    cell_events *cell;
    double threshold, scale, time_scale, missing;
    double largest, lowest; /* of the values poured */
    size_t negatives, lowest_cell, lowest_frame;
    size_t spikes, spikes_outside;
    double spike_span[2];
    char file[512];
};

static const uint32_t NOWHERE = UINT32_MAX;

/* Where each row or column that may be a cell goes. */
static bool place_cells(nd_sink *sink, const size_t *pick, nd_error *error) {
    if (!pick)
        return true;
    for (size_t c = 0; c < sink->cells; c++)
        sink->places = pick[c] + 1 > sink->places ? pick[c] + 1 : sink->places;
    sink->place = nd_array(sink->places, sizeof *sink->place, error);
    if (!sink->place)
        return false;
    for (size_t i = 0; i < sink->places; i++)
        sink->place[i] = NOWHERE;
    for (size_t c = 0; c < sink->cells; c++)
        sink->place[pick[c]] = (uint32_t)c;
    return true;
}

nd_sink *nd_sink_new(const nd_sink_plan *plan, nd_error *error) {
    if (plan->frames >= NOWHERE || plan->cells >= NOWHERE) {
        nd_fail(error, plan->file, "split the session", "%zu frames are more than are supported",
                plan->frames);
        return NULL;
    }
    nd_sink *sink = nd_array(1, sizeof *sink, error);
    if (!sink)
        return NULL;
    sink->cells = plan->cells;
    sink->frames = plan->frames;
    sink->cells_first = plan->cells_first;
    sink->threshold = plan->threshold ? *plan->threshold : 0.0;
    sink->negative_fails = !plan->threshold;
    sink->scale = plan->scale != 0.0 ? plan->scale : 1.0;
    sink->time_scale = plan->time_scale != 0.0 ? plan->time_scale : 1.0;
    sink->missing = plan->missing ? *plan->missing : NAN;
    sink->spike_span[0] = INFINITY;
    sink->spike_span[1] = -INFINITY;
    strncpy(sink->file, plan->file, sizeof sink->file - 1);
    sink->number = nd_array(plan->frames, sizeof *sink->number, error);
    sink->cell = sink->number ? nd_array(plan->cells, sizeof *sink->cell, error) : NULL;
    if (!sink->cell || !place_cells(sink, plan->pick, error)) {
        nd_sink_free(sink);
        return NULL;
    }
    for (size_t f = 0; f < plan->frames; f++)
        sink->number[f] = plan->keep[f] ? (uint32_t)sink->kept++ : NOWHERE;
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
    free(sink->place);
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

/* Below zero, and no threshold says that it counts as none: kept in mind for the end, when the
 * largest value is known. */
static void note_negative(nd_sink *sink, size_t cell, size_t frame, double value) {
    if (value < sink->lowest) {
        sink->lowest = value;
        sink->lowest_cell = cell;
        sink->lowest_frame = frame;
    }
    sink->negatives++;
}

static bool take_value(nd_sink *sink, size_t cell, size_t frame, double value, nd_error *error) {
    uint32_t number = sink->number[frame];
    if (number == NOWHERE)
        return true;
    value = value == sink->missing ? NAN : sink->scale * value;
    if (isinf(value))
        return nd_fail(error, sink->file, "correct the activity",
                       "the activity of cell %zu in frame %zu is infinite", cell + 1, frame + 1);
    if (value < 0.0 && sink->negative_fails)
        note_negative(sink, cell, frame, value);
    if (value > sink->largest)
        sink->largest = value;
    if (value <= sink->threshold || value == 0.0)
        return true;
    return append(&sink->cell[cell], number, value, error);
}

/* The cell a row or column is; NOWHERE if it is none. */
static uint32_t cell_at(const nd_sink *sink, size_t index) {
    if (sink->place)
        return index < sink->places ? sink->place[index] : NOWHERE;
    return index < sink->cells ? (uint32_t)index : NOWHERE;
}

bool nd_sink_value(nd_sink *sink, size_t row, size_t column, double value, nd_error *error) {
    uint32_t cell = cell_at(sink, sink->cells_first ? row : column);
    size_t frame = sink->cells_first ? column : row;
    if (cell == NOWHERE)
        return true;
    if (frame >= sink->frames)
        return nd_fail(error, sink->file, "", "more activity than its shape allows");
    return take_value(sink, cell, frame, value, error);
}

bool nd_sink_tile(nd_sink *sink, size_t first_row, size_t rows, size_t first_column, size_t columns,
                  const double *values, size_t row_stride, size_t column_stride, nd_error *error) {
    bool turned = sink->cells_first;
    size_t first_frame = turned ? first_column : first_row, frames = turned ? columns : rows;
    size_t first_cell = turned ? first_row : first_column, cells = turned ? rows : columns;
    size_t frame_stride = turned ? column_stride : row_stride;
    size_t cell_stride = turned ? row_stride : column_stride;
    if (first_frame + frames > sink->frames)
        return nd_fail(error, sink->file, "", "more activity than its shape allows");
    for (size_t f = 0; f < frames; f++) {
        if (sink->number[first_frame + f] == NOWHERE)
            continue;
        const double *row = values + f * frame_stride;
        for (size_t c = 0; c < cells; c++) {
            double value = row[c * cell_stride];
            if (value == 0.0 && sink->missing != 0.0)
                continue;
            uint32_t cell = cell_at(sink, first_cell + c);
            if (cell != NOWHERE && !take_value(sink, cell, first_frame + f, value, error))
                return false;
        }
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
        if (isfinite(times[i]) && times[i] != sink->missing)
            sorted[spikes++] = sink->time_scale * times[i];
    nd_sort_ascending(sorted, spikes);
    sink->spikes += spikes;
    if (spikes > 0) {
        sink->spike_span[0] = fmin(sink->spike_span[0], sorted[0]);
        sink->spike_span[1] = fmax(sink->spike_span[1], sorted[spikes - 1]);
    }
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
        if (number == NOWHERE)
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

void nd_sink_spike_span(const nd_sink *sink, size_t *spikes, double span[2]) {
    *spikes = sink->spikes;
    memcpy(span, sink->spike_span, sizeof sink->spike_span);
}

size_t nd_sink_rounded(const nd_sink *sink) {
    return sink->negatives;
}

static bool check_negatives(const nd_sink *sink, nd_error *error) {
    return -sink->lowest <= ROUND_OFF * sink->largest ||
           nd_fail(error, sink->file,
                   "deconvolve it, or give activity a threshold at or below which it counts as "
                   "none",
                   "the activity of cell %zu in frame %zu is %g; expected counts or event "
                   "amplitudes, which are never negative (down to 1e-9 of the largest, here %g, "
                   "counts as zero)",
                   sink->lowest_cell + 1, sink->lowest_frame + 1, sink->lowest, sink->largest);
}

bool nd_sink_finish(nd_sink *sink, nd_reading *reading, nd_error *error) {
    nd_session *session = &reading->session;
    if (!check_negatives(sink, error))
        return false;
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
