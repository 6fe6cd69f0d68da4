/* Followed cells made up for tests of measures of drift: what is in them is known. */
#ifndef ND_TESTS_FOLLOWED_CELLS_H
#define ND_TESTS_FOLLOWED_CELLS_H

#include "measure/drift_measures.h"

/* Sessions on days 0, 1, ... of a track; all cells found and silent, maps 0, occupancy even. */
nd_followed *followed_cells(size_t sessions, size_t cells, size_t bins);

/* Cell active and tuned in the session, its map a bump of `width` (bins) at `centre` over `floor`,
 * of height `peak`; on loops around the seam. */
void followed_field(nd_followed *of, size_t session, size_t cell, double centre, double width,
                    double peak);

nd_drift_measures *followed_measure(const nd_followed *of, unsigned threads);

/* Fails unless the number is missing and says so in words with `words` among them. */
void assert_missing(const nd_drift_measures *m, nd_drift_number number, const char *words);

#endif
