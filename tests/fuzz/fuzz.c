#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recording/session_read.h"

const char *fuzz_file(const uint8_t *data, size_t size) {
    static char path[64];
    snprintf(path, sizeof path, "/dev/shm/nulldrift-fuzz-%d", (int)getpid());
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || write(file, data, size) != (ssize_t)size)
        abort();
    close(file);
    return path;
}

/* A session's request for the file: its activity, and whatever else the selector may mean. */
static void read_session(const char *path, const nd_selector *selector) {
    nd_settings settings;
    nd_settings_default(&settings);
    nd_request request = {.label = (char *)"fuzz",
                          .animal = (char *)"",
                          .environment = (char *)"",
                          .direction = (char *)"",
                          .file = (char *)path,
                          .frame_seconds = 0.05,
                          .settings = &settings};
    nd_files files = {0};
    nd_reading reading = {0};
    nd_error error = {0};
    for (int role = 0; role < ND_ROLES; role++)
        request.role[role] = *selector;
    request.role[ND_ROLE_ACTIVITY].threshold = &(double){0.0};
    if (nd_session_read(&request, &files, &reading, &error))
        nd_reading_clear(&reading);
    nd_files_close(&files);
}

static void read_roles(const nd_format *format, void *file, const nd_selector *selector) {
    nd_error error = {0};
    for (int role = 0; role <= ND_ROLE_TIMES; role++) {
        nd_series series = {0};
        bool found;
        if (format->series(file, (nd_role)role, selector, &series, &found, &error) && found)
            nd_series_check_times(&series, "fuzz", &error);
        nd_series_clear(&series);
    }
    if (format->body) {
        nd_series series = {0};
        (void)format->body(file, selector, "nose", &series, &error);
        nd_series_clear(&series);
    }
    if (format->texts) {
        size_t count = 0;
        char **texts = format->texts(file, selector, &count, &error);
        for (size_t i = 0; texts && i < count; i++)
            free(texts[i]);
        free(texts);
    }
}

void fuzz_format(const nd_format *format, const uint8_t *data, size_t size,
                 const char *const *names) {
    nd_error error = {0};
    nd_link_rules links = {0};
    const char *path = fuzz_file(data, size);
    void *file = format->open(path, NULL, &links, &error);
    if (!file)
        return;
    nd_findings findings = {0};
    format->scan(file, &findings, &error);
    free(findings.list);
    read_roles(format, file, &(nd_selector){0});
    read_roles(format, file, &(nd_selector){.file = (char *)path});
    for (; *names; names++) {
        char text[64];
        nd_selector selector = {.name = (char *)*names};
        read_roles(format, file, &selector);
        if (format->text)
            format->text(file, *names, text, sizeof text);
        read_session(path, &selector);
    }
    format->close(file);
    read_session(path, &(nd_selector){.file = (char *)path});
    read_session(path, &(nd_selector){.kind = ND_KIND_SPIKE_LIST, .drop_bad_times = true});
    read_session(path, &(nd_selector){.orientation = ND_ORIENTATION_CELLS_FIRST});
}
