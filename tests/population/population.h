/* Recorded populations with a known truth: what verdicts are tried on.
 *
 * A unit track of 20 bins, frames of 0.1 s, an animal that runs to and fro at 0.02 of the track a
 * frame (s.d. 0.2 in log from lap to lap), 150 cells followed over days. Three quarters have a
 * place field above a tenth of uniform firing; the rest fire anywhere. Log rates have s.d. 0.8
 * about 0.05 a second, fields a width of 0.08 (s.d. 0.3 in log). */
#ifndef ND_TEST_POPULATION_H
#define ND_TEST_POPULATION_H

#include "recording/session.h"

typedef enum population_truth {
    POPULATION_STABLE,
    POPULATION_NULL_DRIFT,
    POPULATION_DIRECTED,
    POPULATION_SMALL_DRIFT,   /* too small to be called stable */
    POPULATION_SMALL_DIRECTED /* too small to be called null drift */
} population_truth;

/* What changes from the first session to the last. Pairs are the values at both ends, evenly
 * between. */
typedef struct population_scenario {
    const char *name;
    population_truth truth;
    double wander;     /* of the fields, s.d. from session to session, of the track */
    double silent;     /* share of the cells that have fallen silent at the end */
    double narrowing;  /* of the fields, a session: 0.95 is 5 % narrower */
    double running[2]; /* frames, of the session's usual number */
    double lost[2];    /* share of the cells that registration misses */
    double seen[2];    /* share of the events that are detected */
    double tilt[2];    /* speed goes as exp(tilt (x - 1/2)) */
    double from[2];    /* where the visited stretch of the track begins */
    double stretch;    /* its length; 0: the whole track */
    double day_effect, day_correlation; /* s.d. of the days' effects on log rates; AR(1) */
    size_t environments, animals;       /* 0: 1; days' effects are shared by environments */
    size_t early;                       /* animals that leave after half of the sessions */
    size_t burst;                       /* events come in bursts of so many frames; 0: single */
} population_scenario;

/* The scenarios by name, ended by one without a name. */
extern const population_scenario population_scenarios[];
const population_scenario *population_find(const char *name);

typedef struct population_size {
    size_t sessions, cells, frames;
    bool mixed; /* tuning spread evenly from none to full; 0.03 a second */
} population_size;

/* What error rates are stated for: 8 sessions, 150 cells, 6000 frames. */
population_size population_usual(void);

/* A population. `seed` and the scenario make it. Free with nd_recording_free. */
nd_recording *population_make(const population_scenario *scenario, population_size size,
                              uint64_t seed);

/* The true spatial information, bit/spike, of the cells of session `index` that are listed, on
 * that session's own occupancy: count values. Must be asked for right after population_make of the
 * same arguments; it makes the cells again. */
void population_information(const population_scenario *scenario, population_size size,
                            uint64_t seed, const nd_recording *recording, size_t index,
                            double *information);

#endif
