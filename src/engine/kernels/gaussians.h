/* Random numbers in bulk: Philox 4x32-10 (Salmon et al. 2011) and Box-Muller, whole vectors at a
 * time. Addresses as in base/random.h: (seed, purpose, unit, step, block), four words a block.
 *
 * Gaussians are made in single precision also for double runs: 31 bits make the radius, so that it
 * reaches 6.6 standard deviations (beyond it a Gaussian falls once in 3.7e10 draws), the other word
 * makes the angle, its two lowest bits the quadrant. The polynomials are minimax fits of this
 * project's own, good to 3e-8. */
#ifndef ND_ENGINE_KERNELS_GAUSSIANS_H
#define ND_ENGINE_KERNELS_GAUSSIANS_H

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
    floats x = __builtin_convertvector(angle_word, floats) * 3.65720590e-10f; /* pi/4 / 2^31 */
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

/* For each of `groups` groups of LANES units, `count` (a multiple of 8) Gaussians of each unit,
 * times scale[i]: out[group][i][lane]. `unit` is groups x LANES. */
static void unit_gaussians(uint64_t seed, nd_purpose purpose, uint64_t step, const uint32_t *unit,
                           size_t groups, size_t count, const float *scale, real *out) {
    const address at = address_of(seed, purpose, step);
    /* A vector of words holds one block of 2 QUADS units, or two blocks of QUADS units. */
    const size_t stride = ND_SINGLE ? 4 : 8;
    for (size_t group = 0; group < groups; group++, unit += LANES, out += count * LANES) {
        uint64_t lanes[2 * QUADS];
        for (int lane = 0; lane < 2 * QUADS; lane++)
            lanes[lane] = unit[lane % LANES];
        const quads units[2] = {quads_of(lanes), quads_of(lanes + QUADS)};
        for (size_t start = 0; start < count; start += BATCH * stride) {
            size_t left = (count - start) / stride, batch = left < BATCH ? left : BATCH;
            ints words[BATCH][4];
            for (size_t b = 0; b < batch; b++) {
                size_t block = (start + b * stride) / 4;
                quads first[4], second[4];
                philox(&at, all_quads(block), units[0], first);
                philox(&at, all_quads(ND_SINGLE ? block : block + 1), units[1], second);
                for (int i = 0; i < 4; i++)
                    words[b][i] = low_halves(first[i], second[i]);
            }
            for (size_t pair = 0; pair < 2 * batch; pair++) {
                floats value[2];
                const ints *word = &words[pair / 2][2 * (pair % 2)];
                box_muller(word[0], word[1], &value[0], &value[1]);
                size_t row = start + pair / 2 * stride + 2 * (pair % 2);
                for (size_t i = row; i < row + 2; i++) {
#if ND_SINGLE
                    store(out + i * LANES, value[i - row] * scale[i]);
#else
                    store(out + i * LANES, first_half(value[i - row]) * (double)scale[i]);
                    store(out + (i + 4) * LANES,
                          second_half(value[i - row]) * (double)scale[i + 4]);
#endif
                }
            }
        }
    }
}

/* Whole numbers of 32 random bits as reals uniform in (-1/2, 1/2). */
INLINE void centred_uniforms(ints words, real *out) {
#if ND_SINGLE
    store(out, __builtin_convertvector(words, floats) * 0x1p-32f + 0x1p-33f);
#else
    for (int lane = 0; lane < FLOATS; lane++)
        out[lane] = (double)words[lane] * 0x1p-32 + 0x1p-33;
#endif
}

/* The four words of 2 QUADS blocks from `block` on, of unit 0. */
INLINE void stream_words(const address *at, size_t block, ints words[4]) {
    uint64_t blocks[2 * QUADS];
    quads first[4], second[4];
    for (int lane = 0; lane < 2 * QUADS; lane++)
        blocks[lane] = block + (size_t)lane;
    philox(at, quads_of(blocks), all_quads(0), first);
    philox(at, quads_of(blocks + QUADS), all_quads(0), second);
    for (int i = 0; i < 4; i++)
        words[i] = low_halves(first[i], second[i]);
}

/* Blocks are taken 16 at a time whatever the vectors' width: word w of block b is number
 * b / 16 * 64 + 16 w + b % 16, on every instruction set. */
enum { STREAM = 64 };

/* out[i] = base[i] + scale u, u uniform in (-1/2, 1/2) or a standard Gaussian; both arrays have
 * room for `count` rounded up to STREAM. */
static void blur(uint64_t seed, nd_purpose purpose, uint64_t step, bool gaussian, real scale,
                 size_t count, const real *base, real *out) {
    const address at = address_of(seed, purpose, step);
    for (size_t start = 0; start < count; start += STREAM)
        for (size_t lane = 0; lane < 16; lane += FLOATS) {
            ints words[4];
            real values[4][FLOATS] __attribute__((aligned(ND_BYTES)));
            stream_words(&at, start / 4 + lane, words);
            for (int i = 0; i < 4; i += 2) {
                if (gaussian) {
                    floats first, second;
                    box_muller(words[i], words[i + 1], &first, &second);
                    for (int k = 0; k < FLOATS; k++) {
                        values[i][k] = first[k];
                        values[i + 1][k] = second[k];
                    }
                } else {
                    centred_uniforms(words[i], values[i]);
                    centred_uniforms(words[i + 1], values[i + 1]);
                }
            }
            for (size_t i = 0; i < 4; i++)
                for (size_t k = 0; k < FLOATS; k++) {
                    size_t index = start + 16 * i + lane + k;
                    out[index] = base[index] + scale * values[i][k];
                }
        }
}

/* Dropout masks, out[group][i][lane]: 0 with probability `dropped`, else 1/(1-dropped). */
static void unit_masks(uint64_t seed, uint64_t step, const uint32_t *unit, size_t groups,
                       size_t count, double dropped, real *out) {
    const address at = address_of(seed, ND_FOR_DROPOUT, step);
    const real kept = (real)(1 / (1 - dropped));
    const double limit = dropped * 0x1p32;
    for (size_t group = 0; group < groups; group++, unit += LANES, out += count * LANES)
        for (size_t lane = 0; lane < LANES; lane += QUADS) {
            uint64_t lanes[QUADS];
            quads words[4] = {{0}};
            for (size_t k = 0; k < QUADS; k++)
                lanes[k] = unit[lane + k];
            for (size_t i = 0; i < count; i++) {
                if (i % 4 == 0)
                    philox(&at, all_quads(i / 4), quads_of(lanes), words);
                for (size_t k = 0; k < QUADS; k++)
                    out[i * LANES + lane + k] =
                        (double)(uint32_t)words[i % 4][k] < limit ? 0 : kept;
            }
        }
}

#endif
