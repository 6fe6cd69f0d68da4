/* The phases of learning of the caller's traces (nulldrift/measure.h). */
#include <math.h>
#include <stdio.h>

#include "api/matrix.h"
#include "base/error.h"
#include "base/locale.h"
#include "measure/phases.h"

_Static_assert((int)ND_PHASE_CHANGES == (int)ND_PHASE_METRICS, "every metric has its place");

static bool check(const nd_learning_traces *traces, const char *function, nd_error *error) {
    if (!nd_is_given(traces, function, "traces", error) ||
        !nd_is_given(traces->step, function, "step", error) ||
        !nd_is_given(traces->loss, function, "loss", error) ||
        !nd_all_finite(traces->step, traces->records, function, "step", error))
        return false;
    if (traces->snapshots > 0 &&
        !nd_is_given(traces->snapshot_step, function, "snapshot_step", error))
        return false;
    if (traces->snapshots == 0 && (traces->spatial_information || traces->rate_map_correlation))
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "spatial_information or rate_map_correlation is given for no snapshots");
    if (nd_count_of(traces->snapshots, traces->snapshots) == SIZE_MAX)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "snapshots is %zu",
                          traces->snapshots);
    return (isfinite(traces->divergence) && traces->divergence >= 0) ||
           nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "divergence is %g",
                      traces->divergence);
}

bool nd_find_phases(const nd_learning_traces *traces, nd_learning_phase phases[3],
                    nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_find_phases";
    if (!check(traces, function, error) || !nd_is_given(phases, function, "phases", error))
        return false;
    bool snapshots = traces->snapshots > 0;
    const nd_phase_traces given = {
        .records = traces->records,
        .step = traces->step,
        .loss = traces->loss,
        .active_fraction = traces->active_fraction,
        .fraction_active_units = traces->fraction_active_units,
        .snapshots = traces->snapshots,
        .snapshot_step = snapshots ? traces->snapshot_step : NULL,
        .spatial_information = traces->spatial_information,
        .rate_map_correlation = traces->rate_map_correlation,
        .divergence = traces->divergence,
    };
    nd_phases found;
    if (!nd_phases_find(&given, &found, error))
        return false;
    double begin = 0;
    for (size_t i = 0; i < 3; i++) {
        nd_learning_phase *phase = &phases[i];
        *phase = (nd_learning_phase){.seen = found.seen[i],
                                     .claimed = nd_phase_claimed(&found, i),
                                     .from_step = found.seen[i] ? begin : NAN,
                                     .to_step = found.seen[i] ? found.end_step[i] : NAN};
        nd_phase_words(&found, i, phase->words, sizeof phase->words);
        for (size_t k = 0; k < ND_PHASE_CHANGES; k++) {
            const nd_metric_change *change = &found.metric[i][k];
            phase->change[k] = (nd_phase_change){.metric = nd_phase_metric_name((nd_phase_metric)k),
                                                 .change = nd_change_words(change->change),
                                                 .from = change->from,
                                                 .to = change->to,
                                                 .slope = change->slope,
                                                 .p = change->p};
        }
        begin = found.end_step[i];
    }
    return true;
}
