/* The three phases of learning (docs/model.md, section 4.8; Table 1 of the paper), from a run's
 * traces: where each dominates, and which metrics still change in it, tested. docs/phases.md tells
 * the method.
 *
 * Phases overlap; one dominates until nine tenths of its own fall are made, the cut that the
 * timescale of sparsification takes too.
 * Phase i, fast familiarity: the fall of log10 loss from the first record to its lowest level,
 * the least median of blocks of a twentieth of the records (at least ten).
 * Phase ii, implicit regularisation: the fall of the fraction of active units after phase i, on the
 * least squares fit of  a + b clamp((T - t) / (T - S), 0, 1)^q,  q 1, 2 or 3. Where that fraction
 * does not fall (label noise), the active fraction takes its place.
 * Phase iii, null drift: what is left.
 *
 * Per phase and metric: Mann-Kendall's trend test with Hamed and Rao's (1998) correction for
 * autocorrelation. A metric "changes" when p < 0.01 and its change over the phase (Sen's slope
 * times duration) is at least 5 % of its range over the run. */
#ifndef ND_MEASURE_PHASES_H
#define ND_MEASURE_PHASES_H

#include "base/memory.h"

typedef enum nd_phase_metric {
    ND_PHASE_LOSS, /* log10 */
    ND_PHASE_FRACTION_ACTIVE_UNITS,
    ND_PHASE_ACTIVE_FRACTION,
    ND_PHASE_SPATIAL_INFORMATION, /* mean over tuned units */
    ND_PHASE_TUNING, /* rate-map correlation with the phase's first snapshot: its fall is drift */
    ND_PHASE_METRICS
} nd_phase_metric;

/* What is known of a run. Series that are not known are NULL. */
typedef struct nd_phase_traces {
    size_t records;
    const double *step, *loss, *active_fraction, *fraction_active_units; /* records */
    size_t snapshots;
    const double *snapshot_step;        /* snapshots */
    const double *spatial_information;  /* snapshots: mean over the tuned units; NaN: not known */
    const double *rate_map_correlation; /* snapshots x snapshots */
    double divergence;                  /* learning.divergence of the run; 0: no loss is too high */
} nd_phase_traces;

typedef enum nd_change {
    ND_CHANGE_UNKNOWN,  /* no such trace, or fewer than two values in the phase */
    ND_CHANGE_NONE,     /* tested: no trend, or one below 5 % of the metric's range */
    ND_CHANGE_TREND,    /* tested: changes */
    ND_CHANGE_UNTESTED, /* changes by more than 5 % of its range, over too few values to test */
} nd_change;

typedef struct nd_metric_change {
    nd_change change;
    double from, to; /* means over the first and the last tenth of the phase */
    double slope;    /* Sen's, per step; NaN where not tested */
    double p;        /* two-sided; NaN where not tested */
} nd_metric_change;

typedef struct nd_phases {
    double end_step[3];        /* of phases i, ii and iii (the last record) */
    bool seen[3];              /* did the run show it? A phase not seen has no duration. */
    nd_phase_metric sparsity;  /* the metric that phase ii was found on */
    double fall_from, fall_to; /* S and T of its fit: the whole of the fall */
    nd_metric_change metric[3][ND_PHASE_METRICS];
} nd_phases;

/* Fails on fewer than ten records, on steps that do not rise, without steps and loss, and where the
 * loss says that the run diverged (measure/divergence.h). Without a trace of sparsity phase ii
 * cannot be seen. */
bool nd_phases_find(const nd_phase_traces *traces, nd_phases *phases, nd_error *error);

/* "log10 loss", "fraction active units" ... */
const char *nd_phase_metric_name(nd_phase_metric metric);

/* The table of Table 1 as text, into `out` of `size` bytes. */
void nd_phases_table(const nd_phases *phases, char *out, size_t size);

#endif
