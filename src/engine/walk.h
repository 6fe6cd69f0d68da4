/* Random walks that nobody watches: a silent unit's parameters, the part of the weights outside the
 * input subspace (docs/model.md, section 6.3). A walk is a Brownian motion whose value at any time
 * is a function of its address alone (bisection by Brownian bridges), so that asking for it, at a
 * snapshot or not at all, changes nothing else. */
#ifndef ND_ENGINE_WALK_H
#define ND_ENGINE_WALK_H

#include "base/random.h"

/* `count` standard Gaussians for an address, as nd_random_gaussians gives them. */
typedef void nd_walk_gaussians(uint64_t seed, nd_purpose purpose, uint32_t unit, uint64_t step,
                               size_t count, double *out);

typedef struct nd_walk {
    nd_walk_gaussians *gaussians;
    uint64_t seed;
    nd_purpose purpose;
    uint32_t unit;
    uint64_t key; /* tells this unit's walks apart */
    bool whole;   /* times are whole numbers: the bridges are exact at all of them */
} nd_walk;

/* out[i] = B_i(time), B_i(0) = 0, variance = time, for a walk first drawn as far as `end`.
 * At time == end it costs one draw. Times beyond `end` are allowed, each an independent way on.
 * Where times are not whole, two of them closer than end/256 are bridged independently.
 * `scratch` has room for 2 count values. */
void nd_walk_within(const nd_walk *walk, double end, double time, size_t count, double *out,
                    double *scratch);

/* The same for a walk without an end. */
void nd_walk_on(const nd_walk *walk, double time, size_t count, double *out, double *scratch);

/* Q(x): the chance that a standard Gaussian exceeds x. */
double nd_gaussian_tail(double x);
/* The smallest c with 2 n Q(c) <= chance. */
double nd_silence_threshold(size_t samples, double chance);

#endif
