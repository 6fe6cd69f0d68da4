#include "measure/unit_measure.h"

#include <math.h>

double nd_mean_activity(const double *curve, const double *occupancy, size_t bins) {
    double mean = 0;
    for (size_t i = 0; i < bins; i++)
        if (occupancy[i] > 0)
            mean += occupancy[i] * curve[i];
    return mean;
}

double nd_peak_activity(const double *curve, const double *occupancy, size_t bins) {
    double peak = -INFINITY;
    for (size_t i = 0; i < bins; i++)
        if (occupancy[i] > 0)
            peak = fmax(peak, curve[i]);
    return peak;
}

/* Skaggs et al. 1996; the sparseness of Treves & Rolls 1991, over places. */
double nd_spatial_sparsity(const double *curve, const double *occupancy, size_t bins) {
    double mean = 0, square = 0;
    for (size_t i = 0; i < bins; i++) {
        if (!(occupancy[i] > 0))
            continue;
        mean += occupancy[i] * curve[i];
        square += occupancy[i] * curve[i] * curve[i];
    }
    return mean * mean / square;
}

const nd_unit_measure nd_unit_measures[ND_UNIT_MEASURES] = {
#define UNIT_MEASURE(NAME, ...) {__VA_ARGS__},
#include "measure/unit_measures.def"
#undef UNIT_MEASURE
};
