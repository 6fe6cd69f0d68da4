#include "measure/fall.h"

#include <math.h>
#include <stdlib.h>

#include "base/sort.h"

enum { MOST_POINTS = 160, COARSE = 4 };

/* Corners before the first or behind the last point leave the curve as it is: of fits that are
 * alike to this share of the values' variation, the first one tried is kept, that of the ends. */
static const double ALIKE = 1e-12;

double nd_median(double *values, size_t count) {
    nd_sort_ascending(values, count);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

double nd_fall_time(const nd_fall *fall, double share) {
    return fall->to - (fall->to - fall->from) * pow(1 - share, 1.0 / fall->power);
}

/* The points that are fitted: means of neighbours. */
typedef struct points {
    size_t count;
    double alike; /* sums of squares as close as this tell no two fits apart */
    double time[MOST_POINTS], value[MOST_POINTS], weight[MOST_POINTS];
} points;

static void gather(const double *time, const double *values, size_t count, points *out) {
    size_t length = (count + MOST_POINTS - 1) / MOST_POINTS;
    double weights = 0, mean = 0, squares = 0;
    out->count = 0;
    for (size_t at = 0; at < count; at += length) {
        size_t end = at + length < count ? at + length : count;
        double times = 0, sum = 0, n = (double)(end - at);
        for (size_t i = at; i < end; i++) {
            times += time[i];
            sum += values[i];
        }
        out->time[out->count] = times / n;
        out->value[out->count] = sum / n;
        out->weight[out->count++] = n / (double)length;
    }
    for (size_t i = 0; i < out->count; i++) {
        double before = out->value[i] - mean;
        weights += out->weight[i];
        mean += before * out->weight[i] / weights;
        squares += out->weight[i] * before * (out->value[i] - mean);
    }
    out->alike = ALIKE * squares;
}

static double shape(double time, double from, double to, int power) {
    double x = (to - time) / (to - from);
    x = x < 0 ? 0 : x > 1 ? 1 : x;
    return power == 1 ? x : power == 2 ? x * x : x * x * x;
}

/* Least squares of plateau and depth for the given corners; returns the residual sum of squares. */
static double fit_corners(const points *on, double from, double to, int power, double *plateau,
                          double *depth) {
    double w = 0, g = 0, v = 0, gg = 0, gv = 0, vv = 0;
    for (size_t i = 0; i < on->count; i++) {
        double weight = on->weight[i], s = shape(on->time[i], from, to, power), y = on->value[i];
        w += weight;
        g += weight * s;
        v += weight * y;
        gg += weight * s * s;
        gv += weight * s * y;
        vv += weight * y * y;
    }
    double spread = gg - g * g / w;
    *depth = spread > 1e-12 * w ? (gv - g * v / w) / spread : 0;
    *plateau = (v - *depth * g) / w;
    return vv - v * v / w - *depth * (gv - g * v / w);
}

/* Tries corners from[i], to[j] of a list of times and keeps the best. */
static void search(const points *on, const double *from, size_t from_count, const double *to,
                   size_t to_count, double *best, nd_fall *fall) {
    for (int power = 1; power <= 3; power++)
        for (size_t i = 0; i < from_count; i++)
            for (size_t j = 0; j < to_count; j++) {
                double plateau, depth;
                if (to[j] <= from[i])
                    continue;
                double squares = fit_corners(on, from[i], to[j], power, &plateau, &depth);
                if (depth < 0 || !(squares < *best - on->alike))
                    continue;
                *best = squares;
                *fall = (nd_fall){from[i], to[j], plateau, depth, power, 0};
            }
}

/* Times around a corner, from one coarse neighbour to the other. */
static size_t around(const points *on, double corner, double *out) {
    size_t count = 0, at = 0;
    while (at + 1 < on->count && on->time[at] < corner)
        at++;
    size_t first = at > COARSE ? at - COARSE : 0;
    for (size_t i = first; i < on->count && i <= at + COARSE; i++) {
        out[count++] = on->time[i];
        if (i + 1 < on->count)
            out[count++] = (on->time[i] + on->time[i + 1]) / 2;
    }
    return count;
}

bool nd_fit_fall(const double *time, const double *values, size_t count, nd_fall *fall,
                 nd_error *error) {
    points *on = nd_array(1, sizeof *on, error);
    if (!on)
        return false;
    gather(time, values, count, on);
    double grid[MOST_POINTS + 2], from[4 * COARSE + 4], to[4 * COARSE + 4], best = INFINITY;
    size_t points_tried = 0;
    grid[points_tried++] = time[0];
    for (size_t i = 1; i + 1 < on->count; i += on->count > 4 * COARSE ? COARSE : 1)
        grid[points_tried++] = on->time[i];
    grid[points_tried++] = time[count - 1];
    *fall = (nd_fall){.from = time[0], .to = time[count - 1], .power = 1};
    search(on, grid, points_tried, grid, points_tried, &best, fall);
    size_t from_count = around(on, fall->from, from), to_count = around(on, fall->to, to);
    /* The ends themselves are corners too: means of neighbours lie inside. */
    from[from_count++] = time[0];
    to[to_count++] = time[count - 1];
    search(on, from, from_count, to, to_count, &best, fall);
    double freedom = (double)on->count - 5;
    fall->deviation = sqrt(fmax(best, 0) / fmax(freedom, 1));
    free(on);
    return true;
}
