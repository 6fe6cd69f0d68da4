#include "sessions/session_maps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/smooth.h"
#include "measure/correlation.h"
#include "measure/tuning.h"

bool nd_smooth_session_maps(double *maps, size_t cells, const nd_session_result *shape,
                            double sigma, nd_error *error) {
    size_t x = shape->bins_x, y = shape->bins_y;
    double *scratch = nd_doubles(ND_SMOOTH_SCRATCH(y, x), error);
    if (!scratch)
        return false;
    for (size_t m = 0; sigma > 0.0 && m < cells * shape->bins_direction; m++)
        nd_gaussian_smooth_map(maps + m * x * y, y, x, sigma,
                               shape->circular ? ND_PERIODIC : ND_REFLECT, scratch);
    free(scratch);
    return true;
}

/* Rate maps of the cells listed from every second stretch of half a minute, `odd` or even. */
static void half_maps(const nd_binned *activity, const size_t *cells, size_t count, bool odd,
                      double *visits, double *maps) {
    const nd_events *events = &activity->events;
    size_t stretch = (size_t)fmax(1.0, 30.0 / activity->frame_seconds), bins = activity->bins;
    if (2 * stretch > activity->frames)
        stretch = activity->frames / 2 + 1;
    memset(visits, 0, bins * sizeof *visits);
    memset(maps, 0, count * bins * sizeof *maps);
    for (size_t f = 0; f < activity->frames; f++)
        visits[activity->bin[f]] += (f / stretch) % 2 == odd;
    for (size_t i = 0; i < count; i++) {
        for (size_t e = events->start[cells[i]]; e < events->start[cells[i] + 1]; e++)
            if ((events->frame[e] / stretch) % 2 == odd)
                maps[i * bins + (size_t)activity->bin[events->frame[e]]] += events->amount[e];
        for (size_t b = 0; b < bins; b++)
            maps[i * bins + b] = visits[b] > 0.0 ? maps[i * bins + b] / visits[b] : NAN;
    }
}

bool nd_map_reliability(const nd_binned *activity, const size_t *cells, double smoothing,
                        nd_session_result *result, nd_error *error) {
    size_t size = result->active * activity->bins;
    double *odd = nd_doubles(size, error), *even = nd_doubles(size, error);
    double *visits = nd_doubles(activity->bins, error);
    bool fine = odd && even && visits;
    if (fine) {
        half_maps(activity, cells, result->active, true, visits, odd);
        half_maps(activity, cells, result->active, false, visits, even);
        fine = nd_smooth_session_maps(odd, result->active, result, smoothing, error) &&
               nd_smooth_session_maps(even, result->active, result, smoothing, error);
    }
    if (fine)
        result->metric[ND_METRIC_RELIABILITY] =
            nd_rate_map_correlation(odd, even, NULL, NULL, result->active, activity->bins);
    free(odd);
    free(even);
    free(visits);
    return fine;
}

/* The mean rate of a given map, NaN bins left out. */
double nd_map_rate(const double *map, const double *occupancy, size_t bins) {
    double sum = 0.0, time = 0.0;
    for (size_t b = 0; b < bins; b++) {
        if (isnan(map[b]))
            continue;
        sum += occupancy[b] * map[b];
        time += occupancy[b];
    }
    return sum / time;
}

/* SI of a published map and an occupancy computed elsewhere: occupancy over the bins the map
 * covers, made to sum to 1 there. */
double nd_map_information(const double *map, const double *occupancy, size_t bins,
                          double *scratch) {
    double time = 0.0;
    for (size_t b = 0; b < bins; b++)
        time += isnan(map[b]) ? 0.0 : occupancy[b];
    for (size_t b = 0; b < bins; b++) {
        scratch[b] = isnan(map[b]) ? 0.0 : map[b];
        scratch[bins + b] = isnan(map[b]) ? 0.0 : occupancy[b] / time;
    }
    return nd_spatial_information(scratch, scratch + bins, bins);
}
