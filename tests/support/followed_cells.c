#include "followed_cells.h"

#include <math.h>
#include <string.h>

#include "support.h"

nd_followed *followed_cells(size_t sessions, size_t cells, size_t bins) {
    nd_error error = {0};
    nd_followed *of = nd_followed_new(sessions, cells, bins, &error);
    assert_fine(of != NULL, &error);
    for (size_t s = 0; s < sessions; s++) {
        of->time[s] = (double)s;
        for (size_t b = 0; b < bins; b++)
            of->occupancy[s * bins + b] = 1.0 / (double)bins;
        for (size_t c = 0; c < cells; c++) {
            of->state[s * cells + c] = ND_CELL_SILENT;
            of->rate[s * cells + c] = 0;
            memset(of->map + (s * cells + c) * bins, 0, bins * sizeof *of->map);
        }
    }
    return of;
}

void followed_field(nd_followed *of, size_t session, size_t cell, double centre, double width,
                    double peak) {
    size_t at = session * of->cells + cell;
    double *map = of->map + at * of->bins, sum = 0, around = (double)of->bins;
    for (size_t b = 0; b < of->bins; b++) {
        double away = fabs((double)b + 0.5 - centre);
        if (of->circular)
            away = fmin(fmod(away, around), around - fmod(away, around));
        map[b] = peak * exp(-0.5 * away * away / (width * width));
        sum += map[b];
    }
    of->state[at] = ND_CELL_ACTIVE;
    of->tuned[at] = true;
    of->rate[at] = sum / around;
}

nd_drift_measures *followed_measure(const nd_followed *of, unsigned threads) {
    nd_error error = {0};
    nd_drift_measures *measures =
        nd_drift_measure(of, &(nd_drift_request){.seed = 7, .threads = threads}, &error);
    assert_fine(measures != NULL, &error);
    return measures;
}

void assert_missing(const nd_drift_measures *m, nd_drift_number number, const char *words) {
    assert_true(isnan(m->number[number]) && isnan(m->error[number]));
    assert_non_null(m->why[number]);
    if (!strstr(m->why[number], words))
        fail_msg("\"%s\" does not say \"%s\"", m->why[number], words);
}
