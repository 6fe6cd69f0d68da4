/* Runs of samples, at a cost that does not depend on how long they are.
 *
 * On its active samples a ReLU unit is linear: it gives v (w.x_s) to the output, and its gradients
 * are E w and E' v with E = sum over its active s of e_s x_s' (outputs x rank). So sums over
 * samples can be shared between units. Forwards, M = sum over units whose run covers the block of
 * v w' changes where runs begin and end, and the outputs of a block are M x_s. Backwards, with S_b
 * = sum over all s from block b on of e_s x_s', a run from b to c has E = S_b - S_c. */
#ifndef ND_ENGINE_KERNELS_RUN_SUMS_H
#define ND_ENGINE_KERNELS_RUN_SUMS_H

#include "engine/kernels/runs.h"

/* The edges of a pack's slots, in pack->edges: two lists of them slot by slot, of this step and of
 * the one before, then the rows of those of this step by their blocks. */
typedef struct edge_table {
    edge *by_slot[2];
    /* Rows of the runs that begin at block b: from start[2 b] on; that end there: start[2 b + 1].
     */
    uint32_t *start, *rows;
} edge_table;

INLINE size_t edges_room(const nd_layer *layer, size_t slots) {
    return slots * most_edges(layer) + EDGES_AT_ONCE;
}

static size_t edge_bytes(const nd_layer *layer, size_t slots) {
    return edges_room(layer, slots) * (2 * sizeof(edge) + sizeof(uint32_t)) +
           (2 * blocks_of(layer) + 3) * sizeof(uint32_t);
}

INLINE edge_table edges_of(const nd_layer *layer, const nd_pack *pack) {
    size_t room = edges_room(layer, pack->capacity);
    edge *edges = pack->edges;
    uint32_t *start = (uint32_t *)(void *)(edges + 2 * room);
    return (edge_table){
        .by_slot = {edges, edges + room}, .start = start, .rows = start + 2 * blocks_of(layer) + 3};
}

/* Sorts the edges by their blocks. */
static void sort_edges(const edge_table *table, const edge *edges, size_t count, size_t blocks) {
    size_t places = 2 * blocks + 2;
    uint32_t *start = table->start, total = 0;
    __builtin_memset(start, 0, (places + 1) * sizeof *start);
    for (size_t i = 0; i < count; i++)
        start[2 * edges[i].block + (i & 1)]++;
    for (size_t place = 0; place <= places; place++) { /* where each place's edges end */
        total += start[place];
        start[place] = total;
    }
    for (size_t i = count; i-- > 0;) /* filled from the back: where they start */
        table->rows[--start[2 * edges[i].block + (i & 1)]] = edges[i].row;
}

/* Rows of a matrix dealt with together: as many as registers hold beside V vectors of a unit. */
enum { ROWS_MOST = 4 };
#define ROWS_AT_ONCE(V) ((V) <= 3 ? 4 : 2)

/* Calls tile for all rows of a matrix of d_out rows. */
#define EVERY_ROW(tile, V, c, outputs)                                                             \
    do {                                                                                           \
        size_t m = 0;                                                                              \
        for (; m + ROWS_AT_ONCE(V) <= (outputs); m += ROWS_AT_ONCE(V))                             \
            tile(ROWS_AT_ONCE(V), V, c, m);                                                        \
        for (; m < (outputs); m++)                                                                 \
            tile(1, V, c, m);                                                                      \
    } while (0)

/* How M changes at a block. */
typedef struct turn {
    const nd_layer *layer;
    const real *parameters;
    const uint32_t *begin, *end; /* the rows of the units whose runs begin, and end, here */
    size_t begins, ends;
    real *matrix; /* M */
    size_t part;  /* the first column of a tile */
} turn;

/* R rows and V vectors of M, from row m on: units come and go. */
INLINE void change_tile(const int R, const int V, const turn *t, size_t m) {
    size_t stride = padded(t->layer->rank);
    real *matrix = t->matrix + m * stride + t->part;
    const real *side = t->parameters + t->part, *outer = t->parameters + stride + m;
    reals sum[ROWS_MOST * MOST];
    for (int i = 0; i < R; i++)
        for (int v = 0; v < V; v++)
            sum[i * V + v] = load(matrix + (size_t)i * stride + v * LANES);
    for (size_t k = 0; k < t->begins; k++)
        for (int v = 0; v < V; v++) {
            reals w = held(load(side + t->begin[k] + v * LANES));
            for (int i = 0; i < R; i++)
                sum[i * V + v] += broadcast(outer[t->begin[k] + (size_t)i]) * w;
        }
    for (size_t k = 0; k < t->ends; k++)
        for (int v = 0; v < V; v++) {
            reals w = held(load(side + t->end[k] + v * LANES));
            for (int i = 0; i < R; i++)
                sum[i * V + v] -= broadcast(outer[t->end[k] + (size_t)i]) * w;
        }
    for (int i = 0; i < R; i++)
        for (int v = 0; v < V; v++)
            store(matrix + (size_t)i * stride + v * LANES, sum[i * V + v]);
}

/* The sums of the lanes of four vectors, on top of what is there. */
INLINE void add_four_sums(const reals products[4], real *to) {
    fours sums;
    four_sums(products, &sums);
    *(fours *)to += sums;
}

/* out += V vectors of M's columns times x. */
INLINE void multiply(const int V, const real *matrix, size_t stride, size_t rows, const real *x,
                     real *out) {
    reals held_x[MOST];
    for (int v = 0; v < V; v++)
        held_x[v] = load(x + v * LANES);
    size_t m = 0;
    for (; m + 4 <= rows; m += 4) {
        reals product[4];
        for (size_t i = 0; i < 4; i++) {
            const real *row = matrix + (m + i) * stride;
            product[i] = load(row) * held_x[0];
            for (int v = 1; v < V; v++)
                product[i] += load(row + v * LANES) * held_x[v];
        }
        add_four_sums(product, out + m);
    }
    for (; m < rows; m++) {
        reals product = {0};
        for (int v = 0; v < V; v++)
            product += load(matrix + m * stride + v * LANES) * held_x[v];
        out[m] += sum_of_lanes(product);
    }
}

/* out[s] += what the runs give to the outputs; out is n x padded d_out, M outputs x padded rank. */
static void forward_runs(const nd_layer *layer, const nd_pack *pack, const edge_table *table,
                         real *matrix, real *out) {
    size_t stride = padded(layer->rank), wide = padded(layer->outputs), open = 0;
    __builtin_memset(matrix, 0, layer->outputs * stride * sizeof *matrix);
    for (size_t block = 0; block < blocks_of(layer); block++) {
        const uint32_t *start = table->start + 2 * block;
        turn t = {.layer = layer,
                  .parameters = pack->parameters,
                  .matrix = matrix,
                  .begin = table->rows + start[0],
                  .end = table->rows + start[1],
                  .begins = start[1] - start[0],
                  .ends = start[2] - start[1]};
        if (start[2] > start[0]) {
#define CHANGE(V)                                                                                  \
    t.part = part;                                                                                 \
    EVERY_ROW(change_tile, V, &t, layer->outputs)
            EVERY_PART(stride, CHANGE)
#undef CHANGE
        }
        open += t.begins - t.ends;
        if (open == 0)
            continue;
        size_t to = (block + 1) * BLOCK < layer->samples ? (block + 1) * BLOCK : layer->samples;
        for (size_t s = block * BLOCK; s < to; s++) {
            const real *x = (const real *)layer->coordinates + s * stride;
#define MULTIPLY(V) multiply(V, matrix + part, stride, layer->outputs, x + part, out + s * wide)
            EVERY_PART(stride, MULTIPLY)
#undef MULTIPLY
        }
    }
}

/* Some neighbouring blocks, through which S is summed up. */
typedef struct chunk {
    const nd_layer *layer;
    const real *error; /* n x padded d_out */
    size_t from, to;   /* blocks */
    real *matrix;      /* S, of all blocks */
    size_t part;       /* the first column of a tile */
} chunk;

/* R rows and V vectors of S at the blocks of the chunk, from the last on; S at the block after them
 * is there. */
INLINE void sums_tile(const int R, const int V, const chunk *c, size_t m) {
    const nd_layer *layer = c->layer;
    size_t stride = padded(layer->rank), wide = padded(layer->outputs);
    size_t size = layer->outputs * stride, n = layer->samples;
    size_t s = c->to * BLOCK < n ? c->to * BLOCK : n;
    real *matrix = c->matrix + c->to * size + m * stride + c->part;
    const real *x = (const real *)layer->coordinates + s * stride + c->part;
    const real *error = c->error + s * wide + m;
    reals sum[ROWS_MOST * MOST];
    for (int i = 0; i < R; i++)
        for (int v = 0; v < V; v++)
            sum[i * V + v] = load(matrix + (size_t)i * stride + v * LANES);
    for (size_t block = c->to; block-- > c->from;) {
        for (; s > block * BLOCK; s--) {
            x -= stride;
            error -= wide;
            for (int v = 0; v < V; v++) {
                reals held_x = held(load(x + v * LANES));
                for (int i = 0; i < R; i++)
                    sum[i * V + v] += broadcast(error[i]) * held_x;
            }
        }
        matrix -= size;
        for (int i = 0; i < R; i++)
            for (int v = 0; v < V; v++)
                store(matrix + (size_t)i * stride + v * LANES, sum[i * V + v]);
    }
}

/* S at every block and, zero, past the last. */
static void sum_errors(const nd_layer *layer, const real *error, real *sums) {
    enum { AT_ONCE = 4 };
    size_t stride = padded(layer->rank), size = layer->outputs * stride;
    chunk c = {.layer = layer, .matrix = sums, .error = error};
    __builtin_memset(sums + blocks_of(layer) * size, 0, size * sizeof *sums);
    for (c.to = blocks_of(layer); c.to > 0; c.to = c.from) {
        c.from = c.to < AT_ONCE ? 0 : c.to - AT_ONCE;
#define SUMS(V)                                                                                    \
    c.part = part;                                                                                 \
    EVERY_ROW(sums_tile, V, &c, layer->outputs)
        EVERY_PART(stride, SUMS)
#undef SUMS
    }
}

/* R rows of the E of K runs, V vectors: of_w += E' v, product = E w, lane by lane. */
INLINE void rows_of_runs(const int R, const int K, const int V, const real *const *begin,
                         const real *const *end, size_t from, size_t stride, const real *w,
                         const real *v_at, reals *of_w, reals product[ROWS_MOST]) {
    for (size_t i = 0; i < (size_t)R; i++) {
        size_t at = from + i * stride;
        reals v_here = broadcast(v_at[i]);
        for (int v = 0; v < V; v++) {
            reals e = load(begin[0] + at + v * LANES) - load(end[0] + at + v * LANES);
            for (int k = 1; k < K; k++)
                e += load(begin[k] + at + v * LANES) - load(end[k] + at + v * LANES);
            of_w[v] += v_here * e;
            if (v == 0)
                product[i] = e * load(w);
            else
                product[i] += e * load(w + v * LANES);
        }
    }
}

/* K runs' share of a unit's gradient, V vectors of its input side. */
INLINE void runs_gradient(const int K, const int V, const nd_layer *layer, const real *sums,
                          const edge *edges, const real *row, size_t part, real *gradient) {
    size_t stride = padded(layer->rank), size = layer->outputs * stride, m = 0;
    const real *begin[2], *end[2], *outer = row + stride;
    reals of_w[MOST], product[ROWS_MOST];
    for (int k = 0; k < K; k++) {
        begin[k] = sums + edges[2 * k].block * size + part;
        end[k] = sums + edges[2 * k + 1].block * size + part;
    }
    for (int v = 0; v < V; v++)
        of_w[v] = load(gradient + part + v * LANES);
    for (; m + 4 <= layer->outputs; m += 4) {
        rows_of_runs(4, K, V, begin, end, m * stride, stride, row + part, outer + m, of_w, product);
        add_four_sums(product, gradient + stride + m);
    }
    for (; m < layer->outputs; m++) {
        rows_of_runs(1, K, V, begin, end, m * stride, stride, row + part, outer + m, of_w, product);
        gradient[stride + m] += sum_of_lanes(product[0]);
    }
    for (int v = 0; v < V; v++)
        store(gradient + part + v * LANES, of_w[v]);
}

/* gradient (as a row of parameters) += that of the runs between `count` edges. */
INLINE void add_runs(const nd_layer *layer, const real *sums, const edge *edges, size_t count,
                     const real *row, real *gradient) {
    for (; count >= 4; count -= 4, edges += 4) {
#define TWO_RUNS(V) runs_gradient(2, V, layer, sums, edges, row, part, gradient)
        EVERY_PART(padded(layer->rank), TWO_RUNS)
#undef TWO_RUNS
    }
    if (count) {
#define ONE_RUN(V) runs_gradient(1, V, layer, sums, edges, row, part, gradient)
        EVERY_PART(padded(layer->rank), ONE_RUN)
#undef ONE_RUN
    }
}

#endif
