#include "measure/correlation.h"

#include <math.h>

/* Pearson r of two series whose elements lie `stride` apart, over the pairs of which both are
 * there.
 */
static double strided_pearson(const double *x, const double *y, size_t count, size_t stride) {
    double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
    size_t pairs = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(x[i * stride]) || isnan(y[i * stride]))
            continue;
        mean_x += x[i * stride];
        mean_y += y[i * stride];
        pairs++;
    }
    mean_x /= (double)pairs;
    mean_y /= (double)pairs;
    for (size_t i = 0; i < count; i++) {
        if (isnan(x[i * stride]) || isnan(y[i * stride]))
            continue;
        double dx = x[i * stride] - mean_x, dy = y[i * stride] - mean_y;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    return xx > 0 && yy > 0 ? xy / (sqrt(xx) * sqrt(yy)) : NAN;
}

double nd_pearson(const double *x, const double *y, size_t count) {
    return strided_pearson(x, y, count, 1);
}

double nd_rate_map_correlation(const double *maps_a, const double *maps_b, const bool *use_a,
                               const bool *use_b, size_t units, size_t bins) {
    double sum = 0;
    size_t used = 0;
    for (size_t unit = 0; unit < units; unit++) {
        if ((use_a && !use_a[unit]) || (use_b && !use_b[unit]))
            continue;
        double r = nd_pearson(maps_a + unit * bins, maps_b + unit * bins, bins);
        if (isnan(r))
            continue;
        sum += r;
        used++;
    }
    return used > 0 ? sum / (double)used : NAN;
}

double nd_population_vector_correlation(const double *maps_a, const double *maps_b, size_t units,
                                        size_t bins) {
    double sum = 0;
    size_t used = 0;
    for (size_t bin = 0; bin < bins; bin++) {
        double r = strided_pearson(maps_a + bin, maps_b + bin, units, bins);
        if (isnan(r))
            continue;
        sum += r;
        used++;
    }
    return used > 0 ? sum / (double)used : NAN;
}
