/* What one session says: its cells, and its metrics (docs/model.md, section 8.5). */
#ifndef ND_SESSIONS_SESSION_RESULT_H
#define ND_SESSIONS_SESSION_RESULT_H

#include "measure/bias_correction.h"
#include "measure/sample_curves.h"
#include "recording/session.h"

/* The numbers a session is reduced to, in the order of tables and files. */
typedef enum nd_metric {
    ND_METRIC_CELLS,
    ND_METRIC_ACTIVE_CELLS,
    ND_METRIC_FRACTION_ACTIVE,
    ND_METRIC_PLACE_CELLS,
    ND_METRIC_PLACE_SHARE,
    ND_METRIC_FRACTION_PLACE_CELLS,
    ND_METRIC_MEAN_RATE,
    /* Means over sufficiently active cells, naive; one for each nd_information. */
    ND_METRIC_INFORMATION,
    /* The same over place cells. */
    ND_METRIC_PLACE_INFORMATION = ND_METRIC_INFORMATION + ND_INFORMATIONS,
    /* Corrected, of the mean curve over place cells: [nd_correction][nd_information]. */
    ND_METRIC_CORRECTED = ND_METRIC_PLACE_INFORMATION + ND_INFORMATIONS,
    /* Between the two halves of the session, of active cells' rate maps. */
    ND_METRIC_RELIABILITY = ND_METRIC_CORRECTED + ND_CORRECTIONS * ND_INFORMATIONS,
    /* With the first session of the group, of cells active in both. */
    ND_METRIC_MAP_CORRELATION,
    /* On an equal footing of the group's sessions (sessions/equal_footing.h). */
    ND_METRIC_EQUAL_FRAMES,
    ND_METRIC_EQUAL_FRACTION_ACTIVE,
    ND_METRIC_EQUAL_FRACTION_OF_FOUND,
    ND_METRIC_EQUAL_INFORMATION,
    ND_METRIC_EQUAL_RATE,
    /* What the animal did (sessions/behaviour.h). */
    ND_METRIC_FRAMES,
    ND_METRIC_DISTANCE,
    ND_METRIC_SPEED,
    ND_METRIC_TRAVERSALS,
    ND_METRIC_OCCUPANCY_OVERLAP,
    ND_METRIC_SPEED_OVERLAP,
    ND_METRIC_FOUND_SHARE,
    /* Corrected, of the mean curve over active cells: [nd_correction][nd_information]. No cell is
     * selected by what is measured. */
    ND_METRIC_ACTIVE_CORRECTED,
    /* How activity hangs together, and what corrections do about it (measure/bursts.h). */
    ND_METRIC_BURST_LENGTH = ND_METRIC_ACTIVE_CORRECTED + ND_CORRECTIONS * ND_INFORMATIONS,
    ND_METRIC_CORRECTION_BLOCK,
    /* Place cells by one half of the session, on the other (sessions/crossed_halves.h). */
    ND_METRIC_CROSSED_PLACE_SHARE,
    ND_METRIC_CROSSED_REDUCED,
    ND_METRIC_CROSSED_EXTRAPOLATED,
    ND_METRIC_COUNT
} nd_metric;

typedef struct nd_metric_about {
    const char *name; /* as in tables and files, e.g. "fraction_active" */
    const char *unit; /* "event" in it: what the recording counts; sessions.h, nd_recorded_unit */
    const char *definition;
} nd_metric_about;

/* The table of the above; "" units are pure numbers. */
const nd_metric_about *nd_metric_table(void);

typedef struct nd_cell_result {
    size_t index;               /* in its session */
    int64_t id;                 /* registered identity, or index where cells are not registered */
    double active_frames, rate; /* rate: amount per second */
    double p_value;             /* of the shuffle test; NaN without one */
    bool place_cell;
    double information[ND_INFORMATIONS]; /* naive */
    double corrected[ND_CORRECTIONS][ND_INFORMATIONS];
} nd_cell_result;

typedef struct nd_session_result {
    nd_session_kind kind;
    char *label, *animal, *environment, *direction;
    double day;
    size_t visit;
    size_t frames, frames_read, bins, bins_x, bins_y, bins_direction;
    bool circular; /* the ends of x are one place */
    double frame_seconds;
    size_t active;           /* cells listed below: the sufficiently active ones */
    nd_cell_result *cell;    /* active */
    double *occupancy;       /* bins; time shares */
    double *rate_maps;       /* active x bins; per second */
    nd_sample_curves curves; /* of the active cells; no cells where no correction was asked for */
    size_t fractions;        /* of the mean curves over place cells; 0 without corrections */
    double mean_naive[ND_INFORMATIONS][ND_MOST_SAMPLE_FRACTIONS];
    double mean_shuffled[ND_INFORMATIONS][ND_MOST_SAMPLE_FRACTIONS];
    double metric[ND_METRIC_COUNT]; /* NaN where there is none */
    double error[ND_METRIC_COUNT];  /* standard error over cells (binomial for fractions); or NaN */
} nd_session_result;

/* Measures a session by `settings`. Metrics that need other sessions (the fractions of registered
 * cells, the correlation with the first) are left to nd_recording_measure. */
bool nd_session_measure(const nd_session *session, const nd_settings *settings, unsigned threads,
                        const nd_watch *watch, nd_session_result *result, nd_error *error);
void nd_session_result_clear(nd_session_result *result);

/* Seeds a session's random numbers by the recording's seed and what the session is (animal,
 * environment, direction, label), so that other sessions do not change its results. */
uint64_t nd_session_seed(const nd_session *session, uint64_t seed);

/* Rate maps smoothed along each axis (never across directions), sigma in bins; 0 does nothing. */
bool nd_smooth_session_maps(double *maps, size_t cells, const nd_session_result *shape,
                            double sigma, nd_error *error);

#endif
