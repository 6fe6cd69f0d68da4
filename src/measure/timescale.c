#include "measure/timescale.h"

#include <math.h>

static const double LOST = 0.9, PLATEAU = 1e-10;

/* The record at which the curve has lost 90% of its range. */
static size_t cut_of(const double *curve, size_t records) {
    double least = curve[0], most = curve[0];
    for (size_t i = 1; i < records; i++) {
        least = fmin(least, curve[i]);
        most = fmax(most, curve[i]);
    }
    double target = most - LOST * (most - least);
    size_t nearest = 0;
    for (size_t i = 1; i < records; i++)
        if (fabs(curve[i] - target) < fabs(curve[nearest] - target))
            nearest = i;
    return nearest;
}

double nd_sparsification_rate(const double *step, const double *fraction_active_units,
                              size_t records) {
    size_t count = records ? cut_of(fraction_active_units, records) : 0;
    if (count < 2 || step[count - 1] <= 0)
        return NAN;
    double least = fraction_active_units[0];
    for (size_t i = 1; i < count; i++)
        least = fmin(least, fraction_active_units[i]);
    /* A residual weighted by w counts w^2 = reversed step / last step in the sums. */
    double weights = 0, mean_t = 0, mean_y = 0, variance = 0, covariance = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < count; i++) {
            double weight = step[count - 1 - i] / step[count - 1];
            double y = log(fraction_active_units[i] - least + PLATEAU);
            if (pass == 0) {
                weights += weight;
                mean_t += weight * step[i];
                mean_y += weight * y;
            } else {
                variance += weight * (step[i] - mean_t) * (step[i] - mean_t);
                covariance += weight * (step[i] - mean_t) * (y - mean_y);
            }
        }
        if (pass == 0) {
            mean_t /= weights;
            mean_y /= weights;
        }
    }
    return variance > 0 ? -covariance / variance : NAN;
}
