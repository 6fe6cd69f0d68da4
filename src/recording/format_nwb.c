#include "recording/format.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "recording/hdf5_layouts.h"
#include "recording/hdf5_values.h"
#include "recording/nwb_parts.h"
#include "recording/nwb_planes.h"

static bool recognises(const char *path, const unsigned char *head, size_t length) {
    static const unsigned char signature[] = "\211HDF\r\n\032\n";
    (void)path;
    return length >= 8 && memcmp(head, signature, 8) == 0;
}

static void *open_nwb(const char *path, const nd_selector *selector, const nd_link_rules *links,
                      nd_error *error) {
    (void)selector;
    return nd_nwb_open(path, links, error);
}

static void close_nwb(void *file) {
    nd_nwb_close(file);
}

static bool read_series(const nd_nwb *nwb, const char *object, nd_series *series, nd_error *error) {
    char path[ND_NWB_PATH_SIZE];
    bool is_series;
    int rank;
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS];
    if (!nd_nwb_data_path(nwb, object, path, &is_series))
        return false;
    size_t count;
    series->values = nd_hdf5_numbers(&nwb->file, path, nwb->path, &count, error);
    if (!series->values)
        return false;
    if (!nd_hdf5_shape(&nwb->file, path, &rank, dims) || rank < 1 || rank > 3)
        return nd_nwb_too_odd(nwb, path, error);
    series->rows = dims[0];
    series->columns = rank > 1 ? dims[1] : 1;
    series->depth = rank > 2 ? dims[2] : 1;
    snprintf(series->name, sizeof series->name, "%s", object);
    series->factor = nd_hdf5_number_attribute(&nwb->file, path, "conversion", 1.0);
    series->offset = nd_hdf5_number_attribute(&nwb->file, path, "offset", 0.0);
    char other[160];
    if (nd_hdf5_follow(&nwb->file, path, nwb->path, other, sizeof other, error) && other[0])
        snprintf(series->note, sizeof series->note, "it is a link, followed to %s", other);
    nd_hdf5_text_attribute(&nwb->file, path, "unit", series->unit, sizeof series->unit);
    return !is_series || nd_nwb_times(nwb, object, &series->times, &series->times_count,
                                      &series->start, &series->rate, error);
}

/* A table of intervals becomes rows of start and stop. */
static bool read_intervals(const nd_nwb *nwb, const char *table, nd_series *series,
                           nd_error *error) {
    char path[ND_NWB_PATH_SIZE];
    size_t starts = 0, stops = 0;
    double *start = NULL, *stop = NULL;
    bool fine = nd_nwb_join(path, table, "start_time") &&
                (start = nd_hdf5_numbers(&nwb->file, path, nwb->path, &starts, error)) &&
                nd_nwb_join(path, table, "stop_time") &&
                (stop = nd_hdf5_numbers(&nwb->file, path, nwb->path, &stops, error));
    if (fine && starts != stops)
        fine = nd_fail(error, nwb->path, "correct the file",
                       "%s: there are %zu start times and %zu stop times", table, starts, stops);
    series->values = fine ? nd_doubles(2 * starts, error) : NULL;
    for (size_t i = 0; series->values && i < starts; i++) {
        series->values[2 * i] = start[i];
        series->values[2 * i + 1] = stop[i];
    }
    series->rows = starts;
    series->columns = 2;
    series->depth = 1;
    snprintf(series->name, sizeof series->name, "%s", table);
    free(start);
    free(stop);
    return series->values != NULL;
}

/* Where a named dataset or table is; the role's default where none is named. */
static const char *object_of(const nd_nwb *nwb, nd_role role, const nd_selector *selector,
                             bool *found, nd_error *error) {
    *found = true;
    /* A full path to a dataset needs no neurodata type. */
    if (selector->name && selector->name[0] == '/') {
        if (nd_hdf5_follow(&nwb->file, selector->name, nwb->path, NULL, 0, error))
            return selector->name;
        return NULL;
    }
    const nd_nwb_object *object = nd_nwb_find(nwb, role, selector->name, found, error);
    return object ? object->path : NULL;
}

static bool nwb_series(void *file, nd_role role, const nd_selector *selector, nd_series *series,
                       bool *found, nd_error *error) {
    const nd_nwb *nwb = file;
    const char *object = object_of(nwb, role, selector, found, error);
    if (!object)
        return !*found;
    if (role == ND_ROLE_TRIALS)
        return read_intervals(nwb, object, series, error) &&
               (selector->columns_count == 0 ||
                nd_nwb_choose_rows(nwb, object, selector, series, error));
    if (!read_series(nwb, object, series, error))
        return false;
    return role == ND_ROLE_RATE_MAPS || role == ND_ROLE_OCCUPANCY ||
           nd_series_select(series, selector, nwb->path, error);
}

static char **nwb_texts(void *file, const nd_selector *selector, size_t *count, nd_error *error) {
    const nd_nwb *nwb = file;
    if (nwb->planes && !selector->name && selector->columns_count > 0)
        return nd_nwb_planes_texts(nwb, selector->columns[0], selector->threshold != NULL, count,
                                   error);
    return nd_nwb_texts(nwb, selector, count, error);
}

/* --- scan --- */

static bool scan_object(const nd_nwb *nwb, const nd_nwb_object *object, nd_role role, int fit,
                        nd_findings *findings, nd_error *error) {
    char path[ND_NWB_PATH_SIZE], unit[64] = "";
    bool is_series;
    int rank = 0;
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS] = {0};
    if (strcmp(object->type, "Units") == 0) {
        nd_nwb_join(path, object->path, "spike_times_index");
        nd_hdf5_shape(&nwb->file, path, &rank, dims);
        return nd_findings_add(findings, role, fit, object->path, error, "Units, %zu cells",
                               (size_t)dims[0]);
    }
    if (strcmp(object->type, "TimeIntervals") == 0) {
        nd_nwb_join(path, object->path, "start_time");
        nd_hdf5_shape(&nwb->file, path, &rank, dims);
        return nd_findings_add(findings, role, fit, object->path, error, "TimeIntervals, %zu",
                               (size_t)dims[0]);
    }
    if (!nd_nwb_data_path(nwb, object->path, path, &is_series) ||
        !nd_hdf5_shape(&nwb->file, path, &rank, dims))
        return nd_findings_add(findings, role, fit, object->path, error, "%s", object->type);
    nd_hdf5_shape(&nwb->file, path, &rank, dims);
    nd_hdf5_text_attribute(&nwb->file, path, "unit", unit, sizeof unit);
    if (rank == 2)
        return nd_findings_add(findings, role, fit, object->path, error, "%s, %zu x %zu, unit '%s'",
                               object->type, (size_t)dims[0], (size_t)dims[1], unit);
    return nd_findings_add(findings, role, fit, object->path, error, "%s, %zu, unit '%s'",
                           object->type, (size_t)dims[0], unit);
}

static bool nwb_scan(void *file, nd_findings *findings, nd_error *error) {
    static const nd_role roles[] = {ND_ROLE_ACTIVITY, ND_ROLE_POSITION, ND_ROLE_SPEED,
                                    ND_ROLE_DIRECTION, ND_ROLE_TRIALS};
    const nd_nwb *nwb = file;
    bool other;
    if (!nd_hdf5_layouts_scan(nwb, findings, &other, error))
        return false;
    if (other)
        return true;
    if (nwb->plain)
        return nd_nwb_say_plain(nwb, error);
    nd_hdf5_text(&nwb->file, "/general/subject/subject_id", findings->subject,
                 sizeof findings->subject);
    nd_hdf5_text(&nwb->file, "/session_start_time", findings->start, sizeof findings->start);
    if (!nd_nwb_planes_scan(nwb, findings, error))
        return false;
    for (size_t i = 0; i < nwb->count; i++) {
        const nd_nwb_object *object = &nwb->objects[i];
        bool known = false;
        for (size_t k = 0; k < sizeof roles / sizeof *roles; k++) {
            int fit = nd_nwb_fit(nwb, roles[k], object);
            known = known || fit > 0;
            if (fit > 0 && !scan_object(nwb, object, roles[k], fit > 3 ? 3 : fit, findings, error))
                return false;
        }
        if (!known && object->type[0] == '\0' &&
            !nd_findings_add(findings, ND_ROLES, 0, object->path, error, "a link not followed"))
            return false;
        if (!known && object->type[0] && !scan_object(nwb, object, ND_ROLES, 0, findings, error))
            return false;
    }
    return true;
}

const nd_format nd_format_nwb = {
    .name = "NWB",
    .clocked = true,
    .many = true,
    .no_position = " (no SpatialSeries)",
    .honours = {[ND_ROLE_ACTIVITY] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_POSITION] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_POSITION_Y] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_SPEED] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_DIRECTION] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_TRIALS] = ND_PART_FILE | ND_PART_NAME | ND_PART_COLUMNS | ND_PART_EQUALS,
                [ND_ROLE_IDS] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_REGISTRATION] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_KEEP] = ND_PART_FILE | ND_PART_NAME | ND_PART_COLUMNS | ND_PART_EQUALS |
                                 ND_PART_THRESHOLD,
                [ND_ROLE_RATE_MAPS] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_OCCUPANCY] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_CELLS] = ND_PART_FILE | ND_PART_AREA},
    .recognises = recognises,
    .open = open_nwb,
    .close = close_nwb,
    .series = nwb_series,
    .activity = nd_nwb_activity,
    .pour = nd_nwb_pour,
    .texts = nwb_texts,
    .body = nd_hdf5_body,
    .scan = nwb_scan,
};
