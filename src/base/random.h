/* Counter-based random numbers: Philox 4x32-10 (Salmon et al. 2011, Random123), addressed by
 * (seed, purpose, unit, step). Any number can be drawn without those before it, so that threads,
 * interruptions and shortcuts cannot change a result. */
#ifndef ND_BASE_RANDOM_H
#define ND_BASE_RANDOM_H

#include "nulldrift/base.h"

/* What a number is for. Values are part of what makes a run reproducible: append, never renumber.
 */
typedef enum nd_purpose {
    ND_FOR_WORLD = 1,
    ND_FOR_INITIAL_INPUT_WEIGHTS = 2,
    ND_FOR_INITIAL_BIAS = 3,
    ND_FOR_INITIAL_OUTPUT_WEIGHTS = 4,
    ND_FOR_UPDATE_NOISE = 5,
    ND_FOR_LABEL_NOISE = 6,
    ND_FOR_INPUT_NOISE = 7,
    ND_FOR_WEIGHT_NOISE = 8,
    ND_FOR_DROPOUT = 9,
    ND_FOR_PERTURBATION = 10, /* SED */
    ND_FOR_SLEEP = 11,        /* the jump of a silent unit on waking */
    ND_FOR_COMPLEMENT = 12,   /* the walk outside the input subspace */
    ND_FOR_HEBBIAN_INITIAL = 20,
    ND_FOR_HEBBIAN_INPUT = 21,
    ND_FOR_HEBBIAN_FORWARD = 22,
    ND_FOR_HEBBIAN_LATERAL = 23,
    ND_FOR_SHUFFLE = 30,
    ND_FOR_SUBSAMPLE = 31,
    ND_FOR_FOOTING = 32,  /* frames of sessions on an equal footing */
    ND_FOR_THINNING = 33, /* events of cells thinned to as many each */
    ND_FOR_SWEEP = 40,
    ND_FOR_BRANCH = 50, /* noise branches from one snapshot */
    ND_FOR_WALKER = 51, /* the two-dimensional landscape */
    ND_FOR_LANCZOS = 52,
    ND_FOR_TEST = 99
} nd_purpose;

/* One Philox block: four independent 32-bit words for an address. `step` has 56 bits. */
void nd_random_block(uint64_t seed, nd_purpose purpose, uint32_t unit, uint64_t step,
                     uint32_t block, uint32_t words[4]);

/* `count` uniforms in (0, 1), 53 bits each, two per block. */
void nd_random_uniforms(uint64_t seed, nd_purpose purpose, uint32_t unit, uint64_t step,
                        size_t count, double *out);

/* `count` standard Gaussians, by Box-Muller, two per block. */
void nd_random_gaussians(uint64_t seed, nd_purpose purpose, uint32_t unit, uint64_t step,
                         size_t count, double *out);

/* The same numbers one at a time, for code that does not know how many it needs. */
typedef struct nd_stream {
    uint64_t seed, step;
    nd_purpose purpose;
    uint32_t unit, block;
    uint64_t words[2]; /* what is left of the last block */
    int left;
} nd_stream;

nd_stream nd_stream_at(uint64_t seed, nd_purpose purpose, uint32_t unit, uint64_t step);
uint64_t nd_stream_bits(nd_stream *stream);                  /* 64 random bits */
double nd_stream_uniform(nd_stream *stream);                 /* in (0, 1) */
double nd_stream_gaussian(nd_stream *stream);                /* standard */
uint64_t nd_stream_below(nd_stream *stream, uint64_t bound); /* in 0 .. bound-1, exactly uniform */

#endif
