/* Which slot a unit stands in, dense kernels: slots change places. Units that the same samples
 * drive come into the same groups, so that few groups and samples are adjacent (adjacency.h). */
#ifndef ND_ENGINE_KERNELS_DENSE_REORDER_H
#define ND_ENGINE_KERNELS_DENSE_REORDER_H

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "engine/kernels.h"
#include "engine/kernels/dense/adjacency.h"

/* A slot's values in the i-th of the arrays that belong to units (LANES reals apart), and how many
 * there are; NULL where the pack has no such array. */
enum { UNIT_ARRAYS = 6 };
static real *slot_values(const nd_layer *layer, const nd_pack *pack, int i, size_t slot,
                         size_t *count) {
    void *arrays[UNIT_ARRAYS] = {pack->parameters,  pack->moment[0], pack->moment[1],
                                 pack->dense.drive, pack->activity,  pack->dense.delta};
    *count = i < 3 ? layer->rows : layer->samples;
    return arrays[i] ? (real *)arrays[i] + slot / LANES * *count * LANES + slot % LANES : NULL;
}

/* Two slots change places, but for their numbers in pack->unit. */
static void exchange(const nd_layer *layer, nd_pack *pack, size_t a, size_t b) {
    for (int i = 0; i < UNIT_ARRAYS; i++) {
        size_t count;
        real *one = slot_values(layer, pack, i, a, &count);
        real *other = slot_values(layer, pack, i, b, &count);
        for (size_t at = 0; one && at < count * LANES; at += LANES) {
            real value = one[at];
            one[at] = other[at];
            other[at] = value;
        }
    }
    pack->dense.listed = false;
}

/* A slot is empty: zeros. */
static void clear_slot(const nd_layer *layer, nd_pack *pack, size_t slot) {
    for (int i = 0; i < UNIT_ARRAYS; i++) {
        size_t count;
        real *values = slot_values(layer, pack, i, slot, &count);
        for (size_t at = 0; values && at < count * LANES; at += LANES)
            values[at] = 0;
    }
}

/* How many samples drive the unit of a slot, but not the group it may join, less those that drive
 * both. */
static int strangeness(const nd_layer *layer, const nd_pack *pack, size_t slot,
                       const bool *driven) {
    size_t count;
    const real *activity = slot_values(layer, pack, 4, slot, &count);
    int strange = 0;
    for (size_t s = 0; s < count; s++)
        strange += activity[s * LANES] > 0 ? (driven[s] ? -1 : 1) : 0;
    return strange;
}

/* A group begins with the unit left that most samples drive, and takes the least strange ones. */
static void reorder(const nd_layer *layer, nd_pack *pack) {
    bool *driven = pack->dense.adjacency; /* as scratch */
    for (size_t slot = 0; slot < pack->slots; slot++) {
        bool first = slot % LANES == 0;
        if (first)
            memset(driven, 0, layer->samples * sizeof *driven);
        size_t best = slot, count;
        int least = INT_MAX;
        for (size_t other = slot; other < pack->slots; other++) {
            int strange = strangeness(layer, pack, other, driven);
            if (first)
                strange = -strange;
            if (strange < least) {
                least = strange;
                best = other;
            }
        }
        exchange(layer, pack, slot, best);
        uint32_t unit = pack->unit[slot];
        pack->unit[slot] = pack->unit[best];
        pack->unit[best] = unit;
        const real *activity = slot_values(layer, pack, 4, slot, &count);
        for (size_t s = 0; s < count; s++)
            driven[s] |= activity[s * LANES] > 0;
    }
    pack->dense.listed = false; /* the lists were scratch */
    pack->dense.by_lists = layer->gram || lists_pay(layer, pack);
}

#endif
