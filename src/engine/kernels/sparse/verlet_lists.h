/* Which samples drive a unit (ReLU), found without trying all of them.
 *
 * A unit keeps a list of doubtful samples: those whose drive was within |x~_s|' reach of threshold
 * when the list was made. All others stay on their side until its input side has moved by more than
 * `reach`, which is checked every step; so nothing is ever missed, and the result does not depend
 * on when lists are made. (Molecular dynamics calls them Verlet lists.) The movement d is measured
 * by |D^1/2 d|, the samples by |x~_s|' = |D^-1/2 x~_s|, D diagonal: |x~_s.d| is at most the product
 * of both (Cauchy-Schwarz), whatever D. In coordinates of very different size, as the principal
 * directions of similar samples are, D in proportion to that size makes this bound much tighter
 * (2.5 times for the Figure 2 run) than D = 1. */
#ifndef ND_ENGINE_KERNELS_SPARSE_VERLET_LISTS_H
#define ND_ENGINE_KERNELS_SPARSE_VERLET_LISTS_H

#include "engine/kernels.h"
#include "engine/kernels/sparse/rows.h"

/* A slot's list; in memory it is followed by four sets of bits, which of the doubtful drove it last
 * (verdict_words), `place` (padded rank), and the doubtful samples and the single ones (n each;
 * intervals.h). */
typedef struct verlet_list {
    real reach;
    uint32_t doubtful, active, age;
    uint32_t endpoints;        /* where its intervals begin and end, in turns */
    uint32_t singles, outside; /* single samples; the first `outside` are not in an interval */
    bool made;
    bool fresh; /* nobody has asked yet */
} verlet_list;

enum { LIST_HEAD = 40, WORD = 64, LINE = 64 }; /* bytes, bits, bytes of a cache line */
_Static_assert(sizeof(verlet_list) <= LIST_HEAD, "room for the head of a list");

/* Samples are dealt with four, or a vector, at a time, and lists of them are padded. */
INLINE size_t samples_room(const nd_layer *layer) {
    return padded(layer->samples + padded(1));
}

/* Words of a set of samples as bits. */
INLINE size_t words_of(const nd_layer *layer) {
    return layer->samples / WORD + 1; /* one bit more than samples at least */
}

/* Quartets of samples whose verdicts, a byte each, make a word. */
enum { VERDICTS = 8 };

/* Quartets of so many samples. */
INLINE size_t quartets_of(size_t samples) {
    return (samples + 3) / 4;
}

/* Words of their verdicts. */
INLINE size_t verdict_words(size_t samples) {
    return (quartets_of(samples) + VERDICTS - 1) / VERDICTS;
}

/* Bytes before `place`. */
INLINE size_t list_front(const nd_layer *layer) {
    size_t words = 4 * words_of(layer) + verdict_words(layer->samples);
    size_t bytes = LIST_HEAD + words * sizeof(uint64_t);
    return (bytes + ND_BYTES - 1) / ND_BYTES * ND_BYTES;
}

/* Bytes of a slot's list. */
static size_t list_bytes(const nd_layer *layer) {
    size_t bytes = list_front(layer) + padded(layer->rank) * sizeof(real) +
                   2 * samples_room(layer) * sizeof(uint32_t);
    return (bytes + LINE - 1) / LINE * LINE;
}

/* The list of a slot. */
INLINE verlet_list *verlet_list_of(const nd_layer *layer, const nd_pack *pack, size_t slot) {
    return (verlet_list *)(void *)((char *)pack->sparse.lists + slot * list_bytes(layer));
}

/* Bit s: sample s drives the unit for certain. */
INLINE uint64_t *certain_of(verlet_list *l) {
    return (uint64_t *)(void *)((char *)l + LIST_HEAD);
}

/* Bit s: sample s is among the doubtful. */
INLINE uint64_t *doubts_of(const nd_layer *layer, verlet_list *l) {
    return certain_of(l) + words_of(layer);
}

/* Bit s: sample s drives the unit. Bits from n on are 0. */
INLINE uint64_t *signs_of(const nd_layer *layer, verlet_list *l) {
    return certain_of(l) + 2 * words_of(layer);
}

/* Bit s: sample s lies in one of the unit's intervals (intervals.h). */
INLINE uint64_t *covered_of(const nd_layer *layer, verlet_list *l) {
    return certain_of(l) + 3 * words_of(layer);
}

/* Which of the doubtful drove the unit last: four bits of a byte for every four of them. */
INLINE uint64_t *verdicts_of(const nd_layer *layer, verlet_list *l) {
    return certain_of(l) + 4 * words_of(layer);
}

/* Where the input side was when the list was made: padded rank reals. */
INLINE real *place_of(const nd_layer *layer, verlet_list *l) {
    return (real *)(void *)((char *)l + list_front(layer));
}

/* The doubtful samples, n at most, padded with rows of zeros. */
INLINE uint32_t *doubtful_of(const nd_layer *layer, verlet_list *l) {
    return (uint32_t *)(void *)(place_of(layer, l) + padded(layer->rank));
}

/* The single samples: active ones outside of intervals, then silent ones inside. */
INLINE uint32_t *singles_of(const nd_layer *layer, verlet_list *l) {
    return doubtful_of(layer, l) + samples_room(layer);
}

/* A slot's input side: padded rank reals. */
INLINE const real *side_of(const nd_layer *layer, const nd_pack *pack, size_t slot) {
    return (const real *)pack->parameters + slot * layer->stored;
}

/* A vector's share of how far a slot's input side has moved since its list was made, squared. */
INLINE reals moved_here(const nd_layer *layer, reals side, const real *place, size_t at) {
    reals difference = side - load(place + at);
    return difference * difference * load((const real *)layer->sparse.list_weights + at);
}

/* How far it has moved, squared. */
INLINE real distance_moved(const nd_layer *layer, const nd_pack *pack, size_t slot,
                           verlet_list *l) {
    const real *side = side_of(layer, pack, slot), *place = place_of(layer, l);
    reals sum = {0};
    for (size_t i = 0; i < padded(layer->rank); i += LANES)
        sum += moved_here(layer, load(side + i), place, i);
    return sum_of_lanes(sum);
}

/* Which of the lanes of a are above those of b, as bits. */
INLINE uint64_t bits_above(reals a, reals b) {
#if ND_BYTES == 64 && ND_SINGLE
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_GT_OQ);
#elif ND_BYTES == 64
    return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_GT_OQ);
#elif ND_BYTES == 32 && ND_SINGLE
    return (uint64_t)(unsigned)_mm256_movemask_ps(_mm256_cmp_ps((__m256)a, (__m256)b, _CMP_GT_OQ));
#elif ND_BYTES == 32
    return (uint64_t)(unsigned)_mm256_movemask_pd(
        _mm256_cmp_pd((__m256d)a, (__m256d)b, _CMP_GT_OQ));
#else
    uint64_t bits = 0;
    for (int lane = 0; lane < LANES; lane++)
        bits |= (uint64_t)(a[lane] > b[lane]) << lane;
    return bits;
#endif
}

/* The lowest `count` of 64 bits. */
INLINE uint64_t lowest_bits(uint64_t bits, size_t count) {
    return count < WORD ? bits & (((uint64_t)1 << count) - 1) : bits;
}

/* The places of the ones of a word, from `first` on, written out; returns how many. */
INLINE uint32_t write_out(uint64_t bits, size_t first, uint32_t *to) {
    uint32_t count = 0;
    for (; bits; bits &= bits - 1)
        to[count++] = (uint32_t)first + (uint32_t)__builtin_ctzll(bits);
    return count;
}

/* Samples, rounded up to whole tiles of vectors of them. */
INLINE size_t samples_across(const nd_layer *layer) {
    const size_t tile = TILE * LANES;
    return (layer->samples + tile - 1) / tile * tile;
}

/* A slot's drive at every sample, samples side by side; `drive` is samples_across long. */
static void all_drives(const nd_layer *layer, const nd_pack *pack, size_t slot, real *drive) {
    const real *side = side_of(layer, pack, slot);
    const size_t across = samples_across(layer);
    for (size_t s = 0; s < across; s += TILE * LANES) {
        const real *x = (const real *)layer->sparse.across + s;
        reals sum[TILE] = {{0}};
        for (size_t k = 0; k < layer->rank; k++, x += across) {
            reals weight = broadcast(side[k]);
            UNROLL
            for (int i = 0; i < TILE; i++)
                sum[i] += weight * load(x + i * LANES);
        }
        for (int i = 0; i < TILE; i++)
            store(drive + s + i * LANES, sum[i]);
    }
}

/* A fresh list. Its reach grows when lists wear out soon, and shrinks when they last. */
static void make_verlet_list(const nd_layer *layer, const nd_pack *pack, size_t slot,
                             verlet_list *l, real *drive) {
    size_t n = layer->samples;
    const real *lengths = layer->sparse.list_lengths;
    uint64_t *certain = certain_of(l), *doubts = doubts_of(layer, l);
    if (!l->made)
        l->reach = (real)layer->sparse.first_reach;
    else if (l->age < 16)
        l->reach *= (real)1.25;
    else if (l->age > 48)
        l->reach *= (real)0.8;
    all_drives(layer, pack, slot, drive);
    l->doubtful = 0;
    for (size_t word = 0; word < words_of(layer); word++) {
        size_t from = word * WORD, count = n - from < WORD ? n - from : WORD;
        uint64_t above = 0, possible = 0;
        for (size_t i = 0; i < count; i += LANES) {
            reals here = load_unaligned(drive + from + i);
            reals margin = broadcast(l->reach) * load_unaligned(lengths + from + i);
            above |= bits_above(here, margin) << i;
            possible |= bits_above(here, -margin) << i;
        }
        certain[word] = lowest_bits(above, count);
        doubts[word] = lowest_bits(possible, count) & ~certain[word];
        l->doubtful += write_out(doubts[word], from, doubtful_of(layer, l) + l->doubtful);
    }
    pad_list(doubtful_of(layer, l), l->doubtful, n);
    l->age = 0;
    l->made = l->fresh = true;
    __builtin_memcpy(place_of(layer, l), side_of(layer, pack, slot),
                     padded(layer->rank) * sizeof(real));
}

/* The lowest bits, one by one, to the places where mask has ones. */
INLINE uint64_t spread_bits(uint64_t bits, uint64_t mask) {
#ifdef __BMI2__
    return _pdep_u64(bits, mask);
#else
    uint64_t out = 0;
    for (; mask; mask &= mask - 1, bits >>= 1)
        out |= (bits & 1) ? mask & -mask : 0;
    return out;
#endif
}

/* Four bits of every byte, side by side. */
INLINE uint64_t close_up(uint64_t verdicts) {
    verdicts = (verdicts | verdicts >> 4) & 0x00ff00ff00ff00ffu;
    verdicts = (verdicts | verdicts >> 8) & 0x0000ffff0000ffffu;
    return (verdicts | verdicts >> 16) & 0xffffffffu;
}

/* The list of a slot that has moved by `moved`, squared, since it was made: a fresh one if that is
 * too far. The margin of a part in a thousand covers the rounding of either side. */
INLINE verlet_list *valid_verlet_list(const nd_layer *layer, const nd_pack *pack, size_t slot,
                                      real moved, real *drive) {
    verlet_list *l = verlet_list_of(layer, pack, slot);
    if (!l->made || !(moved < (real)0.998 * l->reach * l->reach))
        make_verlet_list(layer, pack, slot, l, drive);
    l->age++;
    return l;
}

/* Takes new verdicts, of which whole words can be read; true: they are not those of the step
 * before, or nobody has asked yet. */
INLINE bool take_verdicts(const nd_layer *layer, verlet_list *l, const uint8_t *verdicts) {
    uint64_t *known = verdicts_of(layer, l), changes = l->fresh;
    size_t left = quartets_of(l->doubtful);
    for (; left; known++, verdicts += VERDICTS) {
        size_t here = left < VERDICTS ? left : VERDICTS;
        uint64_t now;
        __builtin_memcpy(&now, verdicts, sizeof now);
        now &= ~(uint64_t)0 >> 8 * (VERDICTS - here);
        changes |= now ^ *known;
        *known = now;
        left -= here;
    }
    l->fresh = false;
    return changes != 0;
}

/* 64 bits from place `from` on. */
INLINE uint64_t bits_from(const uint64_t *bits, size_t from) {
    size_t word = from / WORD, shift = from % WORD;
    return bits[word] >> shift | bits[word + 1] << 1 << (WORD - 1 - shift);
}

/* The samples that drive a slot, as bits, from its verdicts; true: they are not those known before.
 * `positive`: scratch, words_of + 1. */
static bool find_signs(const nd_layer *layer, verlet_list *l, uint64_t *positive) {
    const uint64_t *verdicts = verdicts_of(layer, l), *certain = certain_of(l),
                   *doubts = doubts_of(layer, l);
    uint64_t *signs = signs_of(layer, l), changes = 0;
    size_t words = words_of(layer);
    __builtin_memset(positive, 0, (words + 1) * sizeof *positive);
    for (size_t word = 0; word < verdict_words(l->doubtful); word++)
        positive[word / 2] |= close_up(verdicts[word]) << word % 2 * (WORD / 2);
    l->active = 0;
    for (size_t word = 0, place = 0; word < words; word++) {
        uint64_t now = certain[word] | spread_bits(bits_from(positive, place), doubts[word]);
        changes |= now ^ signs[word];
        signs[word] = now;
        place += (size_t)__builtin_popcountll(doubts[word]);
        l->active += (uint32_t)__builtin_popcountll(now);
    }
    return changes != 0;
}

#endif
