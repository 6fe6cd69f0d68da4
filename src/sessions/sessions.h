/* Many sessions: the same cells followed from one to the next, metrics against time, and what
 * they say (docs/model.md, section 8). */
#ifndef ND_SESSIONS_SESSIONS_H
#define ND_SESSIONS_SESSIONS_H

#include "measure/regression.h"
#include "sessions/session_result.h"

/* What cells keep of their tuning, sampling noise taken away by the halves of each session: the
 * similarity of two sessions is the sum over cells active in both of the covariance of their maps,
 * over the root of the product of the same sums between halves. */
typedef struct nd_tuning_drift {
    double loss, error; /* of similarity over the span of the sessions, and its standard error */
    double near, far;   /* mean similarity of neighbouring sessions; of the first and the last */
    size_t cells;       /* active in two sessions at least */
} nd_tuning_drift;

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
     * pairs, and the share of permutations of the sessions with one as low (measure/decay.h); NaN
     * below 4. */
    double decay_correlation, decay_p, decay_least_p;
    nd_tuning_drift tuning;
} nd_group;

/* A metric of a curve against time. Normalised values are divided by the member's first. */
typedef struct nd_metric_course {
    double *value, *error; /* points; mean over members (of normalised values where there are
                              several), s.e.m. over members, or over cells where there is one */
    double *normalised, *normalised_error;
    /* The values over their member's first against time (sessions/course_line.h). One animal: its
     * days, an intercept for each series, p and interval those of an AR(1). Several: the mean of
     * their slopes. */
    nd_regression line;
    size_t animals; /* with a slope */
    double serial;  /* correlation of neighbouring days that p is for; NaN with several animals */
    double limit_90, limit_95; /* |t| that chance exceeds in 10 % and in 5 % */
    double change;             /* slope x the span of time: relative change over the recording */
    double change_low, change_high; /* its 90% interval */
    double smallest;                /* change that the test at 5 % would have seen in 80 % */
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
    bool animals_change;        /* cells of all animals are pooled, and some come or go */
} nd_curve;

typedef enum nd_direction { ND_FALLS, ND_STEADY, ND_RISES, ND_UNCLEAR } nd_direction;
typedef enum nd_drift {
    ND_DIRECTED_DRIFT,
    ND_DIRECTED_DRIFT_GOING_ON,
    ND_NULL_DRIFT,
    ND_STABLE,
    ND_CANNOT_TELL,
    ND_DRIFTS
} nd_drift;

/* Changes of activity and information smaller than this over the whole recording are steady. */
#define ND_STEADY_MARGIN 0.2
/* A loss of similarity below this cannot be told from how the track was covered. */
#define ND_LEAST_TUNING_LOSS 0.02
/* Tuning is stable where its loss of similarity is below this. */
#define ND_STABLE_TUNING_LOSS 0.05

/* What else could be behind a change: ND_CHANGED_RUNNING | ... */
typedef enum nd_explanation {
    ND_CHANGED_RUNNING = 1,   /* frames, distance or traversals by 20 %, or where it ran */
    ND_FADING_DETECTION = 2,  /* cells that stay active do so less and less, all alike */
    ND_LOST_REGISTRATION = 4, /* fewer of the cells are found */
    ND_ANIMALS_CHANGE = 8     /* animals enter or leave what is pooled */
} nd_explanation;
enum { ND_EXPLANATIONS = 4 };

/* Similarity of tuning lost over the recording, all groups of a curve. NaN: not known. */
typedef struct nd_tuning_loss {
    double loss, low, high; /* the 90% interval: 95% limits either way */
    double lower;           /* 97.5% limit from below */
    double decay_p;         /* Fisher's combination of the groups' Mantel tests */
} nd_tuning_loss;

typedef struct nd_verdict {
    nd_drift drift;
    nd_metric activity_metric, information_metric;
    nd_direction activity, information; /* by the tests whose p is printed */
    nd_tuning_loss tuning;
    bool maps_change;      /* tuning changes while it lasts */
    unsigned explanations; /* of nd_explanation */
    char text[4000];       /* the verdict and the statistics behind it, in words */
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
    nd_verdict *verdict;          /* curves */
    struct nd_group_drift *drift; /* groups; NULL until nd_recording_drift_measure
                                     (sessions/followed_sessions.h) */
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
/* Of explanation 0 .. ND_EXPLANATIONS - 1, in words. */
const char *nd_explanation_name(size_t index);

/* The verdict's words: the last stage of nd_verdict_make. */
void nd_verdict_say(const nd_recording_result *result, const nd_curve *curve, nd_verdict *verdict);

#endif
