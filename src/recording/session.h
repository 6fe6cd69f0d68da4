/* What every reader makes and every estimator takes: sessions reduced to the frames that count.
 *
 * Frames that do not count (standing still, NaN position, outside the range, outside the trials)
 * are gone from a session before an estimator sees it; the counters say how many. Estimators need
 * only bins, events, occupancy, identities and settings, and never know which file they are from.
 */
#ifndef ND_RECORDING_SESSION_H
#define ND_RECORDING_SESSION_H

#include "measure/events.h"
#include "measure/shuffle.h"

/* What a session holds. */
typedef enum nd_session_kind {
    ND_SESSION_ACTIVITY,  /* events and bin: the common case */
    ND_SESSION_RATE_MAPS, /* rate_maps and occupancy, no events (CRCNS hc-22) */
    ND_SESSION_METRICS    /* only `given`: numbers someone else has computed */
} nd_session_kind;

/* Frames that were read and left out, by the first reason that applied. */
typedef struct nd_left_out {
    size_t outside_trials;
    size_t position_missing; /* NaN position, or a time without position */
    size_t slow;             /* below the minimum speed, or speed NaN */
    size_t outside_range;
    size_t without_direction; /* directions told apart, and the animal had none */
    size_t activity_missing;  /* NaN activity of some cell */
    size_t bad_times;         /* times that go back, and are dropped */
} nd_left_out;

/* Metrics computed elsewhere; NaN where there is none. */
typedef struct nd_given_metrics {
    double cells;                 /* number the fractions are of */
    double fraction_active;       /* of all cells */
    double fraction_place_cells;  /* of all cells */
    double information_bit_spike; /* mean naive SI */
    double information_corrected; /* the same after a bias correction */
    double rate_map_correlation;  /* with the first session */
} nd_given_metrics;

typedef struct nd_session {
    nd_session_kind kind;
    /* Where it belongs. Never NULL; "" where there is nothing to say. */
    char *label, *animal, *environment, *direction;
    char *file;      /* the activity's, for messages */
    char *notes;     /* what reading guessed or left out, a line each */
    char *cells_are; /* the cells by name or number, as "cells 1 to 40" */
    char *led_to;    /* other files that links in its files led to, a line each */
    double day;      /* as in the manifest; sessions are sorted by it within a group */
    size_t visit;    /* 1, 2, ...: how often this animal has been in this environment */
    size_t repeat;   /* which of several sessions of one day there, from 1; 0: the only one */
    double exposure; /* experience of the environment as the file gives it; NaN if it does not */

    /* Shapes. */
    size_t frames; /* that count */
    size_t cells;
    size_t bins;                           /* of one map, over all axes and directions */
    size_t bins_x, bins_y, bins_direction; /* bins = direction x y x x, x fastest; 1 where unused */
    double frame_seconds;

    /* Activity (kind ACTIVITY). */
    nd_events events;
    bool counts;  /* amounts are whole numbers: spikes */
    int64_t *bin; /* frames; 0 .. bins-1 */

    /* For both kinds with maps. */
    double *occupancy; /* bins; seconds */
    double *rate_maps; /* cells x bins, events per second; NULL unless kind RATE_MAPS */
    int64_t *cell_id;  /* cells; the same cell has the same id in all sessions of its animal; NULL
                          where cells are not registered */

    /* For figures; NULL where absent. */
    double *time;       /* frames; seconds */
    double *position;   /* frames; in position_unit */
    double *position_y; /* frames; 2-D only */
    double *speed;      /* frames; per second */
    int32_t *trial;     /* frames; 0, 1, ... */
    int8_t *way;        /* frames; direction of running, 0 or 1; NULL: not told apart */

    nd_given_metrics given; /* kind METRICS */

    /* What reading found. */
    size_t frames_read;
    nd_left_out left_out;
    size_t spikes_outside; /* spikes before the first or after the last frame */
    size_t cells_left_out; /* of another region than asked for */
    size_t
        cells_in_order; /* cells in the file, where their order is their identity; 0: it is not */
} nd_session;

typedef enum nd_directions {
    ND_DIRECTIONS_POOLED, /* ignored */
    ND_DIRECTIONS_JOINT,  /* one map of twice the bins: what a cell does either way, side by side */
    ND_DIRECTIONS_SEPARATE /* each direction a session of its own */
} nd_directions;

/* How sessions of several animals and environments make one curve (Figure 3). */
typedef enum nd_pooling {
    ND_POOL_NONE,   /* each (animal, environment, direction) its own curve */
    ND_POOL_CELLS,  /* all cells of a day together (Khatib 2023) */
    ND_POOL_VISITS, /* all cells of an animal's n-th visit to any environment (Karlsson 2015) */
    ND_POOL_ANIMALS /* per-session metrics averaged over animals (Sheintuch 2023) */
} nd_pooling;

typedef struct nd_settings {
    /* Which frames count and where they fall. */
    double minimum_speed;  /* frames at or below it are left out; 0: all stay. Unit of speed */
    size_t bins_x, bins_y; /* bins_y 0: one dimension */
    double range_x[2], range_y[2]; /* NaN: from the data of all sessions */
    bool position_is_bin;          /* the position already is a bin number */
    bool circular;                 /* a belt or loop: the range's ends are one place */
    nd_directions directions;
    /* Which cells count. */
    size_t minimum_active_frames; /* sufficiently active; 10 */
    double minimum_rate;          /* events per second, in addition; 0: none */
    /* Significance: place cell if p < threshold. */
    size_t shuffles; /* 1000; 0: no test */
    nd_shuffle shuffle;
    double threshold; /* 0.05 */
    /* Bias corrections. */
    bool shuffle_reduction, scaled_shuffle_reduction;                /* SR, SSR */
    bool asymptotic_extrapolation, bounded_asymptotic_extrapolation; /* AE, BAE */
    size_t subsampling_repetitions;                                  /* 100 */
    size_t subsampling_fractions; /* 10: 0.1, 0.2 .. 1 of the frames; 3 .. 64 */
    /* Over sessions. */
    nd_pooling pooling;
    bool equalise;             /* metrics on an equal footing of a group's sessions, too */
    double rate_map_smoothing; /* Gaussian, in bins, for correlations only; 0: none */
    uint64_t seed;
} nd_settings;

/* What the paper's Table 3 says of a dataset, as the manifest gives it; "" where it does not. */
typedef struct nd_about {
    char *title, *citation, *species, *region, *technique, *arena, *familiarity, *session_length,
        *note;
} nd_about;

typedef struct nd_recording {
    char *name;     /* the dataset's, e.g. "longitudinal" */
    char *manifest; /* its path */
    nd_about about;
    char *position_unit, *activity_unit; /* e.g. "m", "spikes"; may be "" */
    char *day_name;                      /* what `day` counts: "day", "session", "minute" */
    size_t sessions_count;
    nd_session *sessions; /* sorted by animal, environment, direction, day */
    nd_settings settings;
} nd_recording;

/* The settings a manifest starts from. */
void nd_settings_default(nd_settings *settings);

/* The view of a session of kind ACTIVITY that the measures take. */
nd_binned nd_binned_session(const nd_session *session);

/* Checks what estimators rely on: bins in range, frames ascending, sizes that agree, no NaN in
 * amounts. Anything that came out of a file has passed it. */
bool nd_session_check(const nd_session *session, nd_error *error);

/* Frees all a session holds, and leaves it zeroed. */
void nd_session_clear(nd_session *session);
/* Frees the recording. NULL is fine. */
void nd_recording_free(nd_recording *recording);

#endif
