#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *fuzz_file(const uint8_t *data, size_t size) {
    static char path[64];
    snprintf(path, sizeof path, "/dev/shm/nulldrift-fuzz-%d", (int)getpid());
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || write(file, data, size) != (ssize_t)size)
        abort();
    close(file);
    return path;
}

static void pour(const nd_format *format, void *file, const nd_selector *selector) {
    enum { MOST_FRAMES = 1 << 16 };
    nd_activity activity = {0};
    nd_error error = {0};
    bool fine = format->activity(file, selector, &activity, &error);
    size_t frames = activity.spike_times ? 100 : activity.frames;
    if (fine && activity.cells && activity.cells < MOST_FRAMES && frames && frames < MOST_FRAMES) {
        bool *keep = malloc(frames);
        double *times = calloc(frames, sizeof *times), threshold = 0.0;
        for (size_t f = 0; f < frames; f++) {
            keep[f] = f % 5 != 0;
            times[f] = 10.0 + 0.05 * (double)f;
        }
        nd_clock clock = {times, 0.05};
        nd_sink *sink = nd_sink_new(activity.cells, frames, keep, &threshold, "fuzz", &error);
        nd_reading reading = {0};
        reading.session.file = strdup("fuzz");
        for (size_t f = 0; f < frames; f++)
            reading.session.frames += keep[f];
        if (sink && format->pour(file, selector, &activity, sink, &clock, &error))
            nd_sink_finish(sink, &reading, &error);
        nd_sink_free(sink);
        nd_reading_clear(&reading);
        free(keep);
        free(times);
    }
    nd_activity_clear(&activity);
}

static void read_roles(const nd_format *format, void *file, const nd_selector *selector) {
    nd_error error = {0};
    for (int role = 0; role < ND_ROLES; role++) {
        nd_series series = {0};
        bool found;
        if (format->series(file, (nd_role)role, selector, &series, &found, &error) && found)
            nd_series_check_times(&series, "fuzz", &error);
        nd_series_clear(&series);
    }
    pour(format, file, selector);
}

void fuzz_format(const nd_format *format, const uint8_t *data, size_t size,
                 const char *const *names) {
    nd_error error = {0};
    void *file = format->open(fuzz_file(data, size), &error);
    if (!file)
        return;
    nd_findings findings = {0};
    format->scan(file, &findings, &error);
    free(findings.list);
    read_roles(format, file, &(nd_selector){0});
    read_roles(format, file, &(nd_selector){.file = (char *)"fuzz"});
    for (; *names; names++) {
        char text[64];
        nd_selector selector = {.name = (char *)*names, .orientation = ND_ORIENTATION_CELLS_FIRST};
        read_roles(format, file, &selector);
        if (format->text)
            format->text(file, *names, text, sizeof text);
    }
    format->close(file);
}
