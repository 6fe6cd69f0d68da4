#include "recordings.h"

#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double FRAME_SECONDS = 0.05;

/* --- the track --- */

support_track support_make_track(size_t frames, size_t cells) {
    support_track track = {.frames = frames, .cells = cells};
    track.times = calloc(frames, sizeof(double));
    track.position = calloc(frames, sizeof(double));
    track.velocity = calloc(frames, sizeof(double));
    track.activity = calloc(frames * cells, sizeof(double));
    for (size_t f = 0; f < frames; f++) {
        double phase = ((double)(f % 200) + 0.5) / 100.0; /* up in 100 frames, down in 100 */
        track.times[f] = 10.0 + FRAME_SECONDS * (double)f;
        track.position[f] = phase < 1.0 ? phase : 2.0 - phase;
        track.velocity[f] = phase < 1.0 ? 0.2 : -0.2;
        for (size_t c = 0; c < cells; c++) {
            double centre = ((double)c + 0.5) / (double)cells;
            size_t whim = (f * 7919 + c * 104729) % 13; /* no two passes alike */
            bool near = fabs(track.position[f] - centre) < 0.1;
            track.activity[f * cells + c] = near && whim < 6 ? (double)(1 + whim % 3) : 0.0;
        }
    }
    return track;
}

void support_free_track(support_track *track) {
    free(track->times);
    free(track->position);
    free(track->velocity);
    free(track->activity);
    *track = (support_track){0};
}

/* --- NWB --- */

static void text_attribute(hid_t object, const char *name, const char *value) {
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, H5T_VARIABLE);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, &value);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

static void number_attribute(hid_t object, const char *name, double value) {
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(object, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value);
    H5Aclose(attribute);
    H5Sclose(space);
}

static hid_t group(hid_t parent, const char *name, const char *type) {
    hid_t made = H5Gcreate2(parent, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (type)
        text_attribute(made, "neurodata_type", type);
    return made;
}

static hid_t dataset(hid_t parent, const char *name, hid_t type, int rank, const hsize_t *dims,
                     bool compressed, const void *values, hid_t memory) {
    hid_t plan = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(rank, dims, NULL);
    if (compressed) {
        hsize_t chunk[2] = {dims[0] < 64 ? dims[0] : 64, rank > 1 && dims[1] < 3 ? dims[1] : 3};
        H5Pset_chunk(plan, rank, chunk);
        H5Pset_deflate(plan, 4);
    }
    hid_t made = H5Dcreate2(parent, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    H5Dwrite(made, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Sclose(space);
    H5Pclose(plan);
    return made;
}

static void doubles(hid_t parent, const char *name, const double *values, size_t count,
                    bool compressed) {
    hsize_t dims = count;
    H5Dclose(
        dataset(parent, name, H5T_IEEE_F64LE, 1, &dims, compressed, values, H5T_NATIVE_DOUBLE));
}

static void write_times(hid_t series, const support_nwb *what) {
    if (!what->no_timestamps) {
        doubles(series, "timestamps", what->track->times, what->track->frames, what->compressed);
        return;
    }
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t start = H5Dcreate2(series, "starting_time", H5T_IEEE_F64LE, space, H5P_DEFAULT,
                             H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(start, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, what->track->times);
    number_attribute(start, "rate", 1.0 / FRAME_SECONDS);
    H5Dclose(start);
    H5Sclose(space);
}

static void write_series(hid_t parent, const char *name, const char *type, const double *values,
                         double conversion, const support_nwb *what) {
    hid_t series = group(parent, name, type);
    hsize_t dims = what->track->frames;
    hid_t data = dataset(series, "data", H5T_IEEE_F64LE, 1, &dims, what->compressed, values,
                         H5T_NATIVE_DOUBLE);
    number_attribute(data, "conversion", conversion);
    text_attribute(data, "unit", "meters");
    H5Dclose(data);
    write_times(series, what);
    H5Gclose(series);
}

static void write_behaviour(hid_t file, const support_nwb *what) {
    hid_t module = group(file, "behavior", "ProcessingModule");
    hid_t position = group(module, "Position", "Position");
    hid_t behaviour = group(module, "BehavioralTimeSeries", "BehavioralTimeSeries");
    double conversion = what->conversion != 0.0 ? what->conversion : 1.0;
    double *scaled = calloc(what->track->frames, sizeof(double));
    for (size_t f = 0; f < what->track->frames; f++)
        scaled[f] = what->track->position[f] / conversion;
    if (!what->no_position)
        write_series(position, "linear_position", "SpatialSeries", scaled, conversion, what);
    write_series(behaviour, "velocity", "TimeSeries", what->track->velocity, 1.0, what);
    free(scaled);
    H5Gclose(behaviour);
    H5Gclose(position);
    H5Gclose(module);
}

static void write_segmentation(hid_t module, const support_nwb *what) {
    hid_t table = group(module, "PlaneSegmentation", "PlaneSegmentation");
    hsize_t dims = what->track->cells;
    H5Dclose(dataset(table, "id", H5T_STD_I64LE, 1, &dims, false, what->ids, H5T_NATIVE_INT64));
    H5Gclose(table);
}

static void write_rois(hid_t file, hid_t series, const support_nwb *what) {
    hsize_t dims = what->track->cells;
    int32_t *rows = calloc(what->track->cells, sizeof *rows);
    for (size_t c = 0; c < what->track->cells; c++)
        rows[c] = (int32_t)c;
    hid_t rois = dataset(series, "rois", H5T_STD_I32LE, 1, &dims, false, rows, H5T_NATIVE_INT32);
    hobj_ref_t reference;
    H5Rcreate(&reference, file, "/processing/ophys/PlaneSegmentation", H5R_OBJECT, -1);
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t table = H5Acreate2(rois, "table", H5T_STD_REF_OBJ, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(table, H5T_STD_REF_OBJ, &reference);
    H5Aclose(table);
    H5Sclose(space);
    H5Dclose(rois);
    free(rows);
}

static void write_matrix(hid_t file, hid_t processing, const support_nwb *what) {
    const support_track *track = what->track;
    hid_t module = group(processing, "ophys", "ProcessingModule");
    if (what->ids)
        write_segmentation(module, what);
    hid_t series = group(module, "Deconvolved", "RoiResponseSeries");
    hsize_t dims[2] = {track->frames, track->cells};
    double *turned = calloc(track->frames * track->cells, sizeof(double));
    for (size_t f = 0; f < track->frames; f++)
        for (size_t c = 0; c < track->cells; c++)
            turned[c * track->frames + f] = track->activity[f * track->cells + c];
    if (what->transposed) {
        dims[0] = track->cells;
        dims[1] = track->frames;
    }
    H5Dclose(dataset(series, "data", H5T_IEEE_F32LE, 2, dims, what->compressed,
                     what->transposed ? turned : track->activity, H5T_NATIVE_DOUBLE));
    free(turned);
    write_times(series, what);
    if (what->ids)
        write_rois(file, series, what);
    H5Gclose(series);
    H5Gclose(module);
}

/* Every count becomes so many spikes within its frame. */
static void write_units(hid_t file, const support_nwb *what) {
    const support_track *track = what->track;
    double *times = calloc(3 * track->frames * track->cells + 1, sizeof(double));
    int64_t *ends = calloc(track->cells, sizeof *ends), *ids = calloc(track->cells, sizeof *ids);
    size_t spikes = 0;
    for (size_t c = 0; c < track->cells; c++) {
        for (size_t f = 0; f < track->frames; f++) {
            double count = track->activity[f * track->cells + c];
            for (int k = 0; k < (int)count; k++)
                times[spikes++] = track->times[f] + 0.01 * (k + 1);
        }
        ends[c] = (int64_t)spikes;
        ids[c] = what->ids ? what->ids[c] : (int64_t)c;
    }
    hid_t units = group(file, "units", "Units");
    hsize_t dims = track->cells;
    doubles(units, "spike_times", times, spikes, what->compressed);
    H5Dclose(dataset(units, "spike_times_index", H5T_STD_U16LE, 1, &dims, false, ends,
                     H5T_NATIVE_INT64));
    H5Dclose(dataset(units, "id", H5T_STD_I64LE, 1, &dims, false, ids, H5T_NATIVE_INT64));
    H5Gclose(units);
    free(times);
    free(ends);
    free(ids);
}

bool support_write_nwb(const char *path, const support_nwb *what) {
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    if (file < 0)
        return false;
    const char *version = what->version ? what->version : "2.4.0";
    text_attribute(file, "neurodata_type", "NWBFile");
    if (version[0])
        text_attribute(file, "nwb_version", version);
    hid_t processing = group(file, "processing", NULL);
    write_behaviour(processing, what);
    if (what->units)
        write_units(file, what);
    else if (!what->no_activity)
        write_matrix(file, processing, what);
    H5Gclose(processing);
    return H5Fclose(file) >= 0;
}

/* --- MATLAB --- */

matvar_t *support_mat_matrix(const char *name, const double *values, size_t rows, size_t columns) {
    size_t dims[2] = {rows, columns};
    return Mat_VarCreate(name, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims, (void *)values, 0);
}

matvar_t *support_mat_sparse(const char *name, const double *values, size_t rows, size_t columns) {
    size_t dims[2] = {rows, columns}, count = 0;
    mat_sparse_t sparse = {0};
    sparse.ir = calloc(rows * columns + 1, sizeof *sparse.ir);
    sparse.jc = calloc(columns + 1, sizeof *sparse.jc);
    double *data = calloc(rows * columns + 1, sizeof *data);
    for (size_t c = 0; c < columns; c++) {
        for (size_t r = 0; r < rows; r++)
            if (values[c * rows + r] != 0.0) {
                sparse.ir[count] = (mat_uint32_t)r;
                data[count++] = values[c * rows + r];
            }
        sparse.jc[c + 1] = (mat_uint32_t)count;
    }
    sparse.nzmax = sparse.nir = sparse.ndata = (mat_uint32_t)count;
    sparse.njc = (mat_uint32_t)(columns + 1);
    sparse.data = data;
    matvar_t *made = Mat_VarCreate(name, MAT_C_SPARSE, MAT_T_DOUBLE, 2, dims, &sparse, 0);
    free(sparse.ir);
    free(sparse.jc);
    free(data);
    return made;
}

/* Sixteen bits a letter, as MATLAB itself writes: matio 1.5 cannot read back its own packed bytes.
 */
matvar_t *support_mat_text(const char *name, const char *text) {
    size_t dims[2] = {1, strlen(text)};
    uint16_t *letters = calloc(dims[1] + 1, sizeof *letters);
    for (size_t i = 0; i < dims[1]; i++)
        letters[i] = (unsigned char)text[i];
    matvar_t *made = Mat_VarCreate(name, MAT_C_CHAR, MAT_T_UINT16, 2, dims, letters, 0);
    free(letters);
    return made;
}

matvar_t *support_mat_cells_shaped(const char *name, int rank, const size_t *dims) {
    size_t shape[8], count = 1;
    for (int d = 0; d < rank; d++)
        count *= shape[d] = dims[d];
    matvar_t *made = Mat_VarCreate(name, MAT_C_CELL, MAT_T_CELL, rank, shape, NULL, 0);
    for (size_t i = 0; i < count; i++)
        Mat_VarSetCell(made, (int)i, support_mat_matrix(NULL, NULL, 0, 0));
    return made;
}

matvar_t *support_mat_cells(const char *name, size_t count) {
    return support_mat_cells_shaped(name, 2, (size_t[]){1, count});
}

void support_mat_put(matvar_t *cells, size_t index, matvar_t *part) {
    Mat_VarFree(Mat_VarSetCell(cells, (int)index, part));
}

matvar_t *support_mat_structure(const char *name, const char *const *fields) {
    size_t dims[2] = {1, 1};
    matvar_t *made = Mat_VarCreate(name, MAT_C_STRUCT, MAT_T_STRUCT, 2, dims, NULL, 0);
    for (; *fields; fields++)
        Mat_VarAddStructField(made, *fields);
    return made;
}

void support_mat_field(matvar_t *structure, const char *field, matvar_t *part) {
    Mat_VarFree(Mat_VarSetStructFieldByName(structure, field, 0, part));
}

bool support_write_mat(const char *path, enum mat_ft version, matvar_t *const *variables) {
    mat_t *file = Mat_CreateVer(path, NULL, version);
    bool fine = file != NULL;
    for (; *variables; variables++) {
        enum matio_compression packed =
            version == MAT_FT_MAT5 ? MAT_COMPRESSION_ZLIB : MAT_COMPRESSION_NONE;
        fine = fine && Mat_VarWrite(file, *variables, packed) == 0;
        Mat_VarFree(*variables);
    }
    if (file)
        Mat_Close(file);
    return fine;
}

/* --- NumPy and CSV --- */

bool support_write_npy(const char *path, const double *values, size_t rows, size_t columns,
                       bool fortran) {
    char header[256], shape[117];
    snprintf(shape, sizeof shape, "{'descr': '<f8', 'fortran_order': %s, 'shape': (%zu, %zu), }",
             fortran ? "True" : "False", rows, columns);
    snprintf(header, sizeof header, "%-117s\n", shape);
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    fwrite("\x93NUMPY\x01\x00\x76\x00", 1, 10, file);
    fwrite(header, 1, 118, file);
    for (size_t i = 0; i < rows * columns; i++) {
        size_t at = fortran ? i % rows * columns + i / rows : i;
        fwrite(&values[at], sizeof(double), 1, file);
    }
    return fclose(file) == 0;
}

bool support_write_csv(const char *path, const support_track *track) {
    FILE *file = fopen(path, "w");
    if (!file)
        return false;
    fprintf(file, "time,position,velocity");
    for (size_t c = 0; c < track->cells; c++)
        fprintf(file, ",cell_%zu", 100 + c);
    fprintf(file, "\n");
    for (size_t f = 0; f < track->frames; f++) {
        fprintf(file, "%.17g,%.17g,%g", track->times[f], track->position[f], track->velocity[f]);
        for (size_t c = 0; c < track->cells; c++)
            fprintf(file, ",%g", track->activity[f * track->cells + c]);
        fprintf(file, "\n");
    }
    return fclose(file) == 0;
}
