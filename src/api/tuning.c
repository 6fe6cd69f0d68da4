/* Positions, bins and tuning curves of the caller's arrays (nulldrift/measure.h). Sums over the
 * frames of a bin are made in the order of the frames, as measure/tuning.c makes them, so that
 * curves are the same to the last bit; what differs is the way through memory, which follows the
 * layout. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/matrix.h"
#include "base/clones.h"
#include "base/error.h"
#include "base/smooth.h"
#include "measure/tuning.h"
#include "measure/unit_measure.h"

/* ---- Bins ---- */

static bool check_axis(const nd_axis *axis, const char *function, nd_error *error) {
    if (!nd_is_given(axis->position, function, "position", error))
        return false;
    if (axis->bins == 0 || axis->bins > INT32_MAX)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "an axis has %zu bins, expected 1 to %d", axis->bins, INT32_MAX);
    if (!isfinite(axis->low) || !isfinite(axis->high) || axis->low > axis->high)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "an axis goes from %g to %g, expected finite numbers, low to high",
                          axis->low, axis->high);
    return true;
}

/* The bins of one axis join those of the axes before it. */
static void join_axis(const nd_axis *axis, size_t frames, int64_t *bin) {
    double low = axis->low, high = axis->high;
    if (low == high) {
        low = INFINITY;
        high = -INFINITY;
        for (size_t f = 0; f < frames; f++)
            if (isfinite(axis->position[f])) {
                low = fmin(low, axis->position[f]);
                high = fmax(high, axis->position[f]);
            }
    }
    for (size_t f = 0; f < frames; f++) {
        double x = axis->position[f];
        if (bin[f] < 0 || !isfinite(x) || x < low || x > high) {
            bin[f] = -1;
            continue;
        }
        double share = high > low ? (x - low) / (high - low) : 0;
        size_t index = (size_t)(share * (double)axis->bins);
        index = index < axis->bins ? index : axis->bins - 1; /* the last bin is closed */
        bin[f] = bin[f] * (int64_t)axis->bins + (int64_t)index;
    }
}

bool nd_bin_frames(const nd_axis *axes, size_t axis_count, size_t frames, int64_t *bin,
                   nd_error *error) {
    static const char function[] = "nd_bin_frames";
    size_t bins = 1;
    if (!nd_is_given(axes, function, "axes", error) || !nd_is_given(bin, function, "bin", error))
        return false;
    if (axis_count < 1 || axis_count > 3)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "axis_count is %zu, expected 1 to 3", axis_count);
    for (size_t a = 0; a < axis_count; a++)
        if (!check_axis(&axes[a], function, error))
            return false;
    for (size_t a = 0; a < axis_count; a++)
        if ((bins = nd_count_of(bins, axes[a].bins)) == SIZE_MAX)
            return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                              "the axes have more bins together than memory has");
    memset(bin, 0, frames * sizeof *bin);
    for (size_t a = 0; a < axis_count; a++)
        join_axis(&axes[a], frames, bin);
    return true;
}

bool nd_direct_positions(const double *position, size_t frames, double *out, nd_error *error) {
    static const char function[] = "nd_direct_positions";
    if (!nd_is_given(position, function, "position", error) ||
        !nd_is_given(out, function, "out", error))
        return false;
    if (out == position)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "out is the array of the positions itself");
    nd_directed_position(position, frames, out);
    for (size_t f = 0; f < frames; f++) { /* a velocity needs both of its ends */
        size_t later = f > 0 ? f : frames > 1;
        if (!isfinite(position[f]) ||
            (later > 0 && (!isfinite(position[later]) || !isfinite(position[later - 1]))))
            out[f] = NAN;
    }
    return true;
}

/* ---- Curves ---- */

/* Cells whose values of one frame lie side by side: a frame is added to the row of its bin, sums
 * bins x cells. */
#define ADD_ROWS(name, type)                                                                       \
    ND_CLONES static void name(const nd_matrix *m, const int64_t *bin, double *sums) {             \
        for (size_t f = 0; f < m->rows; f++) {                                                     \
            const void *at = (const char *)m->data + (ptrdiff_t)f * m->row_stride;                 \
            const type *restrict row = at;                                                         \
            double *restrict sum = sums + (size_t)(bin[f] < 0 ? 0 : bin[f]) * m->columns;          \
            for (size_t c = 0, cells = bin[f] < 0 ? 0 : m->columns; c < cells; c++)                \
                sum[c] += (double)row[c];                                                          \
        }                                                                                          \
    }
ADD_ROWS(add_rows_double, double)
ADD_ROWS(add_rows_float, float)

enum { TOGETHER = 8 }; /* cells: their sums do not wait for each other */

/* Cells of any other layout, TOGETHER at a time, over all frames; sums is bins x TOGETHER. */
static void add_columns(const nd_matrix *m, size_t first, size_t count, const int64_t *bin,
                        double *restrict sums) {
    const char *from[TOGETHER];
    for (size_t c = 0; c < TOGETHER; c++) /* beyond the last cell: the last one again */
        from[c] = (const char *)m->data +
                  (ptrdiff_t)(first + (c < count ? c : count - 1)) * m->column_stride;
    for (size_t f = 0; f < m->rows; f++) {
        if (bin[f] < 0)
            continue;
        double *sum = sums + (size_t)bin[f] * TOGETHER;
        ptrdiff_t at = (ptrdiff_t)f * m->row_stride;
        if (m->type == ND_FLOAT64)
            for (size_t c = 0; c < TOGETHER; c++)
                sum[c] += *(const double *)(from[c] + at);
        else
            for (size_t c = 0; c < TOGETHER; c++)
                sum[c] += (double)*(const float *)(from[c] + at);
    }
}

/* Curves from sums: `count` cells' sums lie `apart` from bin to bin. */
static void finish(const double *sums, size_t apart, size_t count, const double *visits,
                   size_t bins, double *curves) {
    for (size_t c = 0; c < count; c++)
        for (size_t b = 0; b < bins; b++)
            curves[c * bins + b] = visits[b] > 0 ? sums[b * apart + c] / visits[b] : NAN;
}

bool nd_tuning(const nd_matrix *activity, const int64_t *bin, size_t bins, double *occupancy,
               double *curves, nd_error *error) {
    static const char function[] = "nd_tuning";
    if (!nd_matrix_check(activity, function, error) ||
        !nd_bins_check(bin, activity->rows, bins, function, error) ||
        !nd_is_given(curves, function, "curves", error))
        return false;
    size_t frames = activity->rows, cells = activity->columns, used = 0;
    ptrdiff_t size = activity->type == ND_FLOAT32 ? sizeof(float) : sizeof(double);
    bool by_rows = activity->column_stride == size && cells > 1;
    size_t width = by_rows ? cells : TOGETHER;
    double *visits = nd_doubles(bins, error);
    double *sums = visits ? nd_doubles(nd_count_of(bins, width), error) : NULL;
    if (!sums) {
        free(visits);
        return false;
    }
    for (size_t f = 0; f < frames; f++)
        if (bin[f] >= 0) {
            visits[bin[f]] += 1;
            used++;
        }
    if (by_rows) {
        (activity->type == ND_FLOAT64 ? add_rows_double : add_rows_float)(activity, bin, sums);
        finish(sums, cells, cells, visits, bins, curves);
    }
    for (size_t first = 0; !by_rows && first < cells; first += TOGETHER) {
        size_t count = cells - first < TOGETHER ? cells - first : TOGETHER;
        memset(sums, 0, bins * TOGETHER * sizeof *sums);
        add_columns(activity, first, count, bin, sums);
        finish(sums, TOGETHER, count, visits, bins, curves + first * bins);
    }
    for (size_t b = 0; occupancy && b < bins; b++)
        occupancy[b] = used > 0 ? visits[b] / (double)used : 0;
    free(sums);
    free(visits);
    return true;
}

bool nd_smooth_maps(double *maps, size_t count, size_t rows, size_t columns, double sigma,
                    bool ring, nd_error *error) {
    static const char function[] = "nd_smooth_maps";
    size_t size = nd_count_of(rows, columns);
    if (!nd_is_given(maps, function, "maps", error))
        return false;
    if (size == 0 || size > SIZE_MAX / 64 || nd_count_of(count, size) == SIZE_MAX)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "%zu maps have %zu rows of %zu values", count, rows, columns);
    if (!isfinite(sigma) || sigma < 0 || sigma > 1e6)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "sigma is %g, expected a number from 0 to 1e6", sigma);
    double *scratch = nd_doubles(ND_SMOOTH_SCRATCH(rows, columns), error);
    if (!scratch)
        return false;
    for (size_t i = 0; i < count; i++)
        nd_gaussian_smooth_map(maps + i * size, rows, columns, sigma,
                               ring ? ND_PERIODIC : ND_REFLECT, scratch);
    free(scratch);
    return true;
}

/* ---- Numbers of a curve ---- */

bool nd_curve_measure_describe(size_t index, nd_curve_measure *description) {
    if (!description || index >= ND_UNIT_MEASURES)
        return false;
    const nd_unit_measure *measure = &nd_unit_measures[index];
    *description = (nd_curve_measure){measure->name, measure->units, measure->definition};
    return true;
}

bool nd_measure_curves(const char *name, const double *curves, const double *occupancy,
                       size_t cells, size_t bins, double *values, nd_error *error) {
    static const char function[] = "nd_measure_curves";
    if (!nd_is_given(name, function, "name", error) ||
        !nd_is_given(curves, function, "curves", error) ||
        !nd_is_given(occupancy, function, "occupancy", error) ||
        !nd_is_given(values, function, "values", error))
        return false;
    if (bins == 0 || nd_count_of(cells, bins) == SIZE_MAX)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "%zu cells have %zu bins", cells,
                          bins);
    for (size_t k = 0; k < ND_UNIT_MEASURES; k++)
        if (strcmp(nd_unit_measures[k].name, name) == 0) {
            for (size_t c = 0; c < cells; c++)
                values[c] = nd_unit_measures[k].value(curves + c * bins, occupancy, bins);
            return true;
        }
    return nd_fail_as(ND_CODE_ARGUMENT, error, function, "see nd_curve_measure_describe",
                      "there is no number of a curve called '%.60s'", name);
}
