/* Forwards by intervals (interval_sums.h): M, block by block, and the outputs M x_s. */
#ifndef ND_ENGINE_KERNELS_SPARSE_INTERVAL_OUTPUTS_H
#define ND_ENGINE_KERNELS_SPARSE_INTERVAL_OUTPUTS_H

#include "engine/kernels/sparse/interval_sums.h"

/* One block of samples on the way forwards. */
typedef struct forward {
    const nd_layer *layer;
    const real *parameters;
    const interval *begin, *end, *next; /* intervals that begin here, and end here */
    size_t part;                        /* the first column of a tile */
    real *matrix;                       /* M': rank rows of the outputs abreast; then those alone */
} forward;

/* Samples, those included that fill the last block. */
INLINE size_t samples_in_blocks(const nd_layer *layer) {
    return blocks_of(layer) * BLOCK;
}

/* R rows of M', V vectors of them, from row k on: units come, or go. */
INLINE void change(const int R, const int V, const forward *f, size_t k, const interval *from,
                   const interval *to, bool come, reals *sum) {
    size_t stride = padded(f->layer->rank);
    for (; from < to; from++) {
        const real *unit = f->parameters + from->row;
        const real *side = held_address(unit + k);
        const real *outer = held_address(unit + stride + f->part);
        reals weight[ROWS_MOST];
        for (int i = 0; i < R; i++)
            weight[i] = broadcast(side[i]);
        for (int v = 0; v < V; v++) {
            reals here = held(load(outer + v * LANES));
            for (int i = 0; i < R; i++)
                if (come)
                    sum[i * V + v] += weight[i] * here;
                else
                    sum[i * V + v] -= weight[i] * here;
        }
    }
}

/* R rows of M', V vectors of them, take in what begins and ends at a block. */
INLINE void change_tile(const int R, const int V, const forward *f, size_t k) {
    size_t wide = outputs_abreast(f->layer);
    real *matrix = f->matrix + k * wide + f->part;
    reals sum[SUMS_MOST];
    for (int i = 0; i < R; i++)
        for (int v = 0; v < V; v++)
            sum[i * V + v] = load(matrix + (size_t)i * wide + v * LANES);
    change(R, V, f, k, f->begin, f->end, true, sum);
    change(R, V, f, k, f->end, f->next, false, sum);
    for (int i = 0; i < R; i++)
        for (int v = 0; v < V; v++)
            store(matrix + (size_t)i * wide + v * LANES, sum[i * V + v]);
}

/* V vectors of the rows of M that are outputs alone. */
INLINE void change_alone(const int V, const forward *f) {
    const size_t stride = padded(f->layer->rank), abreast = outputs_abreast(f->layer);
    real *matrix = f->matrix + f->layer->rank * abreast + f->part;
    for (size_t m = abreast; m < f->layer->outputs; m++, matrix += stride) {
        reals sum[MOST];
        for (int v = 0; v < V; v++)
            sum[v] = load(matrix + v * LANES);
        for (const interval *at = f->begin; at < f->next; at++) {
            const real *unit = held_address(f->parameters + at->row);
            reals weight = broadcast(at < f->end ? unit[stride + m] : -unit[stride + m]);
            for (int v = 0; v < V; v++)
                sum[v] += weight * load(unit + f->part + v * LANES);
        }
        for (int v = 0; v < V; v++)
            store(matrix + v * LANES, sum[v]);
    }
}

/* M x_s of a block's samples: V vectors of outputs. */
INLINE void outputs_of_block(const int V, const nd_layer *layer, const real *matrix, const real *x,
                             real *out) {
    size_t stride = padded(layer->rank), wide = padded(layer->outputs);
    size_t abreast = outputs_abreast(layer);
    reals sum[BLOCK * COLUMNS] = {{0}};
    for (size_t k = 0; k < layer->rank; k++, matrix += abreast)
        for (int v = 0; v < V; v++) {
            reals m = held(load(matrix + v * LANES));
            for (size_t s = 0; s < BLOCK; s++)
                sum[s * (size_t)V + (size_t)v] += broadcast(x[s * stride + k]) * m;
        }
    for (size_t s = 0; s < BLOCK; s++)
        for (int v = 0; v < V; v++)
            store(out + s * wide + v * LANES, sum[s * (size_t)V + (size_t)v]);
}

/* V vectors' share of the outputs alone; `matrix`, `x`: from column `part` on. */
INLINE void outputs_alone_of_block(const int V, const nd_layer *layer, const real *matrix,
                                   const real *x, size_t part, real *out) {
    size_t stride = padded(layer->rank), wide = padded(layer->outputs);
    size_t abreast = outputs_abreast(layer);
    for (size_t s = 0; s < BLOCK && !part; s++)
        for (size_t m = abreast; m < wide; m += LANES)
            store(out + s * wide + m, (reals){0});
    for (size_t m = abreast; m < layer->outputs; m++, matrix += stride) {
        fours here;
        four_dots(V, matrix, x, stride, (uint32_t[]){0, 1, 2, 3}, &here);
        for (size_t s = 0; s < BLOCK; s++)
            out[s * wide + m] += here[s];
    }
}

/* Those of all of a block's samples. */
INLINE void block_outputs(const nd_layer *layer, const real *matrix, const real *x, real *out) {
    const size_t abreast = outputs_abreast(layer), stride = padded(layer->rank);
    for (size_t m = 0; m < abreast; m += COLUMNS * LANES)
        switch ((abreast - m) / LANES) {
        case 1:
            outputs_of_block(1, layer, matrix + m, x, out + m);
            break;
        case 2:
            outputs_of_block(2, layer, matrix + m, x, out + m);
            break;
        default:
            outputs_of_block(COLUMNS, layer, matrix + m, x, out + m);
            break;
        }
#define ALONE(V)                                                                                   \
    outputs_alone_of_block(V, layer, matrix + layer->rank * abreast + part, x + part, part, out)
    if (abreast < layer->outputs) {
        EVERY_PART(stride, ALONE)
    }
#undef ALONE
}

/* What the intervals give to the outputs, into `out`, samples_in_blocks x padded d_out. Scratch:
 * `matrix`, sum_size. */
static void forward_intervals(const nd_layer *layer, const real *parameters,
                              const endpoint_table *table, real *matrix, real *out) {
    size_t stride = padded(layer->rank), wide = padded(layer->outputs), intervals = 0;
    const size_t abreast = outputs_abreast(layer);
    const uint32_t *start = table->start;
    __builtin_memset(matrix, 0, sum_size(layer, abreast) * sizeof *matrix);
    for (size_t s = 0; s < samples_in_blocks(layer); s += BLOCK, start += 2, out += BLOCK * wide) {
        forward f = {.layer = layer,
                     .parameters = parameters,
                     .begin = table->intervals + start[0],
                     .end = table->intervals + start[1],
                     .next = table->intervals + start[2],
                     .matrix = matrix};
        intervals += 2 * start[1] - start[0] - start[2];
#define CHANGE(V)                                                                                  \
    f.part = part;                                                                                 \
    EVERY_ROW(layer->rank, change_tile, V, &f)
        if (f.begin < f.next && abreast) {
            EVERY_PART(abreast, CHANGE)
        }
#undef CHANGE
#define CHANGE(V)                                                                                  \
    f.part = part;                                                                                 \
    change_alone(V, &f)
        if (f.begin < f.next && abreast < layer->outputs) {
            EVERY_PART(stride, CHANGE)
        }
#undef CHANGE
        if (intervals)
            block_outputs(layer, matrix, (const real *)layer->coordinates + s * stride, out);
        else
            __builtin_memset(out, 0, BLOCK * wide * sizeof *out);
    }
}

#endif
