#include "recording/times.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/files.h"

/* A file beside the array: where times were looked for before paths were the manifest's. */
static bool beside(const char *own, const char *text, char path[4096]) {
    struct stat about;
    const char *slash = strrchr(own, '/');
    int length = slash && text[0] != '/' ? (int)(slash - own + 1) : 0;
    return snprintf(path, 4096, "%.*s%s", length, own, text) < 4096 && stat(path, &about) == 0;
}

/* Where the times are: a file, and what to ask of it. */
static bool place_of(const nd_request *request, nd_role role, nd_files *files,
                     const nd_open_file *own, const char *own_name, nd_selector *where,
                     char path[4096], nd_error *error) {
    const nd_selector *part = &request->role[role];
    const nd_times_place *at = &part->times_at;
    snprintf(path, 4096, "%s", own->path);
    if (at->file)
        snprintf(path, 4096, "%s", at->file);
    else if (part->times_file)
        snprintf(path, 4096, "%s", part->times_file);
    where->name = at->name;
    if (at->column) {
        where->columns = (char **)&at->column;
        where->columns_count = 1;
    }
    if (!part->times || part->times_file)
        return true;
    if (nd_is_count(part->times)) { /* a column of the part itself */
        where->name = (char *)own_name;
        where->columns = (char **)&part->times;
        where->columns_count = 1;
    } else if (!own->format->single) {
        where->name = part->times;
    } else if (beside(own->path, part->times, path)) {
        nd_files_note(files,
                      "%s: times are taken from %s, beside %s: in the manifest's folder "
                      "there is no %s",
                      nd_role_name(role), part->times, nd_base_name(own->path), part->times);
    } else {
        return nd_request_refuse(request, role, "times",
                                 "correct the path; it is taken from the manifest's folder", error,
                                 "there is no file '%.200s' that can be read", part->times);
    }
    return true;
}

bool nd_times_read(const nd_request *request, nd_role role, nd_files *files,
                   const nd_open_file *own, const char *own_name, double **times, size_t *count,
                   char *name, size_t name_size, bool *given, nd_error *error) {
    const nd_selector *part = &request->role[role];
    const nd_times_place *at = &part->times_at;
    nd_selector where = {0};
    nd_series series = {0};
    char path[4096];
    bool found = false, elsewhere = at->file || part->times_file;
    *given =
        (part->times || at->file || at->name || at->column) && (elsewhere || !own->format->tabular);
    if (!*given)
        return true;
    if (!place_of(request, role, files, own, own_name, &where, path, error))
        return false;
    where.file = path;
    nd_open_file *open_file = nd_files_open(files, path, NULL, error);
    if (!open_file)
        return false;
    if (at->equals && !open_file->format->events)
        return nd_request_refuse(request, role, "times",
                                 "leave out equals; it chooses events of Neuralynx and Open Ephys",
                                 error, "times in a %s file are not chosen by equals",
                                 open_file->format->name);
    where.equals = at->equals;
    bool fine =
        open_file->format->series(open_file->file, ND_ROLE_TIMES, &where, &series, &found, error);
    size_t length = series.rows * series.columns * series.depth;
    bool vector = series.depth == 1 && (series.columns == 1 || series.rows == 1);
    if (fine && !found)
        fine = nd_request_refuse(request, role, "times", "give times: {file, name, column}", error,
                                 "%.200s holds no times that could be told from the rest", path);
    if (fine && !vector)
        fine = nd_request_refuse(request, role, "times", "give times: {file, name, column}", error,
                                 "%.100s in %.200s is %zu x %zu; expected one column of times",
                                 series.name, nd_base_name(path), series.rows, series.columns);
    if (fine) {
        *times = series.values;
        *count = length;
        series.values = NULL;
        snprintf(name, name_size, "%.60s", series.name);
    }
    nd_series_clear(&series);
    return fine;
}

double nd_time_unit_seconds(const nd_request *request, nd_role role, nd_files *files,
                            const char *name) {
    const nd_selector *part = &request->role[role];
    nd_time_unit unit = part->time_unit;
    if (unit == ND_TIME_UNIT_AUTO && name[0]) {
        unit = nd_time_unit_of_name(name);
        if (unit != ND_TIME_UNIT_AUTO)
            nd_files_note(files,
                          "%s: the times of '%s' are taken for %s, as its name says "
                          "(time_unit: s if they are not)",
                          nd_role_name(role), name,
                          unit == ND_TIME_MILLISECONDS ? "milliseconds" : "microseconds");
    }
    switch (unit) {
    case ND_TIME_MILLISECONDS:
        return 1e-3;
    case ND_TIME_MICROSECONDS:
        return 1e-6;
    case ND_TIME_SAMPLES:
        return 1.0 / part->rate;
    default:
        return 1.0;
    }
}

/* The longest increasing run that begins with each time, from the last to the first: tail[k] is the
 * latest time with which a run of k + 1 can begin. */
bool nd_good_times(const double *times, size_t count, bool *good, size_t *kept, nd_error *error) {
    double *tail = nd_doubles(count, error);
    size_t *length = tail ? nd_array(count, sizeof *length, error) : NULL, longest = 0;
    for (size_t i = count; length && i-- > 0;) {
        if (!isfinite(times[i]))
            continue;
        size_t low = 0, high = longest; /* how many tails are later than this time */
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (tail[middle] > times[i])
                low = middle + 1;
            else
                high = middle;
        }
        tail[low] = times[i];
        length[i] = low + 1;
        longest = low + 1 > longest ? low + 1 : longest;
    }
    *kept = longest;
    double last = -INFINITY;
    for (size_t i = 0, left = longest; length && i < count; i++) {
        good[i] = left > 0 && length[i] == left && times[i] > last;
        if (good[i]) {
            last = times[i];
            left--;
        }
    }
    bool fine = length != NULL;
    free(tail);
    free(length);
    return fine;
}
