#include "recording/spike_list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/npy_file.h"
#include "recording/series_read.h"
#include "recording/times.h"

/* A spike; sorted by cell, then by time. */
typedef struct spike {
    double time, cell;
} spike;

static int by_cell_and_time(const void *a, const void *b) {
    const spike *x = a, *y = b;
    if (x->cell != y->cell)
        return x->cell < y->cell ? -1 : 1;
    return (x->time > y->time) - (x->time < y->time);
}

/* Sorted spikes become the activity's, cell after cell. */
static bool take_spikes(const spike *spikes, size_t count, nd_activity *activity, nd_error *error) {
    activity->spike = nd_doubles(count, error);
    activity->spike_end = nd_array(count + 1, sizeof *activity->spike_end, error);
    activity->cell_id = nd_array(count + 1, sizeof *activity->cell_id, error);
    if (!activity->spike || !activity->spike_end || !activity->cell_id)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || spikes[i].cell != spikes[i - 1].cell)
            activity->cell_id[activity->cells++] = (int64_t)spikes[i].cell;
        activity->spike[i] = spikes[i].time;
        activity->spike_end[activity->cells - 1] = i + 1;
    }
    activity->ids_count = activity->cells;
    return true;
}

/* Spikes with times from `time` and cells from `cell`, `stride` apart. */
static bool sort_spikes(const nd_request *request, const char *path, const double *time,
                        size_t time_stride, const double *cell, size_t cell_stride, size_t count,
                        nd_activity *activity, nd_error *error) {
    spike *spikes = nd_array(count, sizeof *spikes, error);
    size_t kept = 0;
    bool fine = spikes != NULL;
    for (size_t i = 0; fine && i < count; i++) {
        double t = time[i * time_stride], c = cell[i * cell_stride];
        if (!isfinite(t) || isnan(c))
            continue;
        if (c != floor(c) || fabs(c) > 9e15)
            fine = nd_request_refuse(request, ND_ROLE_ACTIVITY, "columns",
                                     "give columns: [time, cell]", error,
                                     "%.200s: the cell of spike %zu is %g; expected whole numbers",
                                     nd_base_name(path), i + 1, c);
        spikes[kept++] = (spike){t, c};
    }
    if (fine && kept == 0)
        fine = nd_fail(error, path, "", "holds no spikes");
    if (fine)
        qsort(spikes, kept, sizeof *spikes, by_cell_and_time);
    fine = fine && take_spikes(spikes, kept, activity, error);
    free(spikes);
    return fine;
}

/* A column (or row) of times for each cell, filled up with NaN or the number that stands for none.
 */
static bool take_columns(const nd_series *list, bool cells_first, nd_activity *activity,
                         nd_error *error) {
    size_t cells = cells_first ? list->rows : list->columns;
    size_t longest = cells_first ? list->columns : list->rows, at = 0;
    activity->spike = nd_doubles(cells * longest, error);
    activity->spike_end = nd_array(cells, sizeof *activity->spike_end, error);
    if (!activity->spike || !activity->spike_end)
        return false;
    for (size_t c = 0; c < cells; c++) {
        for (size_t i = 0; i < longest; i++) {
            double t = list->values[cells_first ? c * list->columns + i : i * list->columns + c];
            if (isfinite(t))
                activity->spike[at++] = t;
        }
        activity->spike_end[c] = at;
    }
    activity->cells = cells;
    return true;
}

static bool vector_with_clusters(const nd_request *request, nd_files *files, const char *path,
                                 const nd_series *list, nd_activity *activity, nd_error *error) {
    nd_series clusters = {0};
    bool found = false;
    size_t count = list->rows * list->columns;
    bool fine = nd_request_series(request, ND_ROLE_IDS, files, &clusters, &found, error);
    size_t length = clusters.rows * clusters.columns;
    if (fine && length != count)
        fine = nd_request_refuse(request, ND_ROLE_IDS, "", "give the cell of each spike", error,
                                 "lengths disagree: %.100s has %zu cells, %.100s %zu spikes",
                                 clusters.name, length, list->name, count);
    fine = fine &&
           sort_spikes(request, path, list->values, 1, clusters.values, 1, count, activity, error);
    nd_series_clear(&clusters);
    return fine;
}

/* Spikes' times as numbers of samples become those of a clock that has a time for each sample, as
 * Open Ephys' timestamps.npy is: seconds, or samples in its older format. It is looked up spike by
 * spike, since it is far longer than they are. */
static bool through_clock(const nd_request *request, nd_series *list, nd_error *error) {
    const nd_selector *part = &request->role[ND_ROLE_ACTIVITY];
    const char *path = part->times_at.file ? part->times_at.file : part->times_file;
    if (part->time_unit != ND_TIME_SAMPLES)
        return nd_request_refuse(request, ND_ROLE_ACTIVITY, "times",
                                 "give time_unit: samples, and rate", error,
                                 "times in another file are a clock with a time for each sample");
    nd_npy *clock = nd_npy_open(path, error);
    bool fine = clock != NULL, counted = fine && strchr("iu", clock->kind);
    if (fine && (clock->count != nd_npy_extent(clock, 0) || clock->objects))
        fine = nd_fail(error, path, "give the clock of the recording, timestamps.npy",
                       "is no list of times");
    for (size_t i = 0; fine && i < list->rows * list->columns; i++) {
        double sample = list->values[i], time;
        if (!isfinite(sample))
            continue;
        if (!(sample >= 0.0 && sample < (double)clock->count && sample == floor(sample)))
            fine = nd_request_refuse(request, ND_ROLE_ACTIVITY, "times",
                                     "give the clock of this recording", error,
                                     "a spike at sample %.17g, and %.200s has %zu", sample,
                                     nd_base_name(path), clock->count);
        else if ((fine = nd_npy_read(clock, (size_t)sample, 1, &time, error)))
            list->values[i] = counted ? time : time * part->rate;
    }
    nd_npy_close(clock);
    return fine;
}

bool nd_spike_list_read(const nd_request *request, nd_files *files, nd_activity *activity,
                        nd_error *error) {
    nd_selector part = request->role[ND_ROLE_ACTIVITY];
    const char *path = nd_request_file(request, ND_ROLE_ACTIVITY);
    nd_series list = {0};
    bool found = false;
    nd_open_file *own = nd_files_open(files, path, &part, error);
    if (!own)
        return false;
    part.file = (char *)path; /* what it holds is meant, though the session names it */
    activity->spike_times = true;
    activity->honoured = ND_PART_COLUMNS;
    if (!own->format->series(own->file, ND_ROLE_ACTIVITY, &part, &list, &found, error) ||
        (!found && !nd_fail(error, path, "name them in the manifest", "holds no spikes"))) {
        nd_series_clear(&list);
        return false;
    }
    snprintf(activity->name, sizeof activity->name, "%s", list.name);
    for (size_t i = 0; part.missing && i < list.rows * list.columns; i++)
        if (list.values[i] == *part.missing)
            list.values[i] = NAN;
    bool vector = list.columns == 1 || list.rows == 1, listed = part.kind == ND_KIND_SPIKE_LIST;
    bool clustered =
        request->given[ND_ROLE_IDS] && request->role[ND_ROLE_IDS].kind != ND_KIND_ORDER;
    bool clocked = part.times_at.file || part.times_file;
    activity->honoured |= vector && clocked ? ND_PART_TIMES : 0;
    bool fine = true;
    if (vector && clocked && list.depth == 1)
        fine = through_clock(request, &list, error);
    if (!fine)
        ;
    else if (list.depth != 1)
        fine = nd_fail(error, path, "", "%s has three dimensions; expected a list of spikes",
                       list.name);
    else if (vector && clustered)
        fine = vector_with_clusters(request, files, path, &list, activity, error);
    else if (listed && list.columns == 2)
        fine = sort_spikes(request, path, list.values, 2, list.values + 1, 2, list.rows, activity,
                           error);
    else if (listed && list.rows == 2)
        fine = sort_spikes(request, path, list.values, 1, list.values + list.columns, 1,
                           list.columns, activity, error);
    else if (listed && vector)
        fine = nd_request_refuse(request, ND_ROLE_ACTIVITY, "kind",
                                 "give ids: {file: ...} with the cell of each spike", error,
                                 "%.100s is one vector of %zu times: nothing says whose they are",
                                 list.name, list.rows * list.columns);
    else if (listed)
        fine = nd_request_refuse(request, ND_ROLE_ACTIVITY, "kind", "give columns: [time, cell]",
                                 error, "%.100s is %zu x %zu; expected two columns, time and cell",
                                 list.name, list.rows, list.columns);
    else if (!vector && (list.columns == 2 || list.rows == 2) &&
             part.orientation == ND_ORIENTATION_AUTO)
        fine = nd_request_refuse(request, ND_ROLE_ACTIVITY, "kind",
                                 "kind: spike-list for time and cell; orientation: cells-last for "
                                 "the times of two cells",
                                 error, "%.100s has two columns: time and cell, or two cells?",
                                 list.name);
    else {
        bool row = part.orientation == ND_ORIENTATION_CELLS_FIRST ||
                   (part.orientation == ND_ORIENTATION_AUTO && list.rows == 1);
        activity->honoured |= ND_PART_ORIENTATION;
        fine = take_columns(&list, row, activity, error);
    }
    nd_series_clear(&list);
    return fine;
}
