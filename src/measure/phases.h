/* The three phases of learning (docs/model.md, section 4.8; Table 1 of the paper), from a run's
 * traces: where each dominates, and which metrics still change in it, tested. docs/phases.md tells
 * the method.
 *
 * Phases overlap; one dominates until nine tenths of its own fall are made, the cut that the
 * timescale of sparsification takes too.
 * Phase i, fast familiarity: the fall of log10 loss from the first record to its first level
 * (measure/familiarity.h).
 * Phase ii, implicit regularisation: the fall of the fraction of active units after phase i, on the
 * least squares fit of  a + b clamp((T - t) / (T - S), 0, 1)^q,  q 1, 2 or 3. Where that fraction
 * does not fall (label noise), the active fraction takes its place.
 * Phase iii, null drift: what is left, claimed where the further fall of sparsity is bounded
 * (measure/after_fall.h) and tuning changes.
 *
 * Per phase and metric: Mann-Kendall's trend test (measure/trend.h). A metric "changes" when
 * p < 0.01 and its change over the phase (Sen's slope times duration) is at least 5 % of its own
 * level there (of the loss itself, not its log10), or where a loss rises. Tuning: a Mantel test of
 * similarity against steps apart (measure/decay.h), and at least 0.02 of it lost. */
#ifndef ND_MEASURE_PHASES_H
#define ND_MEASURE_PHASES_H

#include "base/memory.h"

typedef enum nd_phase_metric {
    ND_PHASE_LOSS, /* log10 */
    ND_PHASE_FRACTION_ACTIVE_UNITS,
    ND_PHASE_ACTIVE_FRACTION,
    ND_PHASE_SPATIAL_INFORMATION, /* mean over tuned units */
    ND_PHASE_TUNING, /* rate-map correlation of snapshots: its fall with steps apart is drift */
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
    ND_CHANGE_UNKNOWN, /* no such trace, or no value in the phase */
    ND_CHANGE_NONE,    /* tested: no trend, or a small one */
    ND_CHANGE_TREND,   /* tested: changes */
    ND_CHANGE_TOO_FEW, /* fewer than six values: no order of them has p < 0.01 */
} nd_change;

typedef struct nd_metric_change {
    nd_change change;
    double from, to; /* means over the first and the last tenth of the phase; of tuning, between
                        neighbouring snapshots and between the first and the last quarter */
    double slope;    /* Sen's, per step; NaN where not tested, and of tuning */
    double p;        /* two-sided, of tuning one-sided; NaN where not tested */
} nd_metric_change;

/* What may be said once sparsity fell. */
typedef enum nd_after {
    ND_AFTER_UNKNOWN,      /* no trace of sparsity */
    ND_AFTER_FALLING,      /* it fell to the end of the run */
    ND_AFTER_NO_FALL_SEEN, /* none seen any more, or none at all; a slow one cannot be excluded */
    ND_AFTER_BOUNDED,    /* its further fall is bounded; tuning does not change, or is not known */
    ND_AFTER_NULL_DRIFT, /* phase iii: bounded, and tuning changes */
    ND_AFTER_AT_REST,    /* without noise, sparsity and tuning stand */
} nd_after;

typedef struct nd_after_fall {
    nd_after state;
    double rest;          /* steps since the fall ended, or since phase i where none was seen */
    double slowest;       /* a step: the fall at the end of the run is slower, at 95 % */
    double further_fall;  /* what may come within `horizon` more steps if it does not speed up in
                             log time, at 95 % */
    double further_share; /* that, of the whole fall; NaN where none was seen */
    double horizon;       /* steps */
    bool to_zero;         /* further_fall is all that is left: it holds whatever comes */
} nd_after_fall;

typedef struct nd_phases {
    double end_step[3]; /* of phases i, ii and iii (the last record) */
    bool seen[3];       /* did the run show it? A phase not seen has no duration. Of phase iii: is
                           there anything after phase ii? `after` tells whether it is null drift */
    bool settled;       /* did the loss reach a level? */
    nd_phase_metric sparsity;  /* the metric that phase ii was found on */
    double fall_from, fall_to; /* S and T of its fit: the whole of the fall */
    nd_after_fall after;
    nd_metric_change metric[3][ND_PHASE_METRICS];
} nd_phases;

/* Fails on fewer than ten records, on steps that do not rise, without steps and loss, and where the
 * loss says that the run diverged (measure/divergence.h). Without a trace of sparsity phase ii
 * cannot be seen. */
bool nd_phases_find(const nd_phase_traces *traces, nd_phases *phases, nd_error *error);

/* "log10 loss", "fraction active units" ... */
const char *nd_phase_metric_name(nd_phase_metric metric);

/* The table of Table 1 as text, in columns of fixed width, the words on phase iii below it; and as
 * CSV, a line a phase and metric. Into `out` of `size` bytes. */
void nd_phases_table(const nd_phases *phases, char *out, size_t size);
void nd_phases_csv(const nd_phases *phases, char *out, size_t size);

/* Whether the phase is claimed, and in words. */
bool nd_phase_claimed(const nd_phases *phases, size_t phase);
void nd_phase_words(const nd_phases *phases, size_t phase, char *out, size_t size);

/* "changes", "still", "too few", "unknown". */
const char *nd_change_words(nd_change change);

#endif
