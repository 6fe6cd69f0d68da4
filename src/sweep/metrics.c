#include "sweep/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "flatness/summary.h"
#include "measure/timescale.h"
#include "network/activation.h"
#include "run/hebbian_run.h"
#include "world/world.h"

enum { LAST_RECORDS = 10 };

/* The order of nd_run_metric_name. */
enum {
    LOG10_LOSS,
    ACTIVE_FRACTION_RATIO,
    ACTIVE_UNITS_RATIO,
    LOG10_RATE,
    FIRST_ACTIVE_FRACTION,
    FIRST_ACTIVE_UNITS,
    LATE_UNITS_CHANGE,
    EIGENVALUE_SUM_RATIO,
    EIGENVALUE_MAX_RATIO,
    POSITIVE_EIGENVALUE_FRACTION,
    NONZERO_EIGENVALUE_FRACTION,
    GAUSS_NEWTON_RANK,
    DIFFUSION_CONSTANT /* of the fields of a Hebbian network */
};

static double mean_of_last(const double *values, size_t count) {
    size_t taken = count < LAST_RECORDS ? count : LAST_RECORDS;
    double sum = 0;
    for (size_t i = count - taken; i < count; i++)
        sum += values[i];
    return sum / (double)taken;
}

/* The span of the fraction active units over the records after the first tenth. */
static double late_change(const double *fraction_active_units, size_t records) {
    double least = INFINITY, most = -INFINITY;
    for (size_t i = records / 10; i < records; i++) {
        least = fmin(least, fraction_active_units[i]);
        most = fmax(most, fraction_active_units[i]);
    }
    return most - least;
}

static void fill_metrics(size_t records, const uint64_t *step, const double *loss,
                         const double *active_fraction, const double *fraction_active_units,
                         double *scratch, double metrics[ND_RUN_METRICS]) {
    for (size_t i = 0; i < records; i++)
        scratch[i] = (double)step[i];
    double rate = nd_sparsification_rate(scratch, fraction_active_units, records);
    metrics[LOG10_LOSS] = log10(mean_of_last(loss, records));
    metrics[FIRST_ACTIVE_FRACTION] = active_fraction[0];
    metrics[FIRST_ACTIVE_UNITS] = fraction_active_units[0];
    metrics[LATE_UNITS_CHANGE] = late_change(fraction_active_units, records);
    metrics[ACTIVE_FRACTION_RATIO] = mean_of_last(active_fraction, records) / active_fraction[0];
    metrics[ACTIVE_UNITS_RATIO] =
        mean_of_last(fraction_active_units, records) / fraction_active_units[0];
    metrics[LOG10_RATE] = rate > 0 ? log10(rate) : NAN;
}

/* Of a run that diverged the beginning is known, and no more. */
static void forget_metrics(double metrics[ND_RUN_METRICS]) {
    for (int i = 0; i < ND_RUN_METRICS; i++)
        if (i != FIRST_ACTIVE_FRACTION && i != FIRST_ACTIVE_UNITS)
            metrics[i] = NAN;
}

/* Copies traces into the result and takes its metrics. */
static bool keep(nd_sweep_result *result, size_t records, const uint64_t *step, const double *loss,
                 const double *active_fraction, const double *fraction_active_units,
                 nd_error *error) {
    if (records == 0)
        return true;
    double *scratch = nd_doubles(records, error);
    result->step = nd_array(records, sizeof(int64_t), error);
    result->log10_loss = nd_array(records, sizeof(float), error);
    result->active_fraction = nd_array(records, sizeof(float), error);
    result->fraction_active_units = nd_array(records, sizeof(float), error);
    if (!scratch || !result->step || !result->log10_loss || !result->active_fraction ||
        !result->fraction_active_units) {
        free(scratch);
        return false;
    }
    result->records = records;
    for (size_t i = 0; i < records; i++) {
        result->step[i] = (int64_t)step[i];
        result->log10_loss[i] = (float)log10(loss[i]);
        result->active_fraction[i] = (float)active_fraction[i];
        result->fraction_active_units[i] = (float)fraction_active_units[i];
    }
    fill_metrics(records, step, loss, active_fraction, fraction_active_units, scratch,
                 result->metrics);
    if (result->state == ND_DIVERGED)
        forget_metrics(result->metrics);
    free(scratch);
    return true;
}

static bool add_spectrum(const nd_experiment *experiment, const nd_dataset *dataset,
                         const nd_traces *traces, nd_sweep_result *result, nd_error *error) {
    nd_spectrum_summary summary;
    if (!nd_summarize_spectra(traces->first, traces->last, dataset,
                              nd_activation_find(experiment->network.activation), &summary, error))
        return false;
    result->metrics[EIGENVALUE_SUM_RATIO] = summary.eigenvalue_sum_ratio;
    result->metrics[EIGENVALUE_MAX_RATIO] = summary.eigenvalue_max_ratio;
    result->metrics[POSITIVE_EIGENVALUE_FRACTION] = summary.positive_eigenvalue_fraction;
    result->metrics[NONZERO_EIGENVALUE_FRACTION] = summary.nonzero_eigenvalue_fraction;
    result->metrics[GAUSS_NEWTON_RANK] = summary.gauss_newton_rank;
    return true;
}

static nd_outcome run_feed_forward(const nd_experiment *experiment, const nd_sweep_way *way,
                                   const nd_watch *watch, nd_sweep_result *result,
                                   nd_error *error) {
    nd_traces traces = {0};
    pthread_mutex_lock(way->reading);
    nd_dataset *dataset = nd_dataset_make(experiment, error);
    pthread_mutex_unlock(way->reading);
    if (dataset && dataset->note && way->saving.tell)
        way->saving.tell(dataset->note, way->saving.context);
    nd_outcome outcome =
        dataset ? nd_simulate_in_memory(experiment, dataset, &way->saving, &traces, watch, error)
                : ND_RUN_FAILED;
    if (outcome == ND_RUN_DIVERGED)
        result->state = ND_DIVERGED;
    if ((outcome == ND_RUN_COMPLETE || outcome == ND_RUN_DIVERGED) &&
        !keep(result, traces.records, traces.step, traces.loss, traces.active_fraction,
              traces.fraction_active_units, error))
        outcome = ND_RUN_FAILED;
    if (outcome == ND_RUN_COMPLETE && way->spectrum &&
        !add_spectrum(experiment, dataset, &traces, result, error))
        outcome = ND_RUN_FAILED;
    nd_traces_free(&traces);
    nd_dataset_free(dataset);
    return outcome;
}

static nd_outcome run_hebbian(const nd_experiment *experiment, const nd_sweep_way *way,
                              const nd_watch *watch, nd_sweep_result *result, nd_error *error) {
    nd_hebbian_traces traces = {0};
    nd_outcome outcome =
        nd_hebbian_simulate_in_memory(experiment, &way->saving, &traces, watch, error);
    if (outcome == ND_RUN_DIVERGED)
        result->state = ND_DIVERGED;
    if ((outcome == ND_RUN_COMPLETE || outcome == ND_RUN_DIVERGED) &&
        !keep(result, traces.records, traces.step, traces.loss, traces.active_fraction,
              traces.fraction_active_units, error))
        outcome = ND_RUN_FAILED;
    if (outcome == ND_RUN_COMPLETE)
        result->metrics[DIFFUSION_CONSTANT] = traces.diffusion.linear;
    nd_hebbian_traces_free(&traces);
    return outcome;
}

bool nd_sweep_run_one(const nd_experiment *experiment, const nd_sweep_way *way,
                      const nd_watch *watch, nd_sweep_result *result, char reason[512]) {
    static const nd_run_state states[] = {[ND_RUN_COMPLETE] = ND_DONE,
                                          [ND_RUN_INTERRUPTED] = ND_WAITING,
                                          [ND_RUN_DIVERGED] = ND_DIVERGED,
                                          [ND_RUN_FAILED] = ND_FAILED};
    nd_error error = {0};
    *result = (nd_sweep_result){0};
    for (int i = 0; i < ND_RUN_METRICS; i++)
        result->metrics[i] = NAN;
    nd_outcome outcome = experiment->network.model == ND_HEBBIAN
                             ? run_hebbian(experiment, way, watch, result, &error)
                             : run_feed_forward(experiment, way, watch, result, &error);
    result->state = states[outcome];
    if (outcome == ND_RUN_DIVERGED || outcome == ND_RUN_FAILED) {
        nd_error_line(&error, reason, 512);
        result->reason = reason;
    }
    return outcome != ND_RUN_INTERRUPTED;
}

void nd_sweep_result_free(nd_sweep_result *result) {
    free(result->step);
    free(result->log10_loss);
    free(result->active_fraction);
    free(result->fraction_active_units);
    *result = (nd_sweep_result){0};
}
