/* Random numbers in bulk: Philox 4x32-10 (Salmon et al. 2011) and Box-Muller, whole vectors at a
 * time. Addresses as in base/random.h: (seed, purpose, unit, step, block), four words a block.
 *
 * Gaussians are made in single precision also for double runs: 28 bits make a radius, which so
 * reaches 6.3 standard deviations (a Gaussian falls beyond once in 4e9 draws), another word the
 * angle within a half turn. The polynomials are minimax fits of this project's own, good to 5e-8.
 *
 * Both are long chains of dependent operations, so several are worked on side by side.
 */
#ifndef ND_VECTOR_PHILOX_H
#define ND_VECTOR_PHILOX_H

#include <stdbool.h>

#include "base/random.h"
#include "vector/vector.h"

/* The same number in every lane. */
INLINE quads all_quads(uint64_t value) {
    return value - (quads){0};
}

/* QUADS numbers, one a lane. */
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

/* (Made in place, member by member, as all below: copies of what is so wide are slow.) */
INLINE void make_address(uint64_t seed, nd_purpose purpose, uint64_t step, address *at) {
    uint32_t key_0 = (uint32_t)seed, key_1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < ROUNDS; round++) {
        at->key[round][0] = all_quads(key_0);
        at->key[round][1] = all_quads(key_1);
        key_0 += 0x9E3779B9u;
        key_1 += 0xBB67AE85u;
    }
    at->low = all_quads((uint32_t)step);
    at->high = all_quads((uint32_t)(step >> 32) | (uint32_t)purpose << 24);
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

/* What depends on the block alone. */
INLINE void make_block_part(const address *at, quads block, block_part *out) {
    const quads multiplier_0 = all_quads(MULTIPLIER[0]), multiplier_1 = all_quads(MULTIPLIER[1]);
    quads product_0 = low_product(block, multiplier_0),
          constant = low_product(at->low, multiplier_1);
    quads product_1 = low_product((product_0 >> 32) ^ at->high ^ at->key[0][1], multiplier_1);
    quads next_0 = low_product((product_1 >> 32) ^ constant ^ at->key[1][0], multiplier_0);
    out->meets_unit = product_0 ^ at->key[1][1];
    out->meets_product = product_1 ^ at->key[2][0];
    out->upper = next_0 >> 32;
    out->lower = next_0;
}

/* What depends on the unit alone. */
INLINE void make_unit_part(const address *at, quads unit, unit_part *out) {
    quads constant = low_product(at->low, all_quads(MULTIPLIER[1]));
    quads product_0 =
        low_product((constant >> 32) ^ unit ^ at->key[0][0], all_quads(MULTIPLIER[0]));
    out->upper = product_0 >> 32;
    out->lower = product_0 ^ at->key[2][1];
}

/* The words of `vectors` vectors of blocks, side by side, one block per lane: words[vector][i]. */
INLINE void philox_of(const address *at, const int vectors, const block_part *const *block,
                      const unit_part *const *unit, quads (*words)[4]) {
    enum { MOST_VECTORS = 4 };
    const quads multiplier_0 = all_quads(MULTIPLIER[0]), multiplier_1 = all_quads(MULTIPLIER[1]);
    quads x0[MOST_VECTORS], x1[MOST_VECTORS], x2[MOST_VECTORS], x3[MOST_VECTORS];
    UNROLL
    for (int i = 0; i < vectors; i++) {
        x1[i] = low_product(unit[i]->upper ^ block[i]->meets_unit, multiplier_1);
        x0[i] = (x1[i] >> 32) ^ block[i]->meets_product;
        x2[i] = block[i]->upper ^ unit[i]->lower;
        x3[i] = block[i]->lower;
    }
    UNROLL
    for (int round = 3; round < ROUNDS; round++) {
        UNROLL
        for (int i = 0; i < vectors; i++) {
            quads product_0 = low_product(x0[i], multiplier_0),
                  product_1 = low_product(x2[i], multiplier_1);
            x0[i] = (product_1 >> 32) ^ (x1[i] ^ at->key[round][0]);
            x2[i] = (product_0 >> 32) ^ (x3[i] ^ at->key[round][1]);
            x1[i] = product_1;
            x3[i] = product_0;
        }
    }
    UNROLL
    for (int i = 0; i < vectors; i++) {
        words[i][0] = x0[i];
        words[i][1] = x1[i];
        words[i][2] = x2[i];
        words[i][3] = x3[i];
    }
}

/* The same of one vector, where neither is shared. */
INLINE void philox(const address *at, quads block, quads unit, quads words[4]) {
    block_part of_block;
    unit_part of_unit;
    const block_part *blocks = &of_block;
    const unit_part *units = &of_unit;
    make_block_part(at, block, &of_block);
    make_unit_part(at, unit, &of_unit);
    philox_of(at, 1, &blocks, &units, (quads(*)[4])words);
}

/* The words of FLOATS blocks of a unit from `block` on. */
INLINE void stream_words(const address *at, uint32_t unit, size_t block, ints words[4]) {
    unit_part of_unit;
    const unit_part *units[] = {&of_unit, &of_unit};
    block_part of_blocks[2];
    const block_part *blocks[] = {&of_blocks[0], &of_blocks[1]};
    quads halves[2][4];
    make_unit_part(at, all_quads(unit), &of_unit);
    for (size_t half = 0; half < 2; half++) {
        quads numbers;
        for (size_t quad = 0; quad < QUADS; quad++)
            numbers[quad] = block + lane_of(half, quad);
        make_block_part(at, numbers, &of_blocks[half]);
    }
    philox_of(at, 2, blocks, units, halves);
    for (int i = 0; i < 4; i++)
        words[i] = low_halves(halves[0][i], halves[1][i]);
}

/* Pairs of Gaussians, out[2 pair] and out[2 pair + 1]. Of a radius word the upper 28 bits make the
 * radius; the lowest bit is the sign of the first, and the lowest four turn the angle, so that
 * pairs whose angles come from the same word are correlated by no more than 2e-6. The lowest
 * `zeros` bits of an angle word are zero: the angle is taken in the middle of what they leave open.
 */
static const int NO_ZEROS[] = {0, 0};

INLINE void box_muller(const int pairs, const ints *radius_word, const ints *angle_word,
                       const int *zeros, floats *out) {
    enum { MOST_PAIRS = 3 };
    floats m[MOST_PAIRS], octaves[MOST_PAIRS], p[MOST_PAIRS], radius[MOST_PAIRS];
    floats x[MOST_PAIRS], v[MOST_PAIRS], sine[MOST_PAIRS], cosine[MOST_PAIRS];
#define EVERY_PAIR UNROLL for (int i = 0; i < pairs; i++)
    /* radius = sqrt(-2 ln u), u = (2 k + 1) / 2^29 = 2^octaves (1 + m), 1 + m in [sqrt 1/2, sqrt 2)
     */
    EVERY_PAIR {
        floats u = __builtin_convertvector((ints)((unsigned_ints)radius_word[i] >> 3) | 1, floats);
        ints above = (ints)u - (0x3f3504f3 + (29 << 23));
        octaves[i] = __builtin_convertvector(above >> 23, floats);
        m[i] = (floats)((above & 0x7fffff) + 0x3f3504f3) - 1.0f;
    }
    EVERY_PAIR p[i] = -0.174445043f * m[i] + 0.287336045f;
    EVERY_PAIR p[i] = p[i] * m[i] - 0.299045723f;
    EVERY_PAIR p[i] = p[i] * m[i] + 0.331248006f;
    EVERY_PAIR p[i] = p[i] * m[i] - 0.399136647f;
    EVERY_PAIR p[i] = p[i] * m[i] + 0.500041474f;
    EVERY_PAIR p[i] = p[i] * m[i] - 0.666683713f;
    EVERY_PAIR p[i] = p[i] * m[i] + 0.999999759f;
    EVERY_PAIR p[i] = p[i] * m[i] - 1.99999995f;
    EVERY_PAIR radius[i] = root_of_floats(p[i] * m[i] - 1.38629436f * octaves[i]);
    EVERY_PAIR {
        const float grain = 7.31459033e-10f; /* pi/2 / 2^31 */
        floats turn = __builtin_convertvector(angle_word[i] ^ radius_word[i] << 28, floats);
        x[i] = turn * grain + (float)(1 << zeros[i]) * 0.5f * grain;
        v[i] = x[i] * x[i];
    }
    EVERY_PAIR sine[i] = 2.60522489e-06f * v[i] - 0.000198090753f;
    EVERY_PAIR cosine[i] = 2.31539313e-05f * v[i] - 0.00138537043f;
    EVERY_PAIR sine[i] = sine[i] * v[i] + 0.00833305106f;
    EVERY_PAIR cosine[i] = cosine[i] * v[i] + 0.0416635847f;
    EVERY_PAIR sine[i] = sine[i] * v[i] - 0.16666658f;
    EVERY_PAIR cosine[i] = cosine[i] * v[i] - 0.499999053f;
    EVERY_PAIR sine[i] = sine[i] * v[i] + 0.999999996f;
    EVERY_PAIR cosine[i] = cosine[i] * v[i] + 0.999999953f;
    EVERY_PAIR {
        out[2 * i] = (floats)((ints)(cosine[i] * radius[i]) ^ radius_word[i] << 31);
        out[2 * i + 1] = sine[i] * (x[i] * radius[i]);
    }
#undef EVERY_PAIR
}

#endif
