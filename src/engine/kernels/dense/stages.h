/* The stages of a step over the groups of a pack: drive, activity, gradient and update. */
#ifndef ND_ENGINE_KERNELS_DENSE_STAGES_H
#define ND_ENGINE_KERNELS_DENSE_STAGES_H

#include "engine/kernels.h"
#include "engine/kernels/dense/products.h"
#include "engine/kernels/update.h"

/* One or two neighbouring groups of a pack: where their arrays begin. */
typedef struct view {
    const nd_layer *layer;
    learned learned; /* parameters, moments and noise, rows x LANES */
    const real *coordinates, *error, *perturbation;
    real *trial, *drive, *activity, *delta;
    const real *mask;
    size_t parameter_step, sample_step, trial_step, noise_step; /* reals from group to group */
} view;

/* This step's noise of a group, rows x LANES; NULL where there is none, or outside updates. */
INLINE const real *noise_at(const nd_pack *pack, int kind, size_t group, const nd_layer *layer,
                            const nd_step *step) {
    if (!pack->noise[kind] || !step)
        return NULL;
    return (const real *)pack->noise[kind] +
           (group * layer->noise_count + step->phase * layer->rows) * LANES;
}

/* The view of a group, and of the next beside it; `step`: NULL outside updates. */
INLINE view view_of(const nd_layer *layer, const nd_pack *pack, const nd_step *step, size_t group) {
    view v = {.layer = layer,
              .learned.step = step,
              .coordinates = layer->coordinates,
              .error = step ? step->error : NULL,
              .parameter_step = layer->rows * LANES,
              .sample_step = layer->samples * LANES,
              .trial_step = layer->outputs * LANES,
              .noise_step = layer->noise_count * LANES};
    v.learned.parameters = (real *)pack->parameters + group * v.parameter_step;
    for (int i = 0; i < 2; i++)
        v.learned.moment[i] =
            pack->moment[i] ? (real *)pack->moment[i] + group * v.parameter_step : NULL;
    v.trial = pack->dense.trial ? (real *)pack->dense.trial + group * v.trial_step : NULL;
    v.drive = pack->dense.drive ? (real *)pack->dense.drive + group * v.sample_step : NULL;
    v.activity = (real *)pack->activity + group * v.sample_step;
    v.delta = (real *)pack->dense.delta + group * v.sample_step;
    v.mask = pack->dense.mask ? (const real *)pack->dense.mask + group * v.sample_step : NULL;
    v.learned.update_noise = noise_at(pack, ND_NOISE_UPDATE, group, layer, step);
    v.learned.weight_noise = noise_at(pack, ND_NOISE_WEIGHT, group, layer, step);
    v.perturbation = noise_at(pack, ND_NOISE_PERTURBATION, group, layer, step);
    return v;
}

/* Activity (and slope, into delta) of one row of samples from its drive. Here and below `relu` is
 * known when it is compiled: an activation that is called would cost every sum its register. */
INLINE void activate_row(const bool relu, const view *v, size_t at, reals drive) {
    reals activity = {0}, slope = {0};
    if (relu) {
        activity = positive_part(drive);
        if (v->mask)
            activity *= load(v->mask + at);
        store(v->activity + at, activity);
        return;
    }
    for (int lane = 0; lane < LANES; lane++) {
        activity[lane] = (real)v->layer->activation->value((double)drive[lane]);
        slope[lane] = (real)v->layer->activation->slope((double)drive[lane]);
    }
    if (v->mask) {
        activity *= load(v->mask + at);
        slope *= load(v->mask + at);
    }
    store(v->activity + at, activity);
    store(v->delta + at, slope);
}

/* drive = coordinates z, and its activity. `adjacent` (ReLU, of each group; or NULL) tells which
 * samples drive one of its units. */
INLINE void drive_tile(const bool relu, const int R, const int G, const view *v,
                       uint8_t (*adjacent)[ND_LISTED_SAMPLES], size_t row) {
    reals sum[TILE * PAIR];
    const nd_layer *layer = v->layer;
    mix(R, G, v->coordinates + row * layer->rank, layer->rank, 1, 0,
        layer->reach[row + (size_t)R - 1], v->learned.parameters, v->parameter_step, sum);
    UNROLL
    for (int i = 0; i < R; i++)
        UNROLL
    for (int g = 0; g < G; g++) {
        size_t at = (size_t)g * v->sample_step + (row + (size_t)i) * LANES;
        if (!relu || layer->rule == ND_FAST_SED)
            store(v->drive + at, sum[i * G + g]);
        if (adjacent)
            adjacent[g][row + (size_t)i] = any(positive_part(sum[i * G + g]));
        activate_row(relu, v, at, sum[i * G + g]);
    }
}

#define DRIVE(R, relu, G, v, row) drive_tile(relu, R, G, v, NULL, row)
#define LISTED_DRIVE(R, G, v, adjacent, row) drive_tile(true, R, G, v, adjacent, row)

/* delta = phi'(drive) times the error that reaches the unit. */
INLINE void delta_tile(const int R, const int G, const view *v, size_t row) {
    reals sum[TILE * PAIR];
    const nd_layer *layer = v->layer;
    mix(R, G, v->error + row * layer->outputs, layer->outputs, 1, 0, layer->outputs,
        v->learned.parameters + layer->side * LANES, v->parameter_step, sum);
    UNROLL
    for (int i = 0; i < R; i++)
        UNROLL
    for (int g = 0; g < G; g++) {
        size_t at = (size_t)g * v->sample_step + (row + (size_t)i) * LANES;
        reals delta = sum[i * G + g];
        if (layer->relu) {
            delta = where(load(v->activity + at) > 0, delta);
            if (v->mask)
                delta *= load(v->mask + at);
        } else {
            delta *= load(v->delta + at);
        }
        store(v->delta + at, delta);
    }
}

/* R rows of G groups follow their gradients, sum[i * G + g]. */
INLINE void update_tile(const nd_fast_rule rule, const carried noise, const int R, const int G,
                        const view *v, size_t row, const reals *sum) {
    UNROLL
    for (int i = 0; i < R; i++)
        UNROLL
    for (int g = 0; g < G; g++)
        update_row(rule, noise, &v->learned,
                   (size_t)g * v->parameter_step + (row + (size_t)i) * LANES,
                   (size_t)g * v->noise_step + (row + (size_t)i) * LANES, sum[i * G + g]);
}

/* Output weights: gradient sum_s error h. */
INLINE void output_weights_tile(const nd_fast_rule rule, const carried noise, const int R,
                                const int G, const view *v, size_t row) {
    reals sum[TILE * PAIR];
    const nd_layer *layer = v->layer;
    mix(R, G, v->error + row, 1, layer->outputs, 0, layer->samples, v->activity, v->sample_step,
        sum);
    update_tile(rule, noise, R, G, v, layer->side + row, sum);
}

/* Input side: gradient sum_s coordinates delta. */
INLINE void input_side_tile(const nd_fast_rule rule, const carried noise, const int R, const int G,
                            const view *v, size_t row) {
    reals sum[TILE * PAIR];
    const nd_layer *layer = v->layer;
    mix(R, G, v->coordinates + row, 1, layer->rank, layer->first[row], layer->samples, v->delta,
        v->sample_step, sum);
    update_tile(rule, noise, R, G, v, row, sum);
}

/* Activity of all samples of one group from its drive. */
INLINE void activate_group(const bool relu, const view *v) {
    const size_t count = v->layer->samples * LANES;
    for (size_t at = 0; at < count; at += LANES)
        activate_row(relu, v, at, load(v->drive + at));
}

#define OUTPUT_WEIGHTS(R, rule, noise, G, v, row) output_weights_tile(rule, noise, R, G, v, row)
#define INPUT_SIDE(R, rule, noise, G, v, row) input_side_tile(rule, noise, R, G, v, row)

/* The parameters follow their gradients. */
INLINE void follow_gradients(const nd_fast_rule rule, const carried noise, const int G,
                             const view *v) {
    EVERY_LOW_TILE(v->layer->outputs, OUTPUT_WEIGHTS, rule, noise, G, v);
    EVERY_LOW_TILE(v->layer->rank, INPUT_SIDE, rule, noise, G, v);
}

/* One update of one or two groups, but for those by lists (adjacency.h). */
INLINE void learn_groups(const int G, const view *v) {
    const nd_layer *layer = v->layer;
    const carried noise = carried_by(&v->learned);
    EVERY_LOW_TILE(layer->samples, delta_tile, G, v);
    if (layer->rule == ND_FAST_ADAM)
        follow_gradients(ND_FAST_ADAM, ANY_NOISE, G, v);
    else if (layer->rule == ND_FAST_RMSPROP)
        follow_gradients(ND_FAST_RMSPROP, ANY_NOISE, G, v);
    else if (noise == NO_NOISE)
        follow_gradients(ND_FAST_SGD, NO_NOISE, G, v);
    else if (noise == UPDATE_NOISE)
        follow_gradients(ND_FAST_SGD, UPDATE_NOISE, G, v);
    else
        follow_gradients(ND_FAST_SGD, ANY_NOISE, G, v);
}

/* SED: delta = the drive's shift under the perturbation; the activity there. */
INLINE void shift_tile(const bool relu, const int R, const int G, const view *v, size_t row) {
    reals sum[TILE * PAIR];
    const nd_layer *layer = v->layer;
    mix(R, G, v->coordinates + row * layer->rank, layer->rank, 1, 0,
        layer->reach[row + (size_t)R - 1], v->perturbation, v->noise_step, sum);
    UNROLL
    for (int i = 0; i < R; i++)
        UNROLL
    for (int g = 0; g < G; g++) {
        size_t at = (size_t)g * v->sample_step + (row + (size_t)i) * LANES;
        activate_row(relu, v, at, load(v->drive + at) + sum[i * G + g]);
        store(v->delta + at, sum[i * G + g]);
    }
}

#define SHIFT(R, relu, G, v, row) shift_tile(relu, R, G, v, row)

/* SED: the perturbed activity of one or two groups, and their trial output weights. */
INLINE void perturb_groups(const bool relu, const int G, const view *v) {
    const nd_layer *layer = v->layer;
    EVERY_LOW_TILE(layer->samples, SHIFT, relu, G, v);
    for (size_t g = 0; g < (size_t)G; g++)
        for (size_t m = 0; m < layer->outputs; m++) {
            size_t row = layer->side + m;
            store(v->trial + g * v->trial_step + m * LANES,
                  load(v->learned.parameters + g * v->parameter_step + row * LANES) +
                      load(v->perturbation + g * v->noise_step + row * LANES));
        }
}

/* SED: every parameter of a group steps back along its perturbation. */
INLINE void descend_parameters(const carried noise, const view *v) {
    const real factor = (real)v->learned.step->rate;
    const size_t count = v->layer->rows * LANES;
    UNROLL_LITTLE
    for (size_t at = 0; at < count; at += LANES) {
        reals p = load(v->learned.parameters + at) - factor * load(v->perturbation + at);
        if (noise == ANY_NOISE && v->learned.update_noise)
            p -= load(v->learned.update_noise + at);
        if (noise == ANY_NOISE && v->learned.weight_noise)
            p += p * load(v->learned.weight_noise + at);
        store(v->learned.parameters + at, p);
    }
}

/* SED: the drive of a group follows, and the activity. */
INLINE void descend_drive(const bool relu, const view *v) {
    const real factor = (real)v->learned.step->rate;
    const size_t count = v->layer->samples * LANES;
    UNROLL_LITTLE
    for (size_t at = 0; at < count; at += LANES) {
        reals drive = load(v->drive + at) - factor * load(v->delta + at);
        store(v->drive + at, drive);
        activate_row(relu, v, at, drive);
    }
}

/* SED: one update of a group, once the error's change is known. */
INLINE void descend_group(const view *v) {
    if (carried_by(&v->learned) == NO_NOISE)
        descend_parameters(NO_NOISE, v);
    else
        descend_parameters(ANY_NOISE, v);
    if (v->layer->keeps_drive && v->layer->relu)
        descend_drive(true, v);
    else if (v->layer->keeps_drive)
        descend_drive(false, v);
}

#endif
