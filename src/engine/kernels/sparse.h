/* Kernels for many samples, of which each unit is active on few, or on few runs of neighbours
 * (ReLU): a unit's parameters lie in a row of their own, and it meets only the samples that drive
 * it (lists.h), one by one or by their runs (runs.h), whichever is cheaper. */
#ifndef ND_ENGINE_KERNELS_SPARSE_H
#define ND_ENGINE_KERNELS_SPARSE_H

#include "engine/kernels/gaussians.h"
#include "engine/kernels/lists.h"
#include "engine/kernels/runs.h"
#include "engine/kernels/stages.h"

/* The samples that drive a slot, and, unless it goes by runs, its activity there. */
static void find_active(const nd_layer *layer, nd_pack *pack, size_t slot, real *drive) {
    list *l = list_of(layer, pack, slot);
    find_signs(layer, pack, slot, l, drive);
    l->by_runs = runs_pay(layer, l);
    if (l->by_runs)
        return;
    real *activity = (real *)pack->activity + slot * samples_room(layer);
    if (l->whole) {
        keep_positive(l->doubtful, drive, doubtful_of(layer, l), activity, active_of(layer, l));
        return;
    }
    list_active(layer, l);
    all_dots((const real *)pack->parameters + slot * layer->stored, padded(layer->rank),
             layer->coordinates, active_of(layer, l), l->active, activity);
}

static void sparse_drive(const nd_layer *layer, nd_pack *pack) {
    for (size_t slot = 0; slot < pack->slots; slot++) {
        if (slot + 2 < pack->slots)
            fetch_list(layer, pack, slot + 2);
        find_active(layer, pack, slot, pack->work);
    }
}

/* W_out h, n x padded d_out in the work array behind the drive, then closed up. */
static void sparse_output(const nd_layer *layer, nd_pack *pack, bool trial) {
    (void)trial;
    size_t n = layer->samples, wide = padded(layer->outputs), side = padded(layer->rank);
    real *sum = (real *)pack->work + samples_room(layer), *out = pack->output;
    __builtin_memset(sum, 0, n * wide * sizeof *sum);
    for (size_t slot = 0; slot < pack->slots; slot++) {
        list *l = list_of(layer, pack, slot);
        if (l->by_runs)
            continue;
        scatter_all((const real *)pack->parameters + slot * layer->stored + side, wide,
                    (const real *)pack->activity + slot * samples_room(layer), active_of(layer, l),
                    l->active, sum);
    }
    if (sort_edges(layer, pack))
        forward_runs(layer, pack, sum + n * wide, sum);
    for (size_t s = 0; s < n; s++)
        for (size_t m = 0; m < layer->outputs; m++)
            out[s * layer->outputs + m] = sum[s * wide + m];
}

/* One part of a row of parameters follows its gradient. */
INLINE void learn_part(const nd_fast_rule rule, const int V, const view *v, size_t at,
                       const real *factor, const uint32_t *which, size_t count, const real *matrix,
                       size_t stride) {
    reals sum[MOST];
    gather(V, factor, which, count, matrix, stride, sum);
    for (int k = 0; k < V; k++)
        update_row(rule, v, at + (size_t)k * LANES, at + (size_t)k * LANES, sum[k]);
}

INLINE void learn_row(const nd_fast_rule rule, const view *v, size_t from, size_t length,
                      const real *factor, const uint32_t *which, size_t count, const real *matrix){
#define LEARN(V) learn_part(rule, V, v, from + part, factor, which, count, matrix + part, length)
    EVERY_PART(length, LEARN)
#undef LEARN
}

/* Output weights and the error at the unit, where a row of outputs fits in registers. */
INLINE void learn_outputs(const nd_fast_rule rule, const int V, const view *v, size_t side,
                          const uint32_t *active, size_t count, const real *error) {
    reals sum[MOST];
    dots_and_gather(V, v->parameters + side, v->activity, active, count, error, (size_t)V * LANES,
                    v->back, sum);
    for (int k = 0; k < V; k++)
        update_row(rule, v, side + (size_t)k * LANES, side + (size_t)k * LANES, sum[k]);
}

INLINE view slot_view(const nd_layer *layer, const nd_pack *pack, const nd_step *step,
                      size_t slot) {
    size_t row = slot * layer->stored;
    view v = {.step = step,
              .parameters = (real *)pack->parameters + row,
              .activity = (real *)pack->activity + slot * samples_room(layer),
              .back = (real *)pack->back + slot * samples_room(layer)};
    for (int i = 0; i < 2; i++)
        v.moment[i] = pack->moment[i] ? (real *)pack->moment[i] + row : NULL;
    return v;
}

/* One step's noise of one kind for a slot, as its parameters are stored; NULL: there is none. */
INLINE const real *noise_row(const nd_layer *layer, const nd_pack *pack, const nd_step *step,
                             size_t slot, int kind, real *out) {
    if (!pack->noise[kind])
        return NULL;
    if (step->handed)
        return (const real *)pack->given[kind] + slot * layer->stored;
    const float *from =
        (const float *)pack->noise[kind] + slot * step->noise_count + step->phase * layer->rows;
    const real *scale = layer->noise_scale[kind];
    size_t side = padded(layer->rank);
    for (size_t i = 0; i < side; i += LANES) /* the scale of what fills the last vector is 0 */
        store(out + i, load(scale + i) * load_floats(from + i));
    from += layer->rank;
    for (size_t i = 0; side + i < layer->stored; i += LANES)
        store(out + side + i, load(scale + side + i) * load_floats(from + i));
    return out;
}

/* Noise of every kind that a slot's update needs; `room` for two rows. */
INLINE void add_noise(const nd_layer *layer, const nd_pack *pack, const nd_step *step, size_t slot,
                      real *room, view *v) {
    v->update_noise = noise_row(layer, pack, step, slot, ND_NOISE_UPDATE, room);
    v->weight_noise = noise_row(layer, pack, step, slot, ND_NOISE_WEIGHT, room + layer->stored);
}

/* All output weights first, then all input sides: the matrix that is read stays near. */
INLINE void learn_slots(const nd_fast_rule rule, const nd_layer *layer, nd_pack *pack,
                        const nd_step *step) {
    size_t n = layer->samples, wide = padded(layer->outputs), side = padded(layer->rank);
    real *error = (real *)pack->work + samples_room(layer);
    real *room = error + n * wide + runs_work(layer), *still = room + 2 * layer->stored;
    const real *given = step->error;
    __builtin_memset(still, 0, layer->stored * sizeof *still);
    for (size_t s = 0; s < n; s++)
        for (size_t m = 0; m < layer->outputs; m++)
            error[s * wide + m] = given[s * layer->outputs + m];
    for (size_t s = 0; s < n; s++)
        for (size_t m = layer->outputs; m < wide; m++)
            error[s * wide + m] = 0;
    if (((const uint32_t *)pack->edges)[2 * n] > 0)
        backward_runs(layer, pack, error + n * wide, error);
    for (size_t slot = 0; slot < pack->slots; slot++) {
        list *l = list_of(layer, pack, slot);
        const uint32_t *active = active_of(layer, l);
        if (l->by_runs || l->active == 0)
            continue;
        view v = slot_view(layer, pack, step, slot);
        add_noise(layer, pack, step, slot, room, &v);
        if (wide > MOST * LANES) {
            all_dots(v.parameters + side, wide, error, active, l->active, v.back);
            learn_row(rule, &v, side, wide, v.activity, active, l->active, error);
            continue;
        }
#define LEARN_OUTPUTS(V) learn_outputs(rule, V, &v, side, active, l->active, error)
        EVERY_PART(wide, LEARN_OUTPUTS)
#undef LEARN_OUTPUTS
    }
    for (size_t slot = 0; slot < pack->slots; slot++) {
        list *l = list_of(layer, pack, slot);
        view v = slot_view(layer, pack, step, slot);
        add_noise(layer, pack, step, slot, room, &v);
        if (l->by_runs || l->active == 0) {
            const real *gradient =
                l->by_runs ? (const real *)pack->gradient + slot * layer->stored : still;
            for (size_t at = 0; at < layer->stored; at += LANES)
                update_row(rule, &v, at, at, load(gradient + at));
            continue;
        }
        learn_row(rule, &v, 0, side, v.back, active_of(layer, l), l->active, layer->coordinates);
    }
}

static void sparse_learn(const nd_layer *given, nd_pack *given_pack, const nd_step *now) {
    const nd_layer layer_copy = *given, *layer = &layer_copy;
    const nd_step step_copy = *now, *step = &step_copy;
    nd_pack pack_copy = *given_pack, *pack = &pack_copy;
    if (layer->rule == ND_FAST_ADAM)
        learn_slots(ND_FAST_ADAM, layer, pack, step);
    else if (layer->rule == ND_FAST_RMSPROP)
        learn_slots(ND_FAST_RMSPROP, layer, pack, step);
    else
        learn_slots(ND_FAST_SGD, layer, pack, step);
}

static void sparse_silent(const nd_layer *layer, const nd_pack *pack, bool *silent) {
    for (size_t slot = 0; slot < pack->slots; slot++)
        silent[slot] = list_of(layer, pack, slot)->active == 0;
}

static double sparse_distance(const nd_layer *layer, const nd_pack *pack, size_t slot) {
    const real *length = layer->lengths;
    real *drive = pack->work, highest = -INFINITY;
    all_dots((const real *)pack->parameters + slot * layer->stored, padded(layer->rank),
             layer->coordinates, pack->every, layer->samples, drive);
    for (size_t s = 0; s < layer->samples; s++) {
        real shift = drive[s] / length[s];
        highest = shift > highest ? shift : highest;
    }
    return -(double)highest;
}

static void sparse_count(const nd_layer *layer, const nd_pack *pack, double threshold,
                         size_t *pairs, size_t *units) {
    for (size_t slot = 0; slot < pack->slots; slot++) {
        list *l = list_of(layer, pack, slot);
        real *activity = (real *)pack->activity + slot * samples_room(layer);
        if (l->by_runs) {
            list_active(layer, l);
            all_dots((const real *)pack->parameters + slot * layer->stored, padded(layer->rank),
                     layer->coordinates, active_of(layer, l), l->active, activity);
        }
        size_t times = 0;
        for (uint32_t i = 0; i < l->active; i++)
            times += (double)activity[i] > threshold;
        *pairs += times;
        *units += times > 0;
    }
}

static size_t sparse_stored(size_t side, size_t outputs) {
    return padded(side) + padded(outputs);
}

static size_t sparse_work(const nd_layer *layer) {
    return samples_room(layer) + layer->samples * padded(layer->outputs) + runs_work(layer) +
           3 * layer->stored;
}

static void sparse_put(const nd_layer *layer, size_t stride, void *array, size_t slot,
                       const double *values) {
    real *to = (real *)array + slot * stride;
    for (size_t row = 0; row < layer->rows; row++)
        to[row < layer->side ? row : row - layer->side + padded(layer->side)] = (real)values[row];
}

static void sparse_get(const nd_layer *layer, const void *array, size_t slot, double *values) {
    const real *from = (const real *)array + slot * layer->stored;
    for (size_t row = 0; row < layer->rows; row++)
        values[row] =
            (double)from[row < layer->side ? row : row - layer->side + padded(layer->side)];
}

static void sparse_renew(const nd_layer *layer, nd_pack *pack, size_t slot) {
    list_of(layer, pack, slot)->made = false;
}

/* Slot `from` moves into `to`. */
static void sparse_move(const nd_layer *layer, nd_pack *pack, size_t from, size_t to) {
    void *arrays[] = {pack->parameters, pack->moment[0], pack->moment[1], pack->activity};
    size_t heights[] = {layer->stored, layer->stored, layer->stored, samples_room(layer)};
    for (size_t i = 0; from != to && i < sizeof arrays / sizeof arrays[0]; i++)
        if (arrays[i])
            __builtin_memcpy((real *)arrays[i] + to * heights[i],
                             (real *)arrays[i] + from * heights[i], heights[i] * sizeof(real));
    if (from != to)
        __builtin_memcpy(list_of(layer, pack, to), list_of(layer, pack, from), list_bytes(layer));
}

/* As unit_gaussians for single units: the lanes of a vector are neighbouring blocks of one unit;
 * `count` is a multiple of 6 FLOATS. */
static void row_gaussians(uint64_t seed, nd_purpose purpose, uint64_t step, const uint32_t *unit,
                          size_t units, size_t count, const float *scale, void *out) {
    (void)scale;
    const address at = address_of(seed, purpose, step);
    const size_t vectors = count / (6 * FLOATS), all = units * vectors;
    uint64_t first_lanes[2 * QUADS];
    for (int lane = 0; lane < 2 * QUADS; lane++)
        first_lanes[lane] = (uint64_t)lane;
    const quads lanes[2] = {quads_of(first_lanes), quads_of(first_lanes + QUADS)};
    floats *to = out;
    size_t made = 0;
    for (size_t start = 0; start < all; start += PACK_BATCH) {
        size_t batch = all - start < PACK_BATCH ? all - start : PACK_BATCH;
        ints words[PACK_BATCH][4];
        for (size_t b = 0; b < batch; b++) {
            quads first[4], second[4], base = all_quads(made * FLOATS);
            philox(&at, base + lanes[0], all_quads(*unit), first);
            philox(&at, base + lanes[1], all_quads(*unit), second);
            for (int i = 0; i < 4; i++)
                words[b][i] = low_halves(first[i], second[i]);
            if (++made == vectors) {
                made = 0;
                unit++;
            }
        }
        for (size_t b = 0; b < batch; b++, to += 6)
            for (int pair = 0; pair < 3; pair++)
                box_muller(words[b][pair], words[b][3] << 10 * pair, to + 2 * pair,
                           to + 2 * pair + 1);
    }
}

static void row_scale(size_t count, const float *scale, float *spread) {
    __builtin_memcpy(spread, scale, count * sizeof *scale);
}

#endif
