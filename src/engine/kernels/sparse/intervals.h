/* Which samples a unit deals with together, as intervals of neighbours, and which singly.
 *
 * What an interval costs does not depend on its length (interval_sums.h); a single sample costs a
 * few products of a row. So a unit's active samples are taken as some intervals, single ones
 * outside of them, and the silent samples inside them, which are taken out again one by one. Any
 * choice gives the same sums; find_intervals makes a cheap one. Intervals consist of whole blocks
 * of BLOCK samples, so that what all units share changes between blocks only. */
#ifndef ND_ENGINE_KERNELS_SPARSE_INTERVALS_H
#define ND_ENGINE_KERNELS_SPARSE_INTERVALS_H

#include "engine/kernels/sparse/verlet_lists.h"

enum { BLOCK = 4 };

/* Blocks of samples, the last of which may not be full. */
INLINE size_t blocks_of(const nd_layer *layer) {
    return (layer->samples + BLOCK - 1) / BLOCK;
}

/* Where an interval begins, or ends: the block, and where its unit's row lies among the parameters.
 * Slot by slot and interval by interval, begin and end take turns. */
typedef struct endpoint {
    uint32_t row, block;
} endpoint;

/* Most endpoints of a slot, and as many as are copied at a time. */
INLINE size_t most_endpoints(const nd_layer *layer) {
    return blocks_of(layer) + 2;
}

enum { ENDPOINTS_AT_ONCE = 4 };

/* Most reals that interval_sums.h may use for a share's sums: with more they would neither be near
 * nor few, and units deal with samples one by one. */
enum { MOST_SUMS = 1 << 18 };

/* Sums over samples are matrices, d_out x rank. Most outputs lie side by side in vectors, rank rows
 * of them; those that would fill but little of the last vector are rows of their own, where that is
 * less to do. How many lie side by side, a multiple of LANES: */
INLINE size_t outputs_abreast(const nd_layer *layer) {
    size_t whole = layer->outputs / LANES * LANES, rest = layer->outputs - whole;
    return rest * padded(layer->rank) / LANES < layer->rank ? whole : padded(layer->outputs);
}

/* And how many are rows of their own. */
INLINE size_t outputs_alone(const nd_layer *layer) {
    size_t abreast = outputs_abreast(layer);
    return abreast < layer->outputs ? layer->outputs - abreast : 0;
}

/* Reals of such sums; of at most MOST vectors of those abreast at a time. */
INLINE size_t sum_size(const nd_layer *layer, size_t abreast) {
    return layer->rank * abreast + outputs_alone(layer) * padded(layer->rank);
}

/* Reals of those of all blocks; 0: too many, intervals are not used. */
INLINE size_t sums_size(const nd_layer *layer) {
    size_t abreast = outputs_abreast(layer), most = MOST * LANES;
    size_t size = (blocks_of(layer) + 1) * sum_size(layer, abreast < most ? abreast : most);
    return size <= MOST_SUMS ? size : 0;
}

/* How many samples cost as much as an interval, by measurement with AVX2; all of them and more
 * where there are no intervals. */
INLINE size_t samples_worth_an_interval(const nd_layer *layer) {
    size_t wide = padded(layer->rank) / LANES, high = padded(layer->outputs) / LANES;
    size_t of_endpoint = 4 * sum_size(layer, outputs_abreast(layer)) / LANES + 150;
    size_t of_sample = 5 * wide + 9 * high + 24;
    return sums_size(layer) ? 2 * of_endpoint / of_sample + 1 : layer->samples + 1;
}

/* The blocks of which most samples are in the set, as all their bits. */
INLINE uint64_t whole_blocks(uint64_t bits) {
    const uint64_t lowest = 0x1111111111111111u;
    uint64_t twos = (bits & 5 * lowest) + (bits >> 1 & 5 * lowest);
    uint64_t count = (twos & 3 * lowest) + (twos >> 2 & 3 * lowest);
    return ((count + lowest) >> 2 & lowest) * 15;
}

/* The same of a slot's signs; a last block that is not full counts as if the rest was active. */
INLINE uint64_t chosen_blocks(const nd_layer *layer, const uint64_t *signs, size_t word) {
    size_t n = layer->samples, rest = n % BLOCK ? BLOCK - n % BLOCK : 0;
    uint64_t beyond = n / WORD == word && rest ? lowest_bits(~(uint64_t)0, rest) << n % WORD : 0;
    return whole_blocks(signs[word] | beyond);
}

/* How many ones there are from one place to another. */
INLINE size_t ones_between(const uint64_t *bits, size_t from, size_t to) {
    size_t first = from / WORD, last = to / WORD, count = 0;
    uint64_t below = lowest_bits(bits[first], from % WORD);
    for (size_t word = first; word < last; word++)
        count += (size_t)__builtin_popcountll(bits[word]);
    count += (size_t)__builtin_popcountll(lowest_bits(bits[last], to % WORD));
    return count - (size_t)__builtin_popcountll(below);
}

/* Neighbouring blocks that may become an interval. */
typedef struct stretch {
    size_t from, to; /* samples */
    size_t active, silent;
} stretch;

/* The next stretch of blocks of which most samples are active, from `from` on; false: none. */
INLINE bool next_stretch(const nd_layer *layer, const uint64_t *signs, size_t from, stretch *out) {
    size_t n = layer->samples, words = words_of(layer), word = from / WORD;
    uint64_t left = from < n ? chosen_blocks(layer, signs, word) >> from % WORD << from % WORD : 0;
    while (!left && ++word < words)
        left = chosen_blocks(layer, signs, word);
    if (!left)
        return false;
    size_t begin = word * WORD + (size_t)__builtin_ctzll(left);
    left = ~chosen_blocks(layer, signs, word) >> begin % WORD << begin % WORD;
    while (!left && ++word < words)
        left = ~chosen_blocks(layer, signs, word);
    size_t end = left ? word * WORD + (size_t)__builtin_ctzll(left) : n;
    *out = (stretch){.from = begin, .to = end < n ? end : n};
    out->active = ones_between(signs, out->from, out->to);
    out->silent = out->to - out->from - out->active;
    return true;
}

/* Sets the bits from one place to another. */
INLINE void set_between(uint64_t *bits, size_t from, size_t to) {
    for (size_t word = from / WORD; word * WORD < to; word++) {
        size_t low = word * WORD < from ? from - word * WORD : 0, high = to - word * WORD;
        bits[word] |= lowest_bits(~(uint64_t)0, high) & ~lowest_bits(~(uint64_t)0, low);
    }
}

/* Takes the stretch for an interval if that pays; returns how many endpoints it has. */
INLINE uint32_t take_interval(const stretch *interval, size_t price, uint32_t row,
                              uint64_t *covered, endpoint *to) {
    if (interval->active < interval->silent + price)
        return 0;
    set_between(covered, interval->from, interval->to);
    to[0] = (endpoint){row, (uint32_t)(interval->from / BLOCK)};
    to[1] = (endpoint){row, (uint32_t)((interval->to + BLOCK - 1) / BLOCK)};
    return 2;
}

/* Joins the next stretch to an interval where the gap between costs less than two endpoints, and
 * less than it or the interval is worth. */
INLINE bool join(const uint64_t *signs, size_t price, stretch *interval, const stretch *next) {
    size_t active = ones_between(signs, interval->to, next->from);
    size_t silent = next->from - interval->to - active;
    if (silent > active + price || silent + next->silent > active + next->active ||
        silent + interval->silent > active + interval->active)
        return false;
    interval->to = next->to;
    interval->active += active + next->active;
    interval->silent += silent + next->silent;
    return true;
}

/* A slot's intervals, into `to`, and its single samples: a function of its signs alone. */
static void find_intervals(const nd_layer *layer, verlet_list *l, uint32_t row, endpoint *to) {
    const uint64_t *signs = signs_of(layer, l);
    size_t price = samples_worth_an_interval(layer), words = words_of(layer);
    uint64_t *covered = covered_of(layer, l);
    uint32_t *singles = singles_of(layer, l);
    stretch interval, next;
    __builtin_memset(covered, 0, words * sizeof *covered);
    l->endpoints = 0;
    bool more = l->active >= price && next_stretch(layer, signs, 0, &interval);
    while (more) {
        more = next_stretch(layer, signs, interval.to, &next);
        if (more && join(signs, price, &interval, &next))
            continue;
        l->endpoints += take_interval(&interval, price, row, covered, to + l->endpoints);
        interval = next;
    }
    l->singles = 0;
    for (size_t word = 0; word < words; word++)
        l->singles += write_out(signs[word] & ~covered[word], word * WORD, singles + l->singles);
    l->outside = l->singles;
    for (size_t word = 0; word < words; word++)
        l->singles += write_out(covered[word] & ~signs[word], word * WORD, singles + l->singles);
    pad_list(singles, l->singles, layer->samples);
}

#endif
