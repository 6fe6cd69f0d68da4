#include "recording/tracked.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"

/* --- by body part --- */

/* Which of x and y are asked for. */
static bool which_axes(const nd_request *request, nd_role role, bool axes[2], nd_error *error) {
    const nd_selector *part = &request->role[role];
    bool both = role == ND_ROLE_POSITION && part->columns_count == 0 &&
                !request->given[ND_ROLE_POSITION_Y] &&
                (request->settings->bins_y > 0 || request->linearise.points_count > 0);
    const char *asked = part->columns_count          ? part->columns[0]
                        : role == ND_ROLE_POSITION_Y ? "y"
                                                     : "x";
    axes[0] = both || strcasecmp(asked, "x") == 0;
    axes[1] = both || strcasecmp(asked, "y") == 0;
    return axes[0] || axes[1] ||
           nd_request_refuse(request, role, "columns", "give column: x or column: y", error,
                             "a body part has x and y, and no column '%.40s'", asked);
}

/* Adds a body part's x, y to the sum; NaN where it is not seen. How many rows
 * that made missing. */
static size_t add_part(const nd_series *body, const bool axes[2], double least, nd_series *sum) {
    size_t unlikely = 0;
    for (size_t i = 0; i < sum->rows; i++) {
        const double *at = body->values + 3 * i;
        bool seen = !(least > 0.0) || at[2] >= least;
        unlikely += !seen;
        for (size_t axis = 0, to = 0; axis < 2; axis++)
            if (axes[axis])
                sum->values[i * sum->columns + to++] += seen ? at[axis] : NAN;
    }
    return unlikely;
}

bool nd_tracked_series(const nd_request *request, nd_role role, nd_files *files, nd_open_file *own,
                       nd_series *series, nd_error *error) {
    const nd_selector *part = &request->role[role];
    bool axes[2];
    double least = part->likelihood ? *part->likelihood : 0.0;
    if (!own->format->body)
        return nd_request_refuse(request, role, "body",
                                 "give a table of DeepLabCut or SLEAP, or column: NAME", error,
                                 "a %s file has no body parts", own->format->name);
    bool fine = which_axes(request, role, axes, error);
    for (uint32_t k = 0; fine && k < part->body_count; k++) {
        nd_series body = {0};
        fine = own->format->body(own->file, part, part->body[k], &body, error);
        if (fine && k == 0) {
            *series = body;
            series->columns = (size_t)axes[0] + axes[1];
            series->values = nd_doubles(series->rows * series->columns, error);
            fine = series->values != NULL;
        }
        if (fine && k > 0)
            free(body.times); /* they are the table's, and the first part's already */
        size_t unlikely = fine ? add_part(&body, axes, least, series) : 0;
        if (unlikely > 0)
            nd_files_note(files, "%s: %.40s is less likely than %g in %zu of %zu rows",
                          nd_role_name(role), part->body[k], least, unlikely, series->rows);
        free(body.values);
    }
    for (size_t i = 0; fine && i < series->rows * series->columns; i++)
        series->values[i] /= part->body_count;
    return fine;
}

/* --- what is missing for a short while --- */

/* Seconds between two rows; NaN where nothing tells. */
static double seconds_between(const nd_request *request, const nd_series *series, size_t a,
                              size_t b) {
    if (series->times)
        return series->times[b] - series->times[a];
    double rate = series->rate > 0.0             ? series->rate
                  : request->frame_seconds > 0.0 ? 1.0 / request->frame_seconds
                                                 : NAN;
    return (double)(b - a) / rate;
}

static bool row_missing(const nd_series *series, size_t row) {
    for (size_t c = 0; c < series->columns; c++)
        if (!isfinite(series->values[row * series->columns + c]))
            return true;
    return false;
}

static void join(const nd_request *request, nd_series *series, size_t a, size_t b) {
    double whole = seconds_between(request, series, a, b);
    for (size_t i = a + 1; i < b; i++)
        for (size_t c = 0; c < series->columns; c++) {
            double from = series->values[a * series->columns + c];
            double to = series->values[b * series->columns + c];
            series->values[i * series->columns + c] =
                from + (to - from) * seconds_between(request, series, a, i) / whole;
        }
}

bool nd_tracked_join(const nd_request *request, nd_role role, nd_files *files, nd_series *series,
                     nd_error *error) {
    const nd_selector *part = &request->role[role];
    if (!(part->gap > 0.0) || series->rows < 2)
        return true;
    if (isnan(seconds_between(request, series, 0, 1)))
        return nd_request_refuse(request, role, "gap", "give times, or a rate", error,
                                 "a gap is in seconds, and nothing says how long a row lasts");
    if (request->settings->circular && role == ND_ROLE_POSITION &&
        request->linearise.points_count == 0)
        return nd_request_refuse(request, role, "gap", "leave it out", error,
                                 "what is missing on a circle is not joined by straight lines");
    size_t missing = 0, joined = 0, last = SIZE_MAX;
    for (size_t i = 0; i < series->rows; i++) {
        if (row_missing(series, i)) {
            missing++;
            continue;
        }
        if (last != SIZE_MAX && i > last + 1 &&
            seconds_between(request, series, last, i) <= part->gap * (1.0 + 1e-9)) {
            join(request, series, last, i);
            joined += i - last - 1;
        }
        last = i;
    }
    if (missing > 0)
        nd_files_note(files,
                      "%s: %zu of %zu rows are missing; %zu of them are joined over, in gaps "
                      "of at most %g s",
                      nd_role_name(role), missing, series->rows, joined, part->gap);
    return true;
}
