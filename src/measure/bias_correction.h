/* Limited sampling makes naive information too large; four corrections from its course against
 * the share of the data used (Sheintuch et al. 2022; docs/model.md, section 8.4). Each takes one
 * curve, a cell's or the mean over cells: `naive[i]` and `shuffled[i]` at sample sizes `size[i]`
 * (any unit, ascending), `count` of them. Points that are NaN are left out. */
#ifndef ND_MEASURE_BIAS_CORRECTION_H
#define ND_MEASURE_BIAS_CORRECTION_H

#include "nulldrift/base.h"

typedef enum nd_correction {
    ND_CORRECTION_SHUFFLE_REDUCTION,                /* SR: naive - shuffled */
    ND_CORRECTION_SCALED_SHUFFLE_REDUCTION,         /* SSR */
    ND_CORRECTION_ASYMPTOTIC_EXTRAPOLATION,         /* AE: a + b/t + c/t^2 */
    ND_CORRECTION_BOUNDED_ASYMPTOTIC_EXTRAPOLATION, /* BAE: a + b/(1 + c t) */
    ND_CORRECTIONS
} nd_correction;

/* "SR", "SSR", "AE", "BAE". */
const char *nd_correction_name(nd_correction correction);

/* I(T) - S(T). */
double nd_shuffle_reduction(const double *naive, const double *shuffled, size_t count);

/* I(T) - S(T) (I(t1) - I(T)) / (S(t1) - S(T)), t1 the smallest size; NaN where S(t1) = S(T). */
double nd_scaled_shuffle_reduction(const double *naive, const double *shuffled, size_t count);

/* A fitted course; with fewer than three points a is NaN. */
typedef struct nd_extrapolation {
    double a, b, c;       /* all >= 0, c per unit of size; a is the answer */
    double residual;      /* sum of squares */
    double determination; /* R^2 */
} nd_extrapolation;

/* Least squares of a + b/t + c/t^2 with a, b, c >= 0. */
nd_extrapolation nd_asymptotic_extrapolation(const double *size, const double *naive, size_t count);

/* Least squares of a + b/(1 + c t) with a, b >= 0: a search over c from 0.1 to 6e4 per whole
 * sample, with the best a and b for each. A smaller c would let a level curve be all b. */
nd_extrapolation nd_bounded_extrapolation(const double *size, const double *naive, size_t count);

/* Any of the four. */
double nd_correct(nd_correction correction, const double *size, const double *naive,
                  const double *shuffled, size_t count);

/* How far the SSR answer depends on the size of the small sample: 1 - sd over t1 of the answers
 * at each size / answer x (t2 / T); near 1 is stable. */
double nd_scaled_shuffle_stability(const double *size, const double *naive, const double *shuffled,
                                   size_t count);

#endif
