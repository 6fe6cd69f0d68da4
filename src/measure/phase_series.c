#include "measure/phase_series.h"

#include <math.h>
#include <stdlib.h>

bool nd_phase_series_new(nd_phase_series *out, size_t most, nd_error *error) {
    *out = (nd_phase_series){.time = nd_doubles(most, error), .value = nd_doubles(most, error)};
    return out->time && out->value;
}

void nd_phase_series_free(nd_phase_series *out) {
    free(out->time);
    free(out->value);
}

static void take(nd_phase_series *out, const double *time, const double *value, size_t count,
                 double after, double until) {
    out->count = 0;
    for (size_t i = 0; i < count; i++)
        if (time[i] >= after && time[i] <= until && isfinite(value[i])) {
            out->time[out->count] = time[i];
            out->value[out->count++] = value[i];
        }
}

bool nd_phase_series_take(const nd_phase_traces *traces, nd_phase_metric metric, double after,
                          double until, nd_phase_series *out) {
    const double *values[ND_PHASE_METRICS] = {
        [ND_PHASE_LOSS] = traces->loss,
        [ND_PHASE_FRACTION_ACTIVE_UNITS] = traces->fraction_active_units,
        [ND_PHASE_ACTIVE_FRACTION] = traces->active_fraction,
        [ND_PHASE_SPATIAL_INFORMATION] = traces->spatial_information};
    if (!values[metric])
        return false;
    bool records = metric <= ND_PHASE_ACTIVE_FRACTION;
    take(out, records ? traces->step : traces->snapshot_step, values[metric],
         records ? traces->records : traces->snapshots, after, until);
    for (size_t i = 0; metric == ND_PHASE_LOSS && i < out->count; i++)
        out->value[i] = log10(fmax(out->value[i], 1e-300));
    return true;
}

double nd_phase_series_mean(const double *values, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}
