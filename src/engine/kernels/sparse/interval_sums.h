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

INLINE size_t endpoints_room(const nd_layer *layer, size_t slots) {
    return slots * most_endpoints(layer) + ENDPOINTS_AT_ONCE;
}

static size_t endpoint_bytes(const nd_layer *layer, size_t slots) {
    return endpoints_room(layer, slots) * (2 * sizeof(endpoint) + sizeof(interval)) +
           (2 * blocks_of(layer) + 3) * sizeof(uint32_t);
}

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

/* One block of samples on the way forwards. */
typedef struct forward {
    const nd_layer *layer;
    const real *parameters;
    const interval *begin, *end, *next; /* intervals that begin here, and end here */
    size_t part;                        /* the first column of a tile */
    real *matrix;                       /* M': rank rows of the outputs abreast; then those alone */
} forward;

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
