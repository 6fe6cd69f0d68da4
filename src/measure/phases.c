#include "measure/phases.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "measure/after_fall.h"
#include "measure/decay.h"
#include "measure/divergence.h"
#include "measure/fall.h"
#include "measure/familiarity.h"
#include "measure/phase_series.h"
#include "measure/trend.h"

static const double DOMINATED = 0.9;    /* of its fall, and a phase no longer dominates */
static const double LEAST_SHARE = 0.05; /* of a metric's level: less is no change */
static const double LEAST_LOST = 0.02;  /* of similarity */
static const double LEAST_P = 0.01;
/* Six values in order have p = 2/720, five 2/120. */
enum { LEAST_RECORDS = 10, LEAST_TESTED = 6, MOST_SNAPSHOTS = 60 };

const char *nd_phase_metric_name(nd_phase_metric metric) {
    static const char *const names[ND_PHASE_METRICS] = {
        "log10 loss", "fraction active units", "active fraction", "spatial information", "tuning"};
    return names[metric];
}

static bool stays_useful(const nd_phase_traces *traces, nd_error *error) {
    nd_divergence watch = nd_divergence_start(traces->divergence, traces->records);
    for (size_t i = 0; i < traces->records; i++)
        if (nd_divergence_at(&watch, traces->loss[i]))
            return nd_fail(error, "", "a run that diverged has no phases of learning",
                           "the run diverged: its loss stays above %.3g until step %.6g",
                           watch.limit, traces->step[i]);
    return true;
}

static bool check(const nd_phase_traces *traces, nd_error *error) {
    if (!traces->loss || !traces->step)
        return nd_fail(error, "", "", "needs the traces step and loss");
    if (traces->records < LEAST_RECORDS)
        return nd_fail(error, "", "run with more run.records",
                       "%zu records are too few to find phases in: at least %d", traces->records,
                       LEAST_RECORDS);
    for (size_t i = 0; i < traces->records; i++) {
        if (!isfinite(traces->step[i]) || (i > 0 && traces->step[i] <= traces->step[i - 1]))
            return nd_fail(error, "", "", "the steps do not rise at record %zu", i);
        if (traces->loss[i] < 0)
            return nd_fail(error, "", "give it over the targets' variance, or log10_loss",
                           "the loss of record %zu is negative, %g", i, traces->loss[i]);
        if (!isfinite(traces->loss[i]) ||
            (traces->fraction_active_units && !isfinite(traces->fraction_active_units[i])))
            return nd_fail(error, "", "", "%s of record %zu is not a number",
                           isfinite(traces->loss[i]) ? "fraction_active_units" : "the loss", i);
    }
    return stays_useful(traces, error);
}

/* Phase ii on one metric; `found` tells whether it falls by more than its noise. */
static bool find_fall(const nd_phase_traces *traces, nd_phase_metric metric, double after,
                      nd_fall *fall, bool *found, nd_error *error) {
    nd_phase_series trace;
    *found = false;
    bool fine = nd_phase_series_new(&trace, traces->records, error);
    if (fine && nd_phase_series_take(traces, metric, after, INFINITY, &trace) &&
        trace.count >= LEAST_RECORDS) {
        fine = nd_fit_fall(trace.time, trace.value, trace.count, fall, error);
        /* A fall that its own residuals explain, or of less than a hundredth, is none. */
        *found = fine && fall->depth > fmax(3 * fall->deviation, 0.01);
    }
    nd_phase_series_free(&trace);
    return fine;
}

static bool find_regularisation(const nd_phase_traces *traces, nd_phases *phases, nd_error *error) {
    static const nd_phase_metric candidates[] = {ND_PHASE_FRACTION_ACTIVE_UNITS,
                                                 ND_PHASE_ACTIVE_FRACTION};
    phases->end_step[1] = phases->fall_from = phases->fall_to = phases->end_step[0];
    for (size_t i = 0; i < 2 && !phases->seen[1]; i++) {
        nd_fall fall;
        if (!find_fall(traces, candidates[i], phases->end_step[0], &fall, &phases->seen[1], error))
            return false;
        if (!phases->seen[1])
            continue;
        phases->sparsity = candidates[i];
        phases->fall_from = fall.from;
        phases->fall_to = fall.to;
        phases->end_step[1] = nd_fall_time(&fall, DOMINATED);
    }
    return true;
}

static const nd_metric_change NOTHING = {ND_CHANGE_UNKNOWN, NAN, NAN, NAN, NAN};

/* What one metric of the records or the snapshots does in one phase. */
static bool test_metric(nd_phase_metric metric, const nd_phase_series *part,
                        nd_metric_change *change, nd_error *error) {
    size_t n = part->count, tenth = (n + 9) / 10;
    if (n == 0)
        return true;
    change->from = nd_phase_series_mean(part->value, tenth);
    change->to = nd_phase_series_mean(part->value + n - tenth, tenth);
    change->change = ND_CHANGE_TOO_FEW;
    if (n < LEAST_TESTED)
        return true;
    nd_trend trend;
    if (!nd_trend_test(part->time, part->value, n, &trend, error))
        return false;
    change->slope = trend.slope;
    change->p = trend.p;
    double moved = trend.slope * (part->time[n - 1] - part->time[0]);
    double least = LEAST_SHARE * fabs(nd_phase_series_mean(part->value, n));
    if (metric == ND_PHASE_LOSS) /* its log10: a rise is none too small */
        least = moved > 0 ? 0 : log10(1 + LEAST_SHARE);
    bool changes = trend.p < LEAST_P && fabs(moved) >= least && moved != 0;
    change->change = changes ? ND_CHANGE_TREND : ND_CHANGE_NONE;
    return true;
}

/* The snapshots of a phase, every so many of them, at most MOST_SNAPSHOTS. */
static size_t list_snapshots(const nd_phase_traces *traces, double after, double until,
                             size_t *list) {
    size_t count = 0, first = 0, stride;
    while (first < traces->snapshots && traces->snapshot_step[first] < after)
        first++;
    for (size_t i = first; i < traces->snapshots && traces->snapshot_step[i] <= until; i++)
        count++;
    stride = (count + MOST_SNAPSHOTS - 1) / MOST_SNAPSHOTS;
    for (size_t i = 0; i * stride < count; i++)
        list[i] = first + i * stride;
    return count == 0 ? 0 : (count + stride - 1) / stride;
}

/* Mean similarity of snapshots of the list: of neighbours, and of the first quarter with the last.
 */
static void near_and_far(const double *similarity, size_t n, double *near, double *far) {
    double sum[2] = {0, 0}, known[2] = {0, 0};
    size_t quarter = (n + 3) / 4;
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++) {
            double r = similarity[a * n + b];
            bool is[2] = {b == a + 1, a < quarter && b + quarter >= n};
            for (size_t k = 0; k < 2; k++)
                if (is[k] && !isnan(r)) {
                    sum[k] += r;
                    known[k]++;
                }
        }
    *near = sum[0] / known[0];
    *far = sum[1] / known[1];
}

static bool test_tuning(const nd_phase_traces *traces, double after, double until,
                        nd_metric_change *change, nd_error *error) {
    size_t list[MOST_SNAPSHOTS];
    size_t n = traces->rate_map_correlation ? list_snapshots(traces, after, until, list) : 0;
    if (n < 2)
        return true;
    double *time = nd_doubles(n, error), *similarity = nd_doubles(n * n, error);
    bool fine = time && similarity;
    for (size_t a = 0; fine && a < n; a++) {
        time[a] = traces->snapshot_step[list[a]];
        for (size_t b = 0; b < n; b++)
            similarity[a * n + b] =
                traces->rate_map_correlation[list[a] * traces->snapshots + list[b]];
    }
    if (fine) {
        near_and_far(similarity, n, &change->from, &change->to);
        change->change = isnan(change->from) ? ND_CHANGE_UNKNOWN : ND_CHANGE_TOO_FEW;
    }
    if (fine && n >= LEAST_TESTED && change->change == ND_CHANGE_TOO_FEW) {
        nd_decay decay;
        nd_stream draw = nd_stream_at(0, ND_FOR_SHUFFLE, UINT32_MAX, 0);
        fine = nd_decay_test(time, similarity, n, &draw, &decay, error);
        change->p = decay.p;
        bool changes = decay.p < LEAST_P && change->from - change->to >= LEAST_LOST;
        change->change = changes ? ND_CHANGE_TREND : ND_CHANGE_NONE;
    }
    free(time);
    free(similarity);
    return fine;
}

static bool test_phase(const nd_phase_traces *traces, size_t phase, nd_phases *phases,
                       nd_error *error) {
    size_t most = traces->records > traces->snapshots ? traces->records : traces->snapshots;
    double after = phase ? phases->end_step[phase - 1] : -INFINITY, until = phases->end_step[phase];
    nd_phase_series part;
    bool fine = nd_phase_series_new(&part, most, error);
    for (int metric = 0; fine && metric < ND_PHASE_METRICS; metric++) {
        nd_metric_change *change = &phases->metric[phase][metric];
        *change = NOTHING;
        if (!phases->seen[phase])
            continue;
        if (metric == ND_PHASE_TUNING)
            fine = test_tuning(traces, after, until, change, error);
        else if (nd_phase_series_take(traces, (nd_phase_metric)metric, after, until, &part))
            fine = test_metric((nd_phase_metric)metric, &part, change, error);
    }
    nd_phase_series_free(&part);
    return fine;
}

bool nd_phases_find(const nd_phase_traces *traces, nd_phases *phases, nd_error *error) {
    nd_familiarity first;
    *phases = (nd_phases){0};
    if (!check(traces, error) || !nd_familiarity_find(traces, &first, error))
        return false;
    phases->seen[0] = first.seen;
    phases->settled = first.settled;
    phases->end_step[0] = first.end_step;
    if (!find_regularisation(traces, phases, error))
        return false;
    phases->end_step[2] = traces->step[traces->records - 1];
    phases->seen[2] = phases->end_step[2] > phases->end_step[1];
    for (size_t phase = 0; phase < 3; phase++)
        if (!test_phase(traces, phase, phases, error))
            return false;
    return nd_after_fall_find(traces, phases, error);
}
