/* The activity of an NWB file: a matrix read in blocks, or units' spike times. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "recording/hdf5_layouts.h"
#include "recording/hdf5_values.h"
#include "recording/nwb_parts.h"

enum { BLOCK_BYTES = 64 << 20 };

/* The column of a table that names areas; false if it has none. */
static bool area_column(const nd_nwb *nwb, const char *table, char path[ND_NWB_PATH_SIZE]) {
    static const char *const columns[] = {"location", "brain_area", "brain_region", "area",
                                          "region",   "structure",  "acronym"};
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
        if (nd_nwb_join(path, table, columns[k]) && nd_hdf5_has(&nwb->file, path))
            return true;
    return false;
}

/* Where units' areas are: a column of theirs, or of the table of electrodes that their ragged
 * column `electrodes` points into. */
typedef struct areas {
    char column[ND_NWB_PATH_SIZE];
    double *electrode; /* rows of the table, all units' one after the other; NULL: own column */
    double *end;       /* units */
    size_t electrodes, units;
} areas;

static void areas_clear(areas *a) {
    free(a->electrode);
    free(a->end);
    *a = (areas){0};
}

static bool find_areas(const nd_nwb *nwb, const char *units, areas *a, nd_error *error) {
    char path[ND_NWB_PATH_SIZE], table[ND_NWB_PATH_SIZE];
    if (area_column(nwb, units, a->column))
        return true;
    bool pointed = nd_nwb_join(path, units, "electrodes") && nd_hdf5_has(&nwb->file, path) &&
                   nd_hdf5_reference(&nwb->file, path, "table", table, sizeof table) &&
                   area_column(nwb, table, a->column);
    if (!pointed)
        return nd_fail(error, nwb->path, "leave out area, or add a column location",
                       "nothing says of which area the units are: %s has no column location, and "
                       "no electrodes whose table has one",
                       units);
    a->electrode = nd_hdf5_numbers(&nwb->file, path, nwb->path, &a->electrodes, error);
    bool indexed = nd_nwb_join(path, units, "electrodes_index") && nd_hdf5_has(&nwb->file, path);
    if (a->electrode && indexed)
        a->end = nd_hdf5_numbers(&nwb->file, path, nwb->path, &a->units, error);
    return a->electrode && (!indexed || a->end);
}

/* The area of a unit, by its own column or by its first electrode. */
static bool area_of(const nd_nwb *nwb, const areas *a, size_t unit, char *text, size_t size) {
    if (!a->electrode)
        return nd_hdf5_text_at(&nwb->file, a->column, unit, text, size);
    double first = a->end ? unit > 0 && unit <= a->units ? a->end[unit - 1] : 0.0 : (double)unit;
    double end = a->end ? unit < a->units ? a->end[unit] : 0.0 : first + 1.0;
    if (!(first >= 0.0 && first < end && end <= (double)a->electrodes))
        return false;
    double row = a->electrode[(size_t)first];
    return row >= 0.0 && nd_hdf5_text_at(&nwb->file, a->column, (size_t)row, text, size);
}

/* Notes an area that was found, for the message when none of them is the one asked for. */
static void list_area(char *all, size_t size, const char *area) {
    size_t used = strlen(all);
    if (!strstr(all, area) && used + strlen(area) + 4 < size)
        snprintf(all + used, size - used, "%s%s", used ? ", " : "", area);
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

static bool keep_area(const nd_nwb *nwb, const char *table, const char *area, units *u,
                      nd_error *error) {
    areas a = {0};
    char here[128], all[256] = "";
    size_t kept = 0;
    bool fine = find_areas(nwb, table, &a, error);
    for (size_t i = 0; fine && i < u->count; i++) {
        bool known = area_of(nwb, &a, i, here, sizeof here);
        u->keep[i] = known && strcasecmp(here, area) == 0;
        kept += u->keep[i];
        if (known)
            list_area(all, sizeof all, here);
    }
    if (fine && kept == 0)
        fine = nd_fail(error, nwb->path, "check the area's name",
                       "none of the %zu units is of area '%s'; %s has %s", u->count, area, a.column,
                       all[0] ? all : "none");
    areas_clear(&a);
    return fine;
}

static bool read_units(const nd_nwb *nwb, const char *table, const char *area, units *u,
                       nd_error *error) {
    char path[ND_NWB_PATH_SIZE];
    size_t spikes = 0, count = 0;
    double *ends = NULL;
    bool fine = nd_nwb_join(path, table, "spike_times") &&
                (u->times = nd_hdf5_numbers(&nwb->file, path, nwb->path, &spikes, error)) &&
                nd_nwb_join(path, table, "spike_times_index") &&
                (ends = nd_hdf5_numbers(&nwb->file, path, nwb->path, &count, error)) &&
                (u->end = nd_array(count, sizeof *u->end, error)) &&
                (u->keep = nd_array(count, sizeof *u->keep, error));
    u->count = count;
    for (size_t i = 0; fine && i < count; i++) {
        if (!(ends[i] >= (i ? ends[i - 1] : 0.0) && ends[i] <= (double)spikes))
            fine = nd_fail(error, nwb->path, "correct the file",
                           "%s: spike_times_index ends unit %zu at %g of %zu spikes", table, i + 1,
                           ends[i], spikes);
        u->end[i] = fine ? (size_t)ends[i] : 0;
        u->keep[i] = true;
    }
    free(ends);
    return fine && (!area || keep_area(nwb, table, area, u, error));
}

/* Ids as whole numbers from a dataset; NULL without failure where there is none. */
static bool read_ids(const nd_nwb *nwb, const char *path, int64_t **ids, size_t *count,
                     nd_error *error) {
    if (!nd_hdf5_has(&nwb->file, path))
        return true;
    double *numbers = nd_hdf5_numbers(&nwb->file, path, nwb->path, count, error);
    *ids = numbers ? nd_array(*count, sizeof **ids, error) : NULL;
    for (size_t i = 0; *ids && i < *count; i++)
        (*ids)[i] = fabs(numbers[i]) < 9e15 ? (int64_t)numbers[i] : -1;
    free(numbers);
    return *ids != NULL;
}

/* The ids of a series' cells: its `rois` point into a table whose `id` is meant. */
static bool roi_ids(const nd_nwb *nwb, const char *object, int64_t **ids, size_t *cells,
                    nd_error *error) {
    char rois[ND_NWB_PATH_SIZE], table[ND_NWB_PATH_SIZE], path[ND_NWB_PATH_SIZE];
    int64_t *rows = NULL, *names = NULL;
    size_t row_count = 0, name_count = 0;
    *cells = 0;
    if (!nd_nwb_join(rois, object, "rois"))
        return true;
    bool fine = read_ids(nwb, rois, &rows, &row_count, error);
    if (fine && nd_hdf5_reference(&nwb->file, rois, "table", table, sizeof table) &&
        nd_nwb_join(path, table, "id"))
        fine = read_ids(nwb, path, &names, &name_count, error);
    *cells = row_count;
    if (fine && rows && names) {
        *ids = nd_array(row_count, sizeof **ids, error);
        fine = *ids != NULL;
        for (size_t c = 0; fine && c < row_count; c++)
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
    activity->honoured = ND_PART_AREA;
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
    activity->ids_count = activity->cell_id ? activity->cells : 0;
    free(ids);
    units_clear(&u);
    return fine;
}

/* Where an activity's numbers are, and their shape in the file. */
typedef struct matrix {
    char path[ND_NWB_PATH_SIZE];
    size_t rows, columns;
    int rank;
} matrix;

static bool find_matrix(const nd_nwb *nwb, const char *object, matrix *m, nd_error *error) {
    bool is_series;
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS] = {0, 1};
    if (!nd_nwb_data_path(nwb, object, m->path, &is_series) ||
        !nd_hdf5_shape(&nwb->file, m->path, &m->rank, dims) || m->rank < 1 || m->rank > 2)
        return nd_nwb_too_odd(nwb, m->path, error);
    m->rows = dims[0];
    m->columns = m->rank > 1 ? dims[1] : 1;
    return true;
}

/* The area of a whole imaging plane: of the table of segments that `rois` points into. */
static bool check_plane_area(const nd_nwb *nwb, const char *object, const char *area,
                             nd_error *error) {
    char path[ND_NWB_PATH_SIZE], table[ND_NWB_PATH_SIZE], here[128];
    bool known = nd_nwb_join(path, object, "rois") && nd_hdf5_has(&nwb->file, path) &&
                 nd_hdf5_reference(&nwb->file, path, "table", table, sizeof table) &&
                 nd_nwb_join(path, table, "imaging_plane/location") &&
                 nd_hdf5_text(&nwb->file, path, here, sizeof here);
    if (!known)
        return nd_fail(error, nwb->path, "leave out area",
                       "nothing says of which area the cells of %s are", object);
    return strcasecmp(here, area) == 0 ||
           nd_fail(error, nwb->path, "check the area's name",
                   "the cells of %s are of area '%s', not '%s'", object, here, area);
}

static bool describe_matrix(const nd_nwb *nwb, const char *object, const nd_selector *selector,
                            nd_activity *activity, nd_error *error) {
    matrix m;
    if (!find_matrix(nwb, object, &m, error))
        return false;
    activity->rows = m.rows;
    activity->columns = m.columns;
    activity->honoured = ND_PART_COLUMNS | ND_PART_ORIENTATION | ND_PART_AREA;
    return nd_nwb_times(nwb, object, &activity->times, &activity->times_count, &activity->start,
                        &activity->rate, error) &&
           roi_ids(nwb, object, &activity->cell_id, &activity->known_cells, error) &&
           (activity->ids_count = activity->known_cells, true) &&
           (!selector->area || check_plane_area(nwb, object, selector->area, error));
}

bool nd_nwb_activity(void *file, const nd_selector *selector, const nd_selector *const *others,
                     nd_activity *activity, nd_error *error) {
    const nd_nwb *nwb = file;
    bool found;
    char other[160];
    char estimate[ND_NWB_PATH_SIZE];
    const char *path = NULL, *type = "";
    (void)others;
    bool caiman = nd_caiman_array(nwb, selector->name, estimate);
    path = caiman ? estimate : NULL;
    if (selector->name && selector->name[0] == '/' &&
        nd_hdf5_follow(&nwb->file, selector->name, nwb->path, NULL, 0, NULL))
        path = selector->name;
    const nd_nwb_object *object =
        path ? NULL : nd_nwb_find(nwb, ND_ROLE_ACTIVITY, selector->name, &found, error);
    for (size_t i = 0; path && i < nwb->count; i++)
        if (strcmp(nwb->objects[i].path, path) == 0)
            object = &nwb->objects[i];
    if (!object && !path)
        return found ? false
                     : nd_fail(error, nwb->path, "name a file or dataset that has",
                               "holds no activity: no RoiResponseSeries and no Units");
    if (object) {
        path = object->path;
        type = object->type;
    }
    snprintf(activity->name, sizeof activity->name, "%.255s", path);
    if (nd_hdf5_follow(&nwb->file, path, nwb->path, other, sizeof other, error) && other[0])
        snprintf(activity->note, sizeof activity->note, "it is a link, followed to %s", other);
    if (strcmp(type, "Units") == 0)
        return describe_units(nwb, object, selector, activity, error);
    return describe_matrix(nwb, path, selector, activity, error) &&
           (!caiman || nd_caiman_describe(nwb, activity, error));
}

static bool pour_units(const nd_nwb *nwb, const char *table, const nd_selector *selector,
                       nd_sink *sink, const nd_clock *clock, nd_error *error) {
    units u = {0};
    bool fine = read_units(nwb, table, selector->area, &u, error);
    size_t cell = 0;
    for (size_t i = 0; fine && i < u.count; i++) {
        size_t begin = i ? u.end[i - 1] : 0;
        if (u.keep[i])
            fine = nd_sink_spikes(sink, cell++, u.times + begin, u.end[i] - begin, clock->times,
                                  clock->frame_seconds, error);
    }
    units_clear(&u);
    return fine;
}

/* How many rows and columns to read at once: whole chunks, each of them once where memory allows,
 * as a chunk is unpacked whole however little of it is asked for. Frames come in order for each
 * cell, whichever of the two they are. */
static void block_shape(hid_t dataset, const matrix *m, bool cells_first, size_t *rows,
                        size_t *columns) {
    hsize_t chunk[ND_HDF5_MOST_DIMENSIONS] = {1, 1};
    hid_t plan = H5Dget_create_plist(dataset);
    if (H5Pget_layout(plan) == H5D_CHUNKED)
        H5Pget_chunk(plan, ND_HDF5_MOST_DIMENSIONS, chunk);
    H5Pclose(plan);
    size_t frames = cells_first ? m->columns : m->rows, cells = cells_first ? m->rows : m->columns;
    size_t chunk_frames = chunk[cells_first], chunk_cells = m->rank == 1 ? 1 : chunk[!cells_first];
    size_t all_cells = BLOCK_BYTES / sizeof(double) / (cells ? cells : 1);
    size_t take_cells = cells, take_frames = all_cells / chunk_frames * chunk_frames;
    if (take_frames == 0 && chunk_cells < cells) { /* tall chunks: some cells through all frames */
        size_t wide = BLOCK_BYTES / sizeof(double) / (frames ? frames : 1);
        take_frames = frames;
        take_cells = wide / chunk_cells * chunk_cells;
        if (take_cells == 0)
            take_cells = chunk_cells;
    }
    if (take_frames == 0)
        take_frames = all_cells ? all_cells : 1;
    take_frames = take_frames > frames ? frames : take_frames;
    take_cells = take_cells > cells ? cells : take_cells;
    *rows = cells_first ? take_cells : take_frames;
    *columns = cells_first ? take_frames : take_cells;
}

static bool read_tile(hid_t dataset, const matrix *m, size_t row, size_t rows, size_t column,
                      size_t columns, double *values) {
    hsize_t start[2] = {row, column}, count[2] = {rows, columns};
    hid_t memory = H5Screate_simple(m->rank, count, NULL), space = H5Dget_space(dataset);
    bool fine = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values) >= 0;
    H5Sclose(space);
    H5Sclose(memory);
    return fine;
}

static bool pour_tile(const nd_nwb *nwb, hid_t dataset, const matrix *m, double conversion,
                      const size_t from[2], const size_t size[2], double *values, nd_sink *sink,
                      nd_error *error) {
    size_t rows = m->rows - from[0] < size[0] ? m->rows - from[0] : size[0];
    size_t columns = m->columns - from[1] < size[1] ? m->columns - from[1] : size[1];
    if (!read_tile(dataset, m, from[0], rows, from[1], columns, values))
        return nd_fail(error, nwb->path, "copy it again; it may be damaged",
                       "%s: rows from %zu on cannot be read", m->path, from[0] + 1);
    for (size_t i = 0; conversion != 1.0 && i < rows * columns; i++)
        values[i] *= conversion;
    return nd_sink_tile(sink, from[0], rows, from[1], columns, values, columns, 1, error);
}

static bool pour_matrix(const nd_nwb *nwb, const matrix *m, bool cells_first, nd_sink *sink,
                        nd_error *error) {
    hid_t dataset = nd_hdf5_open_dataset(&nwb->file, m->path, nwb->path, error);
    if (dataset < 0)
        return false;
    double conversion = nd_hdf5_number_attribute(&nwb->file, m->path, "conversion", 1.0);
    size_t size[2], from[2] = {0, 0};
    block_shape(dataset, m, cells_first, &size[0], &size[1]);
    double *values = nd_doubles(size[0] * size[1], error);
    bool fine = values != NULL;
    /* The outer of the two loops is over frames. */
    size_t outer = cells_first, inner = !cells_first;
    size_t end[2] = {m->rows, m->columns};
    for (from[outer] = 0; fine && from[outer] < end[outer]; from[outer] += size[outer])
        for (from[inner] = 0; fine && from[inner] < end[inner]; from[inner] += size[inner])
            fine = pour_tile(nwb, dataset, m, conversion, from, size, values, sink, error);
    free(values);
    H5Dclose(dataset);
    return fine;
}

bool nd_nwb_pour(void *file, const nd_selector *selector, const nd_activity *activity,
                 nd_sink *sink, const nd_clock *clock, nd_error *error) {
    const nd_nwb *nwb = file;
    if (activity->spike_times)
        return pour_units(nwb, activity->name, selector, sink, clock, error);
    matrix m;
    return find_matrix(nwb, activity->name, &m, error) &&
           pour_matrix(nwb, &m, activity->cells_first, sink, error);
}
