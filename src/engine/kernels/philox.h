/* Random numbers in bulk: Philox 4x32-10 (Salmon et al. 2011) and Box-Muller, whole vectors at a
 * time. Addresses as in base/random.h: (seed, purpose, unit, step, block), four words a block.
 *
 * Gaussians are made in single precision also for double runs: 31 bits make the radius, so that it
 * reaches 6.6 standard deviations (beyond it a Gaussian falls once in 3.7e10 draws), the other word
 * makes the angle, its two lowest bits the quadrant. The polynomials are minimax fits of this
 * project's own, good to 3e-8. */
#ifndef ND_ENGINE_KERNELS_PHILOX_H
#define ND_ENGINE_KERNELS_PHILOX_H

#include <stdbool.h>

#include "base/random.h"
#include "engine/kernels/vector.h"

INLINE quads all_quads(uint64_t value) {
    return value - (quads){0};
}

INLINE quads quads_of(const uint64_t *values) {
    quads out;
    __builtin_memcpy(&out, values, sizeof out);
    return out;
}

enum { ROUNDS = 10 };

/* What does not change within one call: the rounds' keys and the two upper words of the counter. */
typedef struct address {
    quads key[ROUNDS][2], low, high;
} address;

INLINE address address_of(uint64_t seed, nd_purpose purpose, uint64_t step) {
    address at;
    uint32_t key_0 = (uint32_t)seed, key_1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < ROUNDS; round++) {
        at.key[round][0] = all_quads(key_0);
        at.key[round][1] = all_quads(key_1);
        key_0 += 0x9E3779B9u;
        key_1 += 0xBB67AE85u;
    }
    at.low = all_quads((uint32_t)step);
    at.high = all_quads((uint32_t)(step >> 32) | (uint32_t)purpose << 24);
    return at;
}

/* One block per lane; only the low half of each lane counts, on the way in and out. */
INLINE void philox(const address *at, quads block, quads unit, quads words[4]) {
    quads x0 = block, x1 = unit, x2 = at->low, x3 = at->high;
    const quads multiplier_0 = all_quads(0xD2511F53u), multiplier_1 = all_quads(0xCD9E8D57u);
    for (int round = 0; round < ROUNDS; round++) {
        quads product_0 = low_product(x0, multiplier_0), product_1 = low_product(x2, multiplier_1);
        x0 = (product_1 >> 32) ^ (x1 ^ at->key[round][0]);
        x2 = (product_0 >> 32) ^ (x3 ^ at->key[round][1]);
        x1 = product_1;
        x3 = product_0;
    }
    words[0] = x0;
    words[1] = x1;
    words[2] = x2;
    words[3] = x3;
}

/* sqrt(-2 ln u), u = (word / 2 + 1/2) / 2^31. */
INLINE floats radius_of(ints word) {
    floats value = __builtin_convertvector((ints)((word >> 1) & 0x7fffffff), floats) + 0.5f;
    ints bits = (ints)value;
    ints exponent = (bits - 0x3f3504f3) >> 23; /* leaves a mantissa in [sqrt 1/2, sqrt 2) */
    floats x = (floats)(bits - (exponent << 23)) - 1.0f;
    floats p = -0.174445043f * x + 0.287336045f;
    p = p * x - 0.299045723f;
    p = p * x + 0.331248006f;
    p = p * x - 0.399136647f;
    p = p * x + 0.500041474f;
    p = p * x - 0.666683713f;
    p = p * x + 0.999999759f;
    p = p * x - 1.99999995f;
    floats octaves = __builtin_convertvector(exponent - 31, floats);
    return root_of_floats(p * x - 1.38629436f * octaves);
}

/* Two Gaussians from two words. */
INLINE void box_muller(ints radius_word, ints angle_word, floats *first, floats *second) {
    floats radius = radius_of(radius_word);
    floats x = __builtin_convertvector(angle_word, floats) * 3.65729520e-10f; /* pi/4 / 2^31 */
    floats u = x * x;
    floats sine = -0.00019504022f * u + 0.00833203688f;
    sine = sine * u - 0.166666507f;
    sine = (sine * u + 0.999999997f) * (x * radius);
    floats cosine = -0.00135859085f * u + 0.0416550269f;
    cosine = cosine * u - 0.499998567f;
    cosine = (cosine * u + 0.999999972f) * radius;
    cosine = (floats)((ints)cosine ^ (angle_word & 2) << 30);
    ints change = ((ints)sine ^ (ints)cosine) & ((angle_word << 31) >> 31);
    *first = (floats)((ints)cosine ^ change);
    *second = (floats)((ints)sine ^ change);
}

/* How many vectors of words are made before they are turned into Gaussians: separate loops keep
 * each one's chains of dependent operations short enough to overlap. */
enum { BATCH = 8 };

#endif
