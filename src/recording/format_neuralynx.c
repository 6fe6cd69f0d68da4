#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/format.h"
#include "recording/raw_number.h"

/* Neuralynx's video tracking (.nvt): a head of text, 16 KB, then records of 1828 bytes,
 * little-endian: a time in microseconds at byte 6, x, y and the angle of the head at 1616, as
 * Neuralynx's own description of its file formats has it. Lost places are 0, 0. */
enum { HEAD = 16384, RECORD = 1828, TIME_AT = 6, X_AT = 1616, BLOCK = 1024 };

typedef struct tracking {
    char *path;
    int file;
    size_t records;
} tracking;

static bool recognises(const char *path, const unsigned char *head, size_t length) {
    static const char words[] = "######## Neuralynx";
    const char *dot = strrchr(path, '.');
    return length >= sizeof words && memcmp(head, words, sizeof words - 1) == 0 && dot &&
           strcasecmp(dot, ".nvt") == 0;
}

static void close_tracking(void *file) {
    tracking *t = file;
    if (!t)
        return;
    if (t->file >= 0)
        close(t->file);
    free(t->path);
    free(t);
}

static void *open_tracking(const char *path, const nd_selector *selector,
                           const nd_link_rules *links, nd_error *error) {
    (void)selector;
    (void)links;
    struct stat about = {0};
    tracking *t = nd_array(1, sizeof *t, error);
    if (!t)
        return NULL;
    t->file = nd_open_regular(path, error);
    t->path = nd_text(path, error);
    bool fine = t->file >= 0 && t->path;
    if (fine && fstat(t->file, &about) != 0)
        fine = nd_fail_errno(error, path, "correct the path in the manifest", "cannot be read");
    size_t size = (size_t)about.st_size;
    if (fine && (size < HEAD + RECORD || (size - HEAD) % RECORD != 0))
        fine = nd_fail(error, path, "copy it again; it may be cut short",
                       "has %zu bytes: no head of %d and whole records of %d", size, HEAD, RECORD);
    if (fine) {
        t->records = (size - HEAD) / RECORD;
        return t;
    }
    close_tracking(t);
    return NULL;
}

/* x, y and time of every record. */
static bool read_records(const tracking *t, double *values, double *times, nd_error *error) {
    unsigned char *raw = nd_array(BLOCK, RECORD, error);
    bool fine = raw != NULL;
    for (size_t first = 0; fine && first < t->records; first += BLOCK) {
        size_t count = t->records - first < BLOCK ? t->records - first : BLOCK;
        size_t bytes = count * RECORD;
        bool swapped = __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__;
        if (pread(t->file, raw, bytes, (off_t)(HEAD + first * RECORD)) != (ssize_t)bytes)
            fine = nd_fail(error, t->path, "copy it again", "ends too early");
        for (size_t i = 0; fine && i < count; i++) {
            const unsigned char *record = raw + i * RECORD;
            double x = nd_raw_number('i', 4, swapped, record + X_AT);
            double y = nd_raw_number('i', 4, swapped, record + X_AT + 4);
            bool lost = x == 0.0 && y == 0.0;
            values[2 * (first + i)] = lost ? NAN : x;
            values[2 * (first + i) + 1] = lost ? NAN : y;
            times[first + i] = 1e-6 * nd_raw_number('u', 8, swapped, record + TIME_AT);
        }
    }
    free(raw);
    return fine;
}

/* Both columns, or the one that the selector names or numbers. */
static bool tracking_series(void *file, nd_role role, const nd_selector *selector,
                            nd_series *series, bool *found, nd_error *error) {
    const tracking *t = file;
    *found = role == ND_ROLE_POSITION || role == ND_ROLE_POSITION_Y;
    if (!*found)
        return true;
    series->rows = series->times_count = t->records;
    series->columns = 2;
    series->depth = 1;
    series->values = nd_doubles(2 * t->records, error);
    series->times = series->values ? nd_doubles(t->records, error) : NULL;
    snprintf(series->name, sizeof series->name, "the tracking");
    if (!series->times || !read_records(t, series->values, series->times, error))
        return false;
    size_t lost = 0;
    for (size_t i = 0; i < t->records; i++)
        lost += isnan(series->values[2 * i]);
    if (lost > 0)
        snprintf(series->note, sizeof series->note, "%zu of %zu places are 0, 0: lost, so missing",
                 lost, t->records);
    char *numbers[] = {(char *)"1", (char *)"2"}, *chosen[2];
    nd_selector columns = {.columns = chosen, .columns_count = selector->columns_count};
    if (selector->columns_count > 2)
        return nd_fail(error, t->path, "give x, y or both", "has two columns, x and y");
    for (uint32_t k = 0; k < selector->columns_count; k++) {
        const char *asked = selector->columns[k];
        chosen[k] = strcasecmp(asked, "x") == 0   ? numbers[0]
                    : strcasecmp(asked, "y") == 0 ? numbers[1]
                                                  : selector->columns[k];
    }
    return nd_series_select(series, &columns, t->path, error);
}

static bool no_activity(void *file, const nd_selector *selector, const nd_selector *const *others,
                        nd_activity *activity, nd_error *error) {
    const tracking *t = file;
    (void)selector;
    (void)others;
    (void)activity;
    return nd_fail(error, t->path, "give activity: {file: ...}",
                   "is Neuralynx's video tracking: positions, and no activity");
}

static bool no_pour(void *file, const nd_selector *selector, const nd_activity *activity,
                    nd_sink *sink, const nd_clock *clock, nd_error *error) {
    (void)sink;
    (void)clock;
    return no_activity(file, selector, NULL, (nd_activity *)activity, error);
}

static bool tracking_scan(void *file, nd_findings *findings, nd_error *error) {
    const tracking *t = file;
    static const nd_role roles[] = {ND_ROLE_POSITION, ND_ROLE_POSITION_Y};
    for (size_t k = 0; k < 2; k++) {
        if (!nd_findings_add(findings, roles[k], 3, k ? "y" : "x", error,
                             "Neuralynx's tracking, %zu places, in pixels", t->records))
            return false;
        findings->list[findings->count - 1].rows = t->records;
        findings->list[findings->count - 1].clocked = true;
    }
    return true;
}

enum { HONOURED = ~(ND_PART_NAME | ND_PART_SKIP_ROWS | ND_PART_BODY | ND_PART_LIKELIHOOD) };

const nd_format nd_format_neuralynx = {
    .name = "Neuralynx",
    .clocked = true,
    .tabular = true,
    .no_position = "",
    .honours = {[ND_ROLE_ACTIVITY] = ND_PART_FILE,
                [ND_ROLE_POSITION] = (uint32_t)HONOURED,
                [ND_ROLE_POSITION_Y] = (uint32_t)HONOURED},
    .recognises = recognises,
    .open = open_tracking,
    .close = close_tracking,
    .series = tracking_series,
    .activity = no_activity,
    .pour = no_pour,
    .scan = tracking_scan,
};
