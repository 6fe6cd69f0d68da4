/* The field's measures of drift over followed cells, by one table (drift_measures.def): each family
 * is a file of its own. Defined in docs/drift-measures.md. */
#ifndef ND_MEASURE_DRIFT_MEASURES_H
#define ND_MEASURE_DRIFT_MEASURES_H

#include <math.h>

#include "measure/followed.h"

#define DRIFT_FAMILY(function)
#define DRIFT_PAIR(NAME, ...) ND_PAIR_##NAME,
#define DRIFT_NUMBER(...)
typedef enum nd_drift_pair {
#include "measure/drift_measures.def"
    ND_DRIFT_PAIRS
} nd_drift_pair;
#undef DRIFT_PAIR
#undef DRIFT_NUMBER
#define DRIFT_PAIR(...)
#define DRIFT_NUMBER(NAME, ...) ND_NUMBER_##NAME,
typedef enum nd_drift_number {
#include "measure/drift_measures.def"
    ND_DRIFT_NUMBERS
} nd_drift_number;
#undef DRIFT_FAMILY
#undef DRIFT_PAIR
#undef DRIFT_NUMBER

typedef struct nd_drift_about {
    const char *name, *units; /* `position` and `time` in units: nd_drift_units */
    bool shown;               /* among the few that a command prints */
    const char *definition;
} nd_drift_about;
extern const nd_drift_about nd_drift_pair_table[ND_DRIFT_PAIRS];
extern const nd_drift_about nd_drift_number_table[ND_DRIFT_NUMBERS];

/* What is measured. Missing is NaN, and `why` says in words why; NULL where there is a value. */
typedef struct nd_drift_measures {
    size_t sessions;
    char *position_unit, *time_unit, *decoder;
    double *time;                         /* sessions */
    double *pair[ND_DRIFT_PAIRS];         /* sessions x sessions: [a][b], from a to b */
    const char *pair_why[ND_DRIFT_PAIRS]; /* where no pair has a value */
    double decay[ND_DRIFT_PAIRS];         /* Pearson r with time apart, over pairs */
    double decay_p[ND_DRIFT_PAIRS];       /* two-sided, by permuted sessions */
    const char *decay_why[ND_DRIFT_PAIRS];
    double number[ND_DRIFT_NUMBERS], error[ND_DRIFT_NUMBERS]; /* error: NaN where there is none */
    const char *why[ND_DRIFT_NUMBERS];
} nd_drift_measures;

typedef struct nd_drift_request {
    uint64_t seed;
    unsigned threads; /* nothing depends on it */
} nd_drift_request;

/* A permutation test of fewer sessions can give no p below 1/12. */
enum { ND_DRIFT_LEAST_SESSIONS = 5 };

/* All measures. Free with nd_drift_measures_free. */
nd_drift_measures *nd_drift_measure(const nd_followed *of, const nd_drift_request *how,
                                    nd_error *error);
void nd_drift_measures_free(nd_drift_measures *measures);

/* Units with what `position` and `time` stand for, into `text`, which is returned. */
const char *nd_drift_units(const nd_drift_measures *measures, const char *units, char *text,
                           size_t size);

/* The mean of a pair measure over neighbouring sessions, and of the first and the last. */
double nd_drift_near(const nd_drift_measures *measures, nd_drift_pair pair);
double nd_drift_far(const nd_drift_measures *measures, nd_drift_pair pair);

/* What a family is, and how it says why there is nothing (a literal). */
typedef bool nd_drift_family(const nd_followed *of, const nd_drift_request *how,
                             nd_drift_measures *measures, nd_error *error);
#define DRIFT_FAMILY(function) nd_drift_family function;
#define DRIFT_PAIR(...)
#define DRIFT_NUMBER(...)
#include "measure/drift_measures.def"
#undef DRIFT_FAMILY
#undef DRIFT_PAIR
#undef DRIFT_NUMBER

static inline void nd_drift_set(nd_drift_measures *m, nd_drift_pair pair, size_t a, size_t b,
                                double value) {
    m->pair[pair][a * m->sessions + b] = value;
}
/* The same both ways. */
static inline void nd_drift_set_both(nd_drift_measures *m, nd_drift_pair pair, size_t a, size_t b,
                                     double value) {
    nd_drift_set(m, pair, a, b, value);
    nd_drift_set(m, pair, b, a, value);
}
/* Has any pair of sessions a value? */
static inline bool nd_drift_has_pair(const nd_drift_measures *m, nd_drift_pair pair) {
    for (size_t i = 0; i < m->sessions * m->sessions; i++)
        if (!isnan(m->pair[pair][i]))
            return true;
    return false;
}

#endif
