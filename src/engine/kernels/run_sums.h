/* Runs of samples, at a cost that does not depend on how long they are.
 *
 * On its active samples a ReLU unit is linear: it gives v (w.x_s) to the output, and its gradients
 * are E w and E' v with E = sum over its active s of e_s x_s' (outputs x rank). So sums over
 * samples can be shared between units. Forwards, M = sum over units whose run covers the block of
 * v w' changes where runs begin and end, and the outputs of a block are M x_s. Backwards, with S_b
 * = sum over all s from block b on of e_s x_s', a run from b to c has E = S_b - S_c. S is made
 * CHUNK of its rows at a time, at all blocks, so that it stays near while all runs use it. */
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

/* Rows of M dealt with together: as many as registers hold beside V vectors of a unit. */
enum { ROWS_MOST = 4 };
#define ROWS_AT_ONCE(V) ((V) <= 2 ? 4 : (V) == 3 ? 3 : 2)

/* One block of samples on the way forwards. */
typedef struct forward {
    const nd_layer *layer;
    const real *parameters;
    const uint32_t *begin, *end, *next; /* rows of the units whose runs begin here, and end here */
    bool covered;                       /* by any run */
    const real *x;                      /* the block's coordinates */
    size_t part;                        /* the first column of a tile */
    real *matrix;                       /* M, d_out x padded rank */
    real *out;                          /* d_out x BLOCK */
} forward;

INLINE size_t samples_in_blocks(const nd_layer *layer) {
    return blocks_of(layer) * BLOCK;
}

/* R rows of M, V vectors of them, from row m on: units come, or go. */
INLINE void change(const int R, const int V, const forward *f, size_t m, const uint32_t *from,
                   const uint32_t *to, bool come, reals *sum) {
    size_t stride = padded(f->layer->rank);
    for (; from < to; from++) {
        const real *unit = held_address(f->parameters + *from);
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
                     .begin = table->rows + start[0],
                     .end = table->rows + start[1],
                     .next = table->rows + start[2],
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

/* A chunk of S lies in parts as EVERY_PART makes them, [part][block][CHUNK][columns of the part].
 * How wide the part is that begins with column `part`. */
INLINE size_t width_of_part(size_t part, size_t stride) {
    if (stride <= MOST * LANES)
        return stride;
    return stride - part < MOST * LANES ? LANES : MOST * LANES;
}

/* Columns are summed up so many vectors at a time: CHUNK times as many sums fit registers. */
enum { SUMS_MOST = 3 };

/* V vectors of columns of S at every block, and, zero, past the last; x: their inputs, n x padded
 * rank; error: of the chunk, n x padded d_out; `width`: reals from one row of `sums` to the next.
 */
INLINE void sums_tile(const int V, const nd_layer *layer, const real *error, const real *x,
                      size_t width, real *sums) {
    size_t stride = padded(layer->rank), wide = padded(layer->outputs), s = layer->samples;
    reals sum[CHUNK * SUMS_MOST];
    for (int i = 0; i < CHUNK * V; i++)
        sum[i] = (reals){0};
    x += s * stride;
    error += s * wide;
    for (size_t block = blocks_of(layer);; block--) {
        for (int i = 0; i < CHUNK; i++)
            for (int v = 0; v < V; v++)
                store(sums + (block * CHUNK + (size_t)i) * width + v * LANES, sum[i * V + v]);
        if (block == 0)
            return;
        for (; s > (block - 1) * BLOCK; s--) {
            reals here[SUMS_MOST];
            x -= stride;
            error -= wide;
            for (int v = 0; v < V; v++)
                here[v] = held(load(x + v * LANES));
            for (int i = 0; i < CHUNK; i++) {
                reals e = held(broadcast(error[i]));
                for (int v = 0; v < V; v++)
                    sum[i * V + v] += e * here[v];
            }
        }
    }
}

/* A chunk of S. */
static void sum_errors(const nd_layer *layer, const real *error, real *sums) {
    size_t stride = padded(layer->rank), height = (blocks_of(layer) + 1) * CHUNK, width;
    for (size_t part = 0; part < stride; part += width) {
        width = width_of_part(part, stride);
        for (size_t column = 0; column < width; column += SUMS_MOST * LANES) {
            const real *x = (const real *)layer->coordinates + part + column;
            real *to = sums + part * height + column;
            if (width - column >= 3 * LANES)
                sums_tile(3, layer, error, x, width, to);
            else if (width - column == 2 * LANES)
                sums_tile(2, layer, error, x, width, to);
            else
                sums_tile(1, layer, error, x, width, to);
        }
    }
}

/* What the runs between `edges` add to their units' gradients. */
typedef struct run_gradients {
    const nd_layer *layer;
    const edge *edges;
    size_t count;
    const real *sums, *parameters; /* of the chunk; of the pack */
    real *gradients;               /* as the parameters */
} run_gradients;

/* Of R outputs from m on, and V vectors of the input side from `part` on. */
INLINE void gradients_tile(const int R, const int V, const run_gradients *g, size_t m,
                           size_t part) {
    const size_t stride = padded(g->layer->rank), width = (size_t)V * LANES, size = CHUNK * width;
    const real *sums = g->sums + part * (blocks_of(g->layer) + 1) * CHUNK;
    uint32_t before = UINT32_MAX;
    for (const edge *now = g->edges, *end = now + g->count; now < end; now += 2) {
        size_t row = now->row;
        const real *side = held_address(g->parameters + row + part);
        const real *outer = held_address(g->parameters + row + stride + m);
        real *of_side = g->gradients + row + part, *of_outer = g->gradients + row + stride + m;
        const real *from = held_address(sums + now[0].block * size);
        const real *to = held_address(sums + now[1].block * size);
        reals sum[MOST], product[CHUNK] = {{0}};
        bool first = now->row != before; /* of the unit's runs */
        before = now->row;
        for (int v = 0; v < V; v++)
            sum[v] = first && m == 0 ? (reals){0} : load(of_side + v * LANES);
        UNROLL
        for (size_t i = 0; i < (size_t)R; i++) {
            reals v_here = broadcast(outer[i]);
            UNROLL
            for (int v = 0; v < V; v++) {
                size_t at = i * width + (size_t)v * LANES;
                reals e = load(from + at) - load(to + at);
                sum[v] += v_here * e;
                product[i] += e * load(side + v * LANES);
            }
        }
        for (int v = 0; v < V; v++)
            store(of_side + v * LANES, sum[v]);
        fours sums_here;
        four_sums(product, &sums_here);
        if (!first || part)
            sums_here += *(fours *)of_outer;
        *(fours *)of_outer = sums_here;
    }
}

/* The gradients, from runs, of the units that have any; other rows stay as they were. `error` is n
 * x padded d_out, zero where padded; `sums`: scratch, sums_size. */
static void gradients_of_runs(const nd_layer *layer, const real *error, const real *parameters,
                              const edge *edges, size_t count, real *sums, real *gradients) {
    run_gradients g = {.layer = layer,
                       .edges = edges,
                       .count = count,
                       .sums = sums,
                       .parameters = parameters,
                       .gradients = gradients};
    for (size_t m = 0; m < layer->outputs; m += CHUNK) {
        sum_errors(layer, error + m, sums);
#define HALF_CHUNK(V) gradients_tile(CHUNK / 2, V, &g, m, part)
#define WHOLE_CHUNK(V) gradients_tile(CHUNK, V, &g, m, part)
        if (layer->outputs - m <= CHUNK / 2) {
            EVERY_PART(padded(layer->rank), HALF_CHUNK)
        } else {
            EVERY_PART(padded(layer->rank), WHOLE_CHUNK)
        }
#undef HALF_CHUNK
#undef WHOLE_CHUNK
    }
}

#endif
