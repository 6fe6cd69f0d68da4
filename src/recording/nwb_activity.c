/* The activity of an NWB file: a matrix read in blocks, or units' spike times. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "recording/hdf5_values.h"
#include "recording/nwb_parts.h"

enum { BLOCK_BYTES = 64 << 20 };

/* Whether unit i is of the area asked for, by the units table's location column. */
static bool in_area(const nd_nwb *nwb, const char *units, size_t i, const char *area) {
    char path[ND_NWB_PATH_SIZE], place[128];
    static const char *const columns[] = {"location", "brain_area", "brain_region", "area",
                                          "region"};
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
        if (nd_nwb_join(path, units, columns[k]) &&
            nd_hdf5_text_at(nwb->file, path, i, place, sizeof place))
            return strcasecmp(place, area) == 0;
    return false;
}

/* Units as ragged arrays: unit i's spikes end before spike_times_index[i]. */
typedef struct units {
    double *times;
    size_t *end; /* count */
    bool *keep;  /* count */
    size_t count;
} units;

static void units_clear(units *u) {
    free(u->times);
    free(u->end);
    free(u->keep);
    *u = (units){0};
}

static bool read_units(const nd_nwb *nwb, const char *table, const char *area, units *u,
                       nd_error *error) {
    char path[ND_NWB_PATH_SIZE];
    size_t spikes = 0, count = 0;
    double *ends = NULL;
    bool fine = nd_nwb_join(path, table, "spike_times") &&
                (u->times = nd_hdf5_numbers(nwb->file, path, nwb->path, &spikes, error)) &&
                nd_nwb_join(path, table, "spike_times_index") &&
                (ends = nd_hdf5_numbers(nwb->file, path, nwb->path, &count, error)) &&
                (u->end = nd_array(count, sizeof *u->end, error)) &&
                (u->keep = nd_array(count, sizeof *u->keep, error));
    u->count = count;
    for (size_t i = 0; fine && i < count; i++) {
        if (!(ends[i] >= (i ? ends[i - 1] : 0.0) && ends[i] <= (double)spikes))
            fine = nd_fail(error, nwb->path, "correct the file",
                           "%s: spike_times_index ends unit %zu at %g of %zu spikes", table, i + 1,
                           ends[i], spikes);
        u->end[i] = fine ? (size_t)ends[i] : 0;
        u->keep[i] = !area || in_area(nwb, table, i, area);
    }
    free(ends);
    return fine;
}

/* Ids as whole numbers from a dataset; NULL without failure where there is none. */
static bool read_ids(const nd_nwb *nwb, const char *path, int64_t **ids, size_t *count,
                     nd_error *error) {
    if (!nd_hdf5_has(nwb->file, path))
        return true;
    double *numbers = nd_hdf5_numbers(nwb->file, path, nwb->path, count, error);
    *ids = numbers ? nd_array(*count, sizeof **ids, error) : NULL;
    for (size_t i = 0; *ids && i < *count; i++)
        (*ids)[i] = fabs(numbers[i]) < 9e15 ? (int64_t)numbers[i] : -1;
    free(numbers);
    return *ids != NULL;
}

/* The ids of a series' cells: its `rois` point into a table whose `id` is meant. */
static bool roi_ids(const nd_nwb *nwb, const char *object, size_t cells, int64_t **ids,
                    nd_error *error) {
    char rois[ND_NWB_PATH_SIZE], table[ND_NWB_PATH_SIZE], path[ND_NWB_PATH_SIZE];
    int64_t *rows = NULL, *names = NULL;
    size_t row_count = 0, name_count = 0;
    if (!nd_nwb_join(rois, object, "rois") ||
        !nd_hdf5_reference(nwb->file, rois, "table", table, sizeof table) ||
        !nd_nwb_join(path, table, "id"))
        return true;
    bool fine = read_ids(nwb, rois, &rows, &row_count, error) &&
                read_ids(nwb, path, &names, &name_count, error);
    if (fine && rows && names && row_count == cells) {
        *ids = nd_array(cells, sizeof **ids, error);
        fine = *ids != NULL;
        for (size_t c = 0; fine && c < cells; c++)
            if (rows[c] >= 0 && (size_t)rows[c] < name_count)
                (*ids)[c] = names[rows[c]];
            else
                fine = nd_fail(error, nwb->path, "correct the file",
                               "%s: cell %zu is row %lld of a table of %zu", rois, c + 1,
                               (long long)rows[c], name_count);
    }
    free(rows);
    free(names);
    return fine;
}

static bool describe_units(const nd_nwb *nwb, const nd_nwb_object *object,
                           const nd_selector *selector, nd_activity *activity, nd_error *error) {
    char path[ND_NWB_PATH_SIZE];
    units u = {0};
    int64_t *ids = NULL;
    size_t id_count = 0;
    bool fine = read_units(nwb, object->path, selector->area, &u, error) &&
                nd_nwb_join(path, object->path, "id") &&
                read_ids(nwb, path, &ids, &id_count, error);
    activity->spike_times = true;
    if (fine && ids && id_count == u.count)
        activity->cell_id = nd_array(u.count, sizeof *ids, error);
    for (size_t i = 0; fine && i < u.count; i++) {
        if (!u.keep[i]) {
            activity->cells_left_out++;
            continue;
        }
        if (activity->cell_id && ids)
            activity->cell_id[activity->cells] = ids[i];
        activity->cells++;
    }
    free(ids);
    units_clear(&u);
    return fine;
}

static bool cells_first(const nd_selector *selector, const hsize_t dims[2], size_t times) {
    if (selector->orientation == ND_ORIENTATION_AUTO)
        return times && dims[0] != times && dims[1] == times;
    return selector->orientation == ND_ORIENTATION_CELLS_FIRST;
}

static size_t times_count(const nd_nwb *nwb, const char *group) {
    char path[ND_NWB_PATH_SIZE];
    int rank;
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS];
    return nd_nwb_join(path, group, "timestamps") && nd_hdf5_shape(nwb->file, path, &rank, dims) &&
                   rank == 1
               ? dims[0]
               : 0;
}

/* Shape and orientation of an activity's data. */
typedef struct matrix {
    char path[ND_NWB_PATH_SIZE];
    size_t frames, cells;
    int rank;
    bool cells_first;
} matrix;

static bool find_matrix(const nd_nwb *nwb, const char *object, const nd_selector *selector,
                        matrix *m, nd_error *error) {
    bool is_series;
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS] = {0, 1};
    if (!nd_nwb_data_path(nwb, object, m->path, &is_series) ||
        !nd_hdf5_shape(nwb->file, m->path, &m->rank, dims) || m->rank < 1 || m->rank > 2)
        return nd_nwb_too_odd(nwb, m->path, error);
    m->cells_first = m->rank == 2 && cells_first(selector, dims, times_count(nwb, object));
    m->frames = dims[m->cells_first];
    m->cells = m->rank == 1 ? 1 : dims[!m->cells_first];
    return true;
}

bool nd_nwb_activity(void *file, const nd_selector *selector, nd_activity *activity,
                     nd_error *error) {
    const nd_nwb *nwb = file;
    bool found;
    const nd_nwb_object *object = nd_nwb_find(nwb, ND_ROLE_ACTIVITY, selector->name, &found, error);
    if (!object)
        return found ? false
                     : nd_fail(error, nwb->path, "name a file or dataset that has",
                               "holds no activity: no RoiResponseSeries and no Units");
    snprintf(activity->name, sizeof activity->name, "%s", object->path);
    if (strcmp(object->type, "Units") == 0)
        return describe_units(nwb, object, selector, activity, error);
    matrix m;
    if (!find_matrix(nwb, object->path, selector, &m, error))
        return false;
    activity->frames = m.frames;
    activity->cells = m.cells;
    return nd_nwb_times(nwb, object->path, m.frames, &activity->times, &activity->rate, error) &&
           roi_ids(nwb, object->path, m.cells, &activity->cell_id, error);
}

static bool pour_units(const nd_nwb *nwb, const char *table, const nd_selector *selector,
                       nd_sink *sink, const nd_clock *clock, const size_t frames, nd_error *error) {
    units u = {0};
    bool fine = read_units(nwb, table, selector->area, &u, error);
    size_t cell = 0;
    (void)frames;
    for (size_t i = 0; fine && i < u.count; i++) {
        size_t begin = i ? u.end[i - 1] : 0;
        if (u.keep[i])
            fine = nd_sink_spikes(sink, cell++, u.times + begin, u.end[i] - begin, clock->times,
                                  clock->frame_seconds, error);
    }
    units_clear(&u);
    return fine;
}

/* How many frames and cells to read at once: whole chunks, each of them once where memory allows,
 * as a chunk is unpacked whole however little of it is asked for. */
static void block_shape(hid_t dataset, const matrix *m, size_t *frames, size_t *cells) {
    hsize_t chunk[ND_HDF5_MOST_DIMENSIONS] = {1, 1};
    hid_t plan = H5Dget_create_plist(dataset);
    if (H5Pget_layout(plan) == H5D_CHUNKED)
        H5Pget_chunk(plan, ND_HDF5_MOST_DIMENSIONS, chunk);
    H5Pclose(plan);
    size_t chunk_frames = chunk[m->cells_first],
           chunk_cells = m->rank == 1 ? 1 : chunk[!m->cells_first];
    size_t all_cells = BLOCK_BYTES / sizeof(double) / (m->cells ? m->cells : 1);
    *cells = m->cells;
    *frames = all_cells / chunk_frames * chunk_frames;
    if (*frames == 0 &&
        chunk_cells < m->cells) { /* tall chunks: read some cells through all frames */
        size_t wide = BLOCK_BYTES / sizeof(double) / (m->frames ? m->frames : 1);
        *frames = m->frames;
        *cells = wide / chunk_cells * chunk_cells;
        if (*cells == 0)
            *cells = chunk_cells;
    }
    if (*frames == 0)
        *frames = all_cells ? all_cells : 1;
    if (*frames > m->frames)
        *frames = m->frames;
    if (*cells > m->cells)
        *cells = m->cells;
}

static bool read_tile(hid_t dataset, const matrix *m, size_t frame, size_t frames, size_t cell,
                      size_t cells, double *values) {
    hsize_t start[2] = {frame, cell}, count[2] = {frames, cells};
    if (m->cells_first) {
        start[0] = cell;
        start[1] = frame;
        count[0] = cells;
        count[1] = frames;
    }
    hid_t memory = H5Screate_simple(m->rank, count, NULL), space = H5Dget_space(dataset);
    bool fine = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values) >= 0;
    H5Sclose(space);
    H5Sclose(memory);
    return fine;
}

static bool pour_matrix(const nd_nwb *nwb, const matrix *m, const nd_selector *selector,
                        nd_sink *sink, nd_error *error) {
    hid_t dataset = H5Dopen2(nwb->file, m->path, H5P_DEFAULT);
    if (dataset < 0)
        return nd_fail(error, nwb->path, "", "%s cannot be read", m->path);
    double conversion = nd_hdf5_number_attribute(nwb->file, m->path, "conversion", 1.0) *
                        (selector->scale != 0.0 ? selector->scale : 1.0);
    size_t block_frames, block_cells;
    block_shape(dataset, m, &block_frames, &block_cells);
    double *values = nd_doubles(block_frames * block_cells, error);
    bool fine = values != NULL;
    for (size_t f = 0; fine && f < m->frames; f += block_frames) {
        size_t frames = m->frames - f < block_frames ? m->frames - f : block_frames;
        for (size_t c = 0; fine && c < m->cells; c += block_cells) {
            size_t cells = m->cells - c < block_cells ? m->cells - c : block_cells;
            fine = read_tile(dataset, m, f, frames, c, cells, values) ||
                   nd_fail(error, nwb->path, "copy it again; it may be damaged",
                           "%s: frames from %zu on cannot be read", m->path, f + 1);
            for (size_t i = 0; fine && conversion != 1.0 && i < frames * cells; i++)
                values[i] *= conversion;
            fine =
                fine && nd_sink_tile(sink, f, frames, c, cells, values, m->cells_first ? 1 : cells,
                                     m->cells_first ? frames : 1, error);
        }
    }
    free(values);
    H5Dclose(dataset);
    return fine;
}

bool nd_nwb_pour(void *file, const nd_selector *selector, const nd_activity *activity,
                 nd_sink *sink, const nd_clock *clock, nd_error *error) {
    const nd_nwb *nwb = file;
    if (activity->spike_times)
        return pour_units(nwb, activity->name, selector, sink, clock, activity->frames, error);
    matrix m;
    return find_matrix(nwb, activity->name, selector, &m, error) &&
           pour_matrix(nwb, &m, selector, sink, error);
}
