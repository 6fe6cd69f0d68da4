#include "measure/unit_measure.h"

#include <math.h>

#include "measure/tuning.h"

static double mean_activity(const double *curve, const double *occupancy, size_t bins) {
    double mean = 0;
    for (size_t i = 0; i < bins; i++)
        mean += occupancy[i] * curve[i];
    return mean;
}

static double peak_activity(const double *curve, const double *occupancy, size_t bins) {
    double peak = -INFINITY;
    for (size_t i = 0; i < bins; i++)
        if (occupancy[i] > 0)
            peak = fmax(peak, curve[i]);
    return peak;
}

/* Skaggs et al. 1996; the sparseness of Treves & Rolls 1991, over places. */
static double spatial_sparsity(const double *curve, const double *occupancy, size_t bins) {
    double mean = 0, square = 0;
    for (size_t i = 0; i < bins; i++) {
        mean += occupancy[i] * curve[i];
        square += occupancy[i] * curve[i] * curve[i];
    }
    return mean * mean / square;
}

const nd_unit_measure nd_unit_measures[ND_UNIT_MEASURES] = {
    [ND_UNIT_SPATIAL_INFORMATION] = {"spatial_information", "bit per unit activity",
                                     "sum over bins of p (r/R) log2(r/R), p the occupancy, r the "
                                     "tuning curve, R = sum p r; NaN for a silent unit",
                                     nd_spatial_information},
    {"spatial_sparsity", "1",
     "(sum p r)^2 / sum p r^2: about the share of the bins its field covers; NaN for a silent unit",
     spatial_sparsity},
    {"mean_activity", "units of activity", "sum p r: mean activity over the samples",
     mean_activity},
    {"peak_activity", "units of activity", "the tuning curve at its highest", peak_activity},
};
