/* Numbers of a whole run, taken from what `measure` adds to its file: what a sweep can be asked to
 * keep of its runs (docs/sweeps.md). One line each in a table; every unit measure
 * (unit_measures.def) has its two there, at the last snapshot and, as first_NAME, at step 0. */
#ifndef ND_MEASURE_RUN_MEASURE_H
#define ND_MEASURE_RUN_MEASURE_H

#include "measure/unit_measure.h"

/* How a variable of the run file becomes one number. Means leave out what is not defined (NaN). */
typedef enum nd_reduction {
    ND_MEAN_LAST, /* over (environment, unit) pairs, at the last snapshot */
    ND_MEAN_FIRST,
    ND_TUNED_LAST, /* the same over the pairs that are tuned then */
    ND_TUNED_FIRST,
    ND_PAIR_EARLY,  /* of a matrix of snapshots: that nearest to a tenth of the steps, and the last
                     */
    ND_PAIR_LATE,   /* that nearest to four fifths of the steps, and the last */
    ND_OTHERS_LAST, /* of a matrix of environments: the mean of the pairs of two, last snapshot */
    ND_OTHERS_FIRST,
    ND_ATTRIBUTE /* a number of the file itself */
} nd_reduction;

typedef struct nd_run_measure {
    const char *name;     /* of the metric */
    const char *variable; /* in the run file */
    nd_reduction how;
} nd_run_measure;

enum { ND_RUN_MEASURES = 2 * ND_UNIT_MEASURES + 12 };
extern const nd_run_measure nd_run_measures[ND_RUN_MEASURES];

#endif
