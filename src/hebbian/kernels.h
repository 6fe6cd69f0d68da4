/* The arithmetic of a step of the Hebbian network, compiled once per instruction set from
 * src/hebbian/kernels/body.h: the noise, the learning, and the linear algebra of the fixed point.
 *
 * Noise is made in single precision (vector/philox.h: tails to 6.3 standard deviations,
 * relative error 1e-7) and added to weights in double. */
#ifndef ND_HEBBIAN_KERNELS_H
#define ND_HEBBIAN_KERNELS_H

#include "base/random.h"

/* One update of a matrix kept by sender (rows x neurons):
 * weights <- keep weights + rate receiver sender' + noise xi, held at 0 from below if `rectified`.
 * The noise of step t is one sequence over the whole matrix, of unit 0. */
typedef struct nd_hebbian_update {
    double keep, rate, noise; /* 1 - eta, eta, sqrt(eta) sigma */
    bool rectified;
    size_t rows, neurons;
    const double *sender, *receiver; /* rows; neurons */
    uint64_t seed, step;
    nd_purpose purpose;
    float *scratch; /* nd_hebbian_scratch(neurons) */
} nd_hebbian_update;

typedef struct nd_hebbian_kernels {
    const char *instruction_set; /* avx512, avx2, baseline */
    size_t floats;               /* a vector's */
    /* Standard Gaussians of (seed, purpose, unit 0, step) from block `block` on, four a block;
     * `count` is a multiple of 64. `floats` blocks at a time fill four vectors: out[i][lane] is
     * Gaussian i of block + lane. */
    void (*gaussians)(uint64_t seed, nd_purpose purpose, uint64_t step, uint32_t block,
                      size_t count, float *out);
    void (*learn)(const nd_hebbian_update *update, double *weights);
    /* out[i] += sum over c of amount[c] columns[member[c] * neurons + i]; member NULL: c itself. */
    void (*accumulate)(const double *columns, size_t neurons, const size_t *member,
                       const double *amount, size_t count, double *out);
    /* Solves matrix x = right in place by Gaussian elimination with partial pivoting; matrix is
     * count x stride, stride = nd_padded(count), the padding zero; it is overwritten, right has
     * room for stride. False when singular. */
    bool (*solve)(double *matrix, double *right, size_t count);
} nd_hebbian_kernels;

/* The best this processor runs, or what NULLDRIFT_INSTRUCTIONS names. */
const nd_hebbian_kernels *nd_hebbian_kernels_choose(void);

/* Rows whose noise is made at a time, and the floats it takes. */
enum { ND_NOISE_ROWS = 64 };
size_t nd_hebbian_scratch(size_t neurons);

/* `count` rounded up to a whole number of vectors of doubles. */
size_t nd_padded(size_t count);

#endif
