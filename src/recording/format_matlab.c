#include "recording/format.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "recording/mat_file.h"
#include "recording/mat_scan.h"
#include "recording/mat_spikes.h"

enum { BLOCK_BYTES = 256 << 20 };

static bool ends_with_mat(const char *path) {
    size_t length = strlen(path);
    return length > 4 && strcasecmp(path + length - 4, ".mat") == 0;
}

/* Versions 5 and 7.3 begin with "MATLAB"; version 4 has no signature, only its name. */
static bool recognises(const char *path, const unsigned char *head, size_t length) {
    return (length >= 6 && memcmp(head, "MATLAB", 6) == 0) || ends_with_mat(path);
}

static void *open_matlab(const char *path, const nd_selector *selector, const nd_link_rules *links,
                         nd_error *error) {
    (void)selector;
    (void)links;
    return nd_mat_open(path, error);
}

static void close_matlab(void *file) {
    nd_mat_close(file);
}

/* The variable that a role means when none is named: the most likely name; or, in a file given for
 * this very role, the only one there is. */
static const char *default_name(const nd_mat *mat, nd_role role, bool only_file, bool *found,
                                nd_error *error) {
    const char *best = NULL, *other = NULL;
    int best_likeness = 0;
    for (size_t i = 0; i < mat->names_count; i++) {
        int likeness = mat->names[i] ? nd_role_likeness(role, mat->names[i]) : 0;
        if (likeness > best_likeness) {
            best = mat->names[i];
            best_likeness = likeness;
            other = NULL;
        } else if (likeness > 0 && likeness == best_likeness) {
            other = mat->names[i];
        }
    }
    if (!best && only_file && mat->names_count == 1)
        best = mat->names[0];
    *found = best != NULL;
    if (!other)
        return best;
    nd_fail(error, mat->path, "name one in the manifest", "the %s could be '%s' or '%s'",
            nd_role_name(role), best, other);
    *found = true;
    return NULL;
}

/* The expression a selector means; NULL with *found false if there is none. */
static const char *expression_of(const nd_mat *mat, nd_role role, const nd_selector *selector,
                                 bool *found, nd_error *error) {
    *found = true;
    if (selector->name)
        return selector->name;
    return default_name(mat, role, selector->file != NULL, found, error);
}

/* MATLAB's order (first subscript fastest) to ours (last fastest), up to three dimensions. */
static void to_rows(const double *from, size_t rows, size_t columns, size_t depth, double *to) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            for (size_t k = 0; k < depth; k++)
                to[(i * columns + j) * depth + k] = from[i + rows * (j + columns * k)];
}

static bool numbers_of(nd_mat *mat, matvar_t *value, nd_series *series, nd_error *error) {
    char shape[96];
    double *numbers = nd_mat_numbers(mat, value, series->name, error);
    if (!numbers)
        return false;
    bool fine = value->rank <= 3;
    series->rows = value->dims[0];
    series->columns = value->dims[1];
    series->depth = value->rank > 2 ? value->dims[2] : 1;
    if (!fine)
        nd_fail(error, mat->path, "pick a part of it in the manifest",
                "%s is %s; expected one to three dimensions", series->name,
                nd_mat_shape_text(value, shape, sizeof shape));
    series->values = fine ? nd_doubles(nd_mat_elements(value), error) : NULL;
    if (series->values)
        to_rows(numbers, series->rows, series->columns, series->depth, series->values);
    free(numbers);
    return series->values != NULL;
}

/* A cell array of maps, one for each cell, all of one shape. */
static bool maps_of(nd_mat *mat, matvar_t *array, nd_series *series, nd_error *error) {
    size_t count = nd_mat_elements(array), rows = 0, columns = 0;
    matvar_t **cells = array->data;
    for (size_t c = 0; cells && c < count; c++) {
        if (!nd_mat_numeric(cells[c]) || cells[c]->rank != 2)
            return nd_fail(error, mat->path, "", "%s: map %zu is no matrix", series->name, c + 1);
        if (c > 0 && (cells[c]->dims[0] != rows || cells[c]->dims[1] != columns))
            return nd_fail(error, mat->path, "", "%s: map %zu is %zu x %zu, the first %zu x %zu",
                           series->name, c + 1, cells[c]->dims[0], cells[c]->dims[1], rows,
                           columns);
        rows = cells[c]->dims[0];
        columns = cells[c]->dims[1];
    }
    if (!cells || count == 0)
        return nd_fail(error, mat->path, "", "%s is empty", series->name);
    size_t bins;
    if (__builtin_mul_overflow(rows, columns, &bins) || count > SIZE_MAX / 16 / (bins ? bins : 1))
        return nd_fail(error, mat->path, "", "%s is too large", series->name);
    series->values = nd_doubles(count * bins, error);
    bool fine = series->values != NULL;
    for (size_t c = 0; fine && c < count; c++) {
        double *map = nd_mat_numbers(mat, cells[c], series->name, error);
        fine = map != NULL;
        if (fine)
            to_rows(map, rows, columns, 1, series->values + c * bins);
        free(map);
    }
    series->rows = count;
    series->columns = bins;
    series->depth = rows;
    series->maps = true;
    return fine;
}

static bool matlab_series(void *file, nd_role role, const nd_selector *selector, nd_series *series,
                          bool *found, nd_error *error) {
    nd_mat *mat = file;
    const char *expression = expression_of(mat, role, selector, found, error);
    if (!expression)
        return !*found;
    matvar_t *value = nd_mat_find(mat, expression, error);
    if (!value)
        return false;
    snprintf(series->name, sizeof series->name, "%s", expression);
    if (role == ND_ROLE_RATE_MAPS && value->class_type == MAT_C_CELL)
        return maps_of(mat, value, series, error);
    if (value->class_type == MAT_C_CELL || value->class_type == MAT_C_STRUCT)
        return nd_fail(error, mat->path, "say which part, as in spikes{1,2} or pos{3}{1}.data",
                       "%s is a %s, not an array of numbers", expression,
                       value->class_type == MAT_C_CELL ? "cell array" : "structure");
    return numbers_of(mat, value, series, error) &&
           (role == ND_ROLE_RATE_MAPS || role == ND_ROLE_OCCUPANCY ||
            nd_series_select(series, selector, mat->path, error));
}

/* --- activity --- */

static bool matlab_activity(void *file, const nd_selector *selector,
                            const nd_selector *const *others, nd_activity *activity,
                            nd_error *error) {
    nd_mat *mat = file;
    bool found;
    const char *expression = expression_of(mat, ND_ROLE_ACTIVITY, selector, &found, error), *field;
    (void)others;
    if (!expression)
        return found ? false
                     : nd_fail(error, mat->path, "name the variable in the manifest",
                               "has no variable that looks like activity");
    matvar_t *value = nd_mat_find_all(mat, expression, &field, error);
    if (!value)
        return false;
    snprintf(activity->name, sizeof activity->name, "%s", expression);
    if (value->class_type == MAT_C_CELL || value->class_type == MAT_C_STRUCT)
        return nd_mat_spikes_describe(mat, value, expression, field, activity, error);
    if (!nd_mat_numeric(value) || value->rank != 2 || value->isComplex)
        return nd_mat_refuse(mat, value, expression,
                             "a matrix of frames by cells, or one part of a cell array, as "
                             "spike_train{1,2,1}",
                             error);
    activity->rows = value->dims[0];
    activity->columns = value->dims[1];
    activity->honoured = ND_PART_COLUMNS | ND_PART_ORIENTATION;
    return true;
}

static bool pour_sparse(nd_mat *mat, matvar_t *value, nd_sink *sink, nd_error *error) {
    if (!nd_mat_load(mat, value, "the activity", error))
        return false;
    const mat_sparse_t *sparse = value->data;
    if (!sparse->ir || !sparse->jc || !sparse->data || sparse->njc != value->dims[1] + 1)
        return nd_fail(error, mat->path, "save it anew in MATLAB",
                       "the sparse activity is damaged");
    matvar_t full = {.data = sparse->data, .data_type = value->data_type};
    for (size_t c = 0; c < value->dims[1]; c++)
        for (size_t k = sparse->jc[c]; k < sparse->jc[c + 1]; k++) {
            if (k >= sparse->ndata || k >= sparse->nir || sparse->ir[k] >= value->dims[0])
                return nd_fail(error, mat->path, "save it anew in MATLAB",
                               "the sparse activity is damaged");
            if (!nd_sink_value(sink, sparse->ir[k], c, nd_mat_element(&full, k), error))
                return false;
        }
    return true;
}

/* Columns [first, first + count) of a large matrix, without the rest. */
static bool read_columns(nd_mat *mat, matvar_t *value, size_t first, size_t count, void *raw,
                         nd_error *error) {
    int start[2] = {0, (int)first}, stride[2] = {1, 1}, edge[2] = {(int)value->dims[0], (int)count};
    return Mat_VarReadData(mat->file, value, raw, start, stride, edge) == 0 ||
           nd_fail(error, mat->path, "save it anew in MATLAB", "columns from %zu on cannot be read",
                   first + 1);
}

static bool pour_columns(nd_mat *mat, matvar_t *value, nd_sink *sink, nd_error *error) {
    size_t rows = value->dims[0], columns = value->dims[1];
    size_t width = BLOCK_BYTES / sizeof(double) / rows;
    bool whole = width >= columns || value->data;
    if (width == 0)
        width = 1;
    if (whole && !nd_mat_load(mat, value, "the activity", error))
        return false;
    if (whole && value->nbytes < rows * columns * Mat_SizeOf(value->data_type))
        return nd_fail(error, mat->path, "save it anew in MATLAB", "the activity is damaged");
    if (width > columns)
        width = columns;
    double *block = nd_doubles(rows * width, error);
    void *raw = whole ? NULL : nd_array(rows * width, sizeof(double), error);
    bool fine = block && (whole || raw);
    for (size_t c = 0; fine && c < columns; c += width) {
        size_t count = columns - c < width ? columns - c : width;
        fine = whole || read_columns(mat, value, c, count, raw, error);
        matvar_t part = {.data = raw, .data_type = value->data_type};
        for (size_t i = 0; fine && i < rows * count; i++)
            block[i] = whole ? nd_mat_element(value, c * rows + i) : nd_mat_element(&part, i);
        fine = fine && nd_sink_tile(sink, 0, rows, c, count, block, 1, rows, error);
    }
    free(block);
    free(raw);
    nd_mat_unload(value);
    return fine;
}

static bool matlab_pour(void *file, const nd_selector *selector, const nd_activity *activity,
                        nd_sink *sink, const nd_clock *clock, nd_error *error) {
    nd_mat *mat = file;
    const char *field;
    matvar_t *value = nd_mat_find_all(mat, activity->name, &field, error);
    (void)selector;
    if (!value)
        return false;
    if (activity->spike_times)
        return nd_mat_spikes_pour(mat, value, activity->name, field, sink, clock, error);
    return value->class_type == MAT_C_SPARSE ? pour_sparse(mat, value, sink, error)
                                             : pour_columns(mat, value, sink, error);
}

static bool matlab_text(void *file, const char *expression, char *text, size_t size) {
    nd_mat *mat = file;
    matvar_t *value = nd_mat_find(mat, expression, NULL);
    if (nd_mat_text(mat, value, text, size))
        return true;
    if (!nd_mat_numeric(value) || nd_mat_elements(value) != 1 || value->isComplex)
        return false;
    double *number = nd_mat_numbers(mat, value, expression, NULL);
    if (number)
        snprintf(text, size, "%.17g", number[0]);
    free(number);
    return number != NULL;
}

static bool matlab_scan(void *file, nd_findings *findings, nd_error *error) {
    return nd_mat_scan(file, findings, error);
}

const nd_format nd_format_matlab = {
    .name = "MATLAB",
    .cells_last = true,
    .base = 1,
    .no_position = "",
    .honours = {[ND_ROLE_ACTIVITY] = ~(uint32_t)(ND_PART_AREA | ND_PART_SKIP_ROWS),
                [ND_ROLE_POSITION] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_POSITION_Y] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_SPEED] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_DIRECTION] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_TRIALS] = ~(uint32_t)(ND_PART_SKIP_ROWS | ND_PART_EQUALS),
                [ND_ROLE_IDS] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_REGISTRATION] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_KEEP] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_RATE_MAPS] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_OCCUPANCY] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_CELLS] = ~(uint32_t)ND_PART_SKIP_ROWS,
                [ND_ROLE_TASK] = ~(uint32_t)ND_PART_SKIP_ROWS},
    .recognises = recognises,
    .open = open_matlab,
    .close = close_matlab,
    .series = matlab_series,
    .activity = matlab_activity,
    .pour = matlab_pour,
    .text = matlab_text,
    .scan = matlab_scan,
};
