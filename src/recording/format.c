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

static const nd_format *const formats[] = {
#define FORMAT(format) &(format),
#include "recording/formats.def"
#undef FORMAT
    NULL};

void nd_activity_clear(nd_activity *activity) {
    for (size_t k = 0; activity->cell_name && k < activity->pick_count; k++)
        free(activity->cell_name[k]);
    free(activity->cell_name);
    free(activity->pick);
    free(activity->times);
    free(activity->observed);
    free(activity->row);
    free(activity->cell_id);
    free(activity->place);
    free(activity->is_cell);
    free(activity->good);
    free(activity->dropped);
    free(activity->spike);
    free(activity->spike_end);
    memset(activity, 0, sizeof *activity);
}

bool nd_findings_add(nd_findings *findings, nd_role role, int likeness, const char *name,
                     nd_error *error, const char *note, ...) {
    nd_finding *list =
        nd_grown(findings->list, &findings->room, findings->count + 1, sizeof *list, error);
    if (!list)
        return false;
    findings->list = list;
    nd_finding *finding = &findings->list[findings->count++];
    memset(finding, 0, sizeof *finding);
    finding->role = role;
    finding->likeness = likeness;
    snprintf(finding->name, sizeof finding->name, "%s", name);
    va_list arguments;
    va_start(arguments, note);
    vsnprintf(finding->note, sizeof finding->note, note, arguments);
    va_end(arguments);
    return true;
}

/* What a file is that none of the formats is, in words with what to do. */
static bool say_unknown(const char *path, const unsigned char *head, size_t length,
                        nd_error *error) {
    if (length >= 4 && memcmp(head, "PK\3\4", 4) == 0)
        return nd_fail(
            error, path, "save the sheet as .csv, arrays with np.savez or np.save",
            "is a ZIP archive without arrays of NumPy (.xlsx of Excel?), which is not read");
    if (length >= 4 && memcmp(head, "PAR1", 4) == 0)
        return nd_fail(
            error, path,
            "write it as .csv: pandas.read_parquet(FILE).to_csv(FILE.csv), and give that",
            "is a Parquet table (.pqt of the IBL), which is not read");
    if (length >= 2 &&
        ((head[0] == 0xFF && head[1] == 0xFE) || (head[0] == 0xFE && head[1] == 0xFF)))
        return nd_fail(error, path, "save it as UTF-8 (in Excel: CSV UTF-8)", "is text in UTF-16");
    if (length >= 2 && head[0] == 0x80 && head[1] <= 5)
        return nd_fail(error, path, "save its arrays with np.save", "is a Python pickle");
    if (length >= 2 && head[0] == 0x1F && head[1] == 0x8B)
        return nd_fail(error, path, "unpack it with gunzip", "is compressed by gzip");
    return nd_fail(error, path, "convert it to one of these",
                   "is no NWB (HDF5), MATLAB, NumPy or CSV file");
}

const nd_format *nd_format_of(const char *path, nd_error *error) {
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
    bool folder = S_ISDIR(about.st_mode);
    ssize_t length = S_ISREG(about.st_mode) ? read(file, head, sizeof head) : -1;
    close(file);
    for (size_t i = 0; folder && formats[i]; i++)
        if (formats[i]->folder && formats[i]->recognises(path, NULL, 0))
            return formats[i];
    if (folder) {
        nd_fail(error, path, "give the file, or the folder that Suite2p or minian wrote",
                "is not a file, but a folder of no kind that is read");
        return NULL;
    }
    if (length <= 0) {
        nd_fail(error, path, "", length == 0 ? "is empty" : "is not a file that can be read");
        return NULL;
    }
    for (size_t i = 0; formats[i]; i++)
        if (!formats[i]->folder && formats[i]->recognises(path, head, (size_t)length))
            return formats[i];
    say_unknown(path, head, (size_t)length, error);
    return NULL;
}

static void close_one(nd_open_file *open_file) {
    if (open_file->file)
        open_file->format->close(open_file->file);
    free(open_file->path);
    *open_file = (nd_open_file){0};
}

nd_open_file *nd_files_open(nd_files *files, const char *path, const nd_selector *selector,
                            nd_error *error) {
    size_t places = sizeof files->open / sizeof *files->open;
    size_t skip = selector ? selector->skip_rows : 0;
    for (size_t i = 0; i < places; i++)
        if (files->open[i].path && strcmp(files->open[i].path, path) == 0 &&
            files->open[i].skip_rows == skip)
            return &files->open[i];
    nd_open_file *place = &files->open[files->next];
    files->next = (files->next + 1) % places;
    close_one(place);
    place->skip_rows = skip;
    place->format = nd_format_of(path, error);
    place->path = place->format ? nd_text(path, error) : NULL;
    place->file = place->path ? place->format->open(path, selector, &files->links, error) : NULL;
    if (place->file)
        return place;
    close_one(place);
    return NULL;
}

void nd_files_close(nd_files *files) {
    for (size_t i = 0; i < sizeof files->open / sizeof *files->open; i++)
        close_one(&files->open[i]);
    nd_buffer_free(&files->notes);
}

void nd_files_note(nd_files *files, const char *format, ...) {
    char line[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    strcat(line, "\n");
    size_t length = strlen(line);
    if (!files->notes.bytes || !memmem(files->notes.bytes, files->notes.length, line, length))
        (void)nd_buffer_put(&files->notes, line, length, NULL);
}

static bool no_column(const nd_series *series, const char *column, const char *file,
                      nd_error *error) {
    return nd_fail(error, file, "count columns from 1",
                   "%s: column '%s' is asked for, there are %zu", series->name, column,
                   series->columns);
}

bool nd_series_select(nd_series *series, const nd_selector *selector, const char *file,
                      nd_error *error) {
    size_t chosen = selector->columns_count;
    if (chosen == 0)
        return true;
    double *values = nd_doubles(series->rows * chosen, error);
    if (!values)
        return false;
    for (size_t k = 0; k < chosen; k++) {
        size_t column = nd_column_number(selector->columns[k], series->columns);
        if (column == SIZE_MAX || series->depth > 1) {
            free(values);
            return no_column(series, selector->columns[k], file, error);
        }
        for (size_t i = 0; i < series->rows; i++)
            values[i * chosen + k] = series->values[i * series->columns + column];
    }
    free(series->values);
    series->values = values;
    series->columns = chosen;
    return true;
}
