#include "reference_session.h"

#include <hdf5.h>
#include <math.h>
#include <matio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "support.h"

static matvar_t *open_variable(const char *file, const char *variable, mat_t **mat) {
    *mat = Mat_Open(file, MAT_ACC_RDONLY);
    if (!*mat)
        fail_msg("%s does not open", file);
    matvar_t *found = Mat_VarRead(*mat, variable);
    if (!found)
        fail_msg("%s holds no %s", file, variable);
    return found;
}

/* Dense, row-major values of a full numeric matrix of any of the types in these files. */
static double *dense(const matvar_t *matrix, size_t *rows, size_t *columns) {
    *rows = matrix->dims[0];
    *columns = matrix->dims[1];
    double *values = calloc(*rows * *columns, sizeof *values);
    assert_non_null(values);
    for (size_t c = 0; c < *columns; c++)
        for (size_t r = 0; r < *rows; r++) {
            size_t at = c * *rows + r;
            double *value = &values[r * *columns + c];
            switch (matrix->class_type) {
            case MAT_C_DOUBLE:
                *value = ((const double *)matrix->data)[at];
                break;
            case MAT_C_SINGLE:
                *value = ((const float *)matrix->data)[at];
                break;
            case MAT_C_UINT8:
                *value = ((const uint8_t *)matrix->data)[at];
                break;
            default:
                fail_msg("a matrix of class %d", (int)matrix->class_type);
            }
        }
    return values;
}

static double *read_matrix(const char *file, const char *variable, size_t index, size_t *rows,
                           size_t *columns) {
    mat_t *mat;
    matvar_t *whole = open_variable(file, variable, &mat);
    const matvar_t *matrix =
        whole->class_type == MAT_C_CELL ? Mat_VarGetCell(whole, (int)index) : whole;
    assert_non_null(matrix);
    double *values = dense(matrix, rows, columns);
    Mat_VarFree(whole);
    Mat_Close(mat);
    return values;
}

nd_sparse_activity reference_matlab(const char *activity_file, const char *activity_variable,
                                    const char *bin_file, const char *bin_variable, size_t index,
                                    int first_bin, size_t bins, double frame_seconds) {
    size_t frames, cells, bin_rows, one;
    double *activity = read_matrix(activity_file, activity_variable, index, &frames, &cells);
    double *place = read_matrix(bin_file, bin_variable, index, &bin_rows, &one);
    assert_int_equal(bin_rows, frames);
    int64_t *bin = calloc(frames, sizeof *bin);
    for (size_t f = 0; f < frames; f++)
        bin[f] = (int64_t)place[f] - first_bin;
    nd_sparse_activity sparse;
    nd_error error = {0};
    assert_fine(
        nd_sparse_activity_from(activity, frames, cells, bin, bins, frame_seconds, &sparse, &error),
        &error);
    free(activity);
    free(place);
    free(bin);
    return sparse;
}

double *reference_matlab_row(const char *file, const char *variable, const char *field,
                             size_t index, size_t *count) {
    mat_t *mat;
    size_t rows;
    matvar_t *whole = open_variable(file, variable, &mat);
    matvar_t *cells = Mat_VarGetStructFieldByName(whole, field, 0);
    assert_non_null(cells);
    double *values = dense(Mat_VarGetCell(cells, (int)index), &rows, count);
    Mat_VarFree(whole);
    Mat_Close(mat);
    return values;
}

static double *read_dataset(hid_t file, const char *name, size_t *count) {
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(dataset);
    *count = (size_t)H5Sget_simple_extent_npoints(space);
    double *values = calloc(*count, sizeof *values);
    assert_true(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Sclose(space);
    H5Dclose(dataset);
    return values;
}

nd_sparse_activity reference_longitudinal(const char *file, size_t *frames_read) {
    enum { BINS = 24 };
    const double length = 0.96; /* m */
    hid_t opened = H5Fopen(file, H5F_ACC_RDONLY, H5P_DEFAULT);
    assert_true(opened >= 0);
    size_t frames, all;
    double *position =
        read_dataset(opened, "processing/behavior/Position/linear_position/data", &frames);
    double *velocity =
        read_dataset(opened, "processing/behavior/BehavioralTimeSeries/velocity/data", &frames);
    double *activity = read_dataset(opened, "processing/ophys/Fluorescence/Deconvolved/data", &all);
    int64_t *bin = calloc(frames, sizeof *bin);
    for (size_t f = 0; f < frames; f++) {
        int64_t along = (int64_t)floor(position[f] / length * BINS);
        along = along < 0 ? 0 : along > BINS - 1 ? BINS - 1 : along;
        bin[f] = fabs(velocity[f]) > 1.0 ? along + (velocity[f] > 0.0 ? BINS : 0) : -1;
    }
    nd_sparse_activity sparse;
    nd_error error = {0};
    assert_fine(nd_sparse_activity_from(activity, frames, all / frames, bin, 2UL * BINS, 0.05,
                                        &sparse, &error),
                &error);
    *frames_read = frames;
    free(position);
    free(velocity);
    free(activity);
    free(bin);
    H5Fclose(opened);
    return sparse;
}

/* Gives `session` what `sparse` holds. */
static void fill_session(nd_session *session, nd_sparse_activity *sparse) {
    *session = (nd_session){.kind = ND_SESSION_ACTIVITY,
                            .frames = sparse->view.frames,
                            .cells = sparse->view.cells,
                            .bins = sparse->view.bins,
                            .bins_x = sparse->view.bins / 2,
                            .bins_y = 1,
                            .bins_direction = 2,
                            .frame_seconds = sparse->view.frame_seconds,
                            .events = sparse->events,
                            .bin = sparse->bin};
    session->occupancy = calloc(session->bins, sizeof *session->occupancy);
    for (size_t f = 0; f < session->frames; f++)
        session->occupancy[session->bin[f]] += session->frame_seconds;
}

static int64_t *read_ids(const char *path, size_t cells) {
    size_t count;
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    double *id =
        read_dataset(file, "processing/ophys/ImageSegmentation/PlaneSegmentation/id", &count);
    assert_int_equal(count, cells);
    int64_t *ids = calloc(cells, sizeof *ids);
    for (size_t c = 0; c < cells; c++)
        ids[c] = (int64_t)id[c];
    free(id);
    H5Fclose(file);
    return ids;
}

nd_recording *reference_longitudinal_recording(const char *animal) {
    enum { SESSIONS = 8 };
    nd_recording *recording = calloc(1, sizeof *recording);
    nd_settings_default(&recording->settings);
    recording->name = strdup("longitudinal");
    recording->manifest = strdup("none");
    recording->position_unit = strdup("m");
    recording->activity_unit = strdup("a.u.");
    recording->day_name = strdup("day");
    recording->sessions_count = 2UL * SESSIONS;
    recording->sessions = calloc(recording->sessions_count, sizeof *recording->sessions);
    for (int s = 0; s < 2 * SESSIONS; s++) {
        char name[128], label[16];
        snprintf(name, sizeof name, "recordings/longitudinal/%s_%c_session%d.nwb", animal,
                 "AB"[s / SESSIONS], s % SESSIONS + 1);
        snprintf(label, sizeof label, "session%d", s % SESSIONS + 1);
        size_t frames_read;
        const char *path = support_reference(name);
        nd_sparse_activity sparse = reference_longitudinal(path, &frames_read);
        nd_session *session = &recording->sessions[s];
        fill_session(session, &sparse);
        session->label = strdup(label);
        session->animal = strdup(animal);
        session->environment = strdup(s < SESSIONS ? "track A" : "track B");
        session->direction = strdup("");
        session->file = strdup(path);
        session->day = 1.0 + 2.0 * (s % SESSIONS);
        session->visit = (size_t)(s % SESSIONS) + 1;
        session->frames_read = frames_read;
        session->cell_id = read_ids(path, session->cells);
    }
    return recording;
}

/* Field `column` of a CSV line, without quotes, as a new string. */
static char *field_of(const char *line, size_t column) {
    while (column-- > 0) {
        line = strchr(line, ',');
        if (!line)
            return NULL;
        line++;
    }
    return strndup(line, strcspn(line, ",\r\n"));
}

char **reference_column(const char *file, const char *name, size_t *rows) {
    FILE *stream = fopen(file, "r");
    if (!stream)
        fail_msg("%s does not open", file);
    char line[4096], **texts = NULL;
    size_t column = 0;
    assert_non_null(fgets(line, sizeof line, stream));
    for (;; column++) {
        char *head = field_of(line, column);
        if (!head) {
            fail_msg("%s has no column %s", file, name);
            return NULL;
        }
        bool found = strcmp(head, name) == 0;
        free(head);
        if (found)
            break;
    }
    *rows = 0;
    while (fgets(line, sizeof line, stream)) {
        texts = realloc(texts, (*rows + 1) * sizeof *texts);
        texts[(*rows)++] = field_of(line, column);
    }
    fclose(stream);
    return texts;
}

void reference_column_free(char **column, size_t rows) {
    for (size_t i = 0; i < rows; i++)
        free(column[i]);
    free(column);
}
