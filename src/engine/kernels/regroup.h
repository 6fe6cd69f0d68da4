/* Which slot a unit stands in: slots change places. Units that the same samples drive come into the
 * same groups, so that few groups and samples meet (meetings.h); with the sparse kernels, units
 * that are dealt with alike become neighbours. */
#ifndef ND_ENGINE_KERNELS_REGROUP_H
#define ND_ENGINE_KERNELS_REGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "engine/kernels.h"
#include "engine/kernels/lists.h"
#include "engine/kernels/meetings.h"

static void exchange_bytes(void *one, void *other, size_t bytes) {
    uint32_t *a = one, *b = other;
    for (size_t i = 0; i < bytes / sizeof *a; i++) {
        uint32_t value = a[i];
        a[i] = b[i];
        b[i] = value;
    }
}

/* A slot's values in the i-th of the arrays that belong to units (LANES reals apart), and how many
 * there are; NULL where the pack has no such array. */
enum { UNIT_ARRAYS = 6 };
static real *slot_values(const nd_layer *layer, const nd_pack *pack, int i, size_t slot,
                         size_t *count) {
    void *arrays[UNIT_ARRAYS] = {pack->parameters, pack->moment[0], pack->moment[1],
                                 pack->drive,      pack->activity,  pack->back};
    *count = i < 3 ? layer->rows : layer->samples;
    return arrays[i] ? (real *)arrays[i] + slot / LANES * *count * LANES + slot % LANES : NULL;
}

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
    pack->found = false;
}

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
static void regroup(const nd_layer *layer, nd_pack *pack) {
    bool *driven = pack->lists; /* as scratch */
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
        exchange_bytes(pack->unit + slot, pack->unit + best, sizeof *pack->unit);
        const real *activity = slot_values(layer, pack, 4, slot, &count);
        for (size_t s = 0; s < count; s++)
            driven[s] |= activity[s * LANES] > 0;
    }
    pack->found = false; /* the lists were scratch */
    pack->by_lists = layer->gram || few_meet(layer, pack);
}

/* How a slot is dealt with: by runs, then by samples, four at a time. */
INLINE uint32_t treatment(const list *l) {
    return l->edges << 16 | (l->met + 3) / 4;
}

/* Slots change places until those dealt with alike are neighbours: the processor then foresees how
 * often loops are run through. The samples that drive them must be known. */
static void sparse_regroup(const nd_layer *layer, nd_pack *pack) {
    size_t row = layer->stored * sizeof(real);
    char *arrays[] = {pack->parameters, pack->moment[0], pack->moment[1], pack->lists};
    size_t bytes[] = {row, row, row, list_bytes(layer)};
    for (size_t slot = 0; slot + 1 < pack->slots; slot++) {
        size_t best = slot;
        uint32_t least = treatment(list_of(layer, pack, slot));
        for (size_t other = slot + 1; other < pack->slots; other++) {
            uint32_t here = treatment(list_of(layer, pack, other));
            if (here < least) {
                least = here;
                best = other;
            }
        }
        if (best == slot)
            continue;
        for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
            if (arrays[i])
                exchange_bytes(arrays[i] + slot * bytes[i], arrays[i] + best * bytes[i], bytes[i]);
        exchange_bytes(pack->unit + slot, pack->unit + best, sizeof *pack->unit);
        pack->found = false;
    }
}

#endif
