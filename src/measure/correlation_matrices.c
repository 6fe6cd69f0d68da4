/* Correlations of every pair of times. Standardised once, a pair's correlation is a dot product;
 * the maps are held a block at a time, so that memory does not grow with the number of times. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure/correlation.h"

enum { BLOCK_BYTES = 32 << 20 };

/* The maps of some times, ready to be correlated. */
typedef struct standard_maps {
    double *by_unit;           /* times x (units x bins): each unit's map standardised */
    double *by_bin;            /* times x (bins x units): each bin's population vector, too */
    unsigned char *units_used; /* times x units: used, and not constant */
    unsigned char *bins_used;  /* times x bins: not constant, and not missing */
    unsigned char *missing;    /* times x bins: not visited; their values are 0 */
    size_t times, units, bins;
} standard_maps;

static void standard_maps_free(standard_maps *maps) {
    free(maps->by_unit);
    free(maps->by_bin);
    free(maps->units_used);
    free(maps->bins_used);
    free(maps->missing);
    *maps = (standard_maps){0};
}

static bool standard_maps_new(standard_maps *maps, size_t times, size_t units, size_t bins,
                              nd_error *error) {
    *maps = (standard_maps){.times = times, .units = units, .bins = bins};
    maps->by_unit = nd_doubles(times * units * bins, error);
    maps->by_bin = nd_doubles(times * units * bins, error);
    maps->units_used = nd_array(times * units, 1, error);
    maps->bins_used = nd_array(times * bins, 1, error);
    maps->missing = nd_array(times * bins, 1, error);
    if (maps->by_unit && maps->by_bin && maps->units_used && maps->bins_used && maps->missing)
        return true;
    standard_maps_free(maps);
    return false;
}

/* Mean 0 and sum of squares 1 over the values that are not missing (NULL: all are there), 0 for
 * those that are; all zero, and false, for a constant series. */
static bool standardise(double *values, size_t count, const unsigned char *missing) {
    double mean = 0, squares = 0;
    size_t there = 0;
    for (size_t i = 0; i < count; i++) {
        if (missing && missing[i])
            continue;
        mean += values[i];
        there++;
    }
    mean /= (double)there;
    for (size_t i = 0; i < count; i++) {
        if (missing && missing[i]) {
            values[i] = 0;
            continue;
        }
        values[i] -= mean;
        squares += values[i] * values[i];
    }
    double scale = squares > 0 ? 1 / sqrt(squares) : 0;
    for (size_t i = 0; i < count; i++)
        values[i] *= scale;
    return squares > 0;
}

/* Puts the maps of time `index` at `place`. */
static bool load(standard_maps *maps, size_t place, size_t index, nd_maps_at maps_at, void *context,
                 nd_error *error) {
    const size_t units = maps->units, bins = maps->bins;
    double *by_unit = maps->by_unit + place * units * bins;
    double *by_bin = maps->by_bin + place * units * bins;
    bool *use = nd_array(units, sizeof *use, error);
    bool fine = use && maps_at(index, by_unit, use, context, error);
    if (fine) {
        for (size_t unit = 0; unit < units; unit++)
            for (size_t bin = 0; bin < bins; bin++)
                by_bin[bin * units + unit] = by_unit[unit * bins + bin];
        unsigned char *missing = maps->missing + place * bins;
        for (size_t bin = 0; bin < bins; bin++) {
            missing[bin] = 0;
            for (size_t unit = 0; unit < units; unit++)
                missing[bin] |= isnan(by_unit[unit * bins + bin]);
            if (missing[bin])
                memset(by_bin + bin * units, 0, units * sizeof *by_bin);
            maps->bins_used[place * bins + bin] = standardise(by_bin + bin * units, units, NULL);
        }
        for (size_t unit = 0; unit < units; unit++) {
            bool varies = standardise(by_unit + unit * bins, bins, missing);
            maps->units_used[place * units + unit] = varies && use[unit];
            if (!use[unit]) /* drops out of the dot product */
                memset(by_unit + unit * bins, 0, bins * sizeof *by_unit);
        }
    }
    free(use);
    return fine;
}

/* Eight partial sums, in a fixed order whatever the compiler makes of them. */
static double dot(const double *x, const double *y, size_t count) {
    double sums[8] = {0};
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (size_t lane = 0; lane < 8; lane++)
            sums[lane] += x[i + lane] * y[i + lane];
    for (; i < count; i++)
        sums[0] += x[i] * y[i];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
           ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

/* The mean of the correlations whose sum is `sum`: over what is used on both sides. */
static double mean_over(double sum, const unsigned char *used_a, const unsigned char *used_b,
                        size_t count) {
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        used += used_a[i] & used_b[i];
    return used > 0 ? sum / (double)used : NAN;
}

/* The mean over units where bins are missing at one time and there at the other: each pair of maps
 * anew, over the bins that both have. */
static double over_common_bins(const standard_maps *left, size_t a, const standard_maps *right,
                               size_t b, const unsigned char *apart, double *x, double *y) {
    const size_t units = left->units, bins = left->bins, size = units * bins;
    double sum = 0;
    size_t used = 0;
    for (size_t unit = 0; unit < units; unit++) {
        const double *one = left->by_unit + a * size + unit * bins;
        const double *other = right->by_unit + b * size + unit * bins;
        size_t count = 0;
        if (!left->units_used[a * units + unit] || !right->units_used[b * units + unit])
            continue;
        for (size_t bin = 0; bin < bins; bin++)
            if (!apart[bin]) {
                x[count] = one[bin];
                y[count++] = other[bin];
            }
        double r = nd_pearson(x, y, count);
        sum += isnan(r) ? 0 : r;
        used += !isnan(r);
    }
    return used > 0 ? sum / (double)used : NAN;
}

/* Correlates time a of `left` with time b of `right`. */
static bool correlate(const standard_maps *left, size_t a, const standard_maps *right, size_t b,
                      double *rate_map, double *population_vector, nd_error *error) {
    const size_t units = left->units, bins = left->bins, size = units * bins;
    const unsigned char *missing_a = left->missing + a * bins;
    const unsigned char *missing_b = right->missing + b * bins;
    *population_vector = mean_over(dot(left->by_bin + a * size, right->by_bin + b * size, size),
                                   left->bins_used + a * bins, right->bins_used + b * bins, bins);
    if (memcmp(missing_a, missing_b, bins) == 0) {
        *rate_map = mean_over(dot(left->by_unit + a * size, right->by_unit + b * size, size),
                              left->units_used + a * units, right->units_used + b * units, units);
        return true;
    }
    unsigned char *either = nd_array(bins, 1, error);
    double *x = nd_doubles(bins, error), *y = nd_doubles(bins, error);
    bool fine = either && x && y;
    for (size_t bin = 0; fine && bin < bins; bin++)
        either[bin] = missing_a[bin] | missing_b[bin];
    if (fine)
        *rate_map = over_common_bins(left, a, right, b, either, x, y);
    free(either);
    free(x);
    free(y);
    return fine;
}

bool nd_correlation_matrices(size_t times, size_t units, size_t bins, nd_maps_at maps_at,
                             void *context, double *rate_map, double *population_vector,
                             nd_error *error) {
    size_t block = BLOCK_BYTES / (2 * units * bins * sizeof(double));
    block = block < 1 ? 1 : block > times ? times : block;
    standard_maps held, passing;
    if (!standard_maps_new(&held, block, units, bins, error))
        return false;
    if (!standard_maps_new(&passing, 1, units, bins, error)) {
        standard_maps_free(&held);
        return false;
    }
    bool fine = true;
    for (size_t first = 0; fine && first < times; first += block) {
        size_t end = first + block < times ? first + block : times;
        for (size_t a = first; fine && a < end; a++)
            fine = load(&held, a - first, a, maps_at, context, error);
        for (size_t b = first; fine && b < times; b++) {
            const standard_maps *right = b < end ? &held : &passing;
            if (right == &passing)
                fine = load(&passing, 0, b, maps_at, context, error);
            for (size_t a = first; fine && a < end && a <= b; a++) {
                double r, v;
                fine = correlate(&held, a - first, right, b < end ? b - first : 0, &r, &v, error);
                if (!fine)
                    break;
                rate_map[a * times + b] = rate_map[b * times + a] = r;
                population_vector[a * times + b] = population_vector[b * times + a] = v;
            }
        }
    }
    standard_maps_free(&held);
    standard_maps_free(&passing);
    return fine;
}
