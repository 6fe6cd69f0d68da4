/* Many sessions: the same cells followed from one to the next, metrics against time, and what
 * they say (docs/model.md, section 8). */
#ifndef ND_SESSIONS_SESSIONS_H
#define ND_SESSIONS_SESSIONS_H

#include "measure/regression.h"
#include "sessions/session_result.h"

/* The sessions of one animal in one environment (and direction), by day. */
typedef struct nd_group {
    char *name;             /* e.g. "C16_M4, track A" */
    size_t first, sessions; /* sessions first .. first + sessions - 1 of the recording */
    size_t registered;      /* different cells over all sessions of the animal; 0: not registered */
    /* Between its sessions, sessions x sessions, NULL where cells are not registered: */
    double *map_correlation;    /* mean r of the rate maps of cells active in both */
    double *vector_correlation; /* mean over bins of the population vectors' r, over the cells
                                   active in either that were found in both */
    double *shared;             /* cells active in both */
    double *shared_bins;        /* bins visited in both: those the correlations are over */
    /* Do maps grow less alike with the days between? Pearson r of map_correlation and days over
     * pairs, and the share of permutations of the sessions with a lower one; NaN below 4. */
    double decay_correlation, decay_p;
} nd_group;

/* A metric of a curve against time. Normalised values are divided by the member's first. */
typedef struct nd_metric_course {
    double *value, *error; /* points; mean over members (of normalised values where there are
                              several), s.e.m. over members, or over cells where there is one */
    double *normalised, *normalised_error;
    /* Over all members' points, each member with its own intercept; y normalised to its first. */
    nd_regression line;
    double change; /* slope x the span of time: relative change over the recording */
    double change_low, change_high; /* its 90% interval */
} nd_metric_course;

/* Metrics against time of one group, one animal or the whole data set. */
typedef enum nd_curve_level { ND_CURVE_GROUP, ND_CURVE_ANIMAL, ND_CURVE_DATASET } nd_curve_level;

typedef struct nd_curve {
    char *name;
    nd_curve_level level;
    size_t members; /* series of sessions averaged: 1 for a group */
    size_t points;
    double *time;  /* points; days, or visits where sessions are pooled by visit */
    double *count; /* points; members there */
    nd_metric_course course[ND_METRIC_COUNT];
    size_t first_group, groups; /* those it is made of, consecutive */
} nd_curve;

typedef enum nd_direction { ND_FALLS, ND_STEADY, ND_RISES, ND_UNCLEAR } nd_direction;
typedef enum nd_drift { ND_DIRECTED_DRIFT, ND_NULL_DRIFT, ND_CANNOT_TELL } nd_drift;

/* Changes smaller than this over the whole recording count as steady. */
#define ND_STEADY_MARGIN 0.2

typedef struct nd_verdict {
    nd_drift drift;
    nd_metric activity_metric, information_metric;
    nd_direction activity, information;
    bool maps_change; /* tuning changes while it lasts */
    char text[1200];  /* the verdict and the statistics behind it, in words */
} nd_verdict;

typedef struct nd_recording_result {
    char *name, *day_name, *time_name; /* time_name: what a curve's time counts */
    char *activity_unit, *position_unit;
    nd_about about; /* what the manifest says of the data set */
    size_t sessions;
    nd_session_result *session;
    size_t groups;
    nd_group *group;
    size_t curves;
    nd_curve *curve;
    nd_verdict *verdict; /* curves */
} nd_recording_result;

/* Measures all sessions and what is between them. `watch` may be NULL. Free with
 * nd_recording_result_free. */
nd_recording_result *nd_recording_measure(const nd_recording *recording, unsigned threads,
                                          const nd_watch *watch, nd_error *error);
void nd_recording_result_free(nd_recording_result *result);

/* A unit of nd_metric_table in the recording's own words: where its activity_unit is "spikes",
 * "bit/event" is bit/spike. Returns `unit` itself or what it has put into `text`. */
const char *nd_recorded_unit(const nd_recording_result *result, const char *unit, char *text,
                             size_t size);

/* The texts of an nd_about, in the order of its members, to be gone through one by one. */
enum { ND_ABOUT_TEXTS = sizeof(nd_about) / sizeof(char *) };
char **nd_about_text(nd_about *about, size_t index);
const char *nd_about_name(size_t index);

/* Stages of the above. */
bool nd_groups_make(const nd_recording *recording, nd_recording_result *result, nd_error *error);
bool nd_curves_make(const nd_settings *settings, nd_recording_result *result, nd_error *error);
void nd_verdict_make(const nd_recording_result *result, const nd_curve *curve, nd_verdict *verdict);

/* Rate maps of the cells of a group found active in every one of `sessions` of its sessions
 * (indices into the group), for pictures: cells x bins for each session, and the cells' ids.
 * Returns how many cells there are; maps[s] and ids are to be freed. */
bool nd_group_common_maps(const nd_recording_result *result, const nd_group *group,
                          const size_t *which, size_t sessions, double **maps, int64_t **ids,
                          size_t *cells, nd_error *error);

const char *nd_drift_name(nd_drift drift);
const char *nd_direction_name(nd_direction direction);

#endif
