/* Activity, sparse by unit, with the bin of every frame: what the information measures take,
 * whether a recording or a network gave it. */
#ifndef ND_MEASURE_EVENTS_H
#define ND_MEASURE_EVENTS_H

#include "nulldrift/base.h"

/* The activity of all cells, sparse by cell: cell c is active in frames frame[start[c]] ..
 * frame[start[c + 1] - 1], ascending, each with the non-zero amount beside it. */
typedef struct nd_events {
    size_t *start;   /* cells + 1 */
    uint32_t *frame; /* start[cells] */
    double *amount;  /* start[cells]; spike counts, or event amplitudes */
} nd_events;

/* A view; it owns nothing. Every frame has a bin in 0 .. bins-1. */
typedef struct nd_binned {
    size_t frames, cells, bins;
    double frame_seconds;
    nd_events events;   /* borrowed */
    const int64_t *bin; /* frames */
} nd_binned;

/* Activity made sparse; holds what its view points to. */
typedef struct nd_sparse_activity {
    nd_events events;
    int64_t *bin;
    nd_binned view;
} nd_sparse_activity;

/* Of activity (samples x units, dense) whose sample s is in bin[s]; samples with a bin of -1 are
 * left out, and so are amounts of zero and NaN. Free with nd_sparse_activity_clear. */
bool nd_sparse_activity_from(const double *activity, size_t samples, size_t units,
                             const int64_t *bin, size_t bins, double frame_seconds,
                             nd_sparse_activity *sparse, nd_error *error);
void nd_sparse_activity_clear(nd_sparse_activity *sparse);

/* Frames in which cell `cell` is active (amount above zero), and the sum of its amounts. */
size_t nd_active_frames(const nd_binned *activity, size_t cell);
double nd_total_amount(const nd_binned *activity, size_t cell);

/* Sufficiently active cells (docs/model.md, section 8.2): at least `minimum_frames` active frames
 * and a mean rate (amount per second) above `minimum_rate`. Their indices, ascending, into `cells`
 * (room for activity->cells); returns how many. */
size_t nd_sufficiently_active(const nd_binned *activity, size_t minimum_frames, double minimum_rate,
                              size_t *cells);

/* Occupancy (bins, time shares) and tuning curves (count x bins, mean amount per frame) of the
 * cells listed; a bin never visited has 0 of the one and NaN of the other. */
void nd_binned_curves(const nd_binned *activity, const size_t *cells, size_t count,
                      double *occupancy, double *curves);

#endif
