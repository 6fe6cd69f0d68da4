/** @file
 * The field's measures of drift between sessions of the same cells, whoever they are: a mouse's, or
 * a network's units over snapshots (docs/drift-measures.md). Of a recording they are in its
 * analysis (nulldrift/recording.h), of a run file nd_drift_file adds them (nulldrift/files.h); here
 * they are of the caller's own arrays.
 */
#ifndef NULLDRIFT_DRIFT_H
#define NULLDRIFT_DRIFT_H

#include "nulldrift/contents.h"
#include "nulldrift/measure.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** A measure of drift. All strings are constants of the library. */
typedef struct nd_drift_description {
    const char *name;       /**< "tuning_correlation", "field_diffusion_constant" */
    const char *unit;       /**< `position` and `time` in it stand for the units of those */
    const char *definition; /**< in one line */
    bool between_sessions;  /**< a matrix, sessions x sessions; else one number */
    bool shown;             /**< among the few that commands print */
} nd_drift_description;

/** Describes measure `index` of them; false beyond the last. */
bool nd_drift_describe(size_t index, nd_drift_description *description);

/** The maps of followed cells, and what there is beside them. Begin with all zero. */
typedef struct nd_followed_layout {
    size_t cells;              /**< at least 1 */
    size_t bins_x;             /**< of a map along x, which runs fastest; at least 1 */
    size_t bins_y;             /**< along y; 0: one dimension */
    size_t ways;               /**< 2: each map twice, for either way along the track; 0: 1 */
    bool circular;             /**< the ends of x are one place; one dimension only */
    bool counts;               /**< activity is spike counts: decoding is Poisson's */
    bool noiseless;            /**< the same however often it is asked: a network's responses */
    double bin_width_x;        /**< in position_unit; 0: 1 */
    double bin_width_y;        /**< in position_unit; 0: 1 */
    double smoothing;          /**< of the maps as they are given: sigma in bins */
    const char *position_unit; /**< "cm"; NULL: none */
    const char *time_unit;     /**< "day", "step"; NULL: none */
} nd_followed_layout;

/** One session of followed cells; `bins` is ways x bins_y x bins_x. Begin with all zero; what may
 * be NULL and is there in some sessions is there in all, but for found, active, tuned and rate. */
typedef struct nd_followed_session {
    double time;        /**< in time_unit */
    const double *maps; /**< cells x bins, mean activity per second; NaN: a bin not visited, and all
                             bins of a cell that was not found */
    const double *half_maps; /**< 2 x cells x bins: of either half of the session; NULL: none */
    const double *occupancy; /**< bins, shares of the time, or any weights; NULL: even over the bins
                                  that have a value in some map */
    const bool *found;       /**< cells; NULL: all */
    const bool *active;      /**< cells; NULL: those found with a rate above 0 */
    const bool *tuned;       /**< cells, whose map may have a field; NULL: the active ones */
    const double *rate;      /**< cells, per second; NULL: the maps' mean by occupancy */
    const double *speed;     /**< bins, position_unit per second, NaN: not known; NULL: none */
    const double *experience;  /**< 3: visits to the place, minutes spent there, distance run there,
                                  up  to the middle of the session; NaN: not known. NULL: none is */
    const nd_sparse *activity; /**< of all cells in their order, by the bins of the maps, for what
                                    needs frames (decoding, laps); it must live until the cells are
                                    freed. NULL: none */
    const unsigned char *half; /**< frames of activity: the half of the session, 0 or 1; beside
                                    half_maps and activity, else NULL */
    const unsigned char *gap;  /**< frames of activity: 1 where the one before is no neighbour in
                                    time; NULL: nowhere */
    const int32_t *lap;        /**< frames of activity: which lap, 0, 1 ..., -1: none; NULL: none */
} nd_followed_session;

/** Cells followed over sessions. */
typedef struct nd_followed_cells nd_followed_cells;

/** No sessions yet. */
nd_followed_cells *nd_followed_cells_new(const nd_followed_layout *layout, nd_error *error);

/** Adds a session, of any time; its arrays are copied. Fails on what is infinite, on a rate or
 * occupancy below 0, and on activity of other cells or bins. */
bool nd_followed_cells_add(nd_followed_cells *cells, const nd_followed_session *session,
                           nd_error *error);

/** Frees them; NULL is fine. */
void nd_followed_cells_free(nd_followed_cells *cells);

/** All measures of drift of the sessions, at least two, in order of time, with the names, units and
 * definitions that files have: NAME(session, other_session), from the first to the second;
 * NAME(group) and NAME_error(group) of one group; NAME_decay and NAME_decay_p, the correlation with
 * time apart and its p; session_time. What is missing is NaN, and the attribute drift_reasons says
 * why, a line each. What is drawn is drawn from `seed`; results do not depend on `threads` (0:
 * one). */
nd_contents *nd_followed_cells_drift(const nd_followed_cells *cells, uint64_t seed,
                                     unsigned threads, nd_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
