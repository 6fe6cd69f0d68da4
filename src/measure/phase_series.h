/* One metric of a run's traces between two steps. */
#ifndef ND_MEASURE_PHASE_SERIES_H
#define ND_MEASURE_PHASE_SERIES_H

#include "measure/phases.h"

typedef struct nd_phase_series {
    size_t count;
    double *time, *value;
} nd_phase_series;

/* Room for `most` values; to be freed even where it fails. */
bool nd_phase_series_new(nd_phase_series *out, size_t most, nd_error *error);
void nd_phase_series_free(nd_phase_series *out);

/* The values from step `after` to step `until`, both in, those that are not numbers left out; the
 * loss as its log10. False where the run does not tell the metric. */
bool nd_phase_series_take(const nd_phase_traces *traces, nd_phase_metric metric, double after,
                          double until, nd_phase_series *out);

double nd_phase_series_mean(const double *values, size_t count);

#endif
