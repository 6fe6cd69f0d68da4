/* Which samples drive a unit (ReLU), found without meeting all of them.
 *
 * A unit keeps a list of doubtful samples: those whose drive was within |x~_s|' reach of threshold
 * when the list was made. All others stay on their side until its input side has moved by more than
 * `reach`, which is checked every step; so nothing is ever missed, and the result does not depend
 * on when lists are made. (Molecular dynamics calls them Verlet lists.) The movement d is measured
 * by |D^1/2 d|, the samples by |x~_s|' = |D^-1/2 x~_s|, D diagonal: |x~_s.d| is at most the product
 * of both (Cauchy-Schwarz), whatever D. In coordinates of very different size, as the principal
 * directions of similar samples are, D in proportion to that size makes this bound much tighter
 * (2.5 times for the Figure 2 run) than D = 1. */
#ifndef ND_ENGINE_KERNELS_LISTS_H
#define ND_ENGINE_KERNELS_LISTS_H

#include "engine/kernels.h"
#include "engine/kernels/rows.h"

/* A slot's list; in memory it is followed by four sets of bits, `place` (padded rank), and the
 * doubtful samples and those it meets (n each; kernels/runs.h). */
typedef struct list {
    real reach;
    uint32_t doubtful, active, age;
    uint32_t edges;        /* where its runs begin and end, in turns */
    uint32_t met, outside; /* samples dealt with one by one; the first `outside` are not in a run */
    uint64_t positive;     /* where up to WORD are doubtful: which of them drove it last */
    bool made;
    bool fresh; /* nobody has asked yet */
    bool whole; /* the doubtful are all that may drive the unit, and none is certain */
} list;

enum { LIST_HEAD = 48, WORD = 64, LINE = 64 }; /* bytes, bits, bytes of a cache line */
_Static_assert(sizeof(list) <= LIST_HEAD, "room for the head of a list");

/* Samples are dealt with four, or a vector, at a time, and lists of them are padded. */
INLINE size_t samples_room(const nd_layer *layer) {
    return padded(layer->samples + padded(1));
}

INLINE size_t words_of(const nd_layer *layer) {
    return layer->samples / WORD + 1; /* one bit more than samples at least */
}

/* Bytes before `place`. */
INLINE size_t list_front(const nd_layer *layer) {
    size_t bytes = LIST_HEAD + 4 * words_of(layer) * sizeof(uint64_t);
    return (bytes + ND_BYTES - 1) / ND_BYTES * ND_BYTES;
}

static size_t list_bytes(const nd_layer *layer) {
    size_t bytes = list_front(layer) + padded(layer->rank) * sizeof(real) +
                   2 * samples_room(layer) * sizeof(uint32_t);
    return (bytes + LINE - 1) / LINE * LINE;
}

INLINE list *list_of(const nd_layer *layer, const nd_pack *pack, size_t slot) {
    return (list *)(void *)((char *)pack->lists + slot * list_bytes(layer));
}

/* Bit s: sample s drives the unit for certain. */
INLINE uint64_t *certain_of(list *l) {
    return (uint64_t *)(void *)((char *)l + LIST_HEAD);
}

/* Bit s: sample s is among the doubtful. */
INLINE uint64_t *doubts_of(const nd_layer *layer, list *l) {
    return certain_of(l) + words_of(layer);
}

/* Bit s: sample s drives the unit. Bits from n on are 0. */
INLINE uint64_t *signs_of(const nd_layer *layer, list *l) {
    return certain_of(l) + 2 * words_of(layer);
}

/* Bit s: sample s lies in one of the unit's runs (kernels/runs.h). */
INLINE uint64_t *covered_of(const nd_layer *layer, list *l) {
    return certain_of(l) + 3 * words_of(layer);
}

INLINE real *place_of(const nd_layer *layer, list *l) {
    return (real *)(void *)((char *)l + list_front(layer));
}

INLINE uint32_t *doubtful_of(const nd_layer *layer, list *l) {
    return (uint32_t *)(void *)(place_of(layer, l) + padded(layer->rank));
}

INLINE uint32_t *met_of(const nd_layer *layer, list *l) {
    return doubtful_of(layer, l) + samples_room(layer);
}

INLINE const real *side_of(const nd_layer *layer, const nd_pack *pack, size_t slot) {
    return (const real *)pack->parameters + slot * layer->stored;
}

/* A vector's share of how far a slot's input side has moved since its list was made, squared. */
INLINE reals moved_here(const nd_layer *layer, reals side, const real *place, size_t at) {
    reals difference = side - load(place + at);
    return difference * difference * load((const real *)layer->list_weights + at);
}

/* How far it has moved, squared. */
INLINE real distance_moved(const nd_layer *layer, const nd_pack *pack, size_t slot, list *l) {
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

/* Which of four are positive. */
INLINE uint64_t bits_of_four(const fours *given) {
    const fours value = *given;
#if ND_BYTES >= 32 && ND_SINGLE
    return (uint64_t)(unsigned)_mm_movemask_ps(_mm_cmpgt_ps((__m128)value, _mm_setzero_ps()));
#elif ND_BYTES >= 32
    return (uint64_t)(unsigned)_mm256_movemask_pd(
        _mm256_cmp_pd((__m256d)value, _mm256_setzero_pd(), _CMP_GT_OQ));
#else
    uint64_t bits = 0;
    for (int i = 0; i < 4; i++)
        bits |= (uint64_t)(value[i] > 0) << i;
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

/* A slot's drive at every sample; `drive` is samples_room long. */
INLINE void all_drives(const nd_layer *layer, const nd_pack *pack, size_t slot, real *drive) {
    const meeting every = {.which = pack->every, .count = layer->samples};
    all_dots(side_of(layer, pack, slot), padded(layer->rank), layer->coordinates, &every, drive);
}

/* A fresh list. Its reach grows when lists wear out soon, and shrinks when they last. */
static void make_list(const nd_layer *layer, const nd_pack *pack, size_t slot, list *l,
                      real *drive) {
    size_t n = layer->samples;
    const real *lengths = layer->list_lengths;
    uint64_t *certain = certain_of(l), *doubts = doubts_of(layer, l);
    l->whole = l->made && l->edges == 0; /* its activity will be wanted sample by sample */
    if (!l->made)
        l->reach = (real)layer->first_reach;
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
        certain[word] = l->whole ? 0 : lowest_bits(above, count);
        doubts[word] = lowest_bits(possible, count) & ~certain[word];
        l->doubtful += write_out(doubts[word], from, doubtful_of(layer, l) + l->doubtful);
    }
    pad_list(doubtful_of(layer, l), l->doubtful);
    l->age = 0;
    l->made = l->fresh = true;
    __builtin_memcpy(place_of(layer, l), side_of(layer, pack, slot),
                     padded(layer->rank) * sizeof(real));
}

/* Asks for what is always read of a slot's list. */
INLINE void fetch_list(const nd_layer *layer, const nd_pack *pack, size_t slot) {
    const char *l = (const char *)list_of(layer, pack, slot);
    size_t bytes = list_front(layer) + padded(layer->rank) * sizeof(real) + LINE;
    for (size_t at = 0; at < bytes; at += LINE)
        __builtin_prefetch(l + at);
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

/* V vectors' share of the drives of the doubtful, added to `drive`, and which are positive, as
 * bits; bits past the last doubtful are of no account. */
INLINE void doubtful_drives(const int V, const real *side, const real *coordinates, size_t stride,
                            const meeting *doubtful, bool first, real *restrict drive,
                            uint64_t *positive) {
    reals w[MOST];
    uint64_t bits = 0;
    for (int v = 0; v < V; v++)
        w[v] = load(side + v * LANES);
    for (size_t i = 0; i < doubtful->count; i += 4) {
        fours here;
        four_dots(V, w, coordinates, stride, doubtful->which + i, &here);
        if (!first)
            here += *(fours *)(drive + i);
        *(fours *)(drive + i) = here;
        bits |= bits_of_four(&here) << i % WORD;
        if (i % WORD == WORD - 4) {
            *positive++ = bits;
            bits = 0;
        }
    }
    *positive = bits;
}

/* 64 bits from place `from` on. */
INLINE uint64_t bits_from(const uint64_t *bits, size_t from) {
    size_t word = from / WORD, shift = from % WORD;
    return bits[word] >> shift | bits[word + 1] << 1 << (WORD - 1 - shift);
}

/* The samples that drive a slot, as bits; true: they are not those of the step before. `moved`: how
 * far the slot has moved since its list was made, squared. `drive`: of the doubtful; `positive`:
 * scratch, words_of + 1. */
INLINE bool find_signs(const nd_layer *layer, const nd_pack *pack, size_t slot, list *l, real moved,
                       real *drive, uint64_t *positive) {
    size_t length = padded(layer->rank), words = words_of(layer);
    const real *side = side_of(layer, pack, slot), *x = layer->coordinates;
    /* The margin of a part in a thousand covers the rounding of either side. */
    if (!l->made || !(moved < (real)0.998 * l->reach * l->reach))
        make_list(layer, pack, slot, l, drive);
    l->age++;
    uint64_t *signs = signs_of(layer, l), *certain = certain_of(l), *doubts = doubts_of(layer, l);
    const meeting doubtful = {.which = doubtful_of(layer, l), .count = l->doubtful};
#define DRIVES(V)                                                                                  \
    doubtful_drives(V, side + part, x + part, length, &doubtful, part == 0, drive, positive)
    EVERY_PART(length, DRIVES)
#undef DRIVES
    uint32_t active = 0;
    uint64_t changes = 0, first = lowest_bits(positive[0], l->doubtful);
    if (!l->fresh && l->doubtful <= WORD && first == l->positive)
        return false;
    l->positive = first;
    l->fresh = false;
    for (size_t word = 0, place = 0; word < words; word++) {
        uint64_t now = certain[word] | spread_bits(bits_from(positive, place), doubts[word]);
        changes |= now ^ signs[word];
        signs[word] = now;
        place += (size_t)__builtin_popcountll(doubts[word]);
        active += (uint32_t)__builtin_popcountll(now);
    }
    l->active = active;
    return changes != 0;
}

/* Keeps those of `count` drives that are positive, and their samples; returns how many. All arrays
 * have room for count rounded up to 4. */
#if ND_BYTES >= 32
#define STAY(a) 4 * (a), 4 * (a) + 1, 4 * (a) + 2, 4 * (a) + 3
/* Which of four stay, for each set of them: the bytes of 32-bit words to move to the front. */
static const uint8_t FRONT[16][16] = {
    {0},
    {STAY(0)},
    {STAY(1)},
    {STAY(0), STAY(1)},
    {STAY(2)},
    {STAY(0), STAY(2)},
    {STAY(1), STAY(2)},
    {STAY(0), STAY(1), STAY(2)},
    {STAY(3)},
    {STAY(0), STAY(3)},
    {STAY(1), STAY(3)},
    {STAY(0), STAY(1), STAY(3)},
    {STAY(2), STAY(3)},
    {STAY(0), STAY(2), STAY(3)},
    {STAY(1), STAY(2), STAY(3)},
    {STAY(0), STAY(1), STAY(2), STAY(3)},
};
#undef STAY

static uint32_t keep_positive(uint32_t count, const real *drive, const uint32_t *sample,
                              real *activity, uint32_t *active) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i += 4) {
#if ND_SINGLE
        __m128 four = _mm_loadu_ps(drive + i);
        int stay = _mm_movemask_ps(_mm_cmp_ps(four, _mm_setzero_ps(), _CMP_GT_OQ));
#else
        __m256d four = _mm256_loadu_pd(drive + i);
        int stay = _mm256_movemask_pd(_mm256_cmp_pd(four, _mm256_setzero_pd(), _CMP_GT_OQ));
#endif
        if (count - i < 4)
            stay &= (1 << (count - i)) - 1;
        __m128i front = _mm_loadu_si128((const __m128i *)(const void *)FRONT[stay]);
        __m128i samples = _mm_loadu_si128((const __m128i *)(const void *)(sample + i));
        _mm_storeu_si128((__m128i *)(void *)(active + kept), _mm_shuffle_epi8(samples, front));
#if ND_SINGLE
        _mm_storeu_ps(activity + kept,
                      _mm_castsi128_ps(_mm_shuffle_epi8(_mm_castps_si128(four), front)));
#else
        /* A double's two halves follow its word's place: bytes 4a.. say that word a is meant. */
        __m128i word = _mm_srli_epi32(_mm_and_si128(front, _mm_set1_epi32(0xff)), 1);
        __m256i wide = _mm256_cvtepu32_epi64(word);
        wide = _mm256_or_si256(
            wide, _mm256_slli_epi64(_mm256_add_epi64(wide, _mm256_set1_epi64x(1)), 32));
        _mm256_storeu_pd(activity + kept,
                         _mm256_castps_pd(_mm256_permutevar8x32_ps(_mm256_castpd_ps(four), wide)));
#endif
        kept += (uint32_t)__builtin_popcount((unsigned)stay);
    }
    return kept;
}
#else
static uint32_t keep_positive(uint32_t count, const real *drive, const uint32_t *sample,
                              real *activity, uint32_t *active) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        active[kept] = sample[i];
        activity[kept] = drive[i];
        kept += drive[i] > 0;
    }
    return kept;
}
#endif

#endif
