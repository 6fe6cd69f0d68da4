/* Multiple regression on distance matrices: what of the similarity of two sessions goes with one
 * thing apart, and what with another? Pairs share sessions, so it is sessions that are permuted, by
 * double semi-partialling (Dekker, Krackhardt & Snijders 2007): the residuals of one predictor on
 * the others are permuted, and the t of its coefficient compared. */
#ifndef ND_MEASURE_MATRIX_REGRESSION_H
#define ND_MEASURE_MATRIX_REGRESSION_H

#include "nulldrift.h"

typedef struct nd_matrix_terms {
    size_t count;           /* sessions */
    const double *response; /* count x count, symmetric; NaN: not known, left out */
    const double *first,
        *second;   /* count: two sessions are |difference| apart; second NULL: none */
    uint64_t seed; /* of the permutations drawn, at (seed, stream) */
    uint32_t stream;
} nd_matrix_terms;

/* Above this r^2 of the two predictors they cannot be told apart. */
#define ND_MATRIX_ALIKE 0.9

typedef struct nd_matrix_regression {
    size_t pairs;          /* used */
    double coefficient[2]; /* of response on both predictors, each z-scored over the pairs */
    double p[2];           /* two-sided: the share of orders with a |t| as large. NaN: see why */
    double alike;          /* r^2 of the two predictors over the pairs */
    double correlation;    /* Pearson r of the response and the first alone */
    size_t orders;         /* of the sessions, tried: all up to seven, else 4999 drawn and the
                              real one */
    const char *why;       /* why there is no p, in words; NULL where there is */
} nd_matrix_regression;

/* Needs five sessions for a p, each in a known pair. */
bool nd_matrix_regress(const nd_matrix_terms *terms, nd_matrix_regression *result, nd_error *error);

#endif
