#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "recording/format.h"
#include "recording/npy_file.h"
#include "recording/pickle.h"

/* Suite2p's folder: plane0, plane1 ..., each with an array of ROIs x frames (spks.npy: deconvolved;
 * F.npy, Fneu.npy: fluorescence), iscell.npy (1 or 0, and the classifier's probability) and ops.npy
 * (a pickled dictionary, of which fs and frames_per_folder are read). Planes are joined: ROI
 * numbers go on. As documented at suite2p.readthedocs.io (outputs, settings). */

enum { MOST_PLANES = 64, MOST_RECORDINGS = 10000 };

typedef struct plane {
    int number;
    nd_npy *cells; /* iscell.npy; NULL: none */
    size_t rois, frames;
} plane;

typedef struct suite2p {
    char *path;
    plane plane[MOST_PLANES];
    size_t planes, rois, frames; /* frames: of the shortest plane */
    char array[64];              /* the file all planes have: "spks.npy" or "F.npy" */
    double rate;                 /* frames per second of a plane; 0: unknown */
    double *recording;           /* recordings; frames of each that was joined */
    size_t recordings;
} suite2p;

static bool has_array(const char *path, int number, const char *name) {
    char file[4200];
    snprintf(file, sizeof file, "%s/plane%d/%s", path, number, name);
    return access(file, R_OK) == 0;
}

static bool recognises(const char *path, const unsigned char *head, size_t length) {
    (void)head;
    (void)length;
    for (int number = 0; number < MOST_PLANES; number++)
        if (has_array(path, number, "spks.npy") || has_array(path, number, "F.npy"))
            return true;
    return false;
}

static void close_suite2p(void *file) {
    suite2p *s = file;
    if (!s)
        return;
    for (size_t k = 0; k < s->planes; k++)
        nd_npy_close(s->plane[k].cells);
    free(s->recording);
    free(s->path);
    free(s);
}

/* --- opening --- */

static nd_npy *open_array(const suite2p *s, const plane *at, const char *name, nd_error *error) {
    char path[4200];
    snprintf(path, sizeof path, "%s/plane%d/%s", s->path, at->number, name);
    nd_npy *array = nd_npy_open(path, error);
    if (array && array->rank != 2) {
        nd_fail(error, path, "give the folder that Suite2p wrote",
                "has %d dimensions; expected ROIs x frames", array->rank);
        nd_npy_close(array);
        return NULL;
    }
    return array;
}

/* What ops.npy says of time. Recordings joined into one are counted in the first plane. */
static bool read_options(suite2p *s, const plane *at, nd_error *error) {
    char path[4200];
    nd_buffer buffer = {0};
    const unsigned char *bytes;
    size_t length, rows, columns;
    double *fs = NULL;
    nd_error why = {0};
    snprintf(path, sizeof path, "%s/plane%d/ops.npy", s->path, at->number);
    if (access(path, R_OK) != 0)
        return true;
    nd_pickle *ops = NULL;
    bool fine = nd_npy_pickle(path, &buffer, &bytes, &length, error) &&
                (ops = nd_pickle_read(bytes, length, path, error));
    nd_pickled root = fine ? nd_pickle_root(ops) : 0;
    nd_pickled rate = fine ? nd_pickle_entry(ops, root, "fs") : ND_PICKLED_NONE;
    nd_pickled folders = fine ? nd_pickle_entry(ops, root, "frames_per_folder") : ND_PICKLED_NONE;
    if (rate != ND_PICKLED_NONE && nd_pickle_numbers(ops, rate, &fs, &rows, &columns, &why) &&
        rows * columns == 1 && fs[0] > 0.0 && isfinite(fs[0]))
        s->rate = fs[0];
    if (folders != ND_PICKLED_NONE && !s->recording &&
        nd_pickle_numbers(ops, folders, &s->recording, &rows, &columns, &why))
        s->recordings = rows * columns;
    free(fs);
    nd_pickle_free(ops);
    nd_buffer_free(&buffer);
    return fine;
}

/* Recordings that do not add up to the frames there are tell nothing. */
static void check_recordings(suite2p *s) {
    double sum = 0.0;
    for (size_t k = 0; k < s->recordings; k++)
        sum += s->recording[k] >= 1.0 && s->recording[k] == floor(s->recording[k]) ? s->recording[k]
                                                                                   : INFINITY;
    if (sum != (double)s->frames || s->recordings > MOST_RECORDINGS)
        s->recordings = 0;
}

static bool open_plane(suite2p *s, int number, nd_error *error) {
    plane *at = &s->plane[s->planes++];
    *at = (plane){.number = number};
    nd_npy *array = open_array(s, at, s->array, error);
    if (!array)
        return false;
    at->rois = nd_npy_extent(array, 0);
    at->frames = nd_npy_extent(array, 1);
    nd_npy_close(array);
    if (has_array(s->path, number, "iscell.npy") &&
        !(at->cells = open_array(s, at, "iscell.npy", error)))
        return false;
    if (at->cells && (nd_npy_extent(at->cells, 0) != at->rois || nd_npy_extent(at->cells, 1) > 2))
        return nd_fail(error, at->cells->path, "run Suite2p again, or copy the folder again",
                       "lengths disagree: it has %zu x %zu values, %s %zu ROIs",
                       nd_npy_extent(at->cells, 0), nd_npy_extent(at->cells, 1), s->array,
                       at->rois);
    s->frames = s->planes == 1 || at->frames < s->frames ? at->frames : s->frames;
    s->rois += at->rois;
    return read_options(s, at, error);
}

static void *open_suite2p(const char *path, const nd_selector *selector, const nd_link_rules *links,
                          nd_error *error) {
    (void)selector;
    (void)links;
    suite2p *s = nd_array(1, sizeof *s, error);
    bool fine = s && (s->path = nd_text(path, error));
    bool deconvolved = true;
    for (int number = 0; fine && number < MOST_PLANES; number++)
        if (has_array(path, number, "F.npy") && !has_array(path, number, "spks.npy"))
            deconvolved = false;
    if (fine)
        snprintf(s->array, sizeof s->array, "%s", deconvolved ? "spks.npy" : "F.npy");
    for (int number = 0; fine && number < MOST_PLANES; number++)
        if (has_array(path, number, s->array))
            fine = open_plane(s, number, error);
    if (fine && s->planes == 0)
        fine = nd_fail(error, path, "give the folder that Suite2p wrote",
                       "holds no plane with spks.npy or F.npy");
    if (fine) {
        check_recordings(s);
        return s;
    }
    close_suite2p(s);
    return NULL;
}

/* --- which ROIs are cells --- */

static bool suite2p_series(void *file, nd_role role, const nd_selector *selector, nd_series *series,
                           bool *found, nd_error *error) {
    const suite2p *s = file;
    bool all = true;
    for (size_t k = 0; k < s->planes; k++)
        all = all && s->plane[k].cells;
    *found = role == ND_ROLE_KEEP && all;
    if (!*found)
        return true;
    const char *asked = selector->columns_count ? selector->columns[0] : "iscell";
    size_t column = strcasecmp(asked, "iscell") == 0        ? 0
                    : strcasecmp(asked, "probability") == 0 ? 1
                                                            : nd_column_number(asked, 2);
    if (column == SIZE_MAX)
        return nd_fail(error, s->path, "give column: iscell or column: probability",
                       "iscell.npy has no column '%.40s'", asked);
    series->rows = s->rois;
    series->columns = series->depth = 1;
    series->values = nd_doubles(s->rois, error);
    snprintf(series->name, sizeof series->name, "iscell.npy");
    bool fine = series->values != NULL;
    for (size_t k = 0, at = 0; fine && k < s->planes; k++) {
        const nd_npy *cells = s->plane[k].cells;
        size_t wide = nd_npy_extent(cells, 1);
        double *values = column < wide ? nd_npy_all(cells, error) : NULL;
        fine = values || (column >= wide && nd_fail(error, cells->path, "give column: iscell",
                                                    "holds no probabilities"));
        for (size_t i = 0; fine && values && i < s->plane[k].rois; i++)
            series->values[at++] = values[i * wide + column];
        free(values);
    }
    return fine;
}

/* --- activity --- */

/* The file of ROIs x frames that a name asks for: spks, F, Fneu; every plane must have it. */
static bool array_name(const suite2p *s, const nd_selector *selector, char name[64],
                       nd_error *error) {
    snprintf(name, 64, "%s", s->array);
    if (!selector->name)
        return true;
    size_t length = strlen(selector->name);
    bool ended = length > 4 && strcmp(selector->name + length - 4, ".npy") == 0;
    if (strchr(selector->name, '/') || length > 50)
        return nd_fail(error, s->path, "name: spks or F", "there is no array '%.60s'",
                       selector->name);
    snprintf(name, 64, "%.54s%s", selector->name, ended ? "" : ".npy");
    for (size_t k = 0; k < s->planes; k++)
        if (!has_array(s->path, s->plane[k].number, name))
            return nd_fail(error, s->path, "name: spks or F", "plane%d has no %s",
                           s->plane[k].number, name);
    return true;
}

/* Suite2p's own word, or the laboratory's after looking through them. */
static bool own_cells(suite2p *s, nd_activity *activity, nd_error *error) {
    nd_series cells = {0};
    bool found = false;
    if (!suite2p_series(s, ND_ROLE_KEEP, &(nd_selector){0}, &cells, &found, error))
        return false;
    activity->is_cell = found ? nd_array(s->rois, sizeof *activity->is_cell, error) : NULL;
    for (size_t i = 0; activity->is_cell && i < s->rois; i++)
        activity->is_cell[i] = cells.values[i] == 1.0;
    snprintf(activity->is_cell_by, sizeof activity->is_cell_by,
             "iscell.npy; keep: {column: probability, threshold: 0.5} chooses by the classifier");
    nd_series_clear(&cells);
    return !found || activity->is_cell;
}

static bool suite2p_activity(void *file, const nd_selector *selector,
                             const nd_selector *const *others, nd_activity *activity,
                             nd_error *error) {
    suite2p *s = file;
    char name[64];
    (void)others;
    if (!array_name(s, selector, name, error))
        return false;
    activity->rows = activity->known_cells = s->rois;
    activity->columns = s->frames;
    activity->rows_are_cells = true;
    activity->rate = s->rate;
    activity->honoured = ND_PART_COLUMNS;
    snprintf(activity->name, sizeof activity->name, "%s", name);
    for (size_t k = 0; k < s->planes; k++)
        if (s->plane[k].frames != s->frames)
            snprintf(activity->note, sizeof activity->note,
                     "planes have different numbers of frames: the first %zu of each are read",
                     s->frames);
    if (strcmp(name, "spks.npy") != 0)
        snprintf(activity->note + strlen(activity->note),
                 sizeof activity->note - strlen(activity->note),
                 "%s%s is fluorescence, not events: spks.npy is deconvolved",
                 activity->note[0] ? "; " : "", name);
    activity->cell_id = nd_array(s->rois, sizeof *activity->cell_id, error);
    activity->ids_count = s->rois;
    for (size_t i = 0; activity->cell_id && i < s->rois; i++)
        activity->cell_id[i] = (int64_t)i;
    return activity->cell_id && own_cells(s, activity, error);
}

static bool suite2p_pour(void *file, const nd_selector *selector, const nd_activity *activity,
                         nd_sink *sink, const nd_clock *clock, nd_error *error) {
    const suite2p *s = file;
    char name[64];
    (void)activity;
    (void)clock;
    bool fine = array_name(s, selector, name, error);
    for (size_t k = 0, row = 0; fine && k < s->planes; k++) {
        nd_npy *array = open_array(s, &s->plane[k], name, error);
        fine = array != NULL;
        if (fine &&
            (nd_npy_extent(array, 0) != s->plane[k].rois || nd_npy_extent(array, 1) < s->frames))
            fine = nd_fail(error, array->path, "copy the folder again",
                           "lengths disagree: %zu x %zu; %s is %zu x %zu", nd_npy_extent(array, 0),
                           nd_npy_extent(array, 1), s->array, s->plane[k].rois, s->plane[k].frames);
        fine = fine && nd_npy_pour(array, row, s->frames, sink, error);
        nd_npy_close(array);
        row += s->plane[k].rois;
    }
    return fine;
}

/* --- scan --- */

static bool suite2p_scan(void *file, nd_findings *findings, nd_error *error) {
    suite2p *s = file;
    nd_activity activity = {0};
    size_t cells = 0, count = s->recordings > 1 ? s->recordings : 1;
    bool fine = own_cells(s, &activity, error);
    for (size_t i = 0; activity.is_cell && i < s->rois; i++)
        cells += activity.is_cell[i];
    char rate[64] = "no frame rate";
    if (s->rate > 0.0)
        snprintf(rate, sizeof rate, "%.6g frames a second", s->rate);
    double first = 1.0;
    for (size_t k = 0; fine && k < count; k++) {
        double frames = s->recordings > 1 ? s->recording[k] : (double)s->frames;
        char whole[64] = "";
        if (count > 1)
            snprintf(whole, sizeof whole, ", recording %zu of %zu joined", k + 1, count);
        fine = nd_findings_add(findings, ND_ROLE_ACTIVITY, 3, "", error,
                               "%s of %zu plane%s: %zu ROIs, %zu cells by iscell; %s%s", s->array,
                               s->planes, s->planes > 1 ? "s" : "", s->rois,
                               activity.is_cell ? cells : s->rois, rate, whole);
        if (!fine)
            break;
        nd_finding *one = &findings->list[findings->count - 1];
        one->rows = (size_t)frames;
        one->columns = s->rois;
        one->kept = activity.is_cell ? cells : s->rois;
        one->clocked = s->rate > 0.0;
        if (count > 1) {
            one->frames[0] = (size_t)first;
            one->frames[1] = (size_t)(first + frames - 1.0);
        }
        first += frames;
    }
    nd_activity_clear(&activity);
    return fine;
}

const nd_format nd_format_suite2p = {
    .name = "Suite2p",
    .folder = true,
    .clocked = true,
    .no_position = "",
    .honours = {[ND_ROLE_ACTIVITY] =
                    ~(uint32_t)(ND_PART_AREA | ND_PART_SKIP_ROWS | ND_PART_ORIENTATION),
                [ND_ROLE_KEEP] =
                    ND_PART_FILE | ND_PART_COLUMNS | ND_PART_EQUALS | ND_PART_THRESHOLD},
    .recognises = recognises,
    .open = open_suite2p,
    .close = close_suite2p,
    .series = suite2p_series,
    .activity = suite2p_activity,
    .pour = suite2p_pour,
    .scan = suite2p_scan,
};
