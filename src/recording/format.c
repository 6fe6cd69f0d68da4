#include "recording/format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

/* Text comes last: anything could be text. */
static const nd_format *const formats[] = {&nd_format_matlab, &nd_format_nwb, &nd_format_numpy,
                                           &nd_format_csv, NULL};

void nd_activity_clear(nd_activity *activity) {
    free(activity->times);
    free(activity->cell_id);
    free(activity->place);
    memset(activity, 0, sizeof *activity);
}

bool nd_findings_add(nd_findings *findings, nd_role role, const char *name, nd_error *error,
                     const char *note, ...) {
    nd_finding *list =
        nd_grown(findings->list, &findings->room, findings->count + 1, sizeof *list, error);
    if (!list)
        return false;
    findings->list = list;
    nd_finding *finding = &findings->list[findings->count++];
    memset(finding, 0, sizeof *finding);
    finding->role = role;
    snprintf(finding->name, sizeof finding->name, "%s", name);
    va_list arguments;
    va_start(arguments, note);
    vsnprintf(finding->note, sizeof finding->note, note, arguments);
    va_end(arguments);
    return true;
}

static const nd_format *recognise(const char *path, nd_error *error) {
    struct stat about;
    /* Not blocking: a named pipe must not hold us up before it is refused. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0 || fstat(file, &about) != 0) {
        nd_fail_errno(error, path, "correct the path in the manifest", "cannot be read");
        if (file >= 0)
            close(file);
        return NULL;
    }
    unsigned char head[512] = {0};
    ssize_t length = S_ISREG(about.st_mode) ? read(file, head, sizeof head) : -1;
    close(file);
    if (length <= 0) {
        nd_fail(error, path, "", length == 0 ? "is empty" : "is not a file that can be read");
        return NULL;
    }
    for (size_t i = 0; formats[i]; i++)
        if (formats[i]->recognises(path, head, (size_t)length))
            return formats[i];
    nd_fail(error, path, "convert it to one of these",
            "is no NWB (HDF5), MATLAB, NumPy or CSV file");
    return NULL;
}

static void close_one(nd_open_file *open_file) {
    if (open_file->file)
        open_file->format->close(open_file->file);
    free(open_file->path);
    *open_file = (nd_open_file){0};
}

nd_open_file *nd_files_open(nd_files *files, const char *path, nd_error *error) {
    size_t places = sizeof files->open / sizeof *files->open;
    for (size_t i = 0; i < places; i++)
        if (files->open[i].path && strcmp(files->open[i].path, path) == 0)
            return &files->open[i];
    nd_open_file *place = &files->open[files->next];
    files->next = (files->next + 1) % places;
    close_one(place);
    place->format = recognise(path, error);
    place->path = place->format ? nd_text(path, error) : NULL;
    place->file = place->path ? place->format->open(path, error) : NULL;
    if (place->file)
        return place;
    close_one(place);
    return NULL;
}

void nd_files_close(nd_files *files) {
    for (size_t i = 0; i < sizeof files->open / sizeof *files->open; i++)
        close_one(&files->open[i]);
}

/* A column as a number from 1, or 0 if it is none of them. */
static size_t column_number(const char *text, size_t columns) {
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    return *end == '\0' && number >= 1 && number <= columns ? number : 0;
}

static bool no_column(const nd_series *series, const char *column, const char *file,
                      nd_error *error) {
    return nd_fail(error, file, "count columns from 1",
                   "%s: column '%s' is asked for, there are %zu", series->name, column,
                   series->columns);
}

bool nd_series_select(nd_series *series, const nd_selector *selector, const char *file,
                      nd_error *error) {
    double scale = selector->scale != 0.0 ? selector->scale : 1.0;
    size_t time_column = selector->times ? column_number(selector->times, series->columns) : 0;
    if (time_column && !series->times) {
        series->times = nd_doubles(series->rows, error);
        for (size_t i = 0; series->times && i < series->rows; i++)
            series->times[i] = series->values[i * series->columns + time_column - 1];
        if (!series->times)
            return false;
    }
    size_t chosen = selector->columns_count ? selector->columns_count : series->columns;
    double *values = nd_doubles(series->rows * chosen, error);
    if (!values)
        return false;
    for (size_t k = 0; k < chosen; k++) {
        size_t column =
            selector->columns_count ? column_number(selector->columns[k], series->columns) : k + 1;
        if (column == 0) {
            free(values);
            return no_column(series, selector->columns[k], file, error);
        }
        for (size_t i = 0; i < series->rows; i++)
            values[i * chosen + k] = scale * series->values[i * series->columns + column - 1];
    }
    free(series->values);
    series->values = values;
    series->columns = chosen;
    return true;
}
