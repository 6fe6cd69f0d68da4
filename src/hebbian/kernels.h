/* The learning of W and M, and its noise: where a step spends most of its time. */
#ifndef ND_HEBBIAN_KERNELS_H
#define ND_HEBBIAN_KERNELS_H

#include "nulldrift.h"

/* What one update of a matrix kept by sender (rows x N) needs. Row k at step t takes its noise from
 * (seed, purpose, k, t). */
typedef struct nd_hebbian_update {
    double keep, rate, noise; /* 1 - eta, eta, sqrt(eta) sigma */
    const double *receiver;   /* N: y */
    size_t neurons;           /* N */
    uint64_t seed, step;
    double *scratch; /* N */
} nd_hebbian_update;

/* W <- keep W + rate y x' + noise xi; `weights` is rows x N, `sender` (x) is rows. */
void nd_learn_forward(const nd_hebbian_update *update, const double *sender, size_t rows,
                      double *weights);

/* M <- max(keep M + rate y y' + noise xi, 0); `weights` is N x N. */
void nd_learn_lateral(const nd_hebbian_update *update, double *weights);

#endif
