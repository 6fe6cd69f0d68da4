/* Which samples drive a unit (ReLU), found without meeting all of them.
 *
 * A unit keeps a list of doubtful samples: those whose drive was within |x~_s| reach of threshold
 * when the list was made. All others stay on their side until its input side has moved by more than
 * `reach` (Cauchy-Schwarz), which is checked every step; so nothing is ever missed, and the result
 * does not depend on when lists are made. (Molecular dynamics calls them Verlet lists.) */
#ifndef ND_ENGINE_KERNELS_LISTS_H
#define ND_ENGINE_KERNELS_LISTS_H

#include "engine/kernels.h"
#include "engine/kernels/rows.h"

/* A slot's list; in memory it is followed by the two sets of bits, `place` (padded rank), and the
 * doubtful and the active samples (n each). */
typedef struct list {
    real reach;
    uint32_t doubtful, active, edges, age;
    bool made, by_runs;
} list;

enum { LIST_HEAD = 32, WORD = 64, LINE = 64 }; /* bytes, bits, bytes of a cache line */

/* Samples are dealt with four at a time. */
INLINE size_t samples_room(const nd_layer *layer) {
    return padded(layer->samples + 4);
}

INLINE size_t words_of(const nd_layer *layer) {
    return layer->samples / WORD + 1; /* one bit more than samples at least */
}

/* Bytes before `place`. */
INLINE size_t list_front(const nd_layer *layer) {
    size_t bytes = LIST_HEAD + 2 * words_of(layer) * sizeof(uint64_t);
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

/* Bit s: sample s drives the unit. Bits from n on are 0. */
INLINE uint64_t *signs_of(const nd_layer *layer, list *l) {
    return certain_of(l) + words_of(layer);
}

INLINE real *place_of(const nd_layer *layer, list *l) {
    return (real *)(void *)((char *)l + list_front(layer));
}

INLINE uint32_t *doubtful_of(const nd_layer *layer, list *l) {
    return (uint32_t *)(void *)(place_of(layer, l) + padded(layer->rank));
}

INLINE uint32_t *active_of(const nd_layer *layer, list *l) {
    return doubtful_of(layer, l) + samples_room(layer);
}

/* How far the slot's input side has moved since its list was made, squared. */
INLINE real distance_squared(const real *a, const real *b, size_t length) {
    reals sum = {0};
    for (size_t i = 0; i < length; i += LANES) {
        reals difference = load(a + i) - load(b + i);
        sum += difference * difference;
    }
    return sum_of_lanes(sum);
}

/* A fresh list. Its reach grows when lists wear out soon, and shrinks when they last. */
static void make_list(const nd_layer *layer, list *l, const real *side, const uint32_t *every,
                      real *drive) {
    size_t length = padded(layer->rank);
    uint32_t *doubtful = doubtful_of(layer, l), count = 0;
    uint64_t *certain = certain_of(l);
    if (!l->made)
        l->reach = (real)layer->first_reach;
    else if (l->age < 16)
        l->reach *= (real)1.25;
    else if (l->age > 48)
        l->reach *= (real)0.8;
    all_dots(side, length, layer->coordinates, every, layer->samples, drive);
    const real *lengths = layer->lengths;
    for (size_t word = 0; word < words_of(layer); word++)
        certain[word] = 0;
    for (uint32_t s = 0; s < layer->samples; s++) {
        real margin = lengths[s] * l->reach;
        doubtful[count] = s;
        count += drive[s] > -margin && drive[s] <= margin;
        certain[s / WORD] |= (uint64_t)(drive[s] > margin) << s % WORD;
    }
    l->doubtful = count;
    l->age = 0;
    l->made = true;
    __builtin_memcpy(place_of(layer, l), side, length * sizeof *side);
}

INLINE bool is_active(const uint64_t *signs, size_t sample) {
    return signs[sample / WORD] >> sample % WORD & 1;
}

/* Samples whose neighbour before (none before the first) is on the other side of threshold. */
INLINE uint64_t edges_in(const uint64_t *signs, size_t word) {
    return signs[word] ^ (signs[word] << 1 | (word ? signs[word - 1] >> (WORD - 1) : 0));
}

/* Asks for what is always read of a slot's list. */
INLINE void fetch_list(const nd_layer *layer, const nd_pack *pack, size_t slot) {
    const char *l = (const char *)list_of(layer, pack, slot);
    size_t bytes = list_front(layer) + padded(layer->rank) * sizeof(real) + LINE;
    for (size_t at = 0; at < bytes; at += LINE)
        __builtin_prefetch(l + at);
}

/* The samples that drive a slot, as bits, and how many edges their runs have. */
INLINE void find_signs(const nd_layer *layer, const nd_pack *pack, size_t slot, list *l,
                       real *drive) {
    size_t length = padded(layer->rank), words = words_of(layer);
    const real *side = (const real *)pack->parameters + slot * layer->stored;
    /* The margin of a part in a thousand covers the rounding of either side. */
    if (!l->made ||
        !(distance_squared(side, place_of(layer, l), length) < (real)0.998 * l->reach * l->reach))
        make_list(layer, l, side, pack->every, drive);
    l->age++;
    const uint32_t *doubtful = doubtful_of(layer, l);
    uint64_t *signs = signs_of(layer, l), *certain = certain_of(l);
    all_dots(side, length, layer->coordinates, doubtful, l->doubtful, drive);
    uint32_t active = 0, edges = 0, i = 0;
    for (size_t word = 0; word < words; word++) {
        uint64_t bits = certain[word];
        for (; i < l->doubtful && doubtful[i] / WORD == word; i++)
            bits |= (uint64_t)(drive[i] > 0) << doubtful[i] % WORD;
        signs[word] = bits;
        active += (uint32_t)__builtin_popcountll(signs[word]);
        edges += (uint32_t)__builtin_popcountll(edges_in(signs, word));
    }
    l->active = active;
    l->edges = edges - (uint32_t)is_active(signs, layer->samples - 1); /* not that past the last */
}

/* The active samples, written out. */
INLINE void list_active(const nd_layer *layer, list *l) {
    const uint64_t *signs = signs_of(layer, l);
    uint32_t *active = active_of(layer, l), count = 0;
    for (size_t word = 0; word < words_of(layer); word++)
        for (uint64_t left = signs[word]; left; left &= left - 1)
            active[count++] = (uint32_t)(word * WORD) + (uint32_t)__builtin_ctzll(left);
}

#endif
