#include "recording/binning.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "recording/session_columns.h"

/* Positions stored in single precision may lie this far, relative to the range, beyond its end. */
static const double RANGE_TOLERANCE = 1e-6;

void nd_reading_clear(nd_reading *reading) {
    nd_session_clear(&reading->session);
    free(reading->map_occupancy);
    memset(reading, 0, sizeof *reading);
}

static void widen(const double *values, size_t count, double range[2]) {
    for (size_t i = 0; values && i < count; i++) {
        range[0] = fmin(range[0], values[i]);
        range[1] = fmax(range[1], values[i]);
    }
}

void nd_reading_widen(const nd_reading *reading, double range_x[2], double range_y[2]) {
    widen(reading->session.position, reading->session.frames, range_x);
    widen(reading->session.position_y, reading->session.frames, range_y);
}

/* The bin of one coordinate, or -1 outside the range. */
static int64_t bin_of(double x, const double range[2], size_t bins, bool circular) {
    double span = range[1] - range[0], slack = RANGE_TOLERANCE * span;
    if (!(x >= range[0] - slack && x <= range[1] + slack))
        return -1;
    double place = span > 0.0 ? floor((x - range[0]) / span * (double)bins) : 0.0;
    if (circular && place >= (double)bins)
        place = 0.0; /* the end is the beginning */
    return (int64_t)fmin(fmax(place, 0.0), (double)bins - 1.0);
}

/* A position that is a bin number already. */
static int64_t given_bin(double x, const double range[2]) {
    return x >= range[0] && x <= range[1] ? (int64_t)(x - range[0]) : -1;
}

/* Drops the events of frames left out and renumbers the frames of the others, in place. */
static bool keep_events(nd_session *session, const bool *keep, nd_error *error) {
    uint32_t *number = nd_array(session->frames, sizeof *number, error);
    if (!number)
        return false;
    uint32_t kept = 0;
    for (size_t f = 0; f < session->frames; f++) {
        number[f] = kept;
        kept += keep[f];
    }
    nd_events *events = &session->events;
    size_t at = 0, begin = 0;
    for (size_t c = 0; c < session->cells; c++) {
        size_t end = events->start[c + 1];
        for (size_t e = begin; e < end; e++)
            if (keep[events->frame[e]]) {
                events->frame[at] = number[events->frame[e]];
                events->amount[at++] = events->amount[e];
            }
        begin = end;
        events->start[c + 1] = at;
    }
    free(number);
    return true;
}

bool nd_reading_keep(nd_reading *reading, const bool *keep, nd_error *error) {
    nd_session *session = &reading->session;
    size_t frames = session->frames, kept = 0;
    for (size_t f = 0; f < frames; f++)
        kept += keep[f];
    if (kept == frames)
        return true;
    return (!session->events.start || keep_events(session, keep, error)) &&
           nd_frame_columns_keep(session, keep, error);
}

/* Which frames lie in the range, and their bins. */
static bool place_frames(nd_reading *reading, const nd_settings *settings, const double range_x[2],
                         const double range_y[2], nd_error *error) {
    nd_session *session = &reading->session;
    bool *keep = nd_array(session->frames, sizeof *keep, error);
    session->bin = nd_array(session->frames, sizeof *session->bin, error);
    bool fine = keep && session->bin;
    for (size_t f = 0; fine && f < session->frames; f++) {
        int64_t x = settings->position_is_bin ? given_bin(session->position[f], range_x)
                                              : bin_of(session->position[f], range_x,
                                                       session->bins_x, settings->circular);
        int64_t y = session->position_y
                        ? bin_of(session->position_y[f], range_y, session->bins_y, false)
                        : 0;
        int64_t way = session->bins_direction > 1 ? session->way[f] : 0;
        keep[f] = x >= 0 && y >= 0;
        session->left_out.outside_range += !keep[f];
        session->bin[f] = (way * (int64_t)session->bins_y + y) * (int64_t)session->bins_x + x;
    }
    fine = fine && nd_reading_keep(reading, keep, error);
    free(keep);
    return fine;
}

static void set_shape(nd_reading *reading, const nd_settings *settings, const double range_x[2]) {
    nd_session *session = &reading->session;
    bool joint = settings->directions == ND_DIRECTIONS_JOINT && session->way;
    if (session->kind != ND_SESSION_RATE_MAPS) { /* those bring their shape with them */
        session->bins_x =
            settings->position_is_bin ? (size_t)(range_x[1] - range_x[0]) + 1 : settings->bins_x;
        session->bins_y = session->position_y ? settings->bins_y : 1;
        session->bins_direction = joint ? 2 : 1;
    }
    session->bins = session->bins_x * session->bins_y * session->bins_direction;
}

static bool fill_occupancy(nd_reading *reading, nd_error *error) {
    nd_session *session = &reading->session;
    session->occupancy = nd_doubles(session->bins, error);
    if (!session->occupancy)
        return false;
    if (reading->map_occupancy)
        memcpy(session->occupancy, reading->map_occupancy, session->bins * sizeof(double));
    else
        for (size_t f = 0; f < session->frames; f++)
            session->occupancy[session->bin[f]] += session->frame_seconds;
    return true;
}

bool nd_reading_bin(nd_reading *reading, const nd_settings *settings, const double range_x[2],
                    const double range_y[2], nd_error *error) {
    nd_session *session = &reading->session;
    if (session->kind == ND_SESSION_METRICS)
        return true;
    set_shape(reading, settings, range_x);
    bool positions = session->position && session->frames > 0;
    if (positions && !(range_x[1] > range_x[0]) && !settings->position_is_bin)
        return nd_fail(error, session->file, "give the range in the manifest",
                       "all positions are %g: there is nothing to bin", range_x[0]);
    if (positions && !place_frames(reading, settings, range_x, range_y, error))
        return false;
    if (positions && session->frames == 0)
        return nd_fail(error, session->file, "correct the range, or the position's unit",
                       "all %zu positions lie outside the range %g to %g",
                       session->left_out.outside_range, range_x[0], range_x[1]);
    return fill_occupancy(reading, error);
}

static void *copy_of(const void *from, size_t count, size_t size, bool *fine, nd_error *error) {
    if (!from || !*fine)
        return NULL;
    void *copy = nd_array(count, size, error);
    *fine = copy != NULL;
    return copy ? memcpy(copy, from, count * size) : NULL;
}

/* A copy of all frames and cells; texts are copied too. */
static bool copy_reading(const nd_reading *from, nd_reading *to, nd_error *error) {
    const nd_session *s = &from->session;
    nd_session *t = &to->session;
    bool fine = true;
    size_t frames = s->frames, events = s->events.start ? s->events.start[s->cells] : 0;
    *to = (nd_reading){.index = from->index};
    *t = *s;
    t->label = copy_of(s->label, strlen(s->label) + 1, 1, &fine, error);
    t->animal = copy_of(s->animal, strlen(s->animal) + 1, 1, &fine, error);
    t->environment = copy_of(s->environment, strlen(s->environment) + 1, 1, &fine, error);
    t->direction = copy_of(s->direction, strlen(s->direction) + 1, 1, &fine, error);
    t->file = copy_of(s->file, strlen(s->file) + 1, 1, &fine, error);
    t->notes = copy_of(s->notes, strlen(s->notes) + 1, 1, &fine, error);
    t->cells_are = copy_of(s->cells_are, strlen(s->cells_are) + 1, 1, &fine, error);
    t->led_to = copy_of(s->led_to, strlen(s->led_to) + 1, 1, &fine, error);
    t->events.start = copy_of(s->events.start, s->cells + 1, sizeof(size_t), &fine, error);
    t->events.frame = copy_of(s->events.frame, events, sizeof(uint32_t), &fine, error);
    t->events.amount = copy_of(s->events.amount, events, sizeof(double), &fine, error);
    t->occupancy = copy_of(s->occupancy, s->bins, sizeof(double), &fine, error);
    t->rate_maps = copy_of(s->rate_maps, s->cells * s->bins, sizeof(double), &fine, error);
    t->cell_id = copy_of(s->cell_id, s->cells, sizeof(int64_t), &fine, error);
    for (size_t k = 0; k < ND_FRAME_COLUMNS; k++)
        *nd_frame_column_of(t, k) =
            copy_of(*nd_frame_column_of(s, k), frames, nd_frame_columns[k].size, &fine, error);
    return fine;
}

bool nd_reading_of_way(const nd_reading *reading, int way, nd_reading *part, nd_error *error) {
    bool *keep = nd_array(reading->session.frames, sizeof *keep, error);
    bool fine = keep && copy_reading(reading, part, error);
    for (size_t f = 0; fine && f < reading->session.frames; f++)
        keep[f] = reading->session.way[f] == way;
    fine = fine && nd_reading_keep(part, keep, error);
    free(keep);
    return fine;
}
