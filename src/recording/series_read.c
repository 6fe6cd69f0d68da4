#include "recording/series_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "recording/honoured.h"
#include "recording/times.h"
#include "recording/tracked.h"

/* --- which way an array lies --- */

static bool turn(nd_series *series, nd_error *error) {
    double *values = nd_doubles(series->rows * series->columns, error);
    if (!values)
        return false;
    for (size_t i = 0; i < series->rows; i++)
        for (size_t j = 0; j < series->columns; j++)
            values[j * series->rows + i] = series->values[i * series->columns + j];
    free(series->values);
    series->values = values;
    size_t rows = series->rows;
    series->rows = series->columns;
    series->columns = rows;
    return true;
}

/* A few long rows are a few columns lying down, as is an array with a time for each column. */
static bool stand_up(nd_series *series, nd_role role, nd_error *error) {
    bool rows_known = role == ND_ROLE_RATE_MAPS || role == ND_ROLE_TRIALS ||
                      role == ND_ROLE_OCCUPANCY || role == ND_ROLE_REGISTRATION || series->maps ||
                      series->depth > 1;
    bool timed = series->times && series->times_count != series->rows &&
                 series->times_count == series->columns;
    bool lying = series->rows <= 3 && series->columns > 3 &&
                 !(series->times && series->times_count == series->rows);
    return rows_known || !(timed || lying) || turn(series, error);
}

/* --- units --- */

static bool same_number(double value, double missing) {
    return value == missing || fabs(value - missing) <= 1e-6 * fabs(missing);
}

/* The number that stands for none becomes NaN, then the file's and the manifest's factors. */
static void scale_values(const nd_selector *part, nd_series *series) {
    size_t count = series->rows * series->columns * series->depth;
    if (series->maps)
        count = series->rows * series->columns;
    double factor = series->factor != 0.0 ? series->factor : 1.0;
    double scale = part->scale != 0.0 ? part->scale : 1.0;
    for (size_t i = 0; i < count; i++) {
        double value = series->values[i];
        if (part->missing && same_number(value, *part->missing))
            value = NAN;
        series->values[i] = scale * (factor * value + series->offset);
    }
}

/* --- times --- */

static bool own_times(const nd_request *request, nd_role role, nd_files *files,
                      const nd_open_file *own, nd_series *series, nd_error *error) {
    double *times = NULL;
    size_t count = 0;
    bool given;
    if (series->times && series->times_count == 0)
        series->times_count = series->rows;
    if (!nd_times_read(request, role, files, own, series->name, &times, &count, series->time_name,
                       sizeof series->time_name, &given, error))
        return false;
    if (given) {
        free(series->times);
        series->times = times;
        series->times_count = count;
    }
    return stand_up(series, role, error);
}

/* Keys of times where there are none, and a rate where there are. */
static bool check_time_keys(const nd_request *request, nd_role role, nd_files *files,
                            const nd_series *series, nd_error *error) {
    const nd_selector *part = &request->role[role];
    bool trials = role == ND_ROLE_TRIALS; /* its values are times */
    bool timed = series->times || series->rate > 0.0;
    if (timed && part->time_unit != ND_TIME_SAMPLES)
        return nd_part_key_unused(request, role, ND_PART_RATE, "there are times",
                                  "leave it out, or time_unit: samples", files->unused, error);
    return timed || trials ||
           (nd_part_key_unused(request, role, ND_PART_TIME_UNIT, "there are no times", "",
                               files->unused, error) &&
            nd_part_key_unused(request, role, ND_PART_BAD_TIMES, "there are no times", "",
                               files->unused, error));
}

static bool time_rows(const nd_request *request, nd_role role, nd_files *files, const char *path,
                      nd_series *series, nd_error *error) {
    const nd_selector *part = &request->role[role];
    if (!check_time_keys(request, role, files, series, error))
        return false;
    if (series->times && series->times_count != series->rows)
        return nd_fail(error, path, "correct the file, or where its times are",
                       "%s: there are %zu times for %zu rows", series->name, series->times_count,
                       series->rows);
    if (series->times) {
        double unit = nd_time_unit_seconds(request, role, files, series->time_name);
        for (size_t i = 0; unit != 1.0 && i < series->rows; i++)
            series->times[i] *= unit;
        return true;
    }
    if (series->rate > 0.0 && !(part->rate > 0.0)) {
        series->times = nd_doubles(series->rows, error);
        series->times_count = series->rows;
        for (size_t i = 0; series->times && i < series->rows; i++)
            series->times[i] = series->start + (double)i / series->rate;
        return series->times != NULL;
    }
    if (part->rate > 0.0 && part->time_unit != ND_TIME_SAMPLES)
        series->rate = part->rate;
    return true;
}

/* Leaves out the rows whose time goes back, and says how many. */
static bool drop_bad_rows(nd_role role, nd_files *files, nd_series *series, nd_error *error) {
    size_t kept = 0, width = series->columns * series->depth;
    bool *good = nd_array(series->rows, sizeof *good, error);
    if (!good || !nd_good_times(series->times, series->rows, good, &kept, error)) {
        free(good);
        return false;
    }
    if (kept < series->rows)
        nd_files_note(files, "%s: %zu of %zu times go back and were dropped, with their rows",
                      nd_role_name(role), series->rows - kept, series->rows);
    for (size_t i = 0, at = 0; i < series->rows; i++)
        if (good[i]) {
            series->times[at] = series->times[i];
            memmove(series->values + at * width, series->values + i * width,
                    width * sizeof(double));
            at++;
        }
    series->rows = series->times_count = kept;
    free(good);
    return true;
}

/* The rows asked for, of recordings joined. */
static bool cut_rows(const nd_request *request, nd_role role, nd_series *series, nd_error *error) {
    const size_t *asked = request->role[role].frames;
    size_t width = series->columns * series->depth, count = asked[1] - asked[0] + 1;
    if (asked[0] == 0)
        return true;
    if (asked[1] > series->rows)
        return nd_request_refuse(request, role, "frames", "count rows from 1", error,
                                 "rows up to %zu are asked for; %.100s has %zu", asked[1],
                                 series->name, series->rows);
    memmove(series->values, series->values + (asked[0] - 1) * width,
            count * width * sizeof(double));
    if (series->times)
        memmove(series->times, series->times + asked[0] - 1, count * sizeof(double));
    series->rows = count;
    series->times_count = series->times ? count : 0;
    return true;
}

bool nd_request_series(const nd_request *request, nd_role role, nd_files *files, nd_series *series,
                       bool *found, nd_error *error) {
    const nd_selector *part = &request->role[role];
    const char *path = nd_request_file(request, role);
    *found = false;
    if (!path)
        return true;
    nd_open_file *own = nd_files_open(files, path, part, error);
    if (!own)
        return false;
    *found = part->body_count > 0;
    if (*found ? !nd_tracked_series(request, role, files, own, series, error)
               : !own->format->series(own->file, role, part, series, found, error))
        return false;
    if (request->given[role] && !*found)
        return nd_fail(error, path, "name it in the manifest", "holds no %s", nd_role_name(role));
    if (!*found)
        return true;
    if (series->note[0])
        nd_files_note(files, "%s: %s", nd_role_name(role), series->note);
    bool timed = role <= ND_ROLE_DIRECTION || role == ND_ROLE_TRIALS;
    if (timed ? !own_times(request, role, files, own, series, error)
              : !stand_up(series, role, error))
        return false;
    scale_values(part, series);
    if (!timed)
        return true;
    own = nd_files_open(files, path, part, error);
    if (!own || !time_rows(request, role, files, path, series, error) ||
        !cut_rows(request, role, series, error))
        return false;
    if (role == ND_ROLE_TRIALS && series->columns == 2) { /* the values are times themselves */
        double unit = nd_time_unit_seconds(request, role, files, "");
        for (size_t i = 0; i < 2 * series->rows; i++)
            series->values[i] *= unit;
    }
    if (part->drop_bad_times && series->times && !drop_bad_rows(role, files, series, error))
        return false;
    return nd_series_check_times(series, path, error) &&
           nd_tracked_join(request, role, files, series, error);
}
