#include "recording/nwb_planes.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "recording/nwb_matrix.h"

enum { MOST_PLANES = 256 };

bool nd_nwb_is_pattern(const char *name) {
    return name && strchr(name, '*') != NULL;
}

/* Whether an object is a plane that the pattern means, by its whole path or the end of it. */
static bool meant(const nd_nwb_object *object, const char *pattern) {
    char anywhere[ND_NWB_PATH_SIZE];
    snprintf(anywhere, sizeof anywhere, "*/%.1000s", pattern);
    return strcmp(object->type, "RoiResponseSeries") == 0 &&
           fnmatch(pattern[0] == '/' ? pattern : anywhere, object->path, 0) == 0;
}

/* The planes in the order of the file; how many. */
static size_t list_planes(const nd_nwb *nwb, const char *pattern,
                          const nd_nwb_object *planes[MOST_PLANES]) {
    size_t count = 0;
    for (size_t i = 0; i < nwb->count && count < MOST_PLANES; i++)
        if (meant(&nwb->objects[i], pattern))
            planes[count++] = &nwb->objects[i];
    return count;
}

/* A plane's matrix, and whether it lies on its side, cells x frames, as its segments tell. */
static bool plane_matrix(const nd_nwb *nwb, const char *path, nd_nwb_matrix *m, bool *lying,
                         int64_t **ids, nd_error *error) {
    size_t cells = 0;
    *ids = NULL;
    if (!nd_nwb_matrix_find(nwb, path, m, error) || !nd_nwb_roi_ids(nwb, path, ids, &cells, error))
        return false;
    *lying = cells == m->rows && cells != m->columns;
    return cells == 0 || cells == m->rows || cells == m->columns ||
           nd_fail(error, nwb->path, "correct the file", "%s is %zu x %zu, of %zu segments", path,
                   m->rows, m->columns, cells);
}

static bool add_plane(nd_activity *activity, const nd_nwb_matrix *m, bool lying, const int64_t *ids,
                      nd_error *error) {
    size_t cells = lying ? m->rows : m->columns;
    int64_t after = 0;
    for (size_t c = 0; c < activity->columns; c++)
        after = activity->cell_id[c] >= after ? activity->cell_id[c] + 1 : after;
    int64_t *all = nd_array(activity->columns + cells, sizeof *all, error);
    if (!all)
        return false;
    if (activity->columns)
        memcpy(all, activity->cell_id, activity->columns * sizeof *all);
    for (size_t c = 0; c < cells; c++)
        all[activity->columns + c] = after + (ids ? ids[c] : (int64_t)c);
    free(activity->cell_id);
    activity->cell_id = all;
    activity->columns += cells;
    activity->ids_count = activity->known_cells = activity->columns;
    return true;
}

bool nd_nwb_planes_activity(nd_nwb *nwb, const char *pattern, nd_activity *activity,
                            nd_error *error) {
    const nd_nwb_object *planes[MOST_PLANES];
    size_t count = list_planes(nwb, pattern, planes);
    if (count == 0)
        return nd_fail(error, nwb->path, "see what is there by `nulldrift record` with `scan`",
                       "has no RoiResponseSeries named '%.200s'", pattern);
    free(nwb->planes);
    if (!(nwb->planes = nd_text(pattern, error)))
        return false;
    snprintf(activity->name, sizeof activity->name, "%.255s", pattern);
    activity->frames_first = true;
    activity->honoured = ND_PART_COLUMNS;
    bool fine = nd_nwb_times(nwb, planes[0]->path, &activity->times, &activity->times_count,
                             &activity->start, &activity->rate, error);
    for (size_t k = 0; fine && k < count; k++) {
        nd_nwb_matrix m = {0};
        bool lying = false;
        int64_t *ids = NULL;
        fine = plane_matrix(nwb, planes[k]->path, &m, &lying, &ids, error);
        size_t frames = fine ? (lying ? m.columns : m.rows) : 0;
        if (fine && k > 0 && frames != activity->rows)
            fine = nd_fail(error, nwb->path, "name one of them, or those that are as long",
                           "%s has %zu frames, %s %zu: they are not planes of one recording",
                           planes[0]->path, activity->rows, planes[k]->path, frames);
        activity->rows = frames;
        fine = fine && add_plane(activity, &m, lying, ids, error);
        free(ids);
    }
    snprintf(activity->note, sizeof activity->note,
             "%zu planes joined, %zu cells; the times are of %.200s", count, activity->columns,
             planes[0]->path);
    return fine;
}

bool nd_nwb_planes_pour(const nd_nwb *nwb, const char *pattern, nd_sink *sink, nd_error *error) {
    const nd_nwb_object *planes[MOST_PLANES];
    size_t count = list_planes(nwb, pattern, planes), before = 0;
    bool fine = true;
    for (size_t k = 0; fine && k < count; k++) {
        nd_nwb_matrix m = {0};
        bool lying = false;
        int64_t *ids = NULL;
        fine = plane_matrix(nwb, planes[k]->path, &m, &lying, &ids, error) &&
               nd_nwb_matrix_pour_plane(nwb, &m, lying, before, sink, error);
        before += lying ? m.rows : m.columns;
        free(ids);
    }
    return fine;
}

char **nd_nwb_planes_texts(const nd_nwb *nwb, const char *column, bool second, size_t *count,
                           nd_error *error) {
    const nd_nwb_object *planes[MOST_PLANES];
    size_t of = list_planes(nwb, nwb->planes, planes), room = 0;
    char **all = NULL, rois[ND_NWB_PATH_SIZE], table[ND_NWB_PATH_SIZE], path[ND_NWB_PATH_SIZE];
    bool fine = true;
    *count = 0;
    for (size_t k = 0; fine && k < of; k++) {
        size_t rows = 0, cells = 0;
        fine = (nd_nwb_join(rois, planes[k]->path, "rois") && nd_hdf5_has(&nwb->file, rois) &&
                nd_hdf5_reference(&nwb->file, rois, "table", table, sizeof table) &&
                nd_nwb_join(path, table, column) && nd_hdf5_has(&nwb->file, path)) ||
               nd_fail(error, nwb->path, "leave keep out, or add the column",
                       "the segments of %s have no column '%.60s'", planes[k]->path, column);
        char **texts = fine ? nd_nwb_column_texts(nwb, path, second, &rows, error) : NULL;
        double *row = texts ? nd_hdf5_numbers(&nwb->file, rois, nwb->path, &cells, error) : NULL;
        fine = row != NULL;
        for (size_t c = 0; fine && c < cells; c++) {
            char **grown = nd_grown(all, &room, *count + 1, sizeof *grown, error);
            fine = grown != NULL;
            all = fine ? grown : all;
            bool there = fine && row[c] >= 0.0 && row[c] < (double)rows && texts[(size_t)row[c]];
            if (fine)
                fine = (all[(*count)++] = nd_text(there ? texts[(size_t)row[c]] : "", error));
        }
        for (size_t r = 0; texts && r < rows; r++)
            free(texts[r]);
        free(texts);
        free(row);
    }
    if (fine)
        return all;
    for (size_t c = 0; c < *count; c++)
        free(all[c]);
    free(all);
    return NULL;
}

/* The length of the path's part before its last name. */
static size_t group_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) : 0;
}

static bool same_group(const nd_nwb_object *a, const nd_nwb_object *b) {
    size_t length = group_length(a->path);
    return length == group_length(b->path) && strncmp(a->path, b->path, length) == 0;
}

/* Planes differ in their segments, of which each series points to its own table. */
static bool other_segments(const nd_nwb *nwb, const nd_nwb_object *a, const nd_nwb_object *b) {
    char rois[ND_NWB_PATH_SIZE], one[ND_NWB_PATH_SIZE], other[ND_NWB_PATH_SIZE];
    return nd_nwb_join(rois, a->path, "rois") && nd_hdf5_has(&nwb->file, rois) &&
           nd_hdf5_reference(&nwb->file, rois, "table", one, sizeof one) &&
           nd_nwb_join(rois, b->path, "rois") && nd_hdf5_has(&nwb->file, rois) &&
           nd_hdf5_reference(&nwb->file, rois, "table", other, sizeof other) &&
           strcmp(one, other) != 0;
}

bool nd_nwb_planes_scan(const nd_nwb *nwb, nd_findings *findings, nd_error *error) {
    bool fine = true;
    for (size_t i = 0; fine && i < nwb->count; i++) {
        const nd_nwb_object *first = &nwb->objects[i];
        size_t planes = 1;
        bool leads = strcmp(first->type, "RoiResponseSeries") == 0;
        for (size_t k = 0; leads && k < nwb->count; k++) {
            const nd_nwb_object *other = &nwb->objects[k];
            if (k == i || strcmp(other->type, first->type) != 0 || !same_group(first, other) ||
                !other_segments(nwb, first, other))
                continue;
            leads = k > i;
            planes++;
        }
        if (!leads || planes == 1)
            continue;
        char name[ND_NWB_PATH_SIZE];
        snprintf(name, sizeof name, "%.*s/*", (int)group_length(first->path), first->path);
        int fit = nd_nwb_fit(nwb, ND_ROLE_ACTIVITY, first);
        fine = nd_findings_add(findings, ND_ROLE_ACTIVITY, fit > 3 ? 3 : fit, name, error,
                               "%zu planes joined", planes);
    }
    return fine;
}
