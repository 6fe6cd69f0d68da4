/* What limited sampling adds to the information of cells that are tuned as these are, and the
 * population's information without it (docs/model.md, section 8.4). Shuffles have no tuning, and
 * limited sampling adds less to cells that have: so reductions by shuffles are right only where its
 * share stays the same for all sample sizes, and it does not. */
#ifndef ND_MEASURE_TUNED_COURSE_H
#define ND_MEASURE_TUNED_COURSE_H

#include "measure/sample_curves.h"

/* Of the cells that a mean curve is of. */
typedef struct nd_tuned_cells {
    size_t count, bins;
    double *share;     /* count x bins: of the cell's amount in each bin; sums to 1 */
    double *frames;    /* count: active frames, above 0 */
    double *rate;      /* count: amount per second */
    double *occupancy; /* bins: shares of time */
    double burst;      /* active frames that come together; 1 where none do */
} nd_tuned_cells;

bool nd_tuned_cells_make(const nd_binned *activity, const size_t *cells, size_t count, double burst,
                         nd_tuned_cells *made, nd_error *error);
void nd_tuned_cells_clear(nd_tuned_cells *made);

/* The mean naive information of such cells at sample fractions, and without limited sampling: in
 * bit/spike and in bit/s. */
typedef struct nd_tuned_course {
    size_t fractions;
    double naive[ND_INFORMATION_MUTUAL][ND_MOST_SAMPLE_FRACTIONS], truth[ND_INFORMATION_MUTUAL];
} nd_tuned_course;

/* `naive` and `shuffled` are the mean curves in bit/spike. Three things are fitted: the number of
 * independent events, at every fraction, to the shuffled information; and how far the cells' tuning
 * is shrunk towards none, until the cells' true information is what nd_tuned_reduction makes of
 * `naive`. False where memory is out. */
bool nd_tuned_course_make(const nd_tuned_cells *cells, const double *fraction, size_t fractions,
                          const double *naive, const double *shuffled, nd_tuned_course *course,
                          nd_error *error);

/* SSR with the course's excess in the place of the shuffled information, between half of the
 * frames and all: I(1) - E(1) (I(1/2) - I(1))/(E(1/2) - E(1));
 * NaN with fewer than two fractions, or where E(1/2) is not above 1.1 E(1). */
double nd_tuned_reduction(const nd_tuned_course *course, nd_information information,
                          const double *naive);

/* BAE of `naive` less what BAE is off by on the course. */
double nd_tuned_extrapolation(const nd_tuned_course *course, nd_information information,
                              const double *fraction, const double *naive);

/* Both corrections, in bit/spike and bit/s. */
typedef struct nd_tuned_information {
    double reduced[ND_INFORMATION_MUTUAL], extrapolated[ND_INFORMATION_MUTUAL];
} nd_tuned_information;

/* The same from the cells' curves, over the `count` cells listed for which use[i] holds (NULL:
 * all); curves are of the same cells. NaN where there are none. */
bool nd_tuned_information_of(const nd_binned *activity, const size_t *cells, size_t count,
                             double burst, const nd_sample_curves *curves, const bool *use,
                             nd_tuned_information *information, nd_error *error);

#endif
