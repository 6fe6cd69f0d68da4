/* Dense kernels: every unit deals with every sample, LANES units side by side, or where few groups
 * and samples are adjacent, with those (adjacency.h). */
#ifndef ND_ENGINE_KERNELS_DENSE_KERNELS_H
#define ND_ENGINE_KERNELS_DENSE_KERNELS_H

#include <stdbool.h>

#include "engine/kernels/dense/gram.h"
#include "engine/kernels/dense/reorder.h"
#include "engine/kernels/dense/stages.h"

/* Zeros for the lanes past the last unit, in the last group: `count` rows of it. */
static void zero_idle_lanes(const nd_pack *pack, size_t count, void *noise) {
    size_t used = pack->slots % LANES;
    real *group = (real *)noise + pack->slots / LANES * count * LANES;
    masks in_use = {0};
    if (used == 0)
        return;
    for (size_t lane = 0; lane < used; lane++)
        in_use[lane] = -1;
    for (size_t i = 0; i < count; i++)
        store(group + i * LANES, where(in_use, load(group + i * LANES)));
}

/* A slot's first `used` values, of `rows` stored, from doubles. */
static void put_rows(void *array, size_t rows, size_t used, size_t slot, const double *values) {
    real *to = (real *)array + slot / LANES * rows * LANES + slot % LANES;
    for (size_t row = 0; row < used; row++)
        to[row * LANES] = (real)values[row];
}

/* All of a slot's `rows` values to doubles. */
static void get_rows(const void *array, size_t rows, size_t slot, double *values) {
    const real *from = (const real *)array + slot / LANES * rows * LANES + slot % LANES;
    for (size_t row = 0; row < rows; row++)
        values[row] = (double)from[row * LANES];
}

/* A slot's parameters, from and to layer->rows doubles; below, from and to n. */
static void put(const nd_layer *layer, size_t stride, void *array, size_t slot,
                const double *values) {
    put_rows(array, stride, layer->rows, slot, values);
}

static void get(const nd_layer *layer, const void *array, size_t slot, double *values) {
    get_rows(array, layer->rows, slot, values);
}

static void put_samples(const nd_layer *layer, void *array, size_t slot, const double *values) {
    put_rows(array, layer->samples, layer->samples, slot, values);
}

static void get_samples(const nd_layer *layer, const void *array, size_t slot, double *values) {
    get_rows(array, layer->samples, slot, values);
}

/* A slot's parameters are new: the lists are not those of the activity any more. */
static void forget(const nd_layer *layer, nd_pack *pack, size_t slot) {
    (void)layer;
    (void)slot;
    pack->dense.listed = false;
}

/* Slot `from`, the last, moves into `to` and is left empty. */
static void move(const nd_layer *layer, nd_pack *pack, size_t from, size_t to) {
    exchange(layer, pack, from, to);
    clear_slot(layer, pack, from);
}

/* Rows of a unit: none are padded. */
static size_t stored(size_t side, size_t outputs) {
    return side + outputs;
}

/* Reals of a row of `count`. */
static size_t as_it_is(size_t count) {
    return count;
}

/* The coordinates are not wanted turned round. */
static size_t nothing_across(const nd_layer *layer) {
    (void)layer;
    return 0;
}

/* The arrays of a pack (nd_kernels). */
static size_t dense_arrays(const nd_layer *layer, nd_pack *pack, nd_pack_array *out) {
    const size_t slots = pack->capacity, size = sizeof(real);
    const size_t of_samples = slots * layer->samples * size;
    const bool sed = layer->rule == ND_FAST_SED;
    nd_dense_pack *dense = &pack->dense;
    size_t count = 0;
    out[count++] = (nd_pack_array){&pack->parameters, slots * layer->stored * size};
    for (int i = 0; i < layer->moments; i++)
        out[count++] = (nd_pack_array){&pack->moment[i], slots * layer->stored * size};
    out[count++] = (nd_pack_array){&pack->activity, of_samples};
    for (int kind = 0; kind < ND_NOISE_KINDS; kind++)
        if (layer->noisy[kind])
            out[count++] = (nd_pack_array){&pack->noise[kind], slots * layer->noise_count * size};
    out[count++] = (nd_pack_array){&dense->delta, of_samples};
    if (layer->keeps_drive || !layer->relu || sed)
        out[count++] = (nd_pack_array){&dense->drive, of_samples};
    if (sed)
        out[count++] = (nd_pack_array){&dense->trial, slots * layer->outputs * size};
    if (layer->dropout)
        out[count++] = (nd_pack_array){&dense->mask, of_samples};
    if (layer->may_list)
        out[count++] = (nd_pack_array){&dense->adjacency, slots * adjacency_bytes(layer)};
    return count;
}

/* A smooth activation is not zero at rest: the lanes past the last unit are kept out by hand. */
static void clear_empty_lanes(const nd_layer *layer, nd_pack *pack) {
    if (layer->relu)
        return;
    for (size_t slot = pack->slots; slot < pack->groups * LANES; slot++)
        for (size_t s = 0; s < layer->samples; s++) {
            size_t at = (slot / LANES * layer->samples + s) * LANES + slot % LANES;
            ((real *)pack->activity)[at] = 0;
            ((real *)pack->dense.delta)[at] = 0;
        }
}

/* Drive and activity of all groups, two at a time. */
INLINE void drive_groups(const bool relu, const nd_layer *layer, const nd_pack *pack) {
    size_t group = 0;
    for (; group + 1 < pack->groups; group += 2) {
        const view v = view_of(layer, pack, NULL, group);
        EVERY_LOW_TILE(layer->samples, DRIVE, relu, 2, &v);
    }
    if (group < pack->groups) {
        const view v = view_of(layer, pack, NULL, group);
        EVERY_LOW_TILE(layer->samples, DRIVE, relu, 1, &v);
    }
}

/* Drive and activity. Kernels work on their own copy of what does not change, and hand it to no
 * function that is chosen while they run: the compiler then knows that no store to an array changes
 * it. */
static void drive(const nd_layer *given, nd_pack *pack) {
    if (pack->dense.by_lists && pack->dense.listed) {
        listed_drive(given, pack);
        return;
    }
    const nd_layer copy = *given;
    if (given->relu)
        drive_groups(true, &copy, pack);
    else
        drive_groups(false, &copy, pack);
    pack->dense.listed = false;
    clear_empty_lanes(given, pack);
}

/* Activity from the drive. */
static void activate(const nd_layer *layer, nd_pack *pack) {
    for (size_t group = 0; group < pack->groups; group++) {
        view v = view_of(layer, pack, NULL, group);
        if (layer->relu)
            activate_group(true, &v);
        else
            activate_group(false, &v);
    }
    pack->dense.listed = false;
    clear_empty_lanes(layer, pack);
}

/* W_out h of all slots: n x d_out, sums over groups and lanes. */
static void output(const nd_layer *layer, nd_pack *pack, bool trial) {
    if (pack->dense.by_lists) {
        listed_output(layer, pack);
        return;
    }
    contraction c = {.left = pack->activity,
                     .left_step = layer->samples * LANES,
                     .right = trial ? (const real *)pack->dense.trial
                                    : (const real *)pack->parameters + layer->side * LANES,
                     .right_step = (trial ? layer->outputs : layer->rows) * LANES,
                     .groups = pack->groups,
                     .columns = layer->outputs,
                     .out = pack->output};
    contract(&c, layer->samples);
}

/* errors = scale (outputs - targets), all n x d_out; returns the sum of squares, unscaled. In eight
 * parts, which do not wait for each other. */
static double error_of(const nd_layer *layer, const void *outputs, const void *targets,
                       double scale, void *errors) {
    enum { PARTS = 8 };
    const size_t count = layer->samples * layer->outputs;
    const real *o = outputs, *y = targets;
    real *e = errors;
    double squares[PARTS] = {0}, sum = 0;
    size_t i = 0;
    for (; i + PARTS <= count; i += PARTS)
        for (size_t part = 0; part < PARTS; part++) {
            real difference = o[i + part] - y[i + part];
            squares[part] += (double)difference * (double)difference;
            e[i + part] = (real)scale * difference;
        }
    for (; i < count; i++) {
        real difference = o[i] - y[i];
        squares[0] += (double)difference * (double)difference;
        e[i] = (real)scale * difference;
    }
    for (size_t part = 0; part < PARTS; part++)
        sum += squares[part];
    return sum;
}

/* One update of all groups by the gradient, two at a time. */
static void learn(const nd_layer *given, nd_pack *pack, const nd_step *now) {
    if (pack->dense.by_lists) {
        (given->gram ? gram_learn : listed_learn)(given, pack, now);
        return;
    }
    const nd_layer copy = *given, *layer = &copy;
    const nd_step step_copy = *now, *step = &step_copy;
    size_t group = 0;
    for (; group + 1 < pack->groups; group += 2) {
        view v = view_of(layer, pack, step, group);
        learn_groups(2, &v);
    }
    if (group < pack->groups) {
        view v = view_of(layer, pack, step, group);
        learn_groups(1, &v);
    }
}

/* SED: the perturbed activity of all groups, two at a time. */
INLINE void perturb_all(const bool relu, const nd_layer *layer, const nd_pack *pack,
                        const nd_step *step) {
    size_t group = 0;
    for (; group + 1 < pack->groups; group += 2) {
        const view v = view_of(layer, pack, step, group);
        perturb_groups(relu, 2, &v);
    }
    if (group < pack->groups) {
        const view v = view_of(layer, pack, step, group);
        perturb_groups(relu, 1, &v);
    }
}

/* The same, whatever the activation. */
static void perturb(const nd_layer *given, nd_pack *pack, const nd_step *now) {
    const nd_layer layer_copy = *given;
    const nd_step step_copy = *now;
    if (given->relu)
        perturb_all(true, &layer_copy, pack, &step_copy);
    else
        perturb_all(false, &layer_copy, pack, &step_copy);
}

/* SED: one update of all groups. */
static void descend(const nd_layer *given, nd_pack *pack, const nd_step *now) {
    const nd_layer copy = *given, *layer = &copy;
    const nd_step step_copy = *now, *step = &step_copy;
    for (size_t group = 0; group < pack->groups; group++) {
        view v = view_of(layer, pack, step, group);
        descend_group(&v);
    }
    if (layer->keeps_drive)
        clear_empty_lanes(given, pack);
}

/* silent[slot]: no sample drives it. */
static void silent_slots(const nd_layer *layer, const nd_pack *pack, bool *silent) {
    for (size_t group = 0; group < pack->groups; group++) {
        const real *activity = (const real *)pack->activity + group * layer->samples * LANES;
        masks active = {0};
        for (size_t s = 0; s < layer->samples; s++)
            active |= load(activity + s * LANES) > 0;
        for (int lane = 0; lane < LANES; lane++)
            silent[group * LANES + (size_t)lane] = !active[lane];
    }
}

/* Adds up the pairs of a slot and a sample above `threshold`, and the slots that have one. */
static void count_active(const nd_layer *layer, const nd_pack *pack, double threshold,
                         size_t *pairs, size_t *units) {
    for (size_t slot = 0; slot < pack->slots; slot++) {
        const real *activity =
            (const real *)pack->activity + slot / LANES * layer->samples * LANES + slot % LANES;
        size_t times = 0;
        for (size_t s = 0; s < layer->samples; s++)
            times += (double)activity[s * LANES] > threshold;
        *pairs += times;
        *units += times > 0;
    }
}

#endif
