/* Sparse kernels: many samples, of which each unit is active on few, or on few intervals of
 * neighbours (ReLU). A unit's parameters lie in a row of their own, and it deals only with the
 * samples that drive it (verlet_lists.h, search.h), together by their intervals or one by one
 * (intervals.h).
 */
#ifndef ND_ENGINE_KERNELS_SPARSE_KERNELS_H
#define ND_ENGINE_KERNELS_SPARSE_KERNELS_H

#include "engine/kernels/sparse/interval_outputs.h"
#include "engine/kernels/sparse/learn.h"
#include "engine/kernels/sparse/reorder.h"
#include "engine/kernels/sparse/search.h"

/* W_out h, n x padded d_out, zero where padded. */
static void sparse_output(const nd_layer *layer, nd_pack *pack, bool trial) {
    (void)trial;
    size_t wide = padded(layer->outputs), side = padded(layer->rank);
    const scratch room = scratch_of(layer, pack);
    real *out = pack->output;
    sparse_drive(layer, pack);
    if (pack->sparse.endpoint_count) {
        const endpoint_table table = endpoints_of(layer, pack);
        sort_endpoints(&table, table.by_slot[pack->sparse.second_endpoints],
                       pack->sparse.endpoint_count, blocks_of(layer));
        forward_intervals(layer, pack->parameters, &table, room.matrix, out);
    } else {
        __builtin_memset(out, 0, layer->samples * wide * sizeof *out);
    }
    const quartet_list list = single_samples(pack);
    const real *weights = (const real *)pack->parameters + side;
#define SCATTER(V) scatter(V, (piece){part, true}, &list, weights, pack->activity, out, wide)
    EVERY_PART(wide, SCATTER)
#undef SCATTER
}

/* As nd_kernels says; outputs and errors are padded, targets are not. */
static double sparse_error(const nd_layer *layer, const void *outputs, const void *targets,
                           double scale, void *errors) {
    size_t wide = padded(layer->outputs), last = (layer->outputs - 1) / LANES * LANES;
    const real *o = outputs, *y = targets;
    real *e = errors;
    reals within = {0}, factor = broadcast((real)scale);
    doubles squares[2] = {{0}};
    for (size_t m = last; m < layer->outputs; m++)
        within[m - last] = 1;
    for (size_t s = 0; s < layer->samples; s++, o += wide, e += wide, y += layer->outputs)
        for (size_t m = 0; m <= last; m += LANES) {
            reals difference = load(o + m) - load_unaligned(y + m);
            if (m == last)
                difference = where(within > 0, difference);
            store(e + m, factor * difference);
#if ND_SINGLE
            doubles first = first_half(difference), second = second_half(difference);
            squares[0] += first * first;
            squares[1] += second * second;
#else
            squares[0] += difference * difference;
#endif
        }
    double sum = 0;
    for (int lane = 0; lane < QUADS; lane++)
        sum += squares[0][lane] + squares[1][lane];
    return sum;
}

/* silent[slot]: no sample drives it. */
static void sparse_silent(const nd_layer *layer, const nd_pack *pack, bool *silent) {
    for (size_t slot = 0; slot < pack->slots; slot++)
        silent[slot] = verlet_list_of(layer, pack, slot)->active == 0;
}

/* min over s of -drive / |x~_s|. */
static double sparse_distance(const nd_layer *layer, const nd_pack *pack, size_t slot) {
    const real *length = layer->sparse.lengths;
    real *drive = pack->sparse.work, highest = -INFINITY;
    all_drives(layer, pack, slot, drive);
    for (size_t s = 0; s < layer->samples; s++) {
        real shift = drive[s] / length[s];
        highest = shift > highest ? shift : highest;
    }
    return -(double)highest;
}

/* Pairs, and units, above `threshold`. It is not negative, so that drives serve as activities. */
static void sparse_count(const nd_layer *layer, const nd_pack *pack, double threshold,
                         size_t *pairs, size_t *units) {
    real *drive = pack->sparse.work;
    for (size_t slot = 0; slot < pack->slots; slot++) {
        size_t times = 0;
        all_drives(layer, pack, slot, drive);
        for (size_t s = 0; s < layer->samples; s++)
            times += (double)drive[s] > threshold;
        *pairs += times;
        *units += times > 0;
    }
}

/* The arrays of a pack (nd_kernels). */
static size_t sparse_arrays(const nd_layer *layer, nd_pack *pack, nd_pack_array *out) {
    const size_t slots = pack->capacity, size = sizeof(real);
    size_t count = 0;
    out[count++] = (nd_pack_array){&pack->parameters, slots * layer->stored * size};
    for (int i = 0; i < layer->moments; i++)
        out[count++] = (nd_pack_array){&pack->moment[i], slots * layer->stored * size};
    out[count++] = (nd_pack_array){&pack->activity, slots * samples_room(layer) * size};
    for (int kind = 0; kind < ND_NOISE_KINDS; kind++)
        if (layer->noisy[kind]) /* vectors are read past the last number */
            out[count++] = (nd_pack_array){
                &pack->noise[kind], (slots * layer->noise_count + padded(1)) * sizeof(float)};
    nd_sparse_pack *sparse = &pack->sparse;
    out[count++] = (nd_pack_array){&sparse->lists, slots * list_bytes(layer)};
    out[count++] = (nd_pack_array){&sparse->gradients, slots * layer->stored * size};
    out[count++] = (nd_pack_array){&sparse->quartets, quartet_bytes(layer, slots)};
    out[count++] = (nd_pack_array){&sparse->endpoints, endpoint_bytes(layer, slots)};
    out[count++] = (nd_pack_array){&sparse->work, scratch_places_of(layer).end * size};
    return count;
}

/* Reals of a unit's row: the input side, padded, then the output weights, padded. */
static size_t sparse_stored(size_t side, size_t outputs) {
    return padded(side) + padded(outputs);
}

/* A slot's values from layer->rows doubles. */
static void sparse_put(const nd_layer *layer, size_t stride, void *array, size_t slot,
                       const double *values) {
    real *to = (real *)array + slot * stride;
    for (size_t row = 0; row < layer->rows; row++)
        to[row < layer->side ? row : row - layer->side + padded(layer->side)] = (real)values[row];
}

/* And to them. */
static void sparse_get(const nd_layer *layer, const void *array, size_t slot, double *values) {
    const real *from = (const real *)array + slot * layer->stored;
    for (size_t row = 0; row < layer->rows; row++)
        values[row] =
            (double)from[row < layer->side ? row : row - layer->side + padded(layer->side)];
}

/* A slot's parameters are new. */
static void sparse_forget(const nd_layer *layer, nd_pack *pack, size_t slot) {
    verlet_list_of(layer, pack, slot)->made = false;
    pack->sparse.searched = false;
}

/* Slot `from` moves into `to`. */
static void sparse_move(const nd_layer *layer, nd_pack *pack, size_t from, size_t to) {
    void *arrays[] = {pack->parameters, pack->moment[0], pack->moment[1]};
    for (size_t i = 0; from != to && i < sizeof arrays / sizeof arrays[0]; i++)
        if (arrays[i])
            __builtin_memcpy((real *)arrays[i] + to * layer->stored,
                             (real *)arrays[i] + from * layer->stored,
                             layer->stored * sizeof(real));
    if (from != to)
        __builtin_memcpy(verlet_list_of(layer, pack, to), verlet_list_of(layer, pack, from),
                         list_bytes(layer));
    pack->sparse.searched = false;
}

#endif
