/** @file
 * Recordings: sessions from arrays, added one by one, or from a manifest (docs/recordings.md); what
 * they say, as named columns with units.
 */
#ifndef NULLDRIFT_RECORDING_H
#define NULLDRIFT_RECORDING_H

#include "nulldrift/contents.h"
#include "nulldrift/measure.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** What becomes of the two ways of running along a track. */
typedef enum nd_ways {
    ND_WAYS_POOLED,  /**< they are not told apart */
    ND_WAYS_JOINT,   /**< one map of twice the bins, what a cell does either way side by side */
    ND_WAYS_SEPARATE /**< each a session of its own, of direction "up" (towards higher positions or
                          whatever is positive) and "down" */
} nd_ways;

/** How sessions are analysed: the keys of a manifest, in its words and with its defaults (docs/
 * recordings.md). Begin with nd_session_settings_usual. */
typedef struct nd_session_settings {
    size_t bins;          /**< of position; 2 to 1e5 */
    size_t bins_y;        /**< of the second coordinate; 0: one dimension */
    double range[2];      /**< of position; both NaN: that of all sessions of an animal in
                               an environment */
    double range_y[2];    /**< of the second coordinate, likewise */
    double minimum_speed; /**< frames at or below it, whatever the sign, are left out; 0: none */
    bool circular;        /**< the ends of the range are one place */
    size_t minimum_active_frames; /**< of a sufficiently active cell */
    double minimum_rate;          /**< events per second, in addition; 0: none */
    size_t shuffles;              /**< of the test for place cells; 0: no test */
    double threshold;             /**< a place cell has a p below it */
    bool corrections[4];          /**< by nd_bias: which corrections of information */
    size_t repetitions;           /**< subsamples for them */
    double smoothing;             /**< of maps, for correlations: sigma in bins; 0: none */
    bool equalise;                /**< metrics on an equal footing of a group's sessions, too */
    uint64_t seed;                /**< of all that is drawn */
    nd_ways ways;                 /**< of running; one dimension only */
} nd_session_settings;

/** The settings that a manifest begins with. */
nd_session_settings nd_session_settings_usual(void);

/** One session as arrays. Begin with all zero; texts that are NULL are empty. */
typedef struct nd_session_arrays {
    const char *animal;      /**< sessions of one animal, environment and day are refused */
    const char *environment; /**< and direction, where running either way is told apart */
    const char *label;       /**< names the session */
    double day;              /**< sessions are in its order */
    nd_matrix activity;   /**< frames x cells, spike counts or amplitudes of events, not below 0 */
    double frame_seconds; /**< how long a frame is */
    const double *position;   /**< frames; a frame whose position is not finite is left out */
    const double *position_y; /**< frames, where settings ask for bins_y; else NULL */
    const double *speed;    /**< frames, where settings ask for a minimum_speed; else may be NULL */
    const double *time;     /**< frames, seconds; NULL: one frame after the other */
    const int64_t *cell_id; /**< cells: who a cell is, the same in all sessions of its animal, no
                                 id twice; NULL: not registered */
    const double
        *direction;       /**< frames, where settings tell ways apart; else NULL. Its sign counts:
                               the velocity, say. A frame where it is 0 or NaN is left out */
    const int32_t *trial; /**< frames: which trial, 0, 1 ...; a frame of -1 is outside all of them
                               and left out; NULL: there are none */
    /** Spikes in place of activity, which is all zero then: cell c has those of spike_time from
     * spike_end[c - 1] (0 for the first) to spike_end[c] - 1, in any order, each counted in the
     * frame begun last; those before the first frame, after the last or in a gap of `time` are left
     * out, and those that are not finite. NULL: there is a matrix. */
    const double *spike_time;
    const size_t *spike_end; /**< cells */
    size_t cells;            /**< of spikes */
    size_t frames;           /**< of position and what is beside it, with spikes */
} nd_session_arrays;

/** Sessions gathered for an analysis. */
typedef struct nd_sessions nd_sessions;

/** No sessions yet. `settings` may be NULL: as usual. `name` is the data set's, `position_unit` and
 * `activity_unit` go into words and units ("m", "spikes"); any of the three may be NULL. */
nd_sessions *nd_sessions_new(const nd_session_settings *settings, const char *name,
                             const char *position_unit, const char *activity_unit, nd_error *error);

/** Adds a session; its arrays are copied. Frames with activity that is not finite are left out, as
 * those with an unknown position are. */
bool nd_sessions_add(nd_sessions *sessions, const nd_session_arrays *session, nd_error *error);

/** Frees them; NULL is fine. */
void nd_sessions_free(nd_sessions *sessions);

/** What sessions say. */
typedef struct nd_analysis nd_analysis;

/** Measures all sessions and what is between them, the measures of drift among it
 * (docs/drift-measures.md), on `threads` threads (0: one), with the same result for any number.
 * `watch` may be NULL. */
nd_analysis *nd_sessions_analyse(const nd_sessions *sessions, unsigned threads,
                                 const nd_watch *watch, nd_error *error);

/** The same of the sessions of a manifest; the files it names are read, each in a confined child.
 */
nd_analysis *nd_manifest_analyse(const char *path, unsigned threads, const nd_watch *watch,
                                 nd_error *error);

/** The same; if `follow_links` is set, links inside its files to others (HDF5's external links) are
 * followed to any regular file, otherwise within the manifest's folder alone. */
nd_analysis *nd_manifest_analyse_following(const char *path, bool follow_links, unsigned threads,
                                           const nd_watch *watch, nd_error *error);

/** Frees it, and with it its columns; NULL is fine. */
void nd_analysis_free(nd_analysis *analysis);

/** A table of an analysis. */
typedef enum nd_analysis_table {
    ND_TABLE_SESSIONS,   /**< a row a session, by animal, environment and day: every metric and its
                            error */
    ND_TABLE_CELLS,      /**< a row a sufficiently active cell of a session */
    ND_TABLE_VERDICTS,   /**< a row a curve: an animal's environment, an animal, the data set */
    ND_TABLE_STATISTICS, /**< a row a metric of a curve: its regression on time */
    ND_TABLE_DRIFT       /**< a row a measure of drift of a group (an animal's environment); why,
                              where there is none */
} nd_analysis_table;

/** One column of a table. Everything is the analysis's, until that is freed. */
typedef struct nd_column {
    const char *name;         /**< as in the CSV tables of `nulldrift record`: "fraction_active" */
    const char *unit;         /**< "1", "bit/spike", ...; empty for texts */
    const char *definition;   /**< in one line; empty where the name says it all */
    size_t rows;              /**< how many values */
    const double *numbers;    /**< rows; NaN: there is none. NULL for texts */
    const char *const *texts; /**< rows; NULL for numbers */
} nd_column;

/** How many columns a table has; 0 where `analysis` is NULL. */
size_t nd_analysis_columns(const nd_analysis *analysis, nd_analysis_table which);

/** Column `index` of a table; false beyond the last. */
bool nd_analysis_column(const nd_analysis *analysis, nd_analysis_table which, size_t index,
                        nd_column *column);

/** Everything that an analysis says, by name, in memory: what `nulldrift record` writes into OUT.nc
 * of the same sessions, but for the history. Rate maps (cell, bin) with their occupancy, groups
 * (animals' environments) and which sessions are theirs, matrices of correlations and of every
 * measure of drift (session, other_session), curves against time and sample fraction. Close it with
 * nd_contents_close; the analysis may be freed before. */
nd_contents *nd_analysis_contents(const nd_analysis *analysis, nd_error *error);

/** The same as a file, whole or not at all, for later and for nd_draw_figure. What stands at `path`
 * is replaced only if it is an earlier result of nulldrift's or `replace` is set. */
bool nd_analysis_save(const nd_analysis *analysis, const char *path, bool replace, nd_error *error);

/** Draws the figure called `name`, of those that take a file of `nulldrift record` (fig3,
 * recording, drift-measures ...), of an analysis in memory into `output`, as nd_draw_figure does.
 */
bool nd_draw_analysis(const char *name, const nd_analysis *analysis, const char *output,
                      bool replace, nd_error *remark, nd_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
