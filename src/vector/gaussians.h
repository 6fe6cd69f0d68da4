/* Random numbers of whole packs of units; the arithmetic is philox.h's. */
#ifndef ND_VECTOR_GAUSSIANS_H
#define ND_VECTOR_GAUSSIANS_H

#include "vector/philox.h"

/* One block gives three pairs: three words make the radii, the fourth all three angles (the whole
 * of it the first, its lower 22 bits the second, its lowest 12 the third). */
enum { PER_BLOCK = 6, PER_VECTOR = ND_SINGLE ? 6 : 12 };
static const int ANGLE_SHIFT[] = {0, 10, 20};

/* How many vectors of words are made before they are turned into Gaussians: separate, long loops
 * let their chains of dependent operations overlap. */
enum { PACK_BATCH = 16 };

/* What is known of the blocks of the first vectors of any unit; of those after them it is made when
 * wanted. */
enum { VECTORS_KNOWN = 64 };

/* Where the next vectors of words come from. A vector has FLOATS lanes: `across` units (LANES in a
 * group, 1 in a row) with FLOATS / across neighbouring blocks of each; there are `vectors` of them
 * before the next units. Words are made in two halves, each as wide, and put together by
 * low_halves. */
typedef struct source {
    address at;
    const uint32_t *unit; /* the next */
    size_t vector, vectors, turn;
    unit_part units[2][2];  /* [turn][half]: those of the present units, and of the ones before */
    block_part later[2][2]; /* [vector % 2][half] */
    block_part blocks[VECTORS_KNOWN][2]; /* [vector][half] */
} source;

/* The next units are the present ones. */
INLINE void read_units(source *from, const size_t across) {
    from->turn = !from->turn;
    for (size_t half = 0; half < 2; half++) {
        uint64_t units[QUADS];
        for (size_t quad = 0; quad < QUADS; quad++)
            units[quad] = from->unit[lane_of(half, quad) % across];
        make_unit_part(&from->at, quads_of(units), &from->units[from->turn][half]);
    }
    from->unit += across;
    from->vector = 0;
}

/* What is known of the blocks of a vector, of both halves. */
INLINE void read_blocks(const source *from, const size_t across, size_t vector,
                        block_part blocks[2]) {
    for (size_t half = 0; half < 2; half++) {
        uint64_t block[QUADS];
        for (size_t quad = 0; quad < QUADS; quad++)
            block[quad] = vector * (FLOATS / across) + lane_of(half, quad) / across;
        make_block_part(&from->at, quads_of(block), &blocks[half]);
    }
}

/* A source of the words of units from `unit` on, `vectors` vectors for each. */
INLINE void open_source(source *from, uint64_t seed, nd_purpose purpose, uint64_t step,
                        const uint32_t *unit, const size_t across, size_t vectors) {
    make_address(seed, purpose, step, &from->at);
    from->unit = unit;
    from->turn = 0;
    from->vector = from->vectors = vectors; /* units are read when wanted */
    for (size_t vector = 0; vector < vectors && vector < VECTORS_KNOWN; vector++)
        read_blocks(from, across, vector, from->blocks[vector]);
}

/* The next `vectors` vectors of words, 1 or 2. */
INLINE void next_words(source *from, const size_t across, const int vectors, ints (*words)[4]) {
    const block_part *block[4];
    const unit_part *unit[4];
    quads halves[4][4];
    for (int i = 0; i < vectors; i++) {
        if (from->vector == from->vectors)
            read_units(from, across);
        size_t vector = from->vector++;
        bool known = vector < VECTORS_KNOWN;
        const block_part *here = known ? from->blocks[vector] : from->later[vector % 2];
        if (!known)
            read_blocks(from, across, vector, from->later[vector % 2]);
        for (int half = 0; half < 2; half++) {
            block[2 * i + half] = here + half;
            unit[2 * i + half] = from->units[from->turn] + half;
        }
    }
    philox_of(&from->at, 2 * vectors, block, unit, halves);
    for (int i = 0; i < vectors; i++)
        for (int word = 0; word < 4; word++)
            words[i][word] = low_halves(halves[2 * i][word], halves[2 * i + 1][word]);
}

/* The next `batch` vectors of words, two at a time. */
INLINE void next_batch(source *from, const size_t across, size_t batch, ints (*words)[4]) {
    size_t made = 0;
    for (; made + 1 < batch; made += 2)
        next_words(from, across, 2, words + made);
    if (made < batch)
        next_words(from, across, 1, words + made);
}

/* The three pairs of every lane's block. */
INLINE void three_pairs(const ints words[4], floats out[PER_BLOCK]) {
    ints angle[3];
    UNROLL
    for (int pair = 0; pair < 3; pair++)
        angle[pair] = words[3] << ANGLE_SHIFT[pair];
    box_muller(3, words, angle, ANGLE_SHIFT, out);
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
    open_source(&from, seed, purpose, step, unit, LANES, count / PER_VECTOR);
    const size_t all = groups * from.vectors;
    size_t vector = 0;
    for (size_t start = 0; start < all; start += PACK_BATCH) {
        size_t batch = all - start < PACK_BATCH ? all - start : PACK_BATCH;
        ints words[PACK_BATCH][4];
        next_batch(&from, LANES, batch, words);
        for (size_t b = 0; b < batch; b++, out += PER_VECTOR * LANES) {
            const floats *factor = (const floats *)scale + PER_BLOCK * vector;
            vector = vector + 1 == from.vectors ? 0 : vector + 1;
            floats made[PER_BLOCK];
            three_pairs(words[b], made);
            UNROLL
            for (int i = 0; i < PER_BLOCK; i++)
                store_row(out + i * LANES, made[i] * factor[i]);
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

/* Blocks are taken 16 at a time whatever the vectors' width: word w of block b is number
 * b / 16 * 64 + 16 w + b % 16, on every instruction set. */
enum { STREAM = 64 };

/* out[i] = base[i] + scale u, u uniform in (-1/2, 1/2) or a standard Gaussian; both arrays have
 * room for `count` rounded up to STREAM. */
static void blur(uint64_t seed, nd_purpose purpose, uint64_t step, bool gaussian, real scale,
                 size_t count, const real *base, real *out) {
    address at;
    make_address(seed, purpose, step, &at);
    for (size_t start = 0; start < count; start += STREAM, base += STREAM, out += STREAM) {
        ints words[16 / FLOATS][4];
        UNROLL
        for (size_t lane = 0; lane < 16; lane += FLOATS)
            stream_words(&at, 0, start / 4 + lane, words[lane / FLOATS]);
        UNROLL
        for (size_t lane = 0; lane < 16; lane += FLOATS)
            for (size_t i = 0; i < 4; i += 2) {
                const ints *word = words[lane / FLOATS] + i;
                size_t first = 16 * i + lane, second = first + 16;
                if (gaussian) {
                    floats made[2];
                    box_muller(1, word, word + 1, NO_ZEROS, made);
                    blur_gaussian(made[0], scale, base + first, out + first);
                    blur_gaussian(made[1], scale, base + second, out + second);
                } else {
                    blur_uniform(word[0], scale, base + first, out + first);
                    blur_uniform(word[1], scale, base + second, out + second);
                }
            }
    }
}

/* `count` standard Gaussians of one unit, six from a block one after the other: the same on every
 * instruction set, but for rounding. */
static void walk_gaussians(uint64_t seed, nd_purpose purpose, uint32_t unit, uint64_t step,
                           size_t count, double *out) {
    enum { GAUSSIANS_AT_ONCE = PER_BLOCK * FLOATS };
    address at;
    make_address(seed, purpose, step, &at);
    for (size_t start = 0; start < count; start += GAUSSIANS_AT_ONCE) {
        ints words[4];
        floats made[PER_BLOCK];
        stream_words(&at, unit, start / PER_BLOCK, words);
        three_pairs(words, made);
        for (size_t i = 0; i < GAUSSIANS_AT_ONCE && start + i < count; i++)
            out[start + i] = (double)made[i % PER_BLOCK][i / PER_BLOCK];
    }
}

/* Dropout masks, out[group][i][lane]: 0 with probability `dropped`, else 1/(1-dropped). */
static void unit_masks(uint64_t seed, uint64_t step, const uint32_t *unit, size_t groups,
                       size_t count, double dropped, real *out) {
    address at;
    make_address(seed, ND_FOR_DROPOUT, step, &at);
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
    source from; /* not all blocks are wanted: they are not set to zero */
    open_source(&from, seed, purpose, step, unit, 1, count / (PER_BLOCK * FLOATS));
    const size_t all = units * from.vectors;
    floats *to = out;
    for (size_t start = 0; start < all; start += PACK_BATCH) {
        size_t batch = all - start < PACK_BATCH ? all - start : PACK_BATCH;
        ints words[PACK_BATCH][4];
        next_batch(&from, 1, batch, words);
        for (size_t b = 0; b < batch; b++, to += PER_BLOCK)
            three_pairs(words[b], to);
    }
}

/* Nothing is spread: rows are scaled when used. */
static void row_scale(size_t count, const float *scale, float *spread) {
    __builtin_memcpy(spread, scale, count * sizeof *scale);
}

#endif
