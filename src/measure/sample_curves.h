/* How naive information falls as more of a session is used: the curves from which the bias
 * corrections work (docs/model.md, section 8.4). */
#ifndef ND_MEASURE_SAMPLE_CURVES_H
#define ND_MEASURE_SAMPLE_CURVES_H

#include "measure/information.h"

enum { ND_SAMPLE_FRACTIONS = 10, ND_MOST_SAMPLE_FRACTIONS = 64 };

/* Mean information over subsamples, per cell: naive[i] and shuffled[i] are cells x fractions, for
 * each nd_information i. NaN where no repetition gave a number. */
typedef struct nd_sample_curves {
    size_t cells, fractions;
    double fraction[ND_MOST_SAMPLE_FRACTIONS]; /* 1/fractions, 2/fractions .. 1 of the frames */
    double *naive[ND_INFORMATIONS], *shuffled[ND_INFORMATIONS];
} nd_sample_curves;

/* Draws frames without replacement, `fractions` (10 in docs/model.md, section 8.4; at most
 * ND_MOST_SAMPLE_FRACTIONS) equal steps up to all of them, ceil(repetitions / fraction) times for
 * each fraction, and evaluates the cells listed on them as they are and with their activity
 * permuted at random. Repetition r of fraction f is drawn at (seed, f, r): the same for all cells,
 * for any number of threads, and whatever cells are listed. With `block` above 1, blocks of so many
 * neighbouring frames (the last one shorter) are drawn and permuted in the place of frames: for
 * activity in bursts (measure/bursts.h). `watch` may be NULL. */
bool nd_sample_curves_make(const nd_binned *activity, const size_t *cells, size_t count,
                           const nd_responses *responses, size_t fractions, size_t repetitions,
                           size_t block, uint64_t seed, unsigned threads, const nd_watch *watch,
                           nd_sample_curves *curves, nd_error *error);
void nd_sample_curves_clear(nd_sample_curves *curves);

/* The mean curve over the cells for which use[i] holds (NULL: all), NaN left out: `naive` and
 * `shuffled` have curves->fractions each. */
void nd_sample_curves_mean(const nd_sample_curves *curves, nd_information information,
                           const bool *use, double *naive, double *shuffled);

#endif
