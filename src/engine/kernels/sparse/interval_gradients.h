/* Backwards by intervals (interval_sums.h): S, block by block from the last, and the gradients that
 * each interval makes of it where it begins. */
#ifndef ND_ENGINE_KERNELS_SPARSE_INTERVAL_GRADIENTS_H
#define ND_ENGINE_KERNELS_SPARSE_INTERVAL_GRADIENTS_H

#include "engine/kernels/sparse/interval_sums.h"

/* One block on the way backwards. */
typedef struct backward {
    const nd_layer *layer;
    const real *parameters, *error; /* error: of the block's samples */
    const real *x;                  /* their coordinates */
    size_t samples, part;           /* how many; the first of the outputs abreast of a tile */
    real *sums;  /* S' at the block: rank rows of the tile's outputs; then, once, those alone */
    size_t size; /* reals of it: S'_b+1 follows */
    size_t block;
    real *gradients; /* as the parameters */
} backward;

/* R rows of S' at a block, V vectors of them, from row k on. */
INLINE void sums_tile(const int R, const int V, const backward *b, size_t k) {
    size_t stride = padded(b->layer->rank), wide = padded(b->layer->outputs);
    const real *x = b->x + k, *error = b->error + b->part;
    real *here = b->sums + k * (size_t)V * LANES;
    reals sum[SUMS_MOST];
    for (int i = 0; i < R * V; i++)
        sum[i] = load(here + b->size + i * LANES);
    for (size_t s = 0; s < b->samples; s++, x += stride, error += wide) {
        reals c[ROWS_MOST];
        for (int i = 0; i < R; i++)
            c[i] = broadcast(x[i]);
        for (int v = 0; v < V; v++) {
            reals e = held(load(error + v * LANES));
            for (int i = 0; i < R; i++)
                sum[i * V + v] += c[i] * e;
        }
    }
    for (int i = 0; i < R * V; i++)
        store(here + i * LANES, sum[i]);
}

/* Outputs alone: S is rows of them, of which this begins at `sums`. */
INLINE void sums_alone(const backward *b, real *sums) {
    size_t stride = padded(b->layer->rank), wide = padded(b->layer->outputs);
    for (size_t m = outputs_abreast(b->layer); m < b->layer->outputs; m++)
        for (size_t i = 0; i < stride; i += LANES, sums += LANES) {
            reals sum = load(sums + b->size);
            for (size_t s = 0; s < b->samples; s++)
                sum += broadcast(b->error[s * wide + m]) * load(b->x + s * stride + i);
            store(sums, sum);
        }
}

/* Intervals that begin at the same block are dealt with in pairs where registers allow. */
enum { INTERVALS_MOST = 2 };
#define INTERVALS_AT_ONCE(V) (MANY_REGISTERS && (V) <= 3 ? 2 : 1)

/* An interval on the way backwards: its unit's parameters, their gradients, and S' where it ends.
 */
typedef struct interval_gradient {
    const real *side, *outer, *end;
    real *of_side, *of_outer;
    reals sum[MOST];  /* what it adds to the gradient of the output weights */
    reals held[MOST]; /* these weights, where there are registers for them */
} interval_gradient;

/* What R rows of S' from k on, at most four, add to the gradients of U intervals that begin at
 * `begin`.
 */
INLINE void interval_rows(const int U, const int R, const int V, const real *begin, size_t k,
                          interval_gradient *of) {
    reals product[INTERVALS_MOST][4] = {{{0}}}, weight[INTERVALS_MOST][4];
    const size_t row = k * (size_t)V * LANES;
    for (int u = 0; u < U; u++)
        for (int i = 0; i < R && !MANY_REGISTERS; i++)
            weight[u][i] = held(broadcast(of[u].side[k + (size_t)i]));
    UNROLL
    for (int v = 0; v < V; v++) {
        reals outer[INTERVALS_MOST];
        for (int u = 0; u < U; u++)
            outer[u] = MANY_REGISTERS ? of[u].held[v] : held(load(of[u].outer + v * LANES));
        UNROLL
        for (int i = 0; i < R; i++) {
            const size_t at = row + (size_t)(i * V + v) * LANES;
            reals from = load(begin + at);
            UNROLL
            for (int u = 0; u < U; u++) {
                reals e = from - load(of[u].end + at);
                of[u].sum[v] +=
                    (MANY_REGISTERS ? broadcast(of[u].side[k + (size_t)i]) : weight[u][i]) * e;
                product[u][i] += e * outer[u];
            }
        }
    }
    for (int u = 0; u < U; u++) {
        fours here;
        four_sums(product[u], &here);
        *(fours *)(of[u].of_side + k) += here;
    }
}

/* The gradients of U intervals that begin at a block; V vectors of the outputs abreast. */
INLINE void interval_gradients(const int U, const int V, const backward *b,
                               const interval *intervals) {
    const size_t stride = padded(b->layer->rank), rank = b->layer->rank;
    interval_gradient of[INTERVALS_MOST];
    for (int u = 0; u < U; u++) {
        const real *unit = b->parameters + intervals[u].row;
        real *gradient = b->gradients + intervals[u].row;
        of[u].side = held_address(unit);
        of[u].outer = held_address(unit + stride + b->part);
        of[u].end = held_address(b->sums + (intervals[u].end - b->block) * b->size);
        of[u].of_side = held_address(gradient);
        of[u].of_outer = gradient + stride + b->part;
        for (int v = 0; v < V; v++) {
            of[u].sum[v] = (reals){0};
            of[u].held[v] = load(of[u].outer + v * LANES);
        }
    }
    size_t k = 0;
    for (; k + 4 <= rank; k += 4)
        interval_rows(U, 4, V, b->sums, k, of);
    if (rank - k == 3)
        interval_rows(U, 3, V, b->sums, k, of);
    else if (rank - k == 2)
        interval_rows(U, 2, V, b->sums, k, of);
    else if (rank - k == 1)
        interval_rows(U, 1, V, b->sums, k, of);
    for (int u = 0; u < U; u++)
        for (int v = 0; v < V; v++)
            store(of[u].of_outer + v * LANES, load(of[u].of_outer + v * LANES) + of[u].sum[v]);
}

/* The gradients, by the outputs alone, of an interval that begins at a block. */
INLINE void interval_alone(const backward *b, const real *begin, const interval *from) {
    const size_t stride = padded(b->layer->rank);
    const real *side = b->parameters + from->row, *outer = side + stride;
    const real *end = begin + (from->end - b->block) * b->size;
    real *of_side = b->gradients + from->row, *of_outer = of_side + stride;
    for (size_t m = outputs_abreast(b->layer); m < b->layer->outputs; m++) {
        reals product = {0}, weight = broadcast(outer[m]);
        for (size_t i = 0; i < stride; i += LANES, begin += LANES, end += LANES) {
            reals e = load(begin) - load(end);
            store(of_side + i, load(of_side + i) + weight * e);
            product += e * load(side + i);
        }
        of_outer[m] += sum_of_lanes(product);
    }
}

/* V vectors of the outputs abreast, block by block from the last: S', and what intervals make of
 * it. With the first of them, those alone. */
INLINE void gradients_part(const int V, backward *b, const real *error,
                           const endpoint_table *table) {
    const size_t n = b->layer->samples, rows = V ? b->layer->rank : 0;
    const size_t wide = padded(b->layer->outputs), stride = padded(b->layer->rank);
    const size_t abreast = rows * (size_t)V * LANES;
    const bool alone = b->part == 0 && outputs_alone(b->layer);
    real *sums = b->sums;
    b->size = sum_size(b->layer, (size_t)V * LANES);
    __builtin_memset(sums + blocks_of(b->layer) * b->size, 0, b->size * sizeof *sums);
    for (size_t block = blocks_of(b->layer); block-- > 0;) {
        const uint32_t *start = table->start + 2 * block;
        const interval *at = table->intervals + start[0], *last = table->intervals + start[1];
        b->block = block;
        b->samples = n - block * BLOCK < BLOCK ? n - block * BLOCK : BLOCK;
        b->error = error + block * BLOCK * wide;
        b->x = (const real *)b->layer->coordinates + block * BLOCK * stride;
        b->sums = sums + block * b->size;
        EVERY_ROW(rows, sums_tile, V, b);
        if (alone) {
            sums_alone(b, b->sums + abreast);
            for (const interval *here = at; here < last; here++)
                interval_alone(b, b->sums + abreast, here);
        }
        for (; V && at + INTERVALS_AT_ONCE(V) <= last; at += INTERVALS_AT_ONCE(V))
            interval_gradients(INTERVALS_AT_ONCE(V), V, b, at);
        for (; V && at < last; at++)
            interval_gradients(1, V, b, at);
    }
    b->sums = sums;
}

/* Adds what intervals give to the gradients. `error` is n x padded d_out, zero where padded;
 * `sums`: scratch, sums_size. */
static void gradients_of_intervals(const nd_layer *layer, const real *error, const real *parameters,
                                   const endpoint_table *table, real *sums, real *gradients) {
    backward b = {.layer = layer, .parameters = parameters, .sums = sums, .gradients = gradients};
#define GRADIENTS(V)                                                                               \
    b.part = part;                                                                                 \
    gradients_part(V, &b, error, table)
    if (outputs_abreast(layer)) {
        EVERY_PART(outputs_abreast(layer), GRADIENTS)
    } else {
        gradients_part(0, &b, error, table);
    }
#undef GRADIENTS
}

#endif
