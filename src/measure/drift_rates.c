/* How alike two sessions are in the cells' rates, and in their tuning. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/sort.h"
#include "measure/correlation.h"
#include "measure/drift_measures.h"

/* A cell's rate over the bins visited in both, each bin alike: where the animal dwelt does not
 * move it. */
static bool rates_of(const double *map_a, const double *map_b, size_t bins, double *rate_a,
                     double *rate_b) {
    double sum_a = 0, sum_b = 0, visited = 0;
    for (size_t i = 0; i < bins; i++)
        if (!isnan(map_a[i]) && !isnan(map_b[i])) {
            sum_a += map_a[i];
            sum_b += map_b[i];
            visited += 1;
        }
    *rate_a = sum_a / visited;
    *rate_b = sum_b / visited;
    return visited > 0;
}

static double median(double *values, size_t count) {
    if (count == 0)
        return NAN;
    nd_sort_ascending(values, count);
    return 0.5 * (values[(count - 1) / 2] + values[count / 2]);
}

bool nd_drift_rates(const nd_followed *of, const nd_drift_request *how, nd_drift_measures *measures,
                    nd_error *error) {
    (void)how;
    double *x = nd_doubles(of->cells, error), *y = nd_doubles(of->cells, error);
    double *r = nd_doubles(of->cells, error);
    bool fine = x && y && r, any = false, both = false;
    for (size_t a = 0; fine && a < of->sessions; a++)
        for (size_t b = a + 1; b < of->sessions; b++) {
            size_t rates = 0, tuned = 0;
            double sum = 0;
            for (size_t c = 0; c < of->cells; c++) {
                const double *map_a = nd_map_of(of, a, c), *map_b = nd_map_of(of, b, c);
                if (nd_active_in_either(of, a, b, c))
                    rates += rates_of(map_a, map_b, of->bins, &x[rates], &y[rates]);
                double likeness =
                    nd_active_in_both(of, a, b, c) ? nd_pearson(map_a, map_b, of->bins) : NAN;
                if (isnan(likeness))
                    continue;
                sum += likeness;
                r[tuned++] = likeness;
            }
            any = any || rates > 1;
            both = both || tuned > 0;
            nd_drift_set_both(measures, ND_PAIR_RATES, a, b, nd_pearson(x, y, rates));
            nd_drift_set_both(measures, ND_PAIR_TUNING, a, b,
                              tuned > 0 ? sum / (double)tuned : NAN);
            nd_drift_set_both(measures, ND_PAIR_TUNING_MEDIAN, a, b, median(r, tuned));
        }
    if (!any)
        measures->pair_why[ND_PAIR_RATES] = "no two cells were found in two sessions";
    if (!both)
        measures->pair_why[ND_PAIR_TUNING] = measures->pair_why[ND_PAIR_TUNING_MEDIAN] =
            "no cell was active in two sessions";
    free(x);
    free(y);
    free(r);
    return fine;
}
