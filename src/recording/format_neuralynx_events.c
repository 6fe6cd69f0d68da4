/* Neuralynx's events (.nev): a head of text, 16 KB, then records of 184 bytes, little-endian: a
 * time in microseconds at byte 6, the state of the TTL inputs at 16, a text of 128 at 56, as
 * Neuralynx's own description of its file formats has it. They are times of other parts' rows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/format.h"
#include "recording/raw_number.h"

enum {
    HEAD = 16384,
    RECORD = 184,
    TIME_AT = 6,
    TTL_AT = 16,
    TEXT_AT = 56,
    TEXT = 128,
    MOST_BYTES = 1 << 28,
    MOST_KINDS = 40
};

typedef struct events {
    char *path;
    nd_buffer bytes;
    size_t count;
} events;

static bool recognises(const char *path, const unsigned char *head, size_t length) {
    static const char words[] = "######## Neuralynx";
    const char *dot = strrchr(path, '.');
    return length >= sizeof words && memcmp(head, words, sizeof words - 1) == 0 && dot &&
           strcasecmp(dot, ".nev") == 0;
}

static void close_events(void *file) {
    events *e = file;
    if (!e)
        return;
    nd_buffer_free(&e->bytes);
    free(e->path);
    free(e);
}

static void *open_events(const char *path, const nd_selector *selector, const nd_link_rules *links,
                         nd_error *error) {
    (void)selector;
    (void)links;
    events *e = nd_array(1, sizeof *e, error);
    if (!e)
        return NULL;
    e->path = nd_text(path, error);
    bool fine = e->path && nd_read_file(path, MOST_BYTES, &e->bytes, error);
    if (fine && (e->bytes.length < HEAD + RECORD || (e->bytes.length - HEAD) % RECORD != 0))
        fine = nd_fail(error, path, "copy it again; it may be cut short",
                       "has %zu bytes: no head of %d and whole records of %d", e->bytes.length,
                       HEAD, RECORD);
    if (fine) {
        e->count = (e->bytes.length - HEAD) / RECORD;
        return e;
    }
    close_events(e);
    return NULL;
}

static const unsigned char *record_at(const events *e, size_t index) {
    return e->bytes.bytes + HEAD + index * RECORD;
}

static bool big_endian(void) {
    return __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__;
}

static void text_of(const unsigned char *record, char text[TEXT + 1]) {
    memcpy(text, record + TEXT_AT, TEXT);
    text[TEXT] = '\0';
    for (size_t end = strlen(text); end > 0 && text[end - 1] == ' '; end--)
        text[end - 1] = '\0';
}

/* Whether an event is one that is asked for: by the state of the inputs, or by its text. */
static bool is_wanted(const unsigned char *record, const char *wanted) {
    char text[TEXT + 1], state[24];
    text_of(record, text);
    snprintf(state, sizeof state, "%.0f", nd_raw_number('u', 2, big_endian(), record + TTL_AT));
    return !wanted || strcasecmp(text, wanted) == 0 || strcmp(state, wanted) == 0;
}

static bool events_series(void *file, nd_role role, const nd_selector *selector, nd_series *series,
                          bool *found, nd_error *error) {
    const events *e = file;
    *found = role == ND_ROLE_TIMES;
    if (!*found)
        return true;
    series->values = nd_doubles(e->count, error);
    for (size_t i = 0; series->values && i < e->count; i++) {
        const unsigned char *record = record_at(e, i);
        if (is_wanted(record, selector->equals))
            series->values[series->rows++] =
                1e-6 * nd_raw_number('u', 8, big_endian(), record + TIME_AT);
    }
    series->columns = series->depth = 1;
    snprintf(series->name, sizeof series->name, "the events");
    return series->values &&
           (series->rows > 0 ||
            nd_fail(error, e->path, "see its events by `nulldrift record` with `scan`",
                    "none of its %zu events is '%.60s'", e->count,
                    selector->equals ? selector->equals : ""));
}

static bool no_activity(void *file, const nd_selector *selector, const nd_selector *const *others,
                        nd_activity *activity, nd_error *error) {
    const events *e = file;
    (void)selector;
    (void)others;
    (void)activity;
    return nd_fail(error, e->path, "give activity: {file: ...}",
                   "is Neuralynx's events: times, and no activity");
}

static bool no_pour(void *file, const nd_selector *selector, const nd_activity *activity,
                    nd_sink *sink, const nd_clock *clock, nd_error *error) {
    (void)sink;
    (void)clock;
    return no_activity(file, selector, NULL, (nd_activity *)activity, error);
}

/* Every kind of event, and how often it is there. */
static bool events_scan(void *file, nd_findings *findings, nd_error *error) {
    const events *e = file;
    size_t kinds = 0, first[MOST_KINDS], count[MOST_KINDS];
    char text[TEXT + 1], other[TEXT + 1];
    for (size_t i = 0; i < e->count; i++) {
        size_t k = 0;
        text_of(record_at(e, i), text);
        for (; k < kinds; k++) {
            text_of(record_at(e, first[k]), other);
            if (strcmp(text, other) == 0)
                break;
        }
        if (k == MOST_KINDS)
            continue;
        if (k == kinds) {
            first[kinds] = i;
            count[kinds++] = 0;
        }
        count[k]++;
    }
    for (size_t k = 0; k < kinds; k++) {
        text_of(record_at(e, first[k]), text);
        if (!nd_findings_add(findings, ND_ROLES, 0, text, error,
                             "%zu events: times: {file: ..., equals: ...}", count[k]))
            return false;
    }
    return true;
}

const nd_format nd_format_neuralynx_events = {
    .name = "Neuralynx events",
    .clocked = true,
    .events = true,
    .no_position = "",
    .honours = {[ND_ROLE_ACTIVITY] = ND_PART_FILE},
    .recognises = recognises,
    .open = open_events,
    .close = close_events,
    .series = events_series,
    .activity = no_activity,
    .pour = no_pour,
    .scan = events_scan,
};
