#include "measure/after_fall.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "measure/phase_series.h"

static const double HORIZON = 20;    /* times the steps of the run: as far as is looked ahead */
static const double LEFT = 0.1;      /* of the whole fall: less may come, and it is bounded */
static const double LIMIT = 0.95;    /* one-sided */
static const double STEADY = 0.02;   /* of its level: what moves less stands */
static const double ALIKE = 0.98;    /* tuning that stands */
static const double ROUNDING = 1e-6; /* of log10 loss */
static const double NO_LOSS = -12;   /* log10: below it is rounding alone */
static const double MANY = 1000;     /* units: their chance adds nothing */
enum { BLOCKS = 10 };

/* The least difference between two values that differ: what one unit's falling silent makes. */
static double quantum(const nd_phase_series *of, double *scratch) {
    double least = INFINITY;
    memcpy(scratch, of->value, of->count * sizeof *scratch);
    nd_sort_ascending(scratch, of->count);
    for (size_t i = 1; i < of->count; i++) {
        double apart = scratch[i] - scratch[i - 1];
        if (apart > 1e-9)
            least = fmin(least, apart);
    }
    return isfinite(least) ? least : 0;
}

/* What one unit's falling silent takes from the sparsity metric; 0 where it cannot be told. */
static double unit_of(const nd_phase_traces *traces, nd_phase_metric sparsity,
                      nd_phase_series *room, double *scratch) {
    if (!nd_phase_series_take(traces, ND_PHASE_FRACTION_ACTIVE_UNITS, -INFINITY, INFINITY, room))
        return 0;
    double share = quantum(room, scratch), level = room->value[room->count - 1];
    if (sparsity == ND_PHASE_FRACTION_ACTIVE_UNITS || share == 0 || level <= 0)
        return share;
    nd_phase_series_take(traces, sparsity, -INFINITY, INFINITY, room);
    return room->value[room->count - 1] * share / level;
}

/* The upper limit of the fall per doubling of the steps, from means of ten blocks of the second
 * half of the run on log2 steps; no less than what so many units may fall silent by chance (a
 * Poisson number whose mean's upper limit is taken). */
static double fall_per_doubling(const nd_phase_series *half, double unit) {
    double x[BLOCKS], y[BLOCKS], mean_x = 0, mean_y = 0, xx = 0, xy = 0, squares = 0;
    for (size_t k = 0; k < BLOCKS; k++) {
        size_t from = k * half->count / BLOCKS, end = (k + 1) * half->count / BLOCKS;
        x[k] = log2(nd_phase_series_mean(half->time + from, end - from));
        y[k] = nd_phase_series_mean(half->value + from, end - from);
        mean_x += x[k] / BLOCKS;
        mean_y += y[k] / BLOCKS;
    }
    for (size_t k = 0; k < BLOCKS; k++) {
        xx += (x[k] - mean_x) * (x[k] - mean_x);
        xy += (x[k] - mean_x) * (y[k] - mean_y);
    }
    double fall = -xy / xx;
    for (size_t k = 0; k < BLOCKS; k++) {
        double residual = y[k] - mean_y + fall * (x[k] - mean_x);
        squares += residual * residual;
    }
    double error = sqrt(squares / (BLOCKS - 2) / xx);
    double limit = fall + gsl_cdf_tdist_Pinv(LIMIT, BLOCKS - 2) * error;
    if (unit <= 0 || fall > MANY * unit)
        return fmax(limit, 0);
    double silent = ceil(fmax(fall, 0) / unit - 0.1);
    return fmax(limit, unit * gsl_cdf_chisq_Pinv(LIMIT, 2 * silent + 2) / 2);
}

static double spread_of(const nd_phase_series *of) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < of->count; i++) {
        low = fmin(low, of->value[i]);
        high = fmax(high, of->value[i]);
    }
    return high - low;
}

/* Without noise the loss only falls, sparsity stands, and so does tuning where it is known. */
static bool at_rest(const nd_phase_traces *traces, double from, nd_phase_series *room) {
    for (int metric = ND_PHASE_FRACTION_ACTIVE_UNITS; metric <= ND_PHASE_ACTIVE_FRACTION; metric++)
        if (nd_phase_series_take(traces, (nd_phase_metric)metric, from, INFINITY, room) &&
            spread_of(room) > STEADY * fabs(room->value[0]))
            return false;
    nd_phase_series_take(traces, ND_PHASE_LOSS, from, INFINITY, room);
    for (size_t i = 1; i < room->count; i++)
        if (room->value[i] > fmax(room->value[i - 1] + ROUNDING, NO_LOSS))
            return false;
    if (!traces->rate_map_correlation)
        return true;
    size_t n = traces->snapshots, first = 0;
    while (first + 1 < n && traces->snapshot_step[first] < from)
        first++;
    double alike = n > 0 ? traces->rate_map_correlation[first * n + n - 1] : NAN;
    return isnan(alike) || alike >= ALIKE;
}

static void bound(const nd_phase_traces *traces, nd_phases *phases, nd_phase_series *room,
                  double *scratch) {
    nd_after_fall *after = &phases->after;
    size_t last = traces->records - 1;
    double end = traces->step[last], start = traces->step[0];
    double unit = unit_of(traces, phases->sparsity, room, scratch);
    if (!nd_phase_series_take(traces, phases->sparsity, start + (end - start) / 2, INFINITY,
                              room) ||
        room->count < BLOCKS)
        return;
    size_t tenth = (room->count + 9) / 10;
    double level = nd_phase_series_mean(room->value + room->count - tenth, tenth);
    for (size_t i = 0; i < room->count; i++)
        room->time[i] -= start;
    double doubling = fall_per_doubling(room, unit);
    after->slowest = doubling / (end - start) / log(2);
    after->horizon = HORIZON * (end - start);
    /* No metric of sparsity is below 0. */
    after->further_fall = fmin(level, doubling * log2(HORIZON));
    after->to_zero = after->further_fall == level;
    nd_phase_series_take(traces, phases->sparsity, phases->end_step[0], INFINITY, room);
    tenth = room->count / 100 + 1;
    double fall = fmax(nd_phase_series_mean(room->value, tenth), room->value[0]) - level;
    if (phases->seen[1] && fall > 0)
        after->further_share = after->further_fall / (fall + after->further_fall);
}

bool nd_after_fall_find(const nd_phase_traces *traces, nd_phases *phases, nd_error *error) {
    double end = phases->end_step[2],
           begin = phases->seen[1] ? phases->fall_to : phases->end_step[0];
    double half = traces->step[0] + (end - traces->step[0]) / 2;
    nd_after_fall *after = &phases->after;
    *after = (nd_after_fall){.rest = end - begin,
                             .further_fall = NAN,
                             .further_share = NAN,
                             .horizon = NAN,
                             .slowest = NAN};
    nd_phase_series room;
    double *scratch = nd_doubles(traces->records, error);
    bool fine = nd_phase_series_new(&room, traces->records, error) && scratch;
    if (fine && (traces->fraction_active_units || traces->active_fraction)) {
        if (!traces->fraction_active_units)
            phases->sparsity = ND_PHASE_ACTIVE_FRACTION;
        bound(traces, phases, &room, scratch);
        nd_change tuning = phases->metric[2][ND_PHASE_TUNING].change;
        bool bounded = after->further_share <= LEFT;
        if (at_rest(traces, half, &room))
            after->state = ND_AFTER_AT_REST;
        else if (bounded && phases->seen[2] && tuning == ND_CHANGE_TREND)
            after->state = ND_AFTER_NULL_DRIFT;
        else if (bounded && phases->seen[2])
            after->state = ND_AFTER_BOUNDED;
        else if (phases->seen[1] && after->rest <= 0)
            after->state = ND_AFTER_FALLING;
        else
            after->state = ND_AFTER_NO_FALL_SEEN;
    }
    free(scratch);
    nd_phase_series_free(&room);
    return fine;
}
