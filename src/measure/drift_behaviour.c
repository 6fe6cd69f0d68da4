/* What the animal did, beside what its cells did. */
#include <math.h>

#include "measure/correlation.h"
#include "measure/drift_measures.h"

static double overlap(const double *a, const double *b, size_t bins) {
    double sum_a = 0, sum_b = 0, common = 0;
    for (size_t i = 0; i < bins; i++) {
        sum_a += a[i];
        sum_b += b[i];
        common += fmin(a[i], b[i]);
    }
    return sum_a > 0 && sum_b > 0 ? common : NAN;
}

bool nd_drift_behaviour(const nd_followed *of, const nd_drift_request *how,
                        nd_drift_measures *measures, nd_error *error) {
    (void)how;
    (void)error;
    bool any = false, runs = false;
    for (size_t a = 0; a < of->sessions; a++)
        for (size_t b = a + 1; b < of->sessions; b++) {
            const double *here = of->occupancy + a * of->bins,
                         *there = of->occupancy + b * of->bins;
            double common = overlap(here, there, of->bins);
            double alike =
                of->speed ? nd_pearson(of->speed + a * of->bins, of->speed + b * of->bins, of->bins)
                          : NAN;
            any = any || !isnan(common);
            runs = runs || !isnan(alike);
            nd_drift_set_both(measures, ND_PAIR_OCCUPANCY, a, b, common);
            nd_drift_set_both(measures, ND_PAIR_SPEED, a, b, alike);
        }
    if (!any)
        measures->pair_why[ND_PAIR_OCCUPANCY] = "no two sessions have an occupancy";
    if (!runs)
        measures->pair_why[ND_PAIR_SPEED] =
            of->noiseless ? "a network does not run" : "no two sessions have positions in time";
    return true;
}
