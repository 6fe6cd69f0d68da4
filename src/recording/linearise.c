#include "recording/linearise.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/sort.h"

/* A straight stretch of the path, from `a` to `b`, that begins `start` along
 * it. */
typedef struct stretch {
    double a[2], b[2], length, start;
    bool counts; /* it does not go back over an earlier one */
} stretch;

static bool same(const double *a, const double *b) {
    return a[0] == b[0] && a[1] == b[1];
}

/* The stretches; *whole gets the path's length. */
static stretch *stretches_of(const nd_path *path, size_t *count, double *whole, nd_error *error) {
    *count = path->points_count - !path->closed;
    *whole = 0.0;
    stretch *list = nd_array(*count, sizeof *list, error);
    for (size_t k = 0; list && k < *count; k++) {
        const double *a = path->points + 2 * k;
        const double *b = path->points + 2 * ((k + 1) % path->points_count);
        list[k] = (stretch){.a = {a[0], a[1]}, .b = {b[0], b[1]}, .start = *whole, .counts = true};
        for (size_t before = 0; before < k; before++)
            if (same(list[before].a, list[k].b) && same(list[before].b, list[k].a))
                list[k].counts = false;
        list[k].length = hypot(b[0] - a[0], b[1] - a[1]);
        *whole += list[k].counts ? list[k].length : 0.0;
    }
    return list;
}

/* The place on the path nearest to a point, as the way along it; *far gets how
 * far away it is. */
static double nearest(const stretch *list, size_t count, const double point[2], double *far) {
    double along = NAN;
    *far = INFINITY;
    for (size_t k = 0; k < count; k++) {
        const stretch *s = &list[k];
        if (!s->counts || s->length == 0.0)
            continue;
        double dx = (s->b[0] - s->a[0]) / s->length, dy = (s->b[1] - s->a[1]) / s->length;
        double way = (point[0] - s->a[0]) * dx + (point[1] - s->a[1]) * dy;
        way = way < 0.0 ? 0.0 : way > s->length ? s->length : way;
        double off = hypot(s->a[0] + way * dx - point[0], s->a[1] + way * dy - point[1]);
        if (off < *far) {
            *far = off;
            along = s->start + way;
        }
    }
    return along;
}

bool nd_linearise(const nd_request *request, nd_files *files, nd_series *position,
                  nd_error *error) {
    const nd_path *path = &request->linearise;
    size_t count, outside = 0, known = 0;
    double whole;
    if (path->points_count == 0)
        return true;
    if (position->columns != 2 || position->depth > 1)
        return nd_request_refuse(request, ND_ROLE_POSITION, "",
                                 "give position two columns, x and y, or position_y", error,
                                 "a path is in two dimensions, and %.100s has %zu", position->name,
                                 position->columns);
    stretch *list = stretches_of(path, &count, &whole, error);
    double *far = list ? nd_doubles(position->rows, error) : NULL;
    double *values = far ? nd_doubles(position->rows, error) : NULL;
    for (size_t i = 0; values && i < position->rows; i++) {
        const double *point = position->values + 2 * i;
        values[i] = NAN;
        if (!isfinite(point[0]) || !isfinite(point[1]))
            continue;
        values[i] = nearest(list, count, point, &far[known]);
        if (path->width > 0.0 && far[known] > path->width) {
            values[i] = NAN;
            outside++;
        }
        known++;
    }
    free(list);
    if (!values) {
        free(far);
        return false;
    }
    nd_sort_ascending(far, known);
    if (known > 0)
        nd_files_note(files,
                      "linearise: the path is %.6g long; positions lie %.3g from "
                      "it (median), 95 %% "
                      "within %.3g, all within %.3g",
                      whole, far[known / 2], far[(size_t)(0.95 * (double)(known - 1))],
                      far[known - 1]);
    if (outside > 0)
        nd_files_note(files, "linearise: %zu of %zu positions lie farther than %g away: missing",
                      outside, known, path->width);
    if (path->closed && !request->settings->circular)
        nd_files_note(files, "linearise: the path is closed: circular: true makes "
                             "its ends one place");
    free(far);
    free(position->values);
    position->values = values;
    position->columns = 1;
    return true;
}
