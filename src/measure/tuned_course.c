#include "measure/tuned_course.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "measure/bias_correction.h"
#include "measure/plug_in.h"

/* Numbers of events are a grid, and shares of them in a bin another, even in logarithms; what lies
 * between is interpolated. */
enum { MOST_NUMBERS = 128, NUMBERS_A_DOUBLING = 8, SHARES = 768, SHARES_A_HALVING = 32 };
/* Bursts beyond which their number in a subsample is taken to be its mean. */
static const double FEW_BURSTS = 50.0;
static const double LEAST_EVENTS_A_BURST = 1e-3;
/* Excess at half of the frames over that at all: below, curves of too few cells or repetitions say
 * nothing. Twice is usual. */
static const double LEAST_FALL = 1.1;

/* --- cells --- */

bool nd_tuned_cells_make(const nd_binned *activity, const size_t *cells, size_t count, double burst,
                         nd_tuned_cells *made, nd_error *error) {
    size_t bins = activity->bins;
    double seconds = (double)activity->frames * activity->frame_seconds;
    *made = (nd_tuned_cells){.count = count,
                             .bins = bins,
                             .share = nd_doubles(count * bins, error),
                             .frames = nd_doubles(count, error),
                             .rate = nd_doubles(count, error),
                             .occupancy = nd_doubles(bins, error),
                             .burst = burst};
    if (!made->share || !made->frames || !made->rate || !made->occupancy) {
        nd_tuned_cells_clear(made);
        return false;
    }
    nd_binned_curves(activity, cells, count, made->occupancy, made->share);
    for (size_t i = 0; i < count; i++) {
        double sum = 0.0, *share = made->share + i * bins;
        for (size_t b = 0; b < bins; b++) {
            share[b] = made->occupancy[b] > 0.0 ? share[b] * made->occupancy[b] : 0.0;
            sum += share[b];
        }
        for (size_t b = 0; b < bins; b++)
            share[b] /= sum;
        made->frames[i] = (double)nd_active_frames(activity, cells[i]);
        made->rate[i] = nd_total_amount(activity, cells[i]) / seconds;
    }
    return true;
}

void nd_tuned_cells_clear(nd_tuned_cells *made) {
    free(made->share);
    free(made->frames);
    free(made->rate);
    free(made->occupancy);
    memset(made, 0, sizeof *made);
}

/* --- what m events add --- */

/* The plug-in information of m events is, in the mean, sum_b q_b (h(m, q_b) - log2(m p_b)), with q
 * the shares of the cell, p those of time, and h(m, q) the mean of log2(1 + k), k binomial of m - 1
 * with share q. Its excess over the truth, sum_b q_b log2(q_b/p_b), does not depend on p. */
typedef struct excess_table {
    size_t numbers;
    double number[MOST_NUMBERS], log_number[MOST_NUMBERS];
    double (*mean_log)[SHARES]; /* numbers; share 2^-(j/SHARES_A_HALVING) */
} excess_table;

static bool table_make(double most, excess_table *table, nd_error *error) {
    size_t last = 0;
    while (table->numbers < MOST_NUMBERS && (double)last < most) {
        double next = last == 0 ? 1.0 : (double)last * exp2(1.0 / NUMBERS_A_DOUBLING);
        last = (size_t)fmax(floor(next + 0.5), (double)last + 1.0);
        table->number[table->numbers] = (double)last;
        table->log_number[table->numbers++] = log2((double)last);
    }
    table->mean_log = nd_array(table->numbers, sizeof *table->mean_log, error);
    for (size_t m = 0; table->mean_log && m < table->numbers; m++)
        for (size_t j = 0; j < SHARES; j++)
            table->mean_log[m][j] = nd_mean_log_count((size_t)table->number[m] - 1,
                                                      exp2(-(double)j / SHARES_A_HALVING));
    return table->mean_log;
}

/* Excess of a cell with shares q, times the number of events, for every number of the table: it
 * varies less than the excess. */
static void excess_of(const excess_table *table, const double *q, size_t bins, double *excess) {
    for (size_t m = 0; m < MOST_NUMBERS; m++)
        excess[m] = 0.0;
    for (size_t b = 0; b < bins; b++) {
        if (!(q[b] > 0.0))
            continue;
        double log_share = log2(q[b]), at = fmin(-log_share * SHARES_A_HALVING, SHARES - 2);
        size_t j = (size_t)fmax(at, 0.0);
        double part = fmax(at, 0.0) - (double)j;
        for (size_t m = 0; m < table->numbers; m++) {
            const double *h = table->mean_log[m] + j;
            excess[m] += table->number[m] * q[b] *
                         (h[0] + part * (h[1] - h[0]) - table->log_number[m] - log_share);
        }
    }
}

/* Between the numbers of the table, and beyond them; at less than one event as at one. */
static double excess_at(const excess_table *table, const double *excess, double events) {
    double log_events = log2(fmax(events, 1.0));
    size_t low = 0, high = table->numbers > 0 ? table->numbers - 1 : 0;
    if (log_events >= table->log_number[high])
        return excess[high] / events;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (table->log_number[middle] <= log_events)
            low = middle;
        else
            high = middle;
    }
    double from = table->log_number[low], to = table->log_number[high];
    double part = (log_events - from) / (to - from);
    return (excess[low] + part * (excess[high] - excess[low])) / fmax(events, 1.0);
}

/* --- subsamples --- */

/* Mean of the excess in a subsample of a cell with so many bursts, each worth `events` of them. By
 * spike, samples without a burst are missing; by second, they are 0 and others weigh as they have
 * bursts. */
static double thinned(const excess_table *table, const double *excess, double bursts,
                      double fraction, double events, nd_information information) {
    size_t n = (size_t)fmax(bursts + 0.5, 1.0);
    if ((double)n * fraction > FEW_BURSTS || fraction >= 1.0)
        return excess_at(table, excess, (double)n * fraction * events);
    double chance = exp((double)n * log1p(-fraction)), sum = 0.0, weights = 0.0;
    for (size_t m = 1; m <= n; m++) {
        chance *= (double)(n - m + 1) / (double)m * fraction / (1.0 - fraction);
        double weight =
            information == ND_INFORMATION_BIT_SPIKE ? 1.0 : (double)m / ((double)n * fraction);
        sum += chance * weight * excess_at(table, excess, (double)m * events);
        weights += chance;
    }
    return information == ND_INFORMATION_BIT_SPIKE ? sum / weights : sum;
}

/* Everything that is known before the tuning is shrunk. */
typedef struct fit {
    const nd_tuned_cells *cells;
    const double *fraction, *naive;
    size_t fractions;
    excess_table table;
    double events[ND_MOST_SAMPLE_FRACTIONS]; /* that a burst is worth */
    double *shrink;                          /* count: James-Stein's weight of no tuning */
    double *q;                               /* bins */
} fit;

static double bursts_of(const nd_tuned_cells *cells, size_t cell) {
    return cells->frames[cell] / cells->burst;
}

/* How many events a burst is worth at each fraction, so that cells without tuning have the
 * information that shuffles have. */
static void match_shuffles(fit *on, const double *shuffled) {
    double excess[MOST_NUMBERS];
    excess_of(&on->table, on->cells->occupancy, on->cells->bins, excess);
    for (size_t f = 0; f < on->fractions; f++) {
        double low = LEAST_EVENTS_A_BURST, high = 4.0 * on->cells->burst;
        for (int i = 0; i < 30; i++) {
            double middle = sqrt(low * high), sum = 0.0;
            for (size_t c = 0; c < on->cells->count; c++)
                sum += thinned(&on->table, excess, bursts_of(on->cells, c), on->fraction[f], middle,
                               ND_INFORMATION_BIT_SPIKE);
            if (sum / (double)on->cells->count > shuffled[f])
                low = middle;
            else
                high = middle;
        }
        on->events[f] = sqrt(low * high);
    }
}

/* Hausser and Strimmer's (2009) estimate of the weight with which shares are best mixed with a
 * target, here occupancy. */
static void find_shrinkage(fit *on) {
    const nd_tuned_cells *cells = on->cells;
    for (size_t c = 0; c < cells->count; c++) {
        double squares = 0.0, away = 0.0;
        double events = bursts_of(cells, c) * on->events[on->fractions - 1];
        for (size_t b = 0; b < cells->bins; b++) {
            double u = cells->share[c * cells->bins + b];
            squares += u * u;
            away += (cells->occupancy[b] - u) * (cells->occupancy[b] - u);
        }
        double weight = events > 1.0 ? (1.0 - squares) / ((events - 1.0) * away) : 1.0;
        on->shrink[c] = weight < 1.0 ? weight : 1.0;
    }
}

/* The course of cells whose tuning is shrunk by `times` the weights found. */
static void follow(const fit *on, double times, nd_tuned_course *course) {
    const nd_tuned_cells *cells = on->cells;
    double excess[MOST_NUMBERS], count = (double)cells->count;
    memset(course, 0, sizeof *course);
    course->fractions = on->fractions;
    for (size_t c = 0; c < cells->count; c++) {
        double weight = fmin(1.0, times * on->shrink[c]), truth = 0.0;
        for (size_t b = 0; b < cells->bins; b++) {
            double p = cells->occupancy[b];
            on->q[b] = weight * p + (1.0 - weight) * cells->share[c * cells->bins + b];
            truth += on->q[b] > 0.0 ? on->q[b] * log2(on->q[b] / p) : 0.0;
        }
        excess_of(&on->table, on->q, cells->bins, excess);
        for (size_t k = 0; k < ND_INFORMATION_MUTUAL; k++) {
            double factor = (k == ND_INFORMATION_BIT_SECOND ? cells->rate[c] : 1.0) / count;
            course->truth[k] += factor * truth;
            for (size_t f = 0; f < on->fractions; f++)
                course->naive[k][f] +=
                    factor * (truth + thinned(&on->table, excess, bursts_of(cells, c),
                                              on->fraction[f], on->events[f], (nd_information)k));
        }
    }
}

/* The more tuning is shrunk, the less it tells, and the more the reduction takes away. */
static void agree(const fit *on, nd_tuned_course *course) {
    double low = 0.01, high = 16.0;
    for (int i = 0; i < 24; i++) {
        double middle = sqrt(low * high);
        follow(on, middle, course);
        if (course->truth[ND_INFORMATION_BIT_SPIKE] >
            nd_tuned_reduction(course, ND_INFORMATION_BIT_SPIKE, on->naive))
            low = middle;
        else
            high = middle;
    }
}

bool nd_tuned_course_make(const nd_tuned_cells *cells, const double *fraction, size_t fractions,
                          const double *naive, const double *shuffled, nd_tuned_course *course,
                          nd_error *error) {
    fit on = {.cells = cells,
              .fraction = fraction,
              .fractions = fractions,
              .naive = naive,
              .shrink = nd_doubles(cells->count, error),
              .q = nd_doubles(cells->bins, error)};
    double most = 2.0;
    for (size_t c = 0; c < cells->count; c++)
        most = fmax(most, 2.0 * cells->frames[c]);
    bool fine = on.shrink && on.q && table_make(most, &on.table, error);
    if (fine) {
        match_shuffles(&on, shuffled);
        find_shrinkage(&on);
        agree(&on, course);
    }
    free(on.shrink);
    free(on.q);
    free(on.table.mean_log);
    return fine;
}

double nd_tuned_reduction(const nd_tuned_course *course, nd_information information,
                          const double *naive) {
    const double *predicted = course->naive[information];
    if (course->fractions < 2)
        return NAN;
    size_t last = course->fractions - 1, half = course->fractions / 2 - 1;
    double excess = predicted[last] - course->truth[information];
    double at_half = predicted[half] - course->truth[information];
    if (!(at_half > LEAST_FALL * excess))
        return NAN;
    return naive[last] - excess * (naive[half] - naive[last]) / (predicted[half] - predicted[last]);
}

double nd_tuned_extrapolation(const nd_tuned_course *course, nd_information information,
                              const double *fraction, const double *naive) {
    if (isnan(nd_tuned_reduction(course, information, naive)))
        return NAN;
    double off =
        nd_bounded_extrapolation(fraction, course->naive[information], course->fractions).a -
        course->truth[information];
    return nd_bounded_extrapolation(fraction, naive, course->fractions).a - off;
}

bool nd_tuned_information_of(const nd_binned *activity, const size_t *cells, size_t count,
                             double burst, const nd_sample_curves *curves, const bool *use,
                             nd_tuned_information *information, nd_error *error) {
    double naive[ND_INFORMATION_MUTUAL][ND_MOST_SAMPLE_FRACTIONS];
    double shuffled[ND_INFORMATION_MUTUAL][ND_MOST_SAMPLE_FRACTIONS];
    size_t *used = nd_array(count, sizeof *used, error), n = 0;
    nd_tuned_cells tuned = {0};
    nd_tuned_course course;
    if (!used)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!use || use[i])
            used[n++] = cells[i];
    for (size_t k = 0; k < ND_INFORMATION_MUTUAL; k++) {
        nd_sample_curves_mean(curves, (nd_information)k, use, naive[k], shuffled[k]);
        information->reduced[k] = information->extrapolated[k] = NAN;
    }
    bool fine =
        n == 0 || (nd_tuned_cells_make(activity, used, n, burst, &tuned, error) &&
                   nd_tuned_course_make(&tuned, curves->fraction, curves->fractions,
                                        naive[ND_INFORMATION_BIT_SPIKE],
                                        shuffled[ND_INFORMATION_BIT_SPIKE], &course, error));
    for (size_t k = 0; fine && n > 0 && k < ND_INFORMATION_MUTUAL; k++) {
        information->reduced[k] = nd_tuned_reduction(&course, (nd_information)k, naive[k]);
        information->extrapolated[k] =
            nd_tuned_extrapolation(&course, (nd_information)k, curves->fraction, naive[k]);
    }
    nd_tuned_cells_clear(&tuned);
    free(used);
    return fine;
}
