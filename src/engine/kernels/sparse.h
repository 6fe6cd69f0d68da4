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
    size_t noise_row = (step->phase * pack->capacity + slot) * layer->stored;
    view v = {.step = step,
              .parameters = (real *)pack->parameters + row,
              .activity = (real *)pack->activity + slot * samples_room(layer),
              .back = (real *)pack->back + slot * samples_room(layer)};
    for (int i = 0; i < 2; i++)
        v.moment[i] = pack->moment[i] ? (real *)pack->moment[i] + row : NULL;
    if (pack->noise[ND_NOISE_UPDATE])
        v.update_noise = (const real *)pack->noise[ND_NOISE_UPDATE] + noise_row;
    if (pack->noise[ND_NOISE_WEIGHT])
        v.weight_noise = (const real *)pack->noise[ND_NOISE_WEIGHT] + noise_row;
    return v;
}

/* All output weights first, then all input sides: the matrix that is read stays near. */
INLINE void learn_slots(const nd_fast_rule rule, const nd_layer *layer, nd_pack *pack,
                        const nd_step *step) {
    size_t n = layer->samples, wide = padded(layer->outputs), side = padded(layer->rank);
    real *error = (real *)pack->work + samples_room(layer);
    const real *given = step->error;
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
        view v = slot_view(layer, pack, step, slot);
        if (l->by_runs)
            continue;
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
        if (l->by_runs) {
            for (size_t at = 0; at < layer->stored; at += LANES)
                update_row(rule, &v, at, at,
                           load((const real *)pack->gradient + slot * layer->stored + at));
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

static double sparse_highest(const nd_layer *layer, const nd_pack *pack, size_t slot) {
    real *drive = pack->work, highest = -INFINITY;
    all_dots((const real *)pack->parameters + slot * layer->stored, padded(layer->rank),
             layer->coordinates, pack->every, layer->samples, drive);
    for (size_t s = 0; s < layer->samples; s++)
        highest = drive[s] > highest ? drive[s] : highest;
    return (double)highest;
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
    return samples_room(layer) + layer->samples * padded(layer->outputs) + runs_work(layer);
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

/* Where a slot's Gaussians of a period go: out[phase][slot][row], so that what a step reads lies
 * together. Those left over after the last whole phase are dropped. */
typedef struct phases {
    real *at;
    size_t row, rows, left, stride; /* in this phase; of each; phases to go; reals to the next */
} phases;

INLINE void put_phase(phases *to, reals value) {
    if (!to->left)
        return;
    store(to->at + to->row, value);
    to->row += LANES;
    if (to->row == to->rows) {
        to->row = 0;
        to->left--;
        to->at += to->stride;
    }
}

/* As unit_gaussians for single units: the lanes of a vector are neighbouring blocks of one unit;
 * `count` is a multiple of 6 FLOATS. */
static void row_gaussians(uint64_t seed, nd_purpose purpose, uint64_t step, const uint32_t *unit,
                          size_t units, size_t count, size_t rows, size_t capacity,
                          const float *scale, void *out) {
    const address at = address_of(seed, purpose, step);
    const size_t vectors = count / (6 * FLOATS), all = units * vectors;
    phases to = {.left = 0};
    size_t slot = 0;
    uint64_t first_lanes[2 * QUADS];
    for (int lane = 0; lane < 2 * QUADS; lane++)
        first_lanes[lane] = (uint64_t)lane;
    const quads lanes[2] = {quads_of(first_lanes), quads_of(first_lanes + QUADS)};
    size_t made = 0, used = 0;
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
        for (size_t b = 0; b < batch; b++) {
            const floats *factor = (const floats *)scale + 6 * used;
            if (used == 0)
                to = (phases){.at = (real *)out + slot++ * rows,
                              .rows = rows,
                              .left = count / rows,
                              .stride = capacity * rows};
            used = used + 1 == vectors ? 0 : used + 1;
            for (int pair = 0; pair < 3; pair++) {
                floats value[2];
                box_muller(words[b][pair], words[b][3] << 10 * pair, &value[0], &value[1]);
                for (int i = 0; i < 2; i++) {
                    floats scaled = value[i] * factor[2 * pair + i];
#if ND_SINGLE
                    put_phase(&to, scaled);
#else
                    put_phase(&to, first_half(scaled));
                    put_phase(&to, second_half(scaled));
#endif
                }
            }
        }
    }
}

static void row_scale(size_t count, const float *scale, float *spread) {
    __builtin_memcpy(spread, scale, count * sizeof *scale);
}

#endif
