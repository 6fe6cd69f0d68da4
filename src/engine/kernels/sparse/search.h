/* Who is active where: for every slot the samples that drive it, as intervals and single samples,
 * and its activity at the single ones. */
#ifndef ND_ENGINE_KERNELS_SPARSE_SEARCH_H
#define ND_ENGINE_KERNELS_SPARSE_SEARCH_H

#include "engine/kernels/sparse/interval_sums.h"

/* Slots are searched so many at a time: what is found about them on the way is near. */
enum { AT_ONCE = 64 };

/* The scratch of a pack, in pack->sparse.work. */
typedef struct scratch {
    real *drive;         /* samples_across: of one slot */
    real *matrix, *sums; /* M' and S' of interval_sums.h */
    real *weight_noise;  /* of one slot, as it is stored */
    real *moved;         /* AT_ONCE: how far slots are from where their lists were made, squared */
    real *parts;         /* four for every quartet below, where rows do not fit registers */
    quartet *doubts;     /* AT_ONCE x quartets_of: the doubtful samples of these slots */
    uint8_t *verdicts;   /* a byte for each of them, and VERDICTS more */
    uint64_t *positive;  /* words_of + 1: which of a slot's doubtful samples drive it */
} scratch;

/* Whole vectors of reals that take so many bytes. */
INLINE size_t room_for(size_t bytes) {
    return padded((bytes + sizeof(real) - 1) / sizeof(real));
}

/* Where each part of the scratch begins, and where all end, in reals. */
typedef struct scratch_places {
    size_t drive, matrix, sums, weight_noise, moved, parts, doubts, verdicts, positive, end;
} scratch_places;

/* The places of a layer's scratch. */
INLINE scratch_places scratch_places_of(const nd_layer *layer) {
    const size_t quartets = AT_ONCE * quartets_of(layer->samples);
    const bool fits = padded(layer->rank) <= MOST * LANES;
    scratch_places at = {.drive = 0};
    at.matrix = at.drive + samples_across(layer);
    at.sums = at.matrix + sum_size(layer, outputs_abreast(layer));
    at.weight_noise = at.sums + sums_size(layer);
    at.moved = at.weight_noise + layer->stored;
    at.parts = at.moved + padded(AT_ONCE);
    at.doubts = at.parts + (fits ? 0 : 4 * quartets);
    at.verdicts = at.doubts + room_for(quartets * sizeof(quartet));
    at.positive = at.verdicts + room_for(quartets + VERDICTS);
    at.end = at.positive + room_for((words_of(layer) + 1) * sizeof(uint64_t));
    return at;
}

/* The scratch of a pack. */
INLINE scratch scratch_of(const nd_layer *layer, const nd_pack *pack) {
    const scratch_places at = scratch_places_of(layer);
    real *work = pack->sparse.work;
    return (scratch){.drive = work + at.drive,
                     .matrix = work + at.matrix,
                     .sums = work + at.sums,
                     .weight_noise = work + at.weight_noise,
                     .moved = work + at.moved,
                     .parts = work + at.parts,
                     .doubts = (quartet *)(void *)(work + at.doubts),
                     .verdicts = (uint8_t *)(work + at.verdicts),
                     .positive = (uint64_t *)(void *)(work + at.positive)};
}

/* Most bytes of the quartets of so many slots' single samples. */
static size_t quartet_bytes(const nd_layer *layer, size_t slots) {
    return slots * quartets_of(layer->samples) * sizeof(quartet);
}

/* The single samples of all slots; their activity there is that of the pack. */
INLINE quartet_list single_samples(const nd_pack *pack) {
    return (quartet_list){.quartets = pack->sparse.quartets, .count = pack->sparse.quartet_count};
}

/* Finding out who is active where. */
typedef struct search {
    bool afresh; /* nothing is known of the step before */
    const endpoint *before;
    endpoint *now;
    size_t endpoints, quartets; /* found */
} search;

/* A search over all slots, from what is known of the step before. */
INLINE search new_search(const nd_layer *layer, const nd_pack *pack) {
    const endpoint_table table = endpoints_of(layer, pack);
    return (search){.afresh = !pack->sparse.searched,
                    .before = table.by_slot[pack->sparse.second_endpoints],
                    .now = table.by_slot[!pack->sparse.second_endpoints]};
}

/* What the search found is the pack's. */
INLINE void end_search(const search *s, nd_pack *pack) {
    pack->sparse.second_endpoints = !pack->sparse.second_endpoints;
    pack->sparse.endpoint_count = s->endpoints;
    pack->sparse.quartet_count = s->quartets;
    pack->sparse.searched = true;
}

/* Writes samples out as quartets of a slot; returns how many. Those from the `plus`th on count
 * negative. */
INLINE size_t write_quartets(const uint32_t *which, size_t count, size_t plus, uint32_t row,
                             quartet *to) {
    size_t made = 0;
    for (size_t i = 0; i < count; i += 4, made++) {
        __builtin_memcpy(to[made].which, which + i, sizeof to->which);
        to[made].row = row;
        to[made].minus = plus >= i + 4 ? 0 : plus <= i ? 15 : 15u << (plus - i) & 15;
    }
    return made;
}

/* Which of the doubtful samples of slots from `from` to `to` drive them, as verdicts, slot by slot.
 */
INLINE void ask_doubtful(const nd_layer *layer, const nd_pack *pack, size_t from, size_t to,
                         const scratch *room) {
    const size_t length = padded(layer->rank);
    quartet_list list = {.quartets = room->doubts};
    for (size_t slot = from; slot < to; slot++) {
        verlet_list *l =
            valid_verlet_list(layer, pack, slot, room->moved[slot - from], room->drive);
        list.count += write_quartets(doubtful_of(layer, l), l->doubtful, l->doubtful,
                                     (uint32_t)(slot * layer->stored), room->doubts + list.count);
    }
#define ASK(V)                                                                                     \
    positive_dots(V, (piece){part, part == 0}, part + (V)*LANES == length, &list,                  \
                  pack->parameters, layer->coordinates, length, room->parts, room->verdicts)
    EVERY_PART(length, ASK)
#undef ASK
}

/* The samples that drive slots from `from` to `to`, which have moved as room->moved says: their
 * intervals, and the single ones, with their activity there, negative where a silent sample
 * is taken out of an interval. */
INLINE void find_active(const nd_layer *layer, const nd_pack *pack, size_t from, size_t to,
                        const scratch *room, search *found) {
    const size_t length = padded(layer->rank);
    quartet *singles = (quartet *)pack->sparse.quartets + found->quartets;
    real *activity = (real *)pack->activity + 4 * found->quartets;
    const uint8_t *verdicts = room->verdicts;
    quartet_list list = {.quartets = singles};
    ask_doubtful(layer, pack, from, to, room);
    for (size_t slot = from; slot < to; slot++) {
        verlet_list *l = verlet_list_of(layer, pack, slot);
        uint32_t row = (uint32_t)(slot * layer->stored), had = l->endpoints;
        bool changed = take_verdicts(layer, l, verdicts) && find_signs(layer, l, room->positive);
        verdicts += quartets_of(l->doubtful);
        if (changed || found->afresh)
            find_intervals(layer, l, row, found->now);
        else
            for (uint32_t i = 0; i < had; i += ENDPOINTS_AT_ONCE)
                __builtin_memcpy(found->now + i, found->before + i,
                                 ENDPOINTS_AT_ONCE * sizeof(endpoint));
        found->before += had;
        found->now += l->endpoints;
        found->endpoints += l->endpoints;
        list.count +=
            write_quartets(singles_of(layer, l), l->singles, l->outside, row, singles + list.count);
    }
    found->quartets += list.count;
#define ACTIVITY(V)                                                                                \
    dots(V, (piece){part, part == 0}, &list, pack->parameters, layer->coordinates, length, activity)
    EVERY_PART(length, ACTIVITY)
#undef ACTIVITY
}

/* Where the slots searched together with `from` end. */
INLINE size_t next_slots(const nd_pack *pack, size_t from) {
    return from + AT_ONCE < pack->slots ? from + AT_ONCE : pack->slots;
}

/* Who is active where, and the activity of the single samples, unless that is known. */
static void sparse_drive(const nd_layer *layer, nd_pack *pack) {
    if (pack->sparse.searched)
        return;
    const scratch room = scratch_of(layer, pack);
    search found = new_search(layer, pack);
    for (size_t from = 0; from < pack->slots; from = next_slots(pack, from)) {
        for (size_t slot = from; slot < next_slots(pack, from); slot++)
            room.moved[slot - from] =
                distance_moved(layer, pack, slot, verlet_list_of(layer, pack, slot));
        find_active(layer, pack, from, next_slots(pack, from), &room, &found);
    }
    end_search(&found, pack);
}

#endif
