/* Does activity come in bursts? Bias corrections that take frames for independent are too high by
 * it (docs/model.md, section 8.4). */
#ifndef ND_MEASURE_BURSTS_H
#define ND_MEASURE_BURSTS_H

#include "measure/events.h"

enum {
    ND_BURSTS_PER_CELL = 10, /* a cell with fewer has no correction by blocks */
};

/* How many active frames come together, in the mean over the cells listed: 1 plus the number of
 * further active frames of the same cell within 5 s (at most 1000 frames) to either side, beyond
 * what its tuning curve and the animal's way give there, lag by lag up to the first without any. */
bool nd_burst_length(const nd_binned *activity, const size_t *cells, size_t count, double *length,
                     nd_error *error);

/* Frames of a block for such bursts: 1 below 1.5, where frames are as good as independent; else
 * three bursts long, and no longer than leaves ten blocks in each of `fractions` parts. */
size_t nd_burst_block(double length, size_t frames, size_t fractions);

#endif
