/* Does similarity fall with time apart? A Mantel test: pairs share sessions (or snapshots), so it
 * is these that are permuted. docs/model.md, section 8.6. */
#ifndef ND_MEASURE_DECAY_H
#define ND_MEASURE_DECAY_H

#include "base/random.h"

typedef struct nd_decay {
    double correlation; /* Pearson r of similarity and time apart, over pairs */
    double p;           /* one-sided: the share of orders with an r as low */
    double least_p;     /* no p can be less: the share of orders with the same times apart. Four
                           evenly spaced: 2/24, an order and its reverse; five: 2/120 */
} nd_decay;

/* Of `count` times and their similarities, count x count, symmetric; NaN: not known, left out. All
 * orders are tried up to seven, 4999 drawn from `draw` beyond. All NaN below four, and below three
 * known pairs. */
bool nd_decay_test(const double *time, const double *similarity, size_t count, nd_stream *draw,
                   nd_decay *decay, nd_error *error);

#endif
