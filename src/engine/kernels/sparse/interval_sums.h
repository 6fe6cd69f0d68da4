/* Intervals of samples, at a cost that does not depend on how long they are.
 *
 * On its active samples a ReLU unit is linear: it gives v (w.x_s) to the output, and its gradients
 * are E w and E' v with E = sum over its active s of e_s x_s' (outputs x rank). So sums over
 * samples can be shared between units. Forwards, M = sum over units whose interval covers the block
 * of v w' changes where intervals begin and end, and the outputs of a block are M x_s. Backwards,
 * with S_b = sum over all s from block b on of e_s x_s', an interval from b to c has E = S_b - S_c.
 * Both go block by block, so that what neighbouring intervals share is near when they need it.
 *
 * Of these matrices, most outputs lie side by side in vectors: rank rows of M' and S'. Outputs that
 * would fill but little of the last vector are rows of M and S alone, after those (intervals.h). */
#ifndef ND_ENGINE_KERNELS_SPARSE_INTERVAL_SUMS_H
#define ND_ENGINE_KERNELS_SPARSE_INTERVAL_SUMS_H

#include "engine/kernels/sparse/intervals.h"

/* An interval where it begins, or where it ends: its unit's row among the parameters, and the block
 * it ends before. */
typedef struct interval {
    uint32_t row, end;
} interval;

/* The endpoints of a pack's slots, in pack->sparse.endpoints: two lists of them slot by slot, of
 * this step and of the one before, then the intervals of this step by the blocks of their
 * endpoints. */
typedef struct endpoint_table {
    endpoint *by_slot[2];
    uint32_t
        *start; /* intervals that begin at block b: from start[2 b] on; that end: start[2 b + 1] */
    interval *intervals;
} endpoint_table;

/* Endpoints of so many slots that there is room for in each list. */
INLINE size_t endpoints_room(const nd_layer *layer, size_t slots) {
    return slots * most_endpoints(layer) + ENDPOINTS_AT_ONCE;
}

/* Bytes of them all. */
static size_t endpoint_bytes(const nd_layer *layer, size_t slots) {
    return endpoints_room(layer, slots) * (2 * sizeof(endpoint) + sizeof(interval)) +
           (2 * blocks_of(layer) + 3) * sizeof(uint32_t);
}

/* Those of a pack, as its memory lies. */
INLINE endpoint_table endpoints_of(const nd_layer *layer, const nd_pack *pack) {
    size_t room = endpoints_room(layer, pack->capacity);
    endpoint *endpoints = pack->sparse.endpoints;
    interval *intervals = (interval *)(void *)(endpoints + 2 * room);
    return (endpoint_table){.by_slot = {endpoints, endpoints + room},
                            .intervals = intervals,
                            .start = (uint32_t *)(void *)(intervals + room)};
}

/* Sorts the intervals by the blocks of their endpoints. */
static void sort_endpoints(const endpoint_table *table, const endpoint *endpoints, size_t count,
                           size_t blocks) {
    size_t places = 2 * blocks + 2;
    uint32_t *start = table->start, total = 0;
    __builtin_memset(start, 0, (places + 1) * sizeof *start);
    for (size_t i = 0; i < count; i++)
        start[2 * endpoints[i].block + (i & 1)]++;
    for (size_t place = 0; place <= places; place++) { /* where each place's endpoints end */
        total += start[place];
        start[place] = total;
    }
    for (size_t i = count; i > 0; i -= 2) { /* filled from the back: where they start */
        const endpoint *begin = endpoints + i - 2, *end = begin + 1;
        const interval here = {.row = end->row, .end = end->block};
        table->intervals[--start[2 * end->block + 1]] = here;
        table->intervals[--start[2 * begin->block]] = here;
    }
}

/* Whether sums and what they are made of fit registers together. */
enum { MANY_REGISTERS = REGISTERS == 32 };

/* Vectors of outputs dealt with together, each of a block's samples, in registers. */
enum { COLUMNS = 3 };

/* Rows of a matrix dealt with together, V vectors of each: what registers hold. */
enum { SUMS_MOST = 3 * TILE, ROWS_MOST = WIDE };

/* Calls tile for all rows of a matrix, R at a time: R is a constant in each call. */
#define EVERY_ROW(rows, tile, V, c)                                                                \
    do {                                                                                           \
        if ((V) == 1)                                                                              \
            EVERY_WIDE_TILE(rows, tile, V, c);                                                     \
        else if (MANY_REGISTERS && (V) <= 3)                                                       \
            EVERY_LOW_TILE(rows, tile, V, c);                                                      \
        else if ((V) == 2)                                                                         \
            TILES_UP_TO(4, rows, tile, V, c);                                                      \
        else if ((V) == 3)                                                                         \
            TILES_UP_TO(3, rows, tile, V, c);                                                      \
        else                                                                                       \
            TILES_UP_TO(2, rows, tile, V, c);                                                      \
    } while (0)

#endif
