/* Is a cell tuned? Its spatial information against that of its activity shifted or shuffled in
 * time (docs/model.md, section 8.3). */
#ifndef ND_MEASURE_SHUFFLE_H
#define ND_MEASURE_SHUFFLE_H

#include "measure/events.h"

/* How a cell's activity is torn from the positions: turned around in time, or its frames permuted.
 */
typedef enum nd_shuffle { ND_SHUFFLE_CYCLIC, ND_SHUFFLE_RANDOM } nd_shuffle;

/* p_value[i] = 1 - the share of `shuffles` shuffles of cell cells[i] whose SI is below the real
 * one. CYCLIC turns the activity around by a random number of frames, RANDOM permutes the frames;
 * occupancy stays as it is. `mean_shuffled` (count; may be NULL): mean SI of the shuffles,
 * bit/spike. Shuffle k of cell c is drawn at (seed, c, k) whatever else is computed: results are
 * the same for any number of threads, and do not depend on which cells are listed. */
bool nd_shuffle_test(const nd_binned *activity, const size_t *cells, size_t count, size_t shuffles,
                     nd_shuffle kind, uint64_t seed, unsigned threads, double *p_value,
                     double *mean_shuffled, nd_error *error);

/* A whole number in 0 .. bound-1 from 64 random bits (its bias is below bound / 2^64). */
static inline uint64_t nd_scale_bits(uint64_t bits, uint64_t bound) {
    return (uint64_t)(((unsigned __int128)bits * bound) >> 64);
}

#endif
