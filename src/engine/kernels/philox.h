/* Random numbers in bulk: Philox 4x32-10 (Salmon et al. 2011) and Box-Muller, whole vectors at a
 * time. Addresses as in base/random.h: (seed, purpose, unit, step, block), four words a block.
 *
 * Gaussians are made in single precision also for double runs: 28 bits make a radius, which so
 * reaches 6.3 standard deviations (a Gaussian falls beyond once in 4e9 draws), another word the
 * angle within a half turn. The polynomials are minimax fits of this project's own, good to 5e-8.
 */
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

static const uint32_t MULTIPLIER[2] = {0xD2511F53u, 0xCD9E8D57u};

/* The first three rounds meet the block and the unit in different words: what depends on one of
 * them alone is made once for all that share it. Only the low half of each lane counts. */
typedef struct block_part {
    quads meets_unit;    /* its share of x2 after round 1 */
    quads meets_product; /* x1 after round 1, with the key of round 2 */
    quads upper, lower;  /* of the first product of round 2 */
} block_part;

typedef struct unit_part {
    quads upper, lower; /* of the first product of round 1, the lower with the key of round 2 */
} unit_part;

INLINE block_part block_part_of(const address *at, quads block) {
    const quads multiplier_0 = all_quads(MULTIPLIER[0]), multiplier_1 = all_quads(MULTIPLIER[1]);
    quads product_0 = low_product(block, multiplier_0),
          constant = low_product(at->low, multiplier_1);
    quads product_1 = low_product((product_0 >> 32) ^ at->high ^ at->key[0][1], multiplier_1);
    quads next_0 = low_product((product_1 >> 32) ^ constant ^ at->key[1][0], multiplier_0);
    return (block_part){.meets_unit = product_0 ^ at->key[1][1],
                        .meets_product = product_1 ^ at->key[2][0],
                        .upper = next_0 >> 32,
                        .lower = next_0};
}

INLINE unit_part unit_part_of(const address *at, quads unit) {
    quads constant = low_product(at->low, all_quads(MULTIPLIER[1]));
    quads product_0 =
        low_product((constant >> 32) ^ unit ^ at->key[0][0], all_quads(MULTIPLIER[0]));
    return (unit_part){.upper = product_0 >> 32, .lower = product_0 ^ at->key[2][1]};
}

/* One block per lane. */
INLINE void philox_of(const address *at, const block_part *block, const unit_part *unit,
                      quads words[4]) {
    const quads multiplier_0 = all_quads(MULTIPLIER[0]), multiplier_1 = all_quads(MULTIPLIER[1]);
    quads x1 = low_product(unit->upper ^ block->meets_unit, multiplier_1);
    quads x0 = (x1 >> 32) ^ block->meets_product, x2 = block->upper ^ unit->lower;
    quads x3 = block->lower;
    for (int round = 3; round < ROUNDS; round++) {
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

/* The same where neither is shared. */
INLINE void philox(const address *at, quads block, quads unit, quads words[4]) {
    const block_part of_block = block_part_of(at, block);
    const unit_part of_unit = unit_part_of(at, unit);
    philox_of(at, &of_block, &of_unit, words);
}

/* sqrt(-2 ln u), u = (word / 16 + 1/2) / 2^28. */
INLINE floats radius_of(ints word) {
    floats u =
        __builtin_convertvector((ints)((unsigned_ints)word >> 4), floats) * 0x1p-28f + 0x1p-29f;
    ints above = (ints)u - 0x3f3504f3; /* so that the mantissa lies in [sqrt 1/2, sqrt 2) */
    floats octaves = __builtin_convertvector(above >> 23, floats);
    floats x = (floats)((ints)u - (above & -0x800000)) - 1.0f;
    floats p = -0.174445043f * x + 0.287336045f;
    p = p * x - 0.299045723f;
    p = p * x + 0.331248006f;
    p = p * x - 0.399136647f;
    p = p * x + 0.500041474f;
    p = p * x - 0.666683713f;
    p = p * x + 0.999999759f;
    p = p * x - 1.99999995f;
    return root_of_floats(p * x - 1.38629436f * octaves);
}

/* Two Gaussians: the radius from the upper 28 bits of `radius_word`, the angle within a half turn
 * from `angle_word`, which half from the lowest bit of `radius_word`. */
INLINE void box_muller(ints radius_word, ints angle_word, floats *first, floats *second) {
    floats radius = radius_of(radius_word);
    floats x = __builtin_convertvector(angle_word, floats) * 7.31459033e-10f; /* pi/2 / 2^31 */
    floats v = x * x;
    floats sine = 2.60522489e-06f * v - 0.000198090753f;
    sine = sine * v + 0.00833305106f;
    sine = sine * v - 0.16666658f;
    sine = sine * v + 0.999999996f;
    floats cosine = 2.31539313e-05f * v - 0.00138537043f;
    cosine = cosine * v + 0.0416635847f;
    cosine = cosine * v - 0.499999053f;
    cosine = cosine * v + 0.999999953f;
    *first = (floats)((ints)(cosine * radius) ^ radius_word << 31);
    *second = sine * (x * radius);
}

/* How many vectors of words are made before they are turned into Gaussians: separate loops keep
 * each one's chains of dependent operations short enough to overlap. */
enum { BATCH = 8 };

#endif
