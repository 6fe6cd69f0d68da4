/* Which slot a unit stands in, sparse kernels: units that take as much work become neighbours. */
#ifndef ND_ENGINE_KERNELS_SPARSE_REORDER_H
#define ND_ENGINE_KERNELS_SPARSE_REORDER_H

#include "engine/kernels.h"
#include "engine/kernels/sparse/verlet_lists.h"

/* Two stretches of memory, whole 32-bit words, change places. */
static void exchange_bytes(void *one, void *other, size_t bytes) {
    uint32_t *a = one, *b = other;
    for (size_t i = 0; i < bytes / sizeof *a; i++) {
        uint32_t value = a[i];
        a[i] = b[i];
        b[i] = value;
    }
}

/* A slot's work, to sort by: its intervals, then its single samples, four at a time. */
INLINE uint32_t work_of(const verlet_list *l) {
    return l->endpoints << 16 | (l->singles + 3) / 4;
}

/* Sorts the slots by their work: the processor then foresees how often loops are gone through. The
 * samples that drive them must be known. */
static void sparse_reorder(const nd_layer *layer, nd_pack *pack) {
    size_t row = layer->stored * sizeof(real);
    char *arrays[] = {pack->parameters, pack->moment[0], pack->moment[1], pack->sparse.lists};
    size_t bytes[] = {row, row, row, list_bytes(layer)};
    for (size_t slot = 0; slot + 1 < pack->slots; slot++) {
        size_t best = slot;
        uint32_t least = work_of(verlet_list_of(layer, pack, slot));
        for (size_t other = slot + 1; other < pack->slots; other++) {
            uint32_t here = work_of(verlet_list_of(layer, pack, other));
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
        pack->sparse.searched = false;
    }
}

#endif
