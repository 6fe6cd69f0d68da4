#include "measure/phases.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "measure/divergence.h"
#include "measure/fall.h"
#include "measure/trend.h"

static const double DOMINATED = 0.9;    /* of its fall, and a phase no longer dominates */
static const double LEAST_SHARE = 0.05; /* of a metric's range: less is no change */
static const double LEAST_P = 0.01;
enum { LEAST_RECORDS = 10, LEAST_TESTED = 5 };

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

/* The metric as one series over its own times. For tuning the reference is the first snapshot of
 * the phase, `from`. */
typedef struct series {
    size_t count;
    double *time, *value;
} series;

static bool series_new(series *out, size_t most, nd_error *error) {
    *out = (series){.time = nd_doubles(most, error), .value = nd_doubles(most, error)};
    return out->time && out->value;
}

static void series_free(series *out) {
    free(out->time);
    free(out->value);
}

static void take(series *out, const double *time, const double *value, size_t stride, size_t count,
                 double after, double until) {
    out->count = 0;
    for (size_t i = 0; i < count; i++)
        if (time[i] >= after && time[i] <= until && isfinite(value[i * stride])) {
            out->time[out->count] = time[i];
            out->value[out->count++] = value[i * stride];
        }
}

/* The metric between two steps; false when the run does not tell it. */
static bool take_metric(const nd_phase_traces *traces, nd_phase_metric metric, double after,
                        double until, series *out) {
    const double *over_records[] = {[ND_PHASE_LOSS] = traces->loss,
                                    [ND_PHASE_FRACTION_ACTIVE_UNITS] =
                                        traces->fraction_active_units,
                                    [ND_PHASE_ACTIVE_FRACTION] = traces->active_fraction};
    if (metric <= ND_PHASE_ACTIVE_FRACTION) {
        if (!over_records[metric])
            return false;
        take(out, traces->step, over_records[metric], 1, traces->records, after, until);
        for (size_t i = 0; metric == ND_PHASE_LOSS && i < out->count; i++)
            out->value[i] = log10(fmax(out->value[i], 1e-300));
        return true;
    }
    const double *values = traces->spatial_information;
    if (metric == ND_PHASE_TUNING) {
        size_t first = 0;
        while (first < traces->snapshots && traces->snapshot_step[first] < after)
            first++;
        if (!traces->rate_map_correlation || first == traces->snapshots)
            return false;
        values = traces->rate_map_correlation + first * traces->snapshots;
    }
    if (!values)
        return false;
    take(out, traces->snapshot_step, values, 1, traces->snapshots, after, until);
    return true;
}

static double range(const series *of) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < of->count; i++) {
        low = fmin(low, of->value[i]);
        high = fmax(high, of->value[i]);
    }
    return high > low ? high - low : 0;
}

static double mean(const double *values, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

/* The lowest level that log10 loss reaches: the least median of blocks of a twentieth of the
 * records (noise may make the loss rise again later), and the noise around it there. */
static void lowest_level(const series *loss, double *scratch, double *level, double *noise) {
    size_t block = loss->count / 20 > 10 ? loss->count / 20 : 10;
    *level = INFINITY;
    *noise = 0;
    for (size_t from = 0; from < loss->count; from += block) {
        /* A short rest goes with the block before it. */
        size_t count = loss->count - from < 2 * block ? loss->count - from : block;
        memcpy(scratch, loss->value + from, count * sizeof *scratch);
        double median = nd_median(scratch, count);
        if (median < *level) {
            for (size_t i = 0; i < count; i++)
                scratch[i] = fabs(loss->value[from + i] - median);
            *level = median;
            *noise = 1.4826 * nd_median(scratch, count);
        }
        if (count != block)
            break;
    }
}

/* Phase i: the first record that has made nine tenths of the fall and stays there for five. */
static bool find_familiarity(const nd_phase_traces *traces, nd_phases *phases, nd_error *error) {
    series loss;
    bool fine = series_new(&loss, traces->records, error);
    double *scratch = fine ? nd_doubles(traces->records, error) : NULL;
    fine = fine && scratch;
    if (fine) {
        double plateau, noise;
        take_metric(traces, ND_PHASE_LOSS, -INFINITY, INFINITY, &loss);
        lowest_level(&loss, scratch, &plateau, &noise);
        double fall = loss.value[0] - plateau, enough = loss.value[0] - DOMINATED * fall;
        size_t at = 0, n = loss.count;
        phases->seen[0] = fall > fmax(4 * noise, 0.02);
        for (; phases->seen[0] && at + 1 < n; at++) {
            size_t ahead = n - at < 5 ? n - at : 5;
            memcpy(scratch, loss.value + at, ahead * sizeof *scratch);
            if (loss.value[at] <= enough && nd_median(scratch, ahead) <= enough)
                break;
        }
        phases->end_step[0] = loss.time[at];
    }
    free(scratch);
    series_free(&loss);
    return fine;
}

/* Phase ii on one metric; `found` tells whether it falls by more than its noise. */
static bool find_fall(const nd_phase_traces *traces, nd_phase_metric metric, double after,
                      nd_fall *fall, bool *found, nd_error *error) {
    series trace;
    *found = false;
    if (!series_new(&trace, traces->records, error)) {
        series_free(&trace);
        return false;
    }
    bool fine = true;
    if (take_metric(traces, metric, after, INFINITY, &trace) && trace.count >= LEAST_RECORDS) {
        fine = nd_fit_fall(trace.time, trace.value, trace.count, fall, error);
        /* A fall that its own residuals explain, or of less than a hundredth, is none. */
        *found = fine && fall->depth > fmax(3 * fall->deviation, 0.01);
    }
    series_free(&trace);
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

/* What one metric does in one phase, against its range over the whole run. */
static bool test_metric(const series *whole, const series *part, bool tuning,
                        nd_metric_change *change, nd_error *error) {
    *change = (nd_metric_change){ND_CHANGE_UNKNOWN, NAN, NAN, NAN, NAN};
    size_t n = part->count, tenth = (n + 9) / 10;
    if (n < 2)
        return true;
    change->from = mean(part->value, tenth);
    change->to = mean(part->value + n - tenth, tenth);
    /* A correlation with the first snapshot begins at 1, and may fall to 0. */
    double least = LEAST_SHARE * (tuning ? 1 : range(whole));
    size_t skip = tuning ? 1 : 0;
    if (n - skip < LEAST_TESTED) {
        bool moved = fabs(change->to - change->from) > least;
        change->change = moved ? ND_CHANGE_UNTESTED : ND_CHANGE_UNKNOWN;
        return true;
    }
    nd_trend trend;
    if (!nd_trend_test(part->time + skip, part->value + skip, n - skip, &trend, error))
        return false;
    change->slope = trend.slope;
    change->p = trend.p;
    double moved = fabs(trend.slope) * (part->time[n - 1] - part->time[skip]);
    bool changes = trend.p < LEAST_P && moved >= least && moved > 0;
    change->change = changes ? ND_CHANGE_TREND : ND_CHANGE_NONE;
    return true;
}

static bool test_phase(const nd_phase_traces *traces, size_t phase, nd_phases *phases,
                       nd_error *error) {
    size_t most = traces->records > traces->snapshots ? traces->records : traces->snapshots;
    series whole = {0}, part = {0};
    bool fine = series_new(&whole, most, error) && series_new(&part, most, error);
    double after = phase ? phases->end_step[phase - 1] : -INFINITY;
    for (int metric = 0; fine && metric < ND_PHASE_METRICS; metric++) {
        nd_metric_change *change = &phases->metric[phase][metric];
        *change = (nd_metric_change){ND_CHANGE_UNKNOWN, NAN, NAN, NAN, NAN};
        if (phases->seen[phase] &&
            take_metric(traces, (nd_phase_metric)metric, -INFINITY, INFINITY, &whole) &&
            take_metric(traces, (nd_phase_metric)metric, after, phases->end_step[phase], &part))
            fine = test_metric(&whole, &part, metric == ND_PHASE_TUNING, change, error);
    }
    series_free(&whole);
    series_free(&part);
    return fine;
}

bool nd_phases_find(const nd_phase_traces *traces, nd_phases *phases, nd_error *error) {
    *phases = (nd_phases){0};
    if (!check(traces, error) || !find_familiarity(traces, phases, error) ||
        !find_regularisation(traces, phases, error))
        return false;
    phases->end_step[2] = traces->step[traces->records - 1];
    phases->seen[2] = phases->end_step[2] > phases->end_step[1];
    for (size_t phase = 0; phase < 3; phase++)
        if (!test_phase(traces, phase, phases, error))
            return false;
    return true;
}
