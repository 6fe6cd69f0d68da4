#include "sweep/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "flatness/summary.h"
#include "measure/timescale.h"
#include "network/activation.h"

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
    DIFFUSION_CONSTANT, /* of the fields of a Hebbian network */
    ACTIVE_FRACTION,
    FRACTION_ACTIVE_UNITS,
    LOG10_FITTED_RATE
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

static void fill_metrics(size_t records, const double *step, const double *loss,
                         const double *active_fraction, const double *fraction_active_units,
                         double metrics[ND_RUN_METRICS]) {
    double rate = nd_sparsification_rate(step, fraction_active_units, records);
    metrics[LOG10_LOSS] = log10(mean_of_last(loss, records));
    metrics[FIRST_ACTIVE_FRACTION] = active_fraction[0];
    metrics[FIRST_ACTIVE_UNITS] = fraction_active_units[0];
    metrics[LATE_UNITS_CHANGE] = late_change(fraction_active_units, records);
    metrics[ACTIVE_FRACTION] = mean_of_last(active_fraction, records);
    metrics[FRACTION_ACTIVE_UNITS] = mean_of_last(fraction_active_units, records);
    metrics[ACTIVE_FRACTION_RATIO] = metrics[ACTIVE_FRACTION] / active_fraction[0];
    metrics[ACTIVE_UNITS_RATIO] = metrics[FRACTION_ACTIVE_UNITS] / fraction_active_units[0];
    metrics[LOG10_RATE] = rate > 0 ? log10(rate) : NAN;
    metrics[LOG10_FITTED_RATE] = log10(nd_fitted_rate(step, fraction_active_units, records));
}

/* Of a run that diverged the beginning is known, and no more. */
static void forget_metrics(double metrics[ND_RUN_METRICS]) {
    for (int i = 0; i < ND_RUN_METRICS; i++)
        if (i != FIRST_ACTIVE_FRACTION && i != FIRST_ACTIVE_UNITS)
            metrics[i] = NAN;
}

bool nd_sweep_keep_traces(nd_sweep_result *result, size_t records, const double *step,
                          const double *loss, const double *active_fraction,
                          const double *fraction_active_units, nd_error *error) {
    if (records == 0)
        return true;
    if (!(result->step = nd_array(records, sizeof(int64_t), error)) ||
        !(result->log10_loss = nd_array(records, sizeof(float), error)) ||
        !(result->active_fraction = nd_array(records, sizeof(float), error)) ||
        !(result->fraction_active_units = nd_array(records, sizeof(float), error)))
        return false;
    result->records = records;
    for (size_t i = 0; i < records; i++) {
        result->step[i] = (int64_t)step[i];
        result->log10_loss[i] = (float)log10(loss[i]);
        result->active_fraction[i] = (float)active_fraction[i];
        result->fraction_active_units[i] = (float)fraction_active_units[i];
    }
    fill_metrics(records, step, loss, active_fraction, fraction_active_units, result->metrics);
    if (result->state == ND_DIVERGED)
        forget_metrics(result->metrics);
    return true;
}

bool nd_sweep_keep_spectrum(nd_sweep_result *result, const nd_parameters *first,
                            const nd_parameters *last, const nd_dataset *dataset,
                            const char *activation, nd_error *error) {
    nd_spectrum_summary summary;
    if (!nd_summarize_spectra(first, last, dataset, nd_activation_find(activation), &summary,
                              error))
        return false;
    result->metrics[EIGENVALUE_SUM_RATIO] = summary.eigenvalue_sum_ratio;
    result->metrics[EIGENVALUE_MAX_RATIO] = summary.eigenvalue_max_ratio;
    result->metrics[POSITIVE_EIGENVALUE_FRACTION] = summary.positive_eigenvalue_fraction;
    result->metrics[NONZERO_EIGENVALUE_FRACTION] = summary.nonzero_eigenvalue_fraction;
    result->metrics[GAUSS_NEWTON_RANK] = summary.gauss_newton_rank;
    return true;
}

void nd_sweep_keep_diffusion(nd_sweep_result *result, double diffusion) {
    result->metrics[DIFFUSION_CONSTANT] = diffusion;
}

void nd_sweep_result_free(nd_sweep_result *result) {
    free(result->step);
    free(result->log10_loss);
    free(result->active_fraction);
    free(result->fraction_active_units);
    *result = (nd_sweep_result){0};
}
