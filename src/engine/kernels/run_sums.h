/* Runs of samples, at a cost that does not depend on how long they are.
 *
 * On its active samples a ReLU unit is linear: it gives v (w.x_s) to the output, and its gradients
 * are E w and E' v with E = sum over its active s of e_s x_s' (outputs x rank). So sums over
 * samples can be shared between units. Forwards, M = sum over units whose run covers the block of
 * v w' changes where runs begin and end, and the outputs of a block are M x_s. Backwards, with S_b
 * = sum over all s from block b on of e_s x_s', a run from b to c has E = S_b - S_c. Both go block
 * by block, so that what neighbouring runs share is near when they need it. */
#ifndef ND_ENGINE_KERNELS_RUN_SUMS_H
#define ND_ENGINE_KERNELS_RUN_SUMS_H

#include "engine/kernels/runs.h"

/* A run where it begins, or where it ends: its unit's row among the parameters, the block it ends
 * before, and whether it is the last of its unit. */
typedef struct run {
    uint32_t row, end : 31, last : 1;
} run;

/* The edges of a pack's slots, in pack->edges: two lists of them slot by slot, of this step and of
 * the one before, then the runs of this step by the blocks of their edges. */
typedef struct edge_table {
    edge *by_slot[2];
    uint32_t *start; /* runs that begin at block b: from start[2 b] on; that end: start[2 b + 1] */
    run *runs;
} edge_table;

INLINE size_t edges_room(const nd_layer *layer, size_t slots) {
    return slots * most_edges(layer) + EDGES_AT_ONCE;
}

static size_t edge_bytes(const nd_layer *layer, size_t slots) {
    return edges_room(layer, slots) * (2 * sizeof(edge) + sizeof(run)) +
           (2 * blocks_of(layer) + 3) * sizeof(uint32_t);
}

INLINE edge_table edges_of(const nd_layer *layer, const nd_pack *pack) {
    size_t room = edges_room(layer, pack->capacity);
    edge *edges = pack->edges;
    run *runs = (run *)(void *)(edges + 2 * room);
    return (edge_table){
        .by_slot = {edges, edges + room}, .runs = runs, .start = (uint32_t *)(void *)(runs + room)};
}

/* Sorts the runs by the blocks of their edges. */
static void sort_edges(const edge_table *table, const edge *edges, size_t count, size_t blocks) {
    size_t places = 2 * blocks + 2;
    uint32_t *start = table->start, total = 0, row = UINT32_MAX;
    __builtin_memset(start, 0, (places + 1) * sizeof *start);
    for (size_t i = 0; i < count; i++)
        start[2 * edges[i].block + (i & 1)]++;
    for (size_t place = 0; place <= places; place++) { /* where each place's edges end */
        total += start[place];
        start[place] = total;
    }
    for (size_t i = count; i > 0; i -= 2) { /* filled from the back: where they start */
        const edge *begin = edges + i - 2, *end = begin + 1;
        const run here = {.row = end->row, .end = end->block, .last = end->row != row};
        row = end->row;
        table->runs[--start[2 * end->block + 1]] = here;
        table->runs[--start[2 * begin->block]] = here;
    }
}

/* Rows of M dealt with together: as many as registers hold beside V vectors of a unit. */
enum { ROWS_MOST = 4 };
#define ROWS_AT_ONCE(V) ((V) <= 2 ? 4 : (V) == 3 ? 3 : 2)

/* One block of samples on the way forwards. */
typedef struct forward {
    const nd_layer *layer;
    const real *parameters;
    const run *begin, *end, *next; /* runs that begin here, and end here */
    bool covered;                  /* by any run */
    const real *x;                 /* the block's coordinates */
    size_t part;                   /* the first column of a tile */
    real *matrix;                  /* M, d_out x padded rank */
    real *out;                     /* d_out x BLOCK */
} forward;

INLINE size_t samples_in_blocks(const nd_layer *layer) {
    return blocks_of(layer) * BLOCK;
}

/* R rows of M, V vectors of them, from row m on: units come, or go. */
INLINE void change(const int R, const int V, const forward *f, size_t m, const run *from,
                   const run *to, bool come, reals *sum) {
    size_t stride = padded(f->layer->rank);
    for (; from < to; from++) {
        const real *unit = held_address(f->parameters + from->row);
        const real *side = unit + f->part, *outer = unit + stride + m;
        reals weight[ROWS_MOST];
        for (int i = 0; i < R; i++)
            weight[i] = broadcast(outer[i]);
        for (int v = 0; v < V; v++) {
            reals w = held(load(side + v * LANES));
            for (int i = 0; i < R; i++)
                if (come)
                    sum[i * V + v] += weight[i] * w;
                else
                    sum[i * V + v] -= weight[i] * w;
        }
    }
}

/* R outputs of a block's samples, from output m on; V vectors of the coordinates' share of them. */
INLINE void forward_tile(const int R, const int V, const forward *f, size_t m) {
    size_t stride = padded(f->layer->rank);
    real *matrix = f->matrix + m * stride + f->part;
    reals sum[ROWS_MOST * MOST];
    for (int i = 0; i < R; i++)
        for (int v = 0; v < V; v++)
            sum[i * V + v] = load(matrix + (size_t)i * stride + v * LANES);
    if (f->begin < f->next) {
        change(R, V, f, m, f->begin, f->end, true, sum);
        change(R, V, f, m, f->end, f->next, false, sum);
        for (int i = 0; i < R; i++)
            for (int v = 0; v < V; v++)
                store(matrix + (size_t)i * stride + v * LANES, sum[i * V + v]);
    }
    if (!f->covered)
        return;
    const real *of_sample[BLOCK];
    for (size_t k = 0; k < BLOCK; k++)
        of_sample[k] = held_address(f->x + f->part + k * stride);
    for (int i = 0; i < R; i++) {
        fours *to = (fours *)(f->out + (m + (size_t)i) * BLOCK), here;
        reals product[BLOCK];
        for (int k = 0; k < BLOCK; k++) {
            product[k] = sum[i * V] * load(of_sample[k]);
            for (int v = 1; v < V; v++)
                product[k] += sum[i * V + v] * load(of_sample[k] + v * LANES);
        }
        four_sums(product, &here);
        if (f->part)
            here += *to;
        *to = here;
    }
}

/* Calls tile for all rows of a matrix of d_out rows. */
#define EVERY_ROW(tile, V, c, outputs)                                                             \
    do {                                                                                           \
        size_t m = 0;                                                                              \
        for (; m + ROWS_AT_ONCE(V) <= (outputs); m += ROWS_AT_ONCE(V))                             \
            tile(ROWS_AT_ONCE(V), V, c, m);                                                        \
        for (; m < (outputs); m++)                                                                 \
            tile(1, V, c, m);                                                                      \
    } while (0)

/* Four outputs of a block's samples, output by output, are put sample by sample. */
INLINE void turn_round(const real *from, real *to, size_t to_stride) {
    fours in[4];
    for (size_t i = 0; i < 4; i++)
        in[i] = *(const fours *)(from + i * BLOCK);
    fours a = __builtin_shufflevector(in[0], in[1], 0, 4, 2, 6);
    fours b = __builtin_shufflevector(in[0], in[1], 1, 5, 3, 7);
    fours c = __builtin_shufflevector(in[2], in[3], 0, 4, 2, 6);
    fours d = __builtin_shufflevector(in[2], in[3], 1, 5, 3, 7);
    *(fours *)to = __builtin_shufflevector(a, c, 0, 1, 4, 5);
    *(fours *)(to + to_stride) = __builtin_shufflevector(b, d, 0, 1, 4, 5);
    *(fours *)(to + 2 * to_stride) = __builtin_shufflevector(a, c, 2, 3, 6, 7);
    *(fours *)(to + 3 * to_stride) = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}

/* What the runs give to the outputs, into `out`, samples_in_blocks x padded d_out. Scratch:
 * `matrix`, d_out x padded rank; `turned`, padded d_out x BLOCK, zero past d_out. */
static void forward_runs(const nd_layer *layer, const real *parameters, const edge_table *table,
                         real *matrix, real *turned, real *out) {
    size_t stride = padded(layer->rank), wide = padded(layer->outputs), runs = 0;
    const uint32_t *start = table->start;
    __builtin_memset(matrix, 0, layer->outputs * stride * sizeof *matrix);
    for (size_t s = 0; s < samples_in_blocks(layer); s += BLOCK, start += 2, out += BLOCK * wide) {
        runs += 2 * start[1] - start[0] - start[2];
        forward f = {.layer = layer,
                     .parameters = parameters,
                     .begin = table->runs + start[0],
                     .end = table->runs + start[1],
                     .next = table->runs + start[2],
                     .covered = runs > 0,
                     .x = (const real *)layer->coordinates + s * stride,
                     .matrix = matrix,
                     .out = turned};
#define FORWARD(V)                                                                                 \
    f.part = part;                                                                                 \
    EVERY_ROW(forward_tile, V, &f, layer->outputs)
        EVERY_PART(stride, FORWARD)
#undef FORWARD
        if (!runs)
            __builtin_memset(out, 0, BLOCK * wide * sizeof *out);
        else
            for (size_t m = 0; m < layer->outputs; m += 4)
                turn_round(turned + m * BLOCK, out + m, wide);
    }
}

/* One block on the way backwards. */
typedef struct backward {
    const nd_layer *layer;
    const real *parameters, *error; /* error: of the block's samples */
    const real *x;                  /* their coordinates, from the tile's first column on */
    size_t samples, part;           /* how many; the first column of a tile */
    real *sums; /* S at the block, outputs x the tile's columns; S_b+1 follows */
    size_t block;
    real *gradients; /* as the parameters */
} backward;

/* R rows of S at a block, V vectors of them, from row m on. */
INLINE void sums_tile(const int R, const int V, const backward *b, size_t m) {
    size_t stride = padded(b->layer->rank), wide = padded(b->layer->outputs);
    size_t size = b->layer->outputs * (size_t)V * LANES;
    const real *x = b->x, *error = b->error + m;
    real *here = b->sums + m * (size_t)V * LANES;
    reals sum[ROWS_MOST * MOST];
    for (int i = 0; i < R * V; i++)
        sum[i] = load(here + size + i * LANES);
    for (size_t s = 0; s < b->samples; s++, x += stride, error += wide) {
        reals e[ROWS_MOST];
        for (int i = 0; i < R; i++)
            e[i] = broadcast(error[i]);
        for (int v = 0; v < V; v++) {
            reals column = held(load(x + v * LANES));
            for (int i = 0; i < R; i++)
                sum[i * V + v] += e[i] * column;
        }
    }
    for (int i = 0; i < R * V; i++)
        store(here + i * LANES, sum[i]);
}

/* What R outputs from m on, at most four, add to the gradients of a run; `sum`, to V vectors of the
 * input side. */
INLINE void run_rows(const int R, const int V, const real *side, const real *outer,
                     const real *from, const real *to, reals *sum, fours *of_outer) {
    reals product[4] = {{0}}, weight[4];
    for (int i = 0; i < R; i++)
        weight[i] = held(broadcast(outer[i]));
    UNROLL
    for (int v = 0; v < V; v++) {
        reals w = held(load(side + v * LANES));
        UNROLL
        for (int i = 0; i < R; i++) {
            reals e = load(from + (i * V + v) * LANES) - load(to + (i * V + v) * LANES);
            sum[v] += weight[i] * e;
            product[i] += e * w;
        }
    }
    four_sums(product, of_outer);
}

/* The gradients of the runs that begin at a block; V vectors of the input side. */
INLINE void runs_back(const int V, const backward *b, const run *from, const run *to) {
    const size_t stride = padded(b->layer->rank), outputs = b->layer->outputs;
    const size_t width = (size_t)V * LANES;
    for (; from < to; from++) {
        const real *side = held_address(b->parameters + from->row + b->part);
        const real *outer = held_address(b->parameters + from->row + stride);
        real *of_side = b->gradients + from->row + b->part;
        real *of_outer = b->gradients + from->row + stride;
        const real *begin = b->sums, *end = b->sums + (from->end - b->block) * outputs * width;
        reals sum[MOST];
        fours here;
        for (int v = 0; v < V; v++)
            sum[v] = from->last ? (reals){0} : load(of_side + v * LANES);
#define ROWS(R)                                                                                    \
    run_rows(R, V, side, outer + m, begin + m * width, end + m * width, sum, &here);               \
    if (!from->last || b->part)                                                                    \
        here += *(fours *)(of_outer + m);                                                          \
    *(fours *)(of_outer + m) = here
        size_t m = 0;
        for (; m + 4 <= outputs; m += 4) {
            ROWS(4);
        }
        if (outputs - m == 3) {
            ROWS(3);
        } else if (outputs - m == 2) {
            ROWS(2);
        } else if (outputs - m == 1) {
            ROWS(1);
        }
#undef ROWS
        for (int v = 0; v < V; v++)
            store(of_side + v * LANES, sum[v]);
    }
}

/* V vectors of the columns of S, block by block from the last, and what runs make of them. */
INLINE void gradients_part(const int V, backward *b, const real *error, const edge_table *table) {
    const size_t size = b->layer->outputs * (size_t)V * LANES, n = b->layer->samples;
    const size_t wide = padded(b->layer->outputs), stride = padded(b->layer->rank);
    real *sums = b->sums;
    __builtin_memset(sums + blocks_of(b->layer) * size, 0, size * sizeof *sums);
    for (size_t block = blocks_of(b->layer); block-- > 0;) {
        const uint32_t *start = table->start + 2 * block;
        b->block = block;
        b->samples = n - block * BLOCK < BLOCK ? n - block * BLOCK : BLOCK;
        b->error = error + block * BLOCK * wide;
        b->x = (const real *)b->layer->coordinates + block * BLOCK * stride + b->part;
        b->sums = sums + block * size;
        EVERY_ROW(sums_tile, V, b, b->layer->outputs);
        runs_back(V, b, table->runs + start[0], table->runs + start[1]);
    }
    b->sums = sums;
}

/* The gradients, from runs, of the units that have any; other rows stay as they were. `error` is n
 * x padded d_out, zero where padded; `sums`: scratch, sums_size. */
static void gradients_of_runs(const nd_layer *layer, const real *error, const real *parameters,
                              const edge_table *table, real *sums, real *gradients) {
    backward b = {.layer = layer, .parameters = parameters, .sums = sums, .gradients = gradients};
#define GRADIENTS(V)                                                                               \
    b.part = part;                                                                                 \
    gradients_part(V, &b, error, table)
    EVERY_PART(padded(layer->rank), GRADIENTS)
#undef GRADIENTS
}

#endif
