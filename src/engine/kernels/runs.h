/* Units that are active on runs of neighbouring samples, at a cost that does not depend on how long
 * the runs are.
 *
 * On its active samples a ReLU unit is linear: it gives v (w.x_s) to the output, and its gradients
 * are E w and E' v with E = sum over its active s of e_s x_s' (outputs x rank). So sums over
 * samples can be shared between units. An edge is a sample where a unit's run begins or ends (a run
 * that lasts to the end needs none). Forwards, M_s = sum over units active on s of v w' changes at
 * edges only, and the outputs are M_s x_s. Backwards, with S_b = sum over s >= b of e_s x_s', E is
 * the sum of S_b over edges b where a run begins, less that where one ends. Each edge costs three
 * products of the size of a matrix (outputs x rank), whatever the number of samples between.
 *
 * M and S are carried along two rows at a time, in registers for a chunk of samples. */
#ifndef ND_ENGINE_KERNELS_RUNS_H
#define ND_ENGINE_KERNELS_RUNS_H

#include "engine/kernels/lists.h"

enum { CHUNK = 8, LAST_EDGE = 1 }; /* samples; the mark of a unit's last edge, on its row */

/* Is a slot cheaper by its edges than by its active samples? In quarters of a cycle, by
 * measurement with AVX2. A quarter of the samples' number of edges is the most there is room for.
 */
INLINE bool runs_pay(const nd_layer *layer, const list *l) {
    size_t wide = padded(layer->rank) / LANES, high = padded(layer->outputs) / LANES;
    size_t edge = 6 * layer->outputs * wide + 200, sample = 5 * wide + 9 * high + 24;
    return l->edges * edge < l->active * sample && l->edges <= layer->samples / 4;
}

/* The edges by sample, in pack->edges: `start` (2 n + 1), then where the rows of the units lie in
 * the array of parameters: at start[2 b] those whose run begins at sample b, at start[2 b + 1]
 * those whose run ends there. */
static size_t edge_room(const nd_layer *layer, size_t slots) {
    return 2 * layer->samples + 1 + slots * (layer->samples / 4);
}

/* Calls act(place) for every edge of a slot, `place` being 2 b, or 2 b + 1 where a run ends. */
#define EVERY_EDGE(layer, signs, act)                                                              \
    for (size_t word = 0; word < words_of(layer); word++)                                          \
        for (uint64_t edges_left = edges_in(signs, word); edges_left;                              \
             edges_left &= edges_left - 1) {                                                       \
            size_t edge = word * WORD + (size_t)__builtin_ctzll(edges_left);                       \
            if (edge < (layer)->samples)                                                           \
                act(2 * edge + !is_active(signs, edge));                                           \
        }

/* Sorts the edges of all slots that go by runs; false if there are none. */
static bool sort_edges(const nd_layer *layer, nd_pack *pack) {
    size_t places = 2 * layer->samples;
    uint32_t *start = pack->edges, *rows = start + places + 1, total = 0;
    __builtin_memset(start, 0, (places + 1) * sizeof *start);
    for (size_t slot = 0; slot < pack->slots; slot++) {
        list *l = list_of(layer, pack, slot);
        const uint64_t *signs = signs_of(layer, l);
        if (!l->by_runs)
            continue;
#define COUNT_EDGE(place) start[place]++
        EVERY_EDGE(layer, signs, COUNT_EDGE)
#undef COUNT_EDGE
    }
    for (size_t place = 0; place <= places; place++) { /* where each place's edges end */
        total += start[place];
        start[place] = total;
    }
    for (size_t slot = pack->slots; slot-- > 0;) { /* filled from the back: where they start */
        list *l = list_of(layer, pack, slot);
        const uint64_t *signs = signs_of(layer, l);
        if (!l->by_runs)
            continue;
        uint32_t row = (uint32_t)(slot * layer->stored), edges = l->edges;
#define PUT_EDGE(place) rows[--start[place]] = row | (--edges == 0 ? LAST_EDGE : 0)
        EVERY_EDGE(layer, signs, PUT_EDGE)
#undef PUT_EDGE
    }
    return total > 0;
}

/* Where the unit of an edge has its row among the parameters. */
INLINE size_t row_of(uint32_t edge) {
    return edge & ~(uint32_t)LAST_EDGE;
}

/* The units whose runs begin, and end, at one sample. */
typedef struct turn {
    const uint32_t *begin, *end;
    size_t begins, ends;
} turn;

INLINE turn turn_at(const nd_layer *layer, const nd_pack *pack, size_t sample) {
    const uint32_t *start = (const uint32_t *)pack->edges + 2 * sample;
    const uint32_t *rows = (const uint32_t *)pack->edges + 2 * layer->samples + 1;
    return (turn){.begin = rows + start[0],
                  .end = rows + start[1],
                  .begins = start[1] - start[0],
                  .ends = start[2] - start[1]};
}

/* Rows of a matrix dealt with together: as many as registers hold beside V vectors of a unit. */
enum { ROWS_MOST = 4 };
#define ROWS_AT_ONCE(V) ((V) <= 3 ? 4 : 2)

/* The sums of the lanes of R vectors, to where they belong; on top of what is there unless
 * `fresh`. */
INLINE void put_sums(const int R, const reals products[ROWS_MOST], bool fresh, real *to) {
    if (R == 4) {
        fours sums;
        four_sums(products, &sums);
        if (!fresh)
            sums += *(fours *)to;
        *(fours *)to = sums;
        return;
    }
#if ND_BYTES == 32 && !ND_SINGLE
    if (R == 2) {
        __m256d both = _mm256_hadd_pd((__m256d)products[0], (__m256d)products[1]);
        __m128d sums = _mm_add_pd(_mm256_castpd256_pd128(both), _mm256_extractf128_pd(both, 1));
        _mm_storeu_pd(to, fresh ? sums : _mm_add_pd(sums, _mm_loadu_pd(to)));
        return;
    }
#endif
    for (int i = 0; i < R; i++)
        to[i] = sum_of_lanes(products[i]) + (fresh ? 0 : to[i]);
}

/* What a tile of M or S works on: some of its rows and columns, over a chunk of samples. */
typedef struct chunk {
    const nd_layer *layer;
    const nd_pack *pack;
    real *matrix;      /* M, outputs x padded rank; S, one such for every sample of the chunk */
    const real *error; /* n x padded d_out */
    real *out;         /* n x padded d_out */
    size_t from, to;   /* samples */
    size_t part;       /* the first column */
} chunk;

/* R rows and V vectors of M, from row m on: the edges' units come and go, then out += M x. */
INLINE void forward_tile(const int R, const int V, const chunk *c, size_t m) {
    const nd_layer *layer = c->layer;
    size_t stride = padded(layer->rank), wide = padded(layer->outputs);
    real *matrix = c->matrix + m * stride + c->part, *out = c->out + c->from * wide + m;
    const real *x = (const real *)layer->coordinates + c->from * stride + c->part;
    const real *side = (const real *)c->pack->parameters + c->part;
    const real *outer = (const real *)c->pack->parameters + stride + m;
    reals sum[ROWS_MOST * MOST];
    for (int i = 0; i < R; i++)
        for (int v = 0; v < V; v++)
            sum[i * V + v] = load(matrix + (size_t)i * stride + v * LANES);
    for (size_t s = c->from; s < c->to; s++, x += stride, out += wide) {
        const turn now = turn_at(layer, c->pack, s);
        for (size_t k = 0; k < now.begins; k++)
            for (int v = 0; v < V; v++) {
                reals w = held(load(side + row_of(now.begin[k]) + v * LANES));
                for (int i = 0; i < R; i++)
                    sum[i * V + v] += broadcast(outer[row_of(now.begin[k]) + (size_t)i]) * w;
            }
        for (size_t k = 0; k < now.ends; k++)
            for (int v = 0; v < V; v++) {
                reals w = held(load(side + row_of(now.end[k]) + v * LANES));
                for (int i = 0; i < R; i++)
                    sum[i * V + v] -= broadcast(outer[row_of(now.end[k]) + (size_t)i]) * w;
            }
        reals product[ROWS_MOST] = {{0}};
        for (int v = 0; v < V; v++)
            for (int i = 0; i < R; i++)
                product[i] += sum[i * V + v] * load(x + v * LANES);
        put_sums(R, product, false, out);
    }
    for (int i = 0; i < R; i++)
        for (int v = 0; v < V; v++)
            store(matrix + (size_t)i * stride + v * LANES, sum[i * V + v]);
}

/* R rows and V vectors of S at every sample of the chunk; the first of these holds what the chunk
 * before left. */
INLINE void sums_tile(const int R, const int V, const chunk *c, size_t m) {
    const nd_layer *layer = c->layer;
    size_t stride = padded(layer->rank), wide = padded(layer->outputs);
    size_t size = layer->outputs * stride;
    real *matrix = c->matrix + m * stride + c->part;
    const real *x = (const real *)layer->coordinates + c->to * stride + c->part;
    const real *error = c->error + c->to * wide + m;
    reals sum[ROWS_MOST * MOST];
    for (int i = 0; i < R; i++)
        for (int v = 0; v < V; v++)
            sum[i * V + v] = load(matrix + (size_t)i * stride + v * LANES);
    matrix += (c->to - c->from) * size;
    for (size_t s = c->to; s-- > c->from;) {
        x -= stride;
        error -= wide;
        matrix -= size;
        for (int i = 0; i < R; i++) {
            reals e = broadcast(error[i]);
            for (int v = 0; v < V; v++)
                sum[i * V + v] += e * load(x + v * LANES);
            for (int v = 0; v < V; v++)
                store(matrix + (size_t)i * stride + v * LANES, sum[i * V + v]);
        }
    }
}

/* R rows of S: of_v (+)= S w. */
INLINE void rows_by_w(const int R, const int V, const real *matrix, size_t stride, const reals *w,
                      bool fresh, real *of_v) {
    reals product[ROWS_MOST];
    for (int i = 0; i < R; i++) {
        product[i] = load(matrix + (size_t)i * stride) * w[0];
        for (int v = 1; v < V; v++)
            product[i] += load(matrix + (size_t)i * stride + v * LANES) * w[v];
    }
    put_sums(R, product, fresh, of_v);
}

/* S' v; even and odd rows apart, so that no sum waits for itself. */
INLINE void sum_by_v(const int V, const real *matrix, size_t stride, size_t rows, const real *v_at,
                     reals *of_w) {
    reals odd[MOST];
    size_t m = 0;
    for (int v = 0; v < V; v++)
        of_w[v] = odd[v] = (reals){0};
    for (; m + 2 <= rows; m += 2, matrix += 2 * stride) {
        reals one = broadcast(v_at[m]), other = broadcast(v_at[m + 1]);
        for (int v = 0; v < V; v++) {
            of_w[v] += one * load(matrix + v * LANES);
            odd[v] += other * load(matrix + stride + v * LANES);
        }
    }
    if (m < rows)
        for (int v = 0; v < V; v++)
            of_w[v] += broadcast(v_at[m]) * load(matrix + v * LANES);
    for (int v = 0; v < V; v++)
        of_w[v] += odd[v];
}

/* V vectors of S: an edge's share of its unit's gradients. */
INLINE void edge_gradient(const int V, const nd_layer *layer, const real *matrix, const real *row,
                          real sign, size_t part, bool fresh, real *gradient) {
    size_t stride = padded(layer->rank), m = 0;
    reals w[MOST], of_w[MOST];
    matrix += part;
    sum_by_v(V, matrix, stride, layer->outputs, row + stride, of_w);
    for (int v = 0; v < V; v++) {
        real *to = gradient + part + v * LANES;
        of_w[v] *= broadcast(sign);
        if (!fresh)
            of_w[v] += load(to);
        store(to, of_w[v]);
    }
    for (int v = 0; v < V; v++)
        w[v] = broadcast(sign) * load(row + part + v * LANES);
    real *of_v = gradient + stride;
    bool fresh_v = fresh && part == 0;
    for (; m + 4 <= layer->outputs; m += 4)
        rows_by_w(4, V, matrix + m * stride, stride, w, fresh_v, of_v + m);
    for (; m < layer->outputs; m++)
        rows_by_w(1, V, matrix + m * stride, stride, w, fresh_v, of_v + m);
}

/* Calls tile for all rows. */
#define EVERY_ROW(tile, V, c)                                                                      \
    do {                                                                                           \
        size_t m = 0;                                                                              \
        for (; m + ROWS_AT_ONCE(V) <= (c)->layer->outputs; m += ROWS_AT_ONCE(V))                   \
            tile(ROWS_AT_ONCE(V), V, c, m);                                                        \
        for (; m < (c)->layer->outputs; m++)                                                       \
            tile(1, V, c, m);                                                                      \
    } while (0)

INLINE chunk first_chunk(const nd_layer *layer, nd_pack *pack, real *matrix) {
    __builtin_memset(matrix, 0, layer->outputs * padded(layer->rank) * sizeof *matrix);
    return (chunk){.layer = layer, .pack = pack, .matrix = matrix};
}

/* Room for M, or for S at every sample of a chunk. */
static size_t runs_work(const nd_layer *layer) {
    return CHUNK * layer->outputs * padded(layer->rank);
}

/* out[s] += what the slots that go by runs give to the outputs; out is n x padded d_out. */
static void forward_runs(const nd_layer *layer, nd_pack *pack, real *matrix, real *out) {
    chunk c = first_chunk(layer, pack, matrix);
    c.out = out;
    for (c.from = 0; c.from < layer->samples; c.from = c.to) {
        c.to = layer->samples - c.from < CHUNK ? layer->samples : c.from + CHUNK;
#define FORWARD(V)                                                                                 \
    c.part = part;                                                                                 \
    EVERY_ROW(forward_tile, V, &c)
        EVERY_PART(padded(layer->rank), FORWARD)
#undef FORWARD
    }
}

/* The gradients of all edges. `error` is n x padded d_out. */
static void backward_runs(const nd_layer *layer, nd_pack *pack, real *work, const real *error) {
    size_t stride = padded(layer->rank), size = layer->outputs * stride;
    chunk c = first_chunk(layer, pack, work);
    c.error = error;
    for (c.to = layer->samples; c.to > 0; c.to = c.from) {
        c.from = c.to < CHUNK ? 0 : c.to - CHUNK;
#define SUMS(V)                                                                                    \
    c.part = part;                                                                                 \
    EVERY_ROW(sums_tile, V, &c)
        EVERY_PART(stride, SUMS)
#undef SUMS
        for (size_t s = c.to; s-- > c.from;) {
            const turn now = turn_at(layer, pack, s);
            for (size_t k = 0; k < now.begins + now.ends; k++) { /* ends follow begins */
                size_t row = row_of(now.begin[k]);
                bool last = now.begin[k] & LAST_EDGE;
                real sign = k < now.begins ? 1 : -1;
#define GRADIENT(V)                                                                                \
    edge_gradient(V, layer, work + (s - c.from) * size, (const real *)pack->parameters + row,      \
                  sign, part, last, (real *)pack->gradient + row)
                EVERY_PART(stride, GRADIENT)
#undef GRADIENT
            }
        }
    }
}

#endif
