#include "measure/tuning.h"

#include <math.h>
#include <stdlib.h>

#include "base/smooth.h"

void nd_directed_position(const double *position, size_t samples, double *out) {
    if (samples == 0)
        return;
    double least = position[0];
    for (size_t s = 1; s < samples; s++)
        least = fmin(least, position[s]);
    for (size_t s = 0; s < samples; s++) {
        size_t later = s > 0 ? s : (samples > 1 ? 1 : 0); /* the first velocity is repeated */
        double velocity = later > 0 ? position[later] - position[later - 1] : 0;
        double sign = (velocity > 0) - (velocity < 0);
        out[s] = (position[s] - least) * sign;
    }
}

void nd_bin_positions(const double *position, size_t samples, size_t bins, int64_t *bin) {
    double least = INFINITY, most = -INFINITY;
    for (size_t s = 0; s < samples; s++) {
        least = fmin(least, position[s]);
        most = fmax(most, position[s]);
    }
    for (size_t s = 0; s < samples; s++) {
        double share = most > least ? (position[s] - least) / (most - least) : 0;
        int64_t index = (int64_t)(share * (double)bins);
        bin[s] = index < (int64_t)bins ? index : (int64_t)bins - 1; /* the last bin is closed */
    }
}

void nd_tuning_curves(const double *activity, size_t samples, size_t units, const int64_t *bin,
                      size_t bins, double *occupancy, double *curves) {
    size_t used = 0;
    for (size_t i = 0; i < bins; i++)
        occupancy[i] = 0;
    for (size_t i = 0; i < units * bins; i++)
        curves[i] = 0;
    for (size_t s = 0; s < samples; s++) {
        if (bin[s] < 0)
            continue;
        used++;
        occupancy[bin[s]] += 1;
        for (size_t unit = 0; unit < units; unit++)
            curves[unit * bins + (size_t)bin[s]] += activity[s * units + unit];
    }
    for (size_t i = 0; i < bins; i++) {
        double visits = occupancy[i];
        for (size_t unit = 0; visits > 0 && unit < units; unit++)
            curves[unit * bins + i] /= visits;
        for (size_t unit = 0; !(visits > 0) && unit < units; unit++)
            curves[unit * bins + i] = NAN;
        occupancy[i] = used > 0 ? visits / (double)used : 0;
    }
}

double nd_spatial_information(const double *curve, const double *occupancy, size_t bins) {
    double mean = 0, information = 0;
    for (size_t i = 0; i < bins; i++)
        if (occupancy[i] > 0) /* a bin not visited has no rate */
            mean += occupancy[i] * curve[i];
    if (!(mean > 0))
        return NAN;
    for (size_t i = 0; i < bins; i++) {
        double ratio = curve[i] / mean;
        if (occupancy[i] > 0 && ratio > 0)
            information += occupancy[i] * ratio * log2(ratio);
    }
    return information;
}

void nd_published_curves(double *curves, size_t count) {
    for (size_t i = 0; i < count; i++)
        curves[i] = isnan(curves[i]) ? 0 : curves[i];
}

bool nd_smooth_curves(double *curves, size_t units, size_t bins, nd_error *error) {
    double *scratch = nd_doubles(ND_SMOOTH_SCRATCH(1, bins), error);
    if (!scratch)
        return false;
    for (size_t unit = 0; unit < units; unit++)
        nd_gaussian_smooth_map(curves + unit * bins, 1, bins, ND_RATE_MAP_SMOOTHING, ND_REFLECT,
                               scratch);
    free(scratch);
    return true;
}
