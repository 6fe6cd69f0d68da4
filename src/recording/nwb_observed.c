#include "recording/nwb_observed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static int by_start(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts intervals, and makes one of those that touch; how many are left. */
static size_t merge(double *intervals, size_t count) {
    size_t kept = 0;
    qsort(intervals, count, 2 * sizeof *intervals, by_start);
    for (size_t i = 0; i < count; i++) {
        const double *one = intervals + 2 * i;
        if (!(one[1] > one[0])) /* nothing, or NaN */
            continue;
        double *last = kept ? intervals + 2 * (kept - 1) : NULL;
        if (last && one[0] <= last[1])
            last[1] = fmax(last[1], one[1]);
        else
            memmove(intervals + 2 * kept++, one, 2 * sizeof *one);
    }
    return kept;
}

/* What two lists of intervals have in common, in a new one. */
static double *common(const double *a, size_t a_count, const double *b, size_t b_count,
                      size_t *count, nd_error *error) {
    double *both = nd_doubles(2 * (a_count + b_count), error);
    *count = 0;
    for (size_t i = 0, k = 0; both && i < a_count && k < b_count;) {
        double start = fmax(a[2 * i], b[2 * k]), stop = fmin(a[2 * i + 1], b[2 * k + 1]);
        if (stop > start) {
            both[2 * *count] = start;
            both[2 * *count + 1] = stop;
            ++*count;
        }
        if (a[2 * i + 1] < b[2 * k + 1])
            i++;
        else
            k++;
    }
    return both;
}

bool nd_nwb_observed(const nd_nwb *nwb, const char *table, const bool *keep, size_t units,
                     double **intervals, size_t *count, nd_error *error) {
    char path[ND_NWB_PATH_SIZE], index[ND_NWB_PATH_SIZE];
    size_t rows = 0, ends = 0;
    if (!nd_nwb_join(path, table, "obs_intervals") || !nd_hdf5_has(&nwb->file, path) ||
        !nd_nwb_join(index, table, "obs_intervals_index") || !nd_hdf5_has(&nwb->file, index))
        return true;
    double *all = nd_hdf5_numbers(&nwb->file, path, nwb->path, &rows, error);
    double *end = all ? nd_hdf5_numbers(&nwb->file, index, nwb->path, &ends, error) : NULL;
    bool fine = end != NULL;
    if (fine && ends != units)
        fine = nd_fail(error, nwb->path, "correct the file",
                       "%s: there are intervals of %zu units, of %zu", path, ends, units);
    for (size_t u = 0; fine && u < units; u++) {
        double from = u ? end[u - 1] : 0.0;
        if (!(from >= 0.0 && end[u] >= from && 2.0 * end[u] <= (double)rows)) {
            fine =
                nd_fail(error, nwb->path, "correct the file",
                        "%s ends unit %zu at %g of %zu intervals", index, u + 1, end[u], rows / 2);
            break;
        }
        size_t here = keep[u] ? merge(all + 2 * (size_t)from, (size_t)(end[u] - from)) : 0, both;
        if (here == 0)
            continue;
        static const double always[] = {-INFINITY, INFINITY};
        double *shared = common(*intervals ? *intervals : always, *intervals ? *count : 1,
                                all + 2 * (size_t)from, here, &both, error);
        fine = shared != NULL;
        if (fine) {
            free(*intervals);
            *intervals = shared;
            *count = both;
        }
        if (fine && both == 0)
            fine = nd_fail(error, nwb->path, "analyse units that were observed together",
                           "%s: no time is shared by all units up to unit %zu", path, u + 1);
    }
    free(all);
    free(end);
    return fine;
}
