/* Random numbers of whole packs of units; the arithmetic is philox.h's. */
#ifndef ND_ENGINE_KERNELS_GAUSSIANS_H
#define ND_ENGINE_KERNELS_GAUSSIANS_H

#include "engine/kernels/philox.h"

/* One block gives three pairs: three words make the radii, the fourth all three angles (the whole
 * of it the first, its lower 22 bits the second, its lowest 12 the third). */
enum { PER_BLOCK = 6, PER_VECTOR = ND_SINGLE ? 6 : 12 };

/* How many vectors of words are made before they are turned into Gaussians: separate, long loops
 * let their chains of dependent operations overlap. */
enum { PACK_BATCH = 16 };

/* What is known of the first blocks of any unit; of those after them it is made when wanted. */
enum { BLOCKS_KNOWN = 64 };

/* Where the next vector of words comes from: `vectors` of each group of units. A vector holds one
 * block of 2 QUADS units (single precision), or two blocks of QUADS units (double). */
typedef struct source {
    address at;
    const uint32_t *unit; /* of the present group */
    size_t vector, vectors;
    unit_part units[2];
    block_part blocks[BLOCKS_KNOWN];
} source;

INLINE void read_units(source *from) {
    uint64_t lanes[2 * QUADS];
    for (int lane = 0; lane < 2 * QUADS; lane++)
        lanes[lane] = from->unit[lane % LANES];
    from->units[0] = unit_part_of(&from->at, quads_of(lanes));
    from->units[1] = unit_part_of(&from->at, quads_of(lanes + QUADS));
}

INLINE void next_words(source *from, ints words[4]) {
    if (from->vector == from->vectors) {
        from->vector = 0;
        from->unit += LANES;
        read_units(from);
    }
    enum { BLOCKS = PER_VECTOR / PER_BLOCK };
    size_t block = from->vector++ * BLOCKS;
    const block_part *here = from->blocks + block;
    block_part later[2];
    if (block + BLOCKS > BLOCKS_KNOWN) {
        for (size_t i = 0; i < BLOCKS; i++)
            later[i] = block_part_of(&from->at, all_quads(block + i));
        here = later;
    }
    quads first[4], second[4];
    philox_of(&from->at, here, &from->units[0], first);
    philox_of(&from->at, here + BLOCKS - 1, &from->units[1], second);
    for (int i = 0; i < 4; i++)
        words[i] = low_halves(first[i], second[i]);
}

/* Writes a vector of Gaussians as one row of floats, or as two rows of doubles six rows apart. */
INLINE void store_row(real *out, floats value) {
#if ND_SINGLE
    store(out, value);
#else
    store(out, first_half(value));
    store(out + 6 * LANES, second_half(value));
#endif
}

/* For each of `groups` groups of LANES units, `count` (a multiple of 12) Gaussians of each unit,
 * times their scale: out[group][i][lane]. `unit` is groups x LANES; `scale` comes from
 * spread_scale. */
static void unit_gaussians(uint64_t seed, nd_purpose purpose, uint64_t step, const uint32_t *unit,
                           size_t groups, size_t count, const float *scale, real *out) {
    source from; /* not all blocks are wanted: they are not set to zero */
    from.at = address_of(seed, purpose, step);
    from.unit = unit;
    from.vector = 0;
    from.vectors = count / PER_VECTOR;
    const size_t all = groups * from.vectors;
    size_t vector = 0;
    if (all)
        read_units(&from);
    for (size_t block = 0; block < count / PER_BLOCK && block < BLOCKS_KNOWN; block++)
        from.blocks[block] = block_part_of(&from.at, all_quads(block));
    for (size_t start = 0; start < all; start += PACK_BATCH) {
        size_t batch = all - start < PACK_BATCH ? all - start : PACK_BATCH;
        ints words[PACK_BATCH][4];
        for (size_t b = 0; b < batch; b++)
            next_words(&from, words[b]);
        for (size_t b = 0; b < batch; b++, out += PER_VECTOR * LANES) {
            const floats *factor = (const floats *)scale + 6 * vector;
            vector = vector + 1 == from.vectors ? 0 : vector + 1;
            for (int pair = 0; pair < 3; pair++) {
                floats first, second;
                box_muller(words[b][pair], words[b][3] << 10 * pair, &first, &second);
                store_row(out + 2 * pair * LANES, first * factor[2 * pair]);
                store_row(out + (2 * pair + 1) * LANES, second * factor[2 * pair + 1]);
            }
        }
    }
}

/* `count` scales (a multiple of 12) as unit_gaussians meets them; spread has room for count FLOATS.
 */
static void spread_scale(size_t count, const float *scale, float *spread) {
    const size_t width = ND_SINGLE ? FLOATS : FLOATS / 2;
    for (size_t i = 0; i < count; i++) {
        size_t vector = i / PER_VECTOR * 6 + i % 6, half = i % PER_VECTOR / 6;
        for (size_t lane = 0; lane < width; lane++)
            spread[vector * FLOATS + half * width + lane] = scale[i];
    }
}

/* out = base + scale u for a vector of whole numbers of 32 random bits, u uniform in (-1/2, 1/2).
 */
INLINE void blur_uniform(ints words, real scale, const real *base, real *out) {
#if ND_SINGLE
    reals u = __builtin_convertvector(words, floats) * 0x1p-32f + 0x1p-33f;
    store(out, load(base) + broadcast(scale) * u);
#else
    half_ints half[2];
    __builtin_memcpy(half, &words, sizeof half);
    for (int i = 0; i < 2; i++) {
        reals u = doubles_of_ints(half[i]) * 0x1p-32 + 0x1p-33;
        store(out + i * LANES, load(base + i * LANES) + broadcast(scale) * u);
    }
#endif
}

/* The same for a vector of Gaussians. */
INLINE void blur_gaussian(floats values, real scale, const real *base, real *out) {
#if ND_SINGLE
    store(out, load(base) + broadcast(scale) * values);
#else
    store(out, load(base) + broadcast(scale) * first_half(values));
    store(out + LANES, load(base + LANES) + broadcast(scale) * second_half(values));
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
    for (size_t start = 0; start < count; start += STREAM, base += STREAM, out += STREAM) {
        ints words[16 / FLOATS][4];
        UNROLL
        for (size_t lane = 0; lane < 16; lane += FLOATS)
            stream_words(&at, start / 4 + lane, words[lane / FLOATS]);
        UNROLL
        for (size_t lane = 0; lane < 16; lane += FLOATS)
            for (size_t i = 0; i < 4; i += 2) {
                const ints *word = words[lane / FLOATS] + i;
                size_t first = 16 * i + lane, second = first + 16;
                if (gaussian) {
                    floats one, other;
                    box_muller(word[0], word[1], &one, &other);
                    blur_gaussian(one, scale, base + first, out + first);
                    blur_gaussian(other, scale, base + second, out + second);
                } else {
                    blur_uniform(word[0], scale, base + first, out + first);
                    blur_uniform(word[1], scale, base + second, out + second);
                }
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

/* As unit_gaussians for single units: the lanes of a vector are neighbouring blocks of one unit;
 * `count` is a multiple of 6 FLOATS. */
static void row_gaussians(uint64_t seed, nd_purpose purpose, uint64_t step, const uint32_t *unit,
                          size_t units, size_t count, const float *scale, void *out) {
    (void)scale;
    const address at = address_of(seed, purpose, step);
    const size_t vectors = count / (6 * FLOATS), all = units * vectors;
    uint64_t first_lanes[2 * QUADS];
    for (int lane = 0; lane < 2 * QUADS; lane++)
        first_lanes[lane] = (uint64_t)lane;
    const quads lanes[2] = {quads_of(first_lanes), quads_of(first_lanes + QUADS)};
    block_part known[BLOCKS_KNOWN];
    for (size_t i = 0; i < 2 * vectors && i < BLOCKS_KNOWN; i++)
        known[i] = block_part_of(&at, all_quads(i / 2 * FLOATS) + lanes[i % 2]);
    floats *to = out;
    size_t made = 0;
    for (size_t start = 0; start < all; start += PACK_BATCH) {
        size_t batch = all - start < PACK_BATCH ? all - start : PACK_BATCH;
        ints words[PACK_BATCH][4];
        for (size_t b = 0; b < batch; b++) {
            const unit_part of_unit = unit_part_of(&at, all_quads(*unit));
            const block_part *here = known + 2 * made;
            block_part later[2];
            if (2 * made >= BLOCKS_KNOWN) {
                for (int i = 0; i < 2; i++)
                    later[i] = block_part_of(&at, all_quads(made * FLOATS) + lanes[i]);
                here = later;
            }
            quads first[4], second[4];
            philox_of(&at, here, &of_unit, first);
            philox_of(&at, here + 1, &of_unit, second);
            for (int i = 0; i < 4; i++)
                words[b][i] = low_halves(first[i], second[i]);
            if (++made == vectors) {
                made = 0;
                unit++;
            }
        }
        for (size_t b = 0; b < batch; b++, to += 6)
            for (int pair = 0; pair < 3; pair++)
                box_muller(words[b][pair], words[b][3] << 10 * pair, to + 2 * pair,
                           to + 2 * pair + 1);
    }
}

static void row_scale(size_t count, const float *scale, float *spread) {
    __builtin_memcpy(spread, scale, count * sizeof *scale);
}

#endif
