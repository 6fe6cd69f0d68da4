/* Units that are active on runs of neighbouring samples, at a cost that does not depend on how long
 * the runs are.
 *
 * On its active samples a ReLU unit is linear: it gives v (w.x_s) to the output, and its gradients
 * are E w and E' v with E = sum over its active s of e_s x_s' (outputs x rank). So sums over
 * samples can be shared between units. An edge is a sample where a unit's run begins or ends (a run
 * that lasts to the end needs none). Forwards, M_s = sum over units active on s of v w' changes at
 * edges only, and the outputs are M_s x_s. Backwards, with S_b = sum over s >= b of e_s x_s', E is
 * the sum of S_b over edges b where a run begins, less that where one ends. Each edge costs three
 * products of the size of a matrix (outputs x rank), whatever the number of samples between. */
#ifndef ND_ENGINE_KERNELS_RUNS_H
#define ND_ENGINE_KERNELS_RUNS_H

#include "engine/kernels/lists.h"

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
        uint32_t row = (uint32_t)(slot * layer->stored);
#define PUT_EDGE(place) rows[--start[place]] = row
        EVERY_EDGE(layer, signs, PUT_EDGE)
#undef PUT_EDGE
    }
    return total > 0;
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

/* R rows and V vectors of M: the units of `now` come and go, then M x (lanes not yet summed). */
INLINE void forward_tile(const int R, const int V, const turn *now, const real *side,
                         const real *outer, const real *x, real *matrix, size_t stride, bool first,
                         real *products) {
    reals sum[2 * MOST];
    for (int i = 0; i < R; i++)
        for (int v = 0; v < V; v++)
            sum[i * V + v] = load(matrix + (size_t)i * stride + v * LANES);
    for (size_t k = 0; k < now->begins; k++) {
        const real *w = side + now->begin[k], *u = outer + now->begin[k];
        for (int i = 0; i < R; i++)
            for (int v = 0; v < V; v++)
                sum[i * V + v] += broadcast(u[i]) * load(w + v * LANES);
    }
    for (size_t k = 0; k < now->ends; k++) {
        const real *w = side + now->end[k], *u = outer + now->end[k];
        for (int i = 0; i < R; i++)
            for (int v = 0; v < V; v++)
                sum[i * V + v] -= broadcast(u[i]) * load(w + v * LANES);
    }
    for (int i = 0; i < R; i++) {
        reals product = first ? (reals){0} : load(products + i * LANES);
        for (int v = 0; v < V; v++) {
            store(matrix + (size_t)i * stride + v * LANES, sum[i * V + v]);
            product += sum[i * V + v] * load(x + v * LANES);
        }
        store(products + i * LANES, product);
    }
}

INLINE void forward_part(const int V, const nd_layer *layer, const nd_pack *pack, const turn *now,
                         const real *x, real *matrix, size_t part, real *products) {
    const int R = V <= 3 ? 4 : 2;
    size_t stride = padded(layer->rank), outputs = layer->outputs, m = 0;
    const real *side = (const real *)pack->parameters + part;
    const real *outer = (const real *)pack->parameters + stride;
    for (; m + (size_t)R <= outputs; m += (size_t)R)
        forward_tile(R, V, now, side, outer + m, x + part, matrix + m * stride + part, stride,
                     part == 0, products + m * LANES);
    for (; m < outputs; m++)
        forward_tile(1, V, now, side, outer + m, x + part, matrix + m * stride + part, stride,
                     part == 0, products + m * LANES);
}

/* Room for M and the products of its rows, or for S both ways round. */
static size_t runs_work(const nd_layer *layer) {
    size_t rows = (layer->outputs + 3) / 4 * 4;
    return rows * (padded(layer->rank) + LANES) + layer->rank * padded(layer->outputs);
}

/* out[s] += what the slots that go by runs give to the outputs; out is n x padded d_out. */
static void forward_runs(const nd_layer *layer, nd_pack *pack, real *work, real *out) {
    size_t stride = padded(layer->rank), wide = padded(layer->outputs), outputs = layer->outputs;
    real *matrix = work, *products = work + (outputs + 3) / 4 * 4 * stride;
    __builtin_memset(work, 0, (outputs + 3) / 4 * 4 * (stride + LANES) * sizeof *work);
    for (size_t s = 0; s < layer->samples; s++, out += wide) {
        const turn now = turn_at(layer, pack, s);
        const real *x = (const real *)layer->coordinates + s * stride;
#define FORWARD(V) forward_part(V, layer, pack, &now, x, matrix, part, products)
        EVERY_PART(stride, FORWARD)
#undef FORWARD
        for (size_t m = 0; m < outputs; m += 4) {
            reals four[4];
            for (size_t k = 0; k < 4; k++)
                four[k] = load(products + (m + k) * LANES);
            fours sums;
            four_sums(four, &sums);
            for (size_t k = 0; k < 4 && m + k < outputs; k++)
                out[m + k] += sums[k];
        }
    }
}

/* Of N edges, V vectors: gradient[e] += sign[e] (factor[e] . matrix). */
INLINE void mix_edges(const int N, const int V, const real *matrix, size_t stride, size_t rows,
                      const real *const *factor, const real *sign, real *const *gradient) {
    reals sum[2 * MOST];
    for (int i = 0; i < N * V; i++)
        sum[i] = (reals){0};
    for (size_t m = 0; m < rows; m++, matrix += stride) {
        reals row[MOST];
        for (int v = 0; v < V; v++)
            row[v] = N > 1 ? held(load(matrix + v * LANES)) : load(matrix + v * LANES);
        for (int e = 0; e < N; e++)
            for (int v = 0; v < V; v++)
                sum[e * V + v] += broadcast(factor[e][m]) * row[v];
    }
    for (int e = 0; e < N; e++)
        for (int v = 0; v < V; v++) {
            real *to = gradient[e] + v * LANES;
            store(to, load(to) + broadcast(sign[e]) * sum[e * V + v]);
        }
}

/* The gradients of the edges at one sample, on one side: `factor_at` and `gradient_at` are where in
 * a unit's row the factors and the gradients of that side begin. */
INLINE void mix_part(const int V, const turn *now, const real *matrix, size_t stride, size_t rows,
                     const real *factor_at, real *gradient_at) {
    const int N = V <= 3 ? 4 : 2;
    size_t count = now->begins + now->ends, k = 0;
    while (k < count) {
        const real *factor[4] = {NULL};
        real sign[4] = {0}, *gradient[4] = {NULL};
        size_t left = count - k < (size_t)N ? count - k : (size_t)N;
        for (size_t e = 0; e < left; e++) { /* those that end follow those that begin */
            size_t row = now->begin[k + e];
            factor[e] = factor_at + row;
            gradient[e] = gradient_at + row;
            sign[e] = k + e < now->begins ? 1 : -1;
        }
        if (left == (size_t)N)
            mix_edges(N, V, matrix, stride, rows, factor, sign, gradient);
        else if (N == 4 && left == 3)
            mix_edges(3, V, matrix, stride, rows, factor, sign, gradient);
        else if (N == 4 && left == 2)
            mix_edges(2, V, matrix, stride, rows, factor, sign, gradient);
        else
            mix_edges(1, V, matrix, stride, rows, factor, sign, gradient);
        k += left;
    }
}

/* matrix (rows x stride) += column row. */
INLINE void add_outer_product(const real *column, size_t rows, const real *row, size_t stride,
                              real *matrix) {
    for (size_t m = 0; m < rows; m++, matrix += stride) {
        reals factor = broadcast(column[m]);
        for (size_t k = 0; k < stride; k += LANES)
            store(matrix + k, load(matrix + k) + factor * load(row + k));
    }
}

/* The gradients of the slots that go by runs, into pack->gradient (rows as parameters). `error` is
 * n x padded d_out. S is kept both ways round, so that no sum runs across lanes. */
static void backward_runs(const nd_layer *layer, nd_pack *pack, real *work, const real *error) {
    size_t stride = padded(layer->rank), wide = padded(layer->outputs);
    const real *parameters = pack->parameters;
    real *matrix = work, *turned = matrix + layer->outputs * stride, *gradient = pack->gradient;
    __builtin_memset(work, 0, (layer->outputs * stride + layer->rank * wide) * sizeof *work);
    for (size_t slot = 0; slot < pack->slots; slot++)
        if (list_of(layer, pack, slot)->by_runs)
            __builtin_memset(gradient + slot * layer->stored, 0, layer->stored * sizeof *gradient);
    for (size_t s = layer->samples; s-- > 0;) {
        const real *x = (const real *)layer->coordinates + s * stride, *e = error + s * wide;
        const turn now = turn_at(layer, pack, s);
        add_outer_product(e, layer->outputs, x, stride, matrix);
        add_outer_product(x, layer->rank, e, wide, turned);
#define INPUT_SIDE(V)                                                                              \
    mix_part(V, &now, matrix + part, stride, layer->outputs, parameters + stride, gradient + part)
#define OUTPUT_SIDE(V)                                                                             \
    mix_part(V, &now, turned + part, wide, layer->rank, parameters, gradient + stride + part)
        EVERY_PART(stride, INPUT_SIDE)
        EVERY_PART(wide, OUTPUT_SIDE)
#undef INPUT_SIDE
#undef OUTPUT_SIDE
    }
}

#endif
