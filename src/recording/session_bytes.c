#include "recording/session_bytes.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "recording/session_columns.h"

/* What is sent as it is: numbers without pointers. The reader is of this very version (it says so
 * first), so that shapes in memory agree. */
typedef struct fixed {
    uint64_t kind, visit, index, frames, cells, bins, bins_x, bins_y, bins_direction, counts;
    uint64_t frames_read, spikes_outside, cells_left_out, cells_in_order;
    double day, exposure, frame_seconds;
    nd_left_out left_out;
    nd_given_metrics given;
    uint32_t unused[ND_ROLES];
} fixed;

/* A length and the elements; a length of UINT64_MAX stands for NULL. */
static bool put_array(nd_buffer *buffer, const void *array, size_t count, size_t size,
                      nd_error *error) {
    uint64_t length = array ? count : UINT64_MAX;
    return nd_buffer_put(buffer, &length, sizeof length, error) &&
           (!array || nd_buffer_put(buffer, array, count * size, error));
}

static bool take_array(nd_buffer *buffer, void *array_of_pointer, size_t expected, size_t size,
                       nd_error *error) {
    void **array = array_of_pointer;
    uint64_t length;
    if (!nd_buffer_take(buffer, &length, sizeof length, error))
        return false;
    if (length == UINT64_MAX)
        return true;
    if (length != expected)
        return nd_fail(error, NULL, "", "an array of %llu values where %zu are expected",
                       (unsigned long long)length, expected);
    if (length > (buffer->length - buffer->position) / size)
        return nd_fail(error, NULL, "", "ends too early");
    *array = nd_array(length, size, error);
    return *array && nd_buffer_take(buffer, *array, length * size, error);
}

/* A session's texts are never NULL. */
static bool put_text(nd_buffer *buffer, const char *text, nd_error *error) {
    return nd_buffer_put_text(buffer, text ? text : "", error);
}

static bool take_text(nd_buffer *buffer, char **text, nd_error *error) {
    return nd_buffer_take_text(buffer, text, error) &&
           (*text || nd_fail(error, NULL, "", "a text is missing"));
}

static bool put_columns(nd_buffer *buffer, const nd_session *s, nd_error *error) {
    bool fine = true;
    for (size_t k = 0; fine && k < ND_FRAME_COLUMNS; k++)
        if (nd_frame_columns[k].read)
            fine = put_array(buffer, *nd_frame_column_of(s, k), s->frames, nd_frame_columns[k].size,
                             error);
    return fine;
}

static bool take_columns(nd_buffer *buffer, nd_session *s, nd_error *error) {
    bool fine = true;
    for (size_t k = 0; fine && k < ND_FRAME_COLUMNS; k++)
        if (nd_frame_columns[k].read)
            fine = take_array(buffer, nd_frame_column_of(s, k), s->frames, nd_frame_columns[k].size,
                              error);
    return fine;
}

bool nd_reading_put(nd_buffer *buffer, const nd_reading *reading, nd_error *error) {
    const nd_session *s = &reading->session;
    fixed numbers = {.kind = s->kind,
                     .visit = s->visit,
                     .index = reading->index,
                     .frames = s->frames,
                     .cells = s->cells,
                     .bins = s->bins,
                     .bins_x = s->bins_x,
                     .bins_y = s->bins_y,
                     .bins_direction = s->bins_direction,
                     .counts = s->counts,
                     .frames_read = s->frames_read,
                     .spikes_outside = s->spikes_outside,
                     .cells_left_out = s->cells_left_out,
                     .cells_in_order = s->cells_in_order,
                     .day = s->day,
                     .exposure = s->exposure,
                     .frame_seconds = s->frame_seconds,
                     .left_out = s->left_out,
                     .given = s->given};
    memcpy(numbers.unused, reading->unused, sizeof numbers.unused);
    size_t events = s->events.start ? s->events.start[s->cells] : 0;
    return nd_buffer_put(buffer, &numbers, sizeof numbers, error) &&
           put_text(buffer, s->label, error) && put_text(buffer, s->animal, error) &&
           put_text(buffer, s->environment, error) && put_text(buffer, s->direction, error) &&
           put_text(buffer, s->file, error) && put_text(buffer, s->notes, error) &&
           put_text(buffer, s->cells_are, error) && put_text(buffer, s->led_to, error) &&
           put_array(buffer, s->events.start, s->cells + 1, sizeof(size_t), error) &&
           put_array(buffer, s->events.frame, events, sizeof(uint32_t), error) &&
           put_array(buffer, s->events.amount, events, sizeof(double), error) &&
           put_array(buffer, s->rate_maps, s->cells * s->bins, sizeof(double), error) &&
           put_array(buffer, s->cell_id, s->cells, sizeof(int64_t), error) &&
           put_columns(buffer, s, error) &&
           put_array(buffer, reading->map_occupancy, s->bins, sizeof(double), error);
}

static bool take_numbers(nd_buffer *buffer, nd_reading *reading, nd_error *error) {
    fixed n;
    if (!nd_buffer_take(buffer, &n, sizeof n, error))
        return false;
    const uint64_t most = (uint64_t)1 << 40; /* keeps products of two sizes within 64 bits apart */
    if (n.kind > ND_SESSION_METRICS || n.frames > UINT32_MAX || n.cells > UINT32_MAX ||
        n.bins_x > UINT16_MAX * 16 || n.bins_y > UINT16_MAX * 16 || n.bins > most ||
        (n.cells && n.bins > most / n.cells))
        return nd_fail(error, NULL, "", "sizes that cannot be: %llu frames, %llu cells, %llu bins",
                       (unsigned long long)n.frames, (unsigned long long)n.cells,
                       (unsigned long long)n.bins);
    bool maps = n.kind == ND_SESSION_RATE_MAPS;
    if (n.kind == ND_SESSION_METRICS || (maps && n.bins_direction != 1) ||
        n.bins != (maps ? n.bins_x * n.bins_y : 0))
        return nd_fail(error, NULL, "", "a shape that cannot be: %llu bins",
                       (unsigned long long)n.bins);
    nd_session *s = &reading->session;
    *reading = (nd_reading){.index = n.index};
    memcpy(reading->unused, n.unused, sizeof n.unused);
    s->kind = (nd_session_kind)n.kind;
    s->visit = n.visit;
    s->frames = n.frames;
    s->cells = n.cells;
    s->bins = n.bins;
    s->bins_x = n.bins_x;
    s->bins_y = n.bins_y;
    s->bins_direction = n.bins_direction;
    s->counts = n.counts;
    s->frames_read = n.frames_read;
    s->spikes_outside = n.spikes_outside;
    s->cells_left_out = n.cells_left_out;
    s->cells_in_order = n.cells_in_order;
    s->day = n.day;
    s->exposure = n.exposure;
    s->frame_seconds = n.frame_seconds;
    s->left_out = n.left_out;
    s->given = n.given;
    return true;
}

/* Starts ascending and within what follows: only then may anything be indexed by them. */
static bool check_starts(const nd_session *s, nd_error *error) {
    if (!s->events.start)
        return true;
    bool fine = s->events.start[0] == 0;
    for (size_t c = 0; fine && c < s->cells; c++)
        fine = s->events.start[c + 1] >= s->events.start[c];
    return fine || nd_fail(error, s->file, "", "the events of the cells overlap");
}

bool nd_reading_take(nd_buffer *buffer, nd_reading *reading, nd_error *error) {
    memset(reading, 0, sizeof *reading);
    if (!take_numbers(buffer, reading, error))
        return false;
    nd_session *s = &reading->session;
    bool fine = take_text(buffer, &s->label, error) && take_text(buffer, &s->animal, error) &&
                take_text(buffer, &s->environment, error) &&
                take_text(buffer, &s->direction, error) && take_text(buffer, &s->file, error) &&
                take_text(buffer, &s->notes, error) && take_text(buffer, &s->cells_are, error) &&
                take_text(buffer, &s->led_to, error) &&
                take_array(buffer, &s->events.start, s->cells + 1, sizeof(size_t), error) &&
                check_starts(s, error);
    size_t frames = s->frames, events = fine && s->events.start ? s->events.start[s->cells] : 0;
    fine = fine && take_array(buffer, &s->events.frame, events, sizeof(uint32_t), error) &&
           take_array(buffer, &s->events.amount, events, sizeof(double), error) &&
           take_array(buffer, &s->rate_maps, s->cells * s->bins, sizeof(double), error) &&
           take_array(buffer, &s->cell_id, s->cells, sizeof(int64_t), error) &&
           take_columns(buffer, s, error) &&
           take_array(buffer, &reading->map_occupancy, s->bins, sizeof(double), error);
    if (fine && s->events.start && (!s->events.frame || !s->events.amount))
        fine = nd_fail(error, s->file, "", "the events are missing");
    if (fine && reading->map_occupancy && s->kind != ND_SESSION_RATE_MAPS)
        fine = nd_fail(error, s->file, "", "occupancy without maps");
    if (fine && frames > 0 && !s->position)
        fine = nd_fail(error, s->file, "", "the positions are missing");
    /* Before binning indexes frames by them: every event's frame must exist. */
    for (size_t e = 0; fine && s->events.frame && e < events; e++)
        if (s->events.frame[e] >= frames)
            fine = nd_fail(error, s->file, "", "an event lies after the last frame");
    for (size_t f = 0; fine && s->way && f < frames; f++)
        if (s->way[f] < 0 || s->way[f] > 1)
            fine = nd_fail(error, s->file, "", "frame %zu has no direction", f);
    if (!fine)
        nd_reading_clear(reading);
    return fine;
}
