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
