#include "recording/nwb_matrix.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "recording/hdf5_values.h"

enum { BLOCK_BYTES = 64 << 20 };

bool nd_nwb_ids(const nd_nwb *nwb, const char *path, int64_t **ids, size_t *count,
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

bool nd_nwb_roi_ids(const nd_nwb *nwb, const char *object, int64_t **ids, size_t *cells,
                    nd_error *error) {
    char rois[ND_NWB_PATH_SIZE], table[ND_NWB_PATH_SIZE], path[ND_NWB_PATH_SIZE];
    int64_t *rows = NULL, *names = NULL;
    size_t row_count = 0, name_count = 0;
    *cells = 0;
    if (!nd_nwb_join(rois, object, "rois"))
        return true;
    bool fine = nd_nwb_ids(nwb, rois, &rows, &row_count, error);
    if (fine && nd_hdf5_reference(&nwb->file, rois, "table", table, sizeof table) &&
        nd_nwb_join(path, table, "id"))
        fine = nd_nwb_ids(nwb, path, &names, &name_count, error);
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

bool nd_nwb_matrix_find(const nd_nwb *nwb, const char *object, nd_nwb_matrix *m, nd_error *error) {
    bool is_series;
    hsize_t dims[ND_HDF5_MOST_DIMENSIONS] = {0, 1};
    if (!nd_nwb_data_path(nwb, object, m->path, &is_series) ||
        !nd_hdf5_shape(&nwb->file, m->path, &m->rank, dims) || m->rank < 1 || m->rank > 2)
        return nd_nwb_too_odd(nwb, m->path, error);
    m->rows = dims[0];
    m->columns = m->rank > 1 ? dims[1] : 1;
    return true;
}

/* How many rows and columns to read at once: whole chunks, each of them once where memory allows,
 * as a chunk is unpacked whole however little of it is asked for. Frames come in order for each
 * cell, whichever of the two they are. */
static void block_shape(hid_t dataset, const nd_nwb_matrix *m, bool cells_first, size_t *rows,
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

static bool read_tile(hid_t dataset, const nd_nwb_matrix *m, size_t row, size_t rows, size_t column,
                      size_t columns, double *values) {
    hsize_t start[2] = {row, column}, count[2] = {rows, columns};
    hid_t memory = H5Screate_simple(m->rank, count, NULL), space = H5Dget_space(dataset);
    bool fine = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values) >= 0;
    H5Sclose(space);
    H5Sclose(memory);
    return fine;
}

/* Where a plane stands among the cells of all. */
typedef struct plane {
    bool lying;
    size_t before;
} plane;

static bool pour_tile(const nd_nwb *nwb, hid_t dataset, const nd_nwb_matrix *m, double conversion,
                      const size_t from[2], const size_t size[2], double *values, const plane *as,
                      nd_sink *sink, nd_error *error) {
    size_t rows = m->rows - from[0] < size[0] ? m->rows - from[0] : size[0];
    size_t columns = m->columns - from[1] < size[1] ? m->columns - from[1] : size[1];
    if (!read_tile(dataset, m, from[0], rows, from[1], columns, values))
        return nd_fail(error, nwb->path, "copy it again; it may be damaged",
                       "%s: rows from %zu on cannot be read", m->path, from[0] + 1);
    for (size_t i = 0; conversion != 1.0 && i < rows * columns; i++)
        values[i] *= conversion;
    if (as && as->lying) /* its columns are the sink's rows */
        return nd_sink_tile(sink, from[1], columns, as->before + from[0], rows, values, 1, columns,
                            error);
    return nd_sink_tile(sink, from[0], rows, from[1] + (as ? as->before : 0), columns, values,
                        columns, 1, error);
}

static bool pour_matrix(const nd_nwb *nwb, const nd_nwb_matrix *m, bool cells_first,
                        const plane *as, nd_sink *sink, nd_error *error) {
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
            fine = pour_tile(nwb, dataset, m, conversion, from, size, values, as, sink, error);
    free(values);
    H5Dclose(dataset);
    return fine;
}

bool nd_nwb_matrix_pour(const nd_nwb *nwb, const nd_nwb_matrix *m, bool cells_first, nd_sink *sink,
                        nd_error *error) {
    return pour_matrix(nwb, m, cells_first, NULL, sink, error);
}

bool nd_nwb_matrix_pour_plane(const nd_nwb *nwb, const nd_nwb_matrix *m, bool lying, size_t before,
                              nd_sink *sink, nd_error *error) {
    return pour_matrix(nwb, m, lying, &(plane){lying, before}, sink, error);
}
