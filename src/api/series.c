/* Correlations and series of the caller's arrays (nulldrift/measure.h). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/matrix.h"
#include "base/error.h"
#include "measure/correlation.h"
#include "measure/decay.h"
#include "measure/timescale.h"
#include "measure/trend.h"

double nd_correlation(const double *x, const double *y, size_t count) {
    return x && y ? nd_pearson(x, y, count) : NAN;
}

/* The caller's maps, one time after the other. */
typedef struct maps_given {
    const double *maps;
    const bool *use;
    size_t units, bins;
} maps_given;

static bool maps_at(size_t index, double *maps, bool *use, void *context, nd_error *error) {
    const maps_given *given = context;
    size_t size = given->units * given->bins;
    (void)error;
    memcpy(maps, given->maps + index * size, size * sizeof *maps);
    for (size_t u = 0; u < given->units; u++)
        use[u] = !given->use || given->use[index * given->units + u];
    return true;
}

bool nd_correlate_maps(const double *maps, const bool *use, size_t times, size_t units, size_t bins,
                       double *rate_map, double *population_vector, nd_error *error) {
    static const char function[] = "nd_correlate_maps";
    if (!nd_is_given(maps, function, "maps", error))
        return false;
    if (times == 0 || units == 0 || bins == 0 ||
        nd_count_of(nd_count_of(times, units), bins) == SIZE_MAX ||
        nd_count_of(times, times) == SIZE_MAX)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "%zu times, %zu units and %zu bins are no maps", times, units, bins);
    maps_given given = {maps, use, units, bins};
    double *of_maps = rate_map ? rate_map : nd_doubles(times * times, error);
    double *of_vectors = population_vector ? population_vector : nd_doubles(times * times, error);
    bool fine =
        of_maps && of_vectors &&
        nd_correlation_matrices(times, units, bins, maps_at, &given, of_maps, of_vectors, error);
    if (!rate_map)
        free(of_maps);
    if (!population_vector)
        free(of_vectors);
    return fine;
}

/* Times that rise, with values that are finite. */
static bool check_series(const double *time, const double *values, size_t count,
                         const char *function, nd_error *error) {
    if (!nd_is_given(time, function, "time", error) ||
        !nd_is_given(values, function, "values", error) ||
        !nd_all_finite(time, count, function, "time", error) ||
        !nd_all_finite(values, count, function, "a value", error))
        return false;
    for (size_t i = 1; i < count; i++)
        if (time[i] <= time[i - 1])
            return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                              "time does not rise at index %zu", i);
    return true;
}

bool nd_find_trend(const double *time, const double *values, size_t count, nd_trend_found *trend,
                   nd_error *error) {
    static const char function[] = "nd_find_trend";
    nd_trend found;
    if (!nd_is_given(trend, function, "trend", error) ||
        !check_series(time, values, count, function, error) ||
        !nd_trend_test(time, values, count, &found, error))
        return false;
    *trend = (nd_trend_found){found.slope, found.p, found.variance_factor};
    return true;
}

bool nd_sparsification(const double *step, const double *fraction_active_units, size_t records,
                       double *published, double *fitted, nd_error *error) {
    static const char function[] = "nd_sparsification";
    if (!check_series(step, fraction_active_units, records, function, error))
        return false;
    if (published)
        *published = nd_sparsification_rate(step, fraction_active_units, records);
    if (fitted)
        *fitted = nd_fitted_rate(step, fraction_active_units, records);
    return true;
}

bool nd_find_decay(const double *time, const double *similarity, size_t count, uint64_t seed,
                   double *correlation, double *p, nd_error *error) {
    static const char function[] = "nd_find_decay";
    nd_decay found;
    if (!nd_is_given(time, function, "time", error) ||
        !nd_is_given(similarity, function, "similarity", error) ||
        !nd_all_finite(time, count, function, "time", error))
        return false;
    if (nd_count_of(count, count) == SIZE_MAX)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "count is %zu", count);
    nd_stream draw = nd_stream_at(seed, ND_FOR_SHUFFLE, UINT32_MAX, 0);
    if (!nd_decay_test(time, similarity, count, &draw, &found, error))
        return false;
    if (correlation)
        *correlation = found.correlation;
    if (p)
        *p = found.p;
    return true;
}
