#include "recording/format.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "recording/hdf5_values.h"
#include "recording/nwb_parts.h"

static bool recognises(const char *path, const unsigned char *head, size_t length) {
    static const unsigned char signature[] = "\211HDF\r\n\032\n";
    (void)path;
    return length >= 8 && memcmp(head, signature, 8) == 0;
}

static void *open_nwb(const char *path, nd_error *error) {
    return nd_nwb_open(path, error);
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
    series->values = nd_hdf5_numbers(nwb->file, path, nwb->path, &count, error);
    if (!series->values)
        return false;
    if (!nd_hdf5_shape(nwb->file, path, &rank, dims) || rank < 1 || rank > 3)
        return nd_nwb_too_odd(nwb, path, error);
    series->rows = dims[0];
    series->columns = rank > 1 ? dims[1] : 1;
    series->depth = rank > 2 ? dims[2] : 1;
    snprintf(series->name, sizeof series->name, "%s", object);
    double conversion = nd_hdf5_number_attribute(nwb->file, path, "conversion", 1.0);
    double offset = nd_hdf5_number_attribute(nwb->file, path, "offset", 0.0);
    for (size_t i = 0; i < count; i++)
        series->values[i] = conversion * series->values[i] + offset;
    nd_hdf5_text_attribute(nwb->file, path, "unit", series->unit, sizeof series->unit);
    return !is_series ||
           nd_nwb_times(nwb, object, series->rows, &series->times, &series->rate, error);
}

/* A table of intervals becomes rows of start and stop. */
static bool read_intervals(const nd_nwb *nwb, const char *table, nd_series *series,
                           nd_error *error) {
    char path[ND_NWB_PATH_SIZE];
    size_t starts = 0, stops = 0;
    double *start = NULL, *stop = NULL;
    bool fine = nd_nwb_join(path, table, "start_time") &&
                (start = nd_hdf5_numbers(nwb->file, path, nwb->path, &starts, error)) &&
                nd_nwb_join(path, table, "stop_time") &&
                (stop = nd_hdf5_numbers(nwb->file, path, nwb->path, &stops, error));
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

static bool nwb_series(void *file, nd_role role, const nd_selector *selector, nd_series *series,
                       bool *found, nd_error *error) {
    const nd_nwb *nwb = file;
    *found = true;
    /* A full path to a dataset needs no neurodata type. */
    if (selector->name && selector->name[0] == '/' && nd_hdf5_has(nwb->file, selector->name))
        return (role == ND_ROLE_TRIALS ? read_intervals(nwb, selector->name, series, error)
                                       : read_series(nwb, selector->name, series, error)) &&
               nd_series_select(series, selector, nwb->path, error);
    const nd_nwb_object *object = nd_nwb_find(nwb, role, selector->name, found, error);
    if (!object)
        return !*found;
    if (role == ND_ROLE_TRIALS)
        return read_intervals(nwb, object->path, series, error);
    return read_series(nwb, object->path, series, error) &&
           nd_series_select(series, selector, nwb->path, error);
}

/* --- scan --- */

static bool scan_object(const nd_nwb *nwb, const nd_nwb_object *object, nd_role role,
                        nd_findings *findings, nd_error *error) {
    char path[ND_NWB_PATH_SIZE], unit[64] = "";
    bool is_series;
    int rank = 0;
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS] = {0};
    if (strcmp(object->type, "Units") == 0) {
        nd_nwb_join(path, object->path, "spike_times_index");
        nd_hdf5_shape(nwb->file, path, &rank, dims);
        return nd_findings_add(findings, role, object->path, error, "Units, %zu cells",
                               (size_t)dims[0]);
    }
    if (strcmp(object->type, "TimeIntervals") == 0) {
        nd_nwb_join(path, object->path, "start_time");
        nd_hdf5_shape(nwb->file, path, &rank, dims);
        return nd_findings_add(findings, role, object->path, error, "TimeIntervals, %zu",
                               (size_t)dims[0]);
    }
    if (!nd_nwb_data_path(nwb, object->path, path, &is_series))
        return true;
    nd_hdf5_shape(nwb->file, path, &rank, dims);
    nd_hdf5_text_attribute(nwb->file, path, "unit", unit, sizeof unit);
    if (rank == 2)
        return nd_findings_add(findings, role, object->path, error, "%s, %zu x %zu, unit '%s'",
                               object->type, (size_t)dims[0], (size_t)dims[1], unit);
    return nd_findings_add(findings, role, object->path, error, "%s, %zu, unit '%s'", object->type,
                           (size_t)dims[0], unit);
}

static bool nwb_scan(void *file, nd_findings *findings, nd_error *error) {
    static const nd_role roles[] = {ND_ROLE_ACTIVITY, ND_ROLE_POSITION, ND_ROLE_SPEED,
                                    ND_ROLE_DIRECTION, ND_ROLE_TRIALS};
    const nd_nwb *nwb = file;
    nd_hdf5_text(nwb->file, "/general/subject/subject_id", findings->subject,
                 sizeof findings->subject);
    nd_hdf5_text(nwb->file, "/session_start_time", findings->start, sizeof findings->start);
    for (size_t i = 0; i < nwb->count; i++)
        for (size_t k = 0; k < sizeof roles / sizeof *roles; k++)
            if (nd_nwb_fit(nwb, roles[k], &nwb->objects[i]) > 0 &&
                !scan_object(nwb, &nwb->objects[i], roles[k], findings, error))
                return false;
    return true;
}

const nd_format nd_format_nwb = {
    .name = "NWB",
    .clocked = true,
    .many = true,
    .no_position = " (no SpatialSeries)",
    .recognises = recognises,
    .open = open_nwb,
    .close = close_nwb,
    .series = nwb_series,
    .activity = nd_nwb_activity,
    .pour = nd_nwb_pour,
    .scan = nwb_scan,
};
