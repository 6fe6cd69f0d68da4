/* Random numbers of whole packs of units; the arithmetic is philox.h's. */
#ifndef ND_ENGINE_KERNELS_GAUSSIANS_H
#define ND_ENGINE_KERNELS_GAUSSIANS_H

#include "engine/kernels/philox.h"

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
