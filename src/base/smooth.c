#include "base/smooth.h"

#include <math.h>

/* The index of `at` in 0 .. count-1 after folding or wrapping it in. */
static size_t fold(long at, size_t count, nd_ends ends) {
    long length = (long)count, period = ends == ND_PERIODIC ? length : 2 * length;
    at %= period;
    if (at < 0)
        at += period;
    return (size_t)(at < length ? at : period - 1 - at);
}

void nd_gaussian_smooth(double *values, size_t count, size_t stride, double sigma, nd_ends ends,
                        double *scratch) {
    if (sigma <= 0)
        return;
    long reach = (long)(4 * sigma + 0.5);
    double total = 0;
    for (size_t i = 0; i < count; i++)
        scratch[i] = 0;
    for (long k = -reach; k <= reach; k++) {
        double weight = exp(-0.5 * (double)(k * k) / (sigma * sigma));
        total += weight;
        for (size_t i = 0; i < count; i++)
            scratch[i] += weight * values[fold((long)i + k, count, ends) * stride];
    }
    for (size_t i = 0; i < count; i++)
        values[i * stride] = scratch[i] / total;
}

static void smooth_both(double *map, size_t rows, size_t columns, double sigma, nd_ends ends,
                        double *scratch) {
    for (size_t row = 0; row < rows; row++)
        nd_gaussian_smooth(map + row * columns, columns, 1, sigma, ends, scratch);
    for (size_t column = 0; rows > 1 && column < columns; column++)
        nd_gaussian_smooth(map + column, rows, columns, sigma, ND_REFLECT, scratch);
}

void nd_gaussian_smooth_map(double *map, size_t rows, size_t columns, double sigma, nd_ends ends,
                            double *scratch) {
    size_t count = rows * columns, missing = 0;
    double *there = scratch, *row = scratch + count;
    if (sigma <= 0)
        return;
    for (size_t i = 0; i < count; i++) {
        there[i] = isnan(map[i]) ? 0 : 1;
        missing += isnan(map[i]);
    }
    if (missing == 0) {
        smooth_both(map, rows, columns, sigma, ends, row);
        return;
    }
    /* The values there are, and how much of the Gaussian they cover: both smoothed. */
    for (size_t i = 0; i < count; i++)
        map[i] = there[i] > 0 ? map[i] : 0;
    double *cover = there;
    unsigned char *gone = (unsigned char *)(row + (rows > columns ? rows : columns));
    for (size_t i = 0; i < count; i++)
        gone[i] = !(there[i] > 0);
    smooth_both(map, rows, columns, sigma, ends, row);
    smooth_both(cover, rows, columns, sigma, ends, row);
    for (size_t i = 0; i < count; i++)
        map[i] = gone[i] ? NAN : map[i] / cover[i];
}
