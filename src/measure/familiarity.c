#include "measure/familiarity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure/fall.h"
#include "measure/phase_series.h"

static const double DOMINATED = 0.9;   /* of its fall, and a phase no longer dominates */
static const double LEAST_FALL = 0.02; /* of log10 loss */
enum { LEAST_WINDOW = 5, STAYS = 5, LEAST_BLOCK = 10 };

/* Median and noise (1.4826 times the median distance from it) of records from .. end - 1. */
static double level(const nd_phase_series *loss, size_t from, size_t end, double *scratch,
                    double *noise) {
    size_t count = end - from;
    memcpy(scratch, loss->value + from, count * sizeof *scratch);
    double median = nd_median(scratch, count);
    if (noise) {
        for (size_t i = 0; i < count; i++)
            scratch[i] = fabs(loss->value[from + i] - median);
        *noise = 1.4826 * nd_median(scratch, count);
    }
    return median;
}

/* The first record at or behind `from` + LEAST_WINDOW whose step is `until` or more. */
static size_t window_end(const nd_phase_series *loss, size_t from, double until) {
    size_t end = from;
    while (end < loss->count && (end < from + LEAST_WINDOW || loss->time[end] < until))
        end++;
    return end;
}

/* The first level: with d steps made, the loss falls no further from its median over [d, 2d) to
 * that over [2d, 4d), each of at least five records, than a tenth of its fall. False where the run
 * has no such d. `below`: levels above are passed over, as what is not yet learned. */
static bool first_level(const nd_phase_series *loss, double below, double *scratch, double *reached,
                        double *noise) {
    for (size_t at = 1; at < loss->count; at += 1 + at / 10) {
        double made = loss->time[at] - loss->time[0];
        size_t middle = window_end(loss, at, loss->time[0] + 2 * made);
        size_t end = window_end(loss, middle, loss->time[0] + 4 * made);
        if (end >= loss->count && (end < middle + LEAST_WINDOW ||
                                   loss->time[loss->count - 1] < loss->time[0] + 3.9 * made))
            return false;
        double before = level(loss, at, middle, scratch, NULL);
        *reached = level(loss, middle, end, scratch, noise);
        double fall = loss->value[0] - *reached;
        if (*reached < below && fall > fmax(4 * *noise, LEAST_FALL) &&
            before - *reached < (1 - DOMINATED) * fall)
            return true;
    }
    return false;
}

/* The noise of records that may be falling, from what neighbours differ by. */
static double noise_of_steps(const nd_phase_series *loss, size_t from, size_t end,
                             double *scratch) {
    for (size_t i = from; i + 1 < end; i++)
        scratch[i - from] = fabs(loss->value[i + 1] - loss->value[i]);
    return 1.4826 * nd_median(scratch, end - from - 1) / sqrt(2);
}

/* The lowest level of the run: the least median of blocks of a twentieth of the records. */
static void lowest_level(const nd_phase_series *loss, double *scratch, double *reached,
                         double *noise) {
    size_t n = loss->count, block = n / 20 > LEAST_BLOCK ? n / 20 : LEAST_BLOCK;
    *reached = INFINITY;
    for (size_t from = 0; from < n;) {
        /* A short rest goes with the block before it. */
        size_t end = n - from < 2 * block ? n : from + block;
        double median = level(loss, from, end, scratch, NULL);
        if (median < *reached) {
            *reached = median;
            *noise = noise_of_steps(loss, from, end, scratch);
        }
        from = end;
    }
}

static void find(const nd_phase_series *loss, double *scratch, nd_familiarity *found) {
    double reached = 0, noise = 0;
    size_t at = 0, n = loss->count;
    /* A loss over the targets' variance is below 1 where more than their mean is learned. */
    found->settled = first_level(loss, 0, scratch, &reached, &noise) ||
                     first_level(loss, INFINITY, scratch, &reached, &noise);
    if (!found->settled)
        lowest_level(loss, scratch, &reached, &noise);
    double fall = loss->value[0] - reached, enough = loss->value[0] - DOMINATED * fall;
    found->seen = fall > fmax(4 * noise, LEAST_FALL);
    for (; found->seen && at + 1 < n; at++) {
        size_t ahead = n - at < STAYS ? n - at : STAYS;
        if (loss->value[at] <= enough && level(loss, at, at + ahead, scratch, NULL) <= enough)
            break;
    }
    found->end_step = loss->time[at];
}

bool nd_familiarity_find(const nd_phase_traces *traces, nd_familiarity *found, nd_error *error) {
    nd_phase_series loss;
    bool fine = nd_phase_series_new(&loss, traces->records, error);
    double *scratch = fine ? nd_doubles(traces->records, error) : NULL;
    if (scratch) {
        nd_phase_series_take(traces, ND_PHASE_LOSS, -INFINITY, INFINITY, &loss);
        find(&loss, scratch, found);
    }
    free(scratch);
    nd_phase_series_free(&loss);
    return scratch != NULL;
}
