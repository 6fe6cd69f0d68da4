#include "recording/format.h"

#include <ctype.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "recording/csv_table.h"

/* Anything without control characters may be a table. */
static bool recognises(const char *path, const unsigned char *head, size_t length) {
    (void)path;
    for (size_t i = 0; i < length; i++)
        if (head[i] < 9 || (head[i] > 13 && head[i] < 32))
            return false;
    return true;
}

static void *open_csv(const char *path, nd_error *error) {
    return nd_csv_open(path, error);
}

static void close_csv(void *file) {
    nd_csv_close(file);
}

static bool is_time_name(const char *name) {
    static const char *const words[] = {"time",   "t",       "timestamp", "timestamps",
                                        "time_s", "seconds", "frame"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(name, words[i]) == 0)
            return true;
    return false;
}

static size_t time_column(const nd_csv *csv, const nd_selector *selector) {
    if (selector->times)
        return nd_csv_column(csv, selector->times);
    for (size_t c = 0; csv->names && c < csv->columns; c++)
        if (is_time_name(csv->names[c]) && strcasecmp(csv->names[c], "frame") != 0)
            return c;
    return SIZE_MAX;
}

/* --- series --- */

typedef struct growing {
    double *values;
    size_t rows, columns, room;
} growing;

static bool append_row(size_t index, const double *values, void *context, nd_error *error) {
    growing *all = context;
    (void)index;
    double *larger =
        nd_grown(all->values, &all->room, all->rows + 1, all->columns * sizeof *values, error);
    if (!larger)
        return false;
    all->values = larger;
    memcpy(all->values + all->rows++ * all->columns, values, all->columns * sizeof *values);
    return true;
}

/* Columns a selector asks for, or the role's own; count 0 when there is none. */
static bool choose_columns(const nd_csv *csv, nd_role role, const nd_selector *selector,
                           size_t **columns, size_t *count, nd_error *error) {
    size_t best = SIZE_MAX;
    int best_likeness = 0;
    *count = selector->columns_count ? selector->columns_count : 0;
    *columns = nd_array(csv->columns + *count, sizeof **columns, error);
    if (!*columns)
        return false;
    for (size_t k = 0; k < *count; k++) {
        (*columns)[k] = nd_csv_column(csv, selector->columns[k]);
        if ((*columns)[k] == SIZE_MAX)
            return nd_fail(error, csv->path, "correct the column in the manifest",
                           "has no column '%s'", selector->columns[k]);
    }
    if (*count)
        return true;
    for (size_t c = 0; csv->names && c < csv->columns; c++) {
        int likeness = nd_role_likeness(role, csv->names[c]);
        if (likeness > best_likeness) {
            best = c;
            best_likeness = likeness;
        }
    }
    if (best != SIZE_MAX) {
        (*columns)[(*count)++] = best;
        return true;
    }
    /* A file given for this role alone: all it holds but the times. */
    size_t times = time_column(csv, selector);
    for (size_t c = 0; selector->file && c < csv->columns; c++)
        if (c != times)
            (*columns)[(*count)++] = c;
    return true;
}

static bool split_times(growing *all, bool timed, const nd_selector *selector, nd_series *series,
                        nd_error *error) {
    double scale = selector->scale != 0.0 ? selector->scale : 1.0;
    size_t columns = all->columns - timed;
    series->rows = all->rows;
    series->columns = columns;
    series->depth = 1;
    series->values = nd_doubles(all->rows * columns, error);
    series->times = timed ? nd_doubles(all->rows, error) : NULL;
    if (!series->values || (timed && !series->times))
        return false;
    for (size_t i = 0; i < all->rows; i++) {
        for (size_t c = 0; c < columns; c++)
            series->values[i * columns + c] = scale * all->values[i * all->columns + c];
        if (timed)
            series->times[i] = all->values[i * all->columns + columns];
    }
    return true;
}

static bool csv_series(void *file, nd_role role, const nd_selector *selector, nd_series *series,
                       bool *found, nd_error *error) {
    const nd_csv *csv = file;
    size_t *columns = NULL, count = 0, times = time_column(csv, selector);
    bool fine = choose_columns(csv, role, selector, &columns, &count, error);
    *found = count > 0;
    if (fine && selector->times && times == SIZE_MAX)
        fine = nd_fail(error, csv->path, "correct times in the manifest", "has no column '%s'",
                       selector->times);
    bool timed = fine && times != SIZE_MAX && role != ND_ROLE_TRIALS && role != ND_ROLE_IDS &&
                 role != ND_ROLE_RATE_MAPS && role != ND_ROLE_OCCUPANCY;
    for (size_t k = 0; timed && k < count; k++)
        timed = columns[k] != times;
    growing all = {.columns = count + timed};
    if (timed)
        columns[count] = times;
    snprintf(series->name, sizeof series->name, "column %zu", count ? columns[0] + 1 : 0);
    if (fine && count && csv->names)
        snprintf(series->name, sizeof series->name, "%s", csv->names[columns[0]]);
    fine =
        fine && (count == 0 || (nd_csv_rows(csv, columns, all.columns, append_row, &all, error) &&
                                split_times(&all, timed, selector, series, error)));
    if (fine && count && all.rows == 0)
        fine = nd_fail(error, csv->path, "", "holds no rows");
    free(all.values);
    free(columns);
    return fine;
}

/* --- activity --- */

/* Whether a column is a cell: none of the words for other things, and not dropped. */
static bool is_cell(const nd_csv *csv, size_t column, const nd_selector *selector) {
    static const nd_role others[] = {ND_ROLE_POSITION, ND_ROLE_POSITION_Y, ND_ROLE_SPEED,
                                     ND_ROLE_DIRECTION, ND_ROLE_TRIALS};
    const char *name = csv->names ? csv->names[column] : "";
    if (selector->columns_count) {
        for (size_t k = 0; k < selector->columns_count; k++)
            if (nd_csv_column(csv, selector->columns[k]) == column ||
                (name[0] && fnmatch(selector->columns[k], name, 0) == 0))
                return true;
        return false;
    }
    for (size_t k = 0; k < sizeof others / sizeof *others; k++)
        if (name[0] && nd_role_likeness(others[k], name) == 3)
            return false;
    return !is_time_name(name) && column != time_column(csv, selector);
}

static bool cell_columns(const nd_csv *csv, const nd_selector *selector, size_t **columns,
                         size_t *count, nd_error *error) {
    *columns = nd_array(csv->columns + 1, sizeof **columns, error);
    *count = 0;
    for (size_t c = 0; *columns && c < csv->columns; c++)
        if (is_cell(csv, c, selector))
            (*columns)[(*count)++] = c;
    if (*columns && *count == 0)
        return nd_fail(error, csv->path, "name the columns in the manifest",
                       "has no column that could be a cell");
    return *columns != NULL;
}

/* cell_12 is cell 12: ids where every name ends in a number. */
static bool ids_of_names(const nd_csv *csv, const size_t *columns, size_t count, int64_t **ids,
                         nd_error *error) {
    if (!csv->names)
        return true;
    *ids = nd_array(count, sizeof **ids, error);
    for (size_t k = 0; *ids && k < count; k++) {
        const char *name = csv->names[columns[k]], *digits = name + strlen(name);
        while (digits > name && isdigit((unsigned char)digits[-1]))
            digits--;
        if (*digits == '\0' || strlen(digits) > 15) {
            free(*ids);
            *ids = NULL;
            return true;
        }
        (*ids)[k] = strtoll(digits, NULL, 10);
    }
    return *ids != NULL;
}

static int by_cell_and_time(const void *a, const void *b) {
    const double *x = a, *y = b; /* time, cell */
    if (x[1] != y[1])
        return x[1] < y[1] ? -1 : 1;
    return (x[0] > y[0]) - (x[0] < y[0]);
}

/* A list of spikes, sorted by cell; rows with NaN are left out. */
static bool spike_list(const nd_csv *csv, const nd_selector *selector, growing *all,
                       nd_error *error) {
    size_t columns[2] = {0, 1};
    for (size_t k = 0; k < 2 && selector->columns_count == 2; k++)
        columns[k] = nd_csv_column(csv, selector->columns[k]);
    if (columns[0] >= csv->columns || columns[1] >= csv->columns || columns[0] == columns[1])
        return nd_fail(error, csv->path, "give two columns: time and cell",
                       "has no two columns for a list of spikes");
    all->columns = 2;
    if (!nd_csv_rows(csv, columns, 2, append_row, all, error))
        return false;
    size_t kept = 0;
    for (size_t i = 0; i < all->rows; i++)
        if (isfinite(all->values[2 * i]) && fabs(all->values[2 * i + 1]) < 9e15) {
            all->values[2 * kept] = all->values[2 * i];
            all->values[2 * kept++ + 1] = all->values[2 * i + 1];
        }
    all->rows = kept;
    if (kept)
        qsort(all->values, kept, 2 * sizeof(double), by_cell_and_time);
    return kept > 0 || nd_fail(error, csv->path, "", "holds no spikes");
}

static bool describe_list(const nd_csv *csv, const nd_selector *selector, nd_activity *activity,
                          nd_error *error) {
    growing all = {0};
    bool fine = spike_list(csv, selector, &all, error);
    activity->spike_times = true;
    activity->cell_id = fine ? nd_array(all.rows, sizeof *activity->cell_id, error) : NULL;
    for (size_t i = 0; activity->cell_id && i < all.rows; i++)
        if (i == 0 || all.values[2 * i + 1] != all.values[2 * i - 1])
            activity->cell_id[activity->cells++] = (int64_t)all.values[2 * i + 1];
    free(all.values);
    return fine && activity->cell_id;
}

static bool pour_list(const nd_csv *csv, const nd_selector *selector, nd_sink *sink,
                      const nd_clock *clock, nd_error *error) {
    growing all = {0};
    bool fine = spike_list(csv, selector, &all, error);
    double *times = fine ? nd_doubles(all.rows, error) : NULL;
    for (size_t i = 0; times && i < all.rows; i++)
        times[i] = all.values[2 * i];
    size_t cell = 0, begin = 0;
    fine = times != NULL;
    for (size_t i = 1; fine && i <= all.rows; i++)
        if (i == all.rows || all.values[2 * i + 1] != all.values[2 * i - 1]) {
            fine = nd_sink_spikes(sink, cell++, times + begin, i - begin, clock->times,
                                  clock->frame_seconds, error);
            begin = i;
        }
    free(times);
    free(all.values);
    return fine;
}

static bool refuse_area(const nd_csv *csv, const nd_selector *selector, nd_error *error) {
    return !selector->area || nd_fail(error, csv->path, "leave out area",
                                      "nothing in a table says of which area its cells are");
}

static bool csv_activity(void *file, const nd_selector *selector, nd_activity *activity,
                         nd_error *error) {
    const nd_csv *csv = file;
    size_t *columns = NULL, times = time_column(csv, selector);
    snprintf(activity->name, sizeof activity->name, "the table");
    if (!refuse_area(csv, selector, error))
        return false;
    if (selector->kind == ND_KIND_SPIKE_LIST || selector->kind == ND_KIND_SPIKE_TIMES)
        return describe_list(csv, selector, activity, error);
    bool fine = cell_columns(csv, selector, &columns, &activity->cells, error) &&
                ids_of_names(csv, columns, activity->cells, &activity->cell_id, error);
    if (fine && times != SIZE_MAX) {
        growing all = {.columns = 1};
        fine = nd_csv_rows(csv, &times, 1, append_row, &all, error);
        activity->frames = all.rows;
        activity->times = all.values;
    } else if (fine) {
        fine = nd_csv_count(csv, &activity->frames, error);
    }
    free(columns);
    return fine && (activity->frames > 0 || nd_fail(error, csv->path, "", "holds no rows"));
}

typedef struct pouring {
    nd_sink *sink;
    double *scaled, scale;
    size_t cells;
} pouring;

static bool pour_row(size_t index, const double *values, void *context, nd_error *error) {
    pouring *to = context;
    for (size_t c = 0; c < to->cells; c++)
        to->scaled[c] = to->scale * values[c];
    return nd_sink_tile(to->sink, index, 1, 0, to->cells, to->scaled, to->cells, 1, error);
}

static bool csv_pour(void *file, const nd_selector *selector, const nd_activity *activity,
                     nd_sink *sink, const nd_clock *clock, nd_error *error) {
    const nd_csv *csv = file;
    if (activity->spike_times)
        return pour_list(csv, selector, sink, clock, error);
    size_t *columns = NULL, count;
    bool fine = cell_columns(csv, selector, &columns, &count, error);
    pouring to = {.sink = sink,
                  .scale = selector->scale != 0.0 ? selector->scale : 1.0,
                  .cells = count,
                  .scaled = fine ? nd_doubles(count, error) : NULL};
    fine = to.scaled && nd_csv_rows(csv, columns, count, pour_row, &to, error);
    free(to.scaled);
    free(columns);
    return fine;
}

/* --- scan --- */

static bool csv_scan(void *file, nd_findings *findings, nd_error *error) {
    static const nd_role roles[] = {ND_ROLE_POSITION, ND_ROLE_POSITION_Y, ND_ROLE_SPEED,
                                    ND_ROLE_DIRECTION};
    const nd_csv *csv = file;
    size_t *columns = NULL, count = 0, rows = 0;
    bool fine = nd_csv_count(csv, &rows, error);
    for (size_t c = 0; fine && csv->names && c < csv->columns; c++)
        for (size_t k = 0; fine && k < sizeof roles / sizeof *roles; k++)
            if (nd_role_likeness(roles[k], csv->names[c]) == 3)
                fine = nd_findings_add(findings, roles[k], csv->names[c], error,
                                       "column %zu of %zu rows", c + 1, rows);
    if (fine && cell_columns(csv, &(nd_selector){0}, &columns, &count, error))
        fine = nd_findings_add(findings, ND_ROLE_ACTIVITY, "", error, "%zu columns, %zu rows",
                               count, rows);
    free(columns);
    return fine;
}

const nd_format nd_format_csv = {
    .name = "CSV",
    .clocked = true,
    .tabular = true,
    .no_position = "",
    .recognises = recognises,
    .open = open_csv,
    .close = close_csv,
    .series = csv_series,
    .activity = csv_activity,
    .pour = csv_pour,
    .scan = csv_scan,
};
