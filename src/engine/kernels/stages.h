/* The stages of a step over the groups of a pack: drive, activity, gradient and update. */
#ifndef ND_ENGINE_KERNELS_STAGES_H
#define ND_ENGINE_KERNELS_STAGES_H

#include "engine/kernels.h"
#include "engine/kernels/products.h"

/* One or two neighbouring groups of a pack. */
typedef struct view {
    const nd_layer *layer;
    const nd_step *step; /* NULL outside updates */
    const real *coordinates, *error, *update_noise, *weight_noise, *perturbation;
    real *parameters, *moment[2], *trial, *drive, *activity, *back;
    const real *mask;
    size_t parameter_step, sample_step, trial_step, noise_step; /* reals from group to group */
} view;

INLINE const real *noise_at(const nd_pack *pack, int kind, size_t group, const nd_layer *layer,
                            const nd_step *step) {
    if (!pack->noise[kind] || !step)
        return NULL;
    return (const real *)pack->noise[kind] +
           (group * step->noise_count + step->phase * layer->rows) * LANES;
}

INLINE view view_of(const nd_layer *layer, const nd_pack *pack, const nd_step *step, size_t group) {
    view v = {.layer = layer,
              .step = step,
              .coordinates = layer->coordinates,
              .error = step ? step->error : NULL,
              .parameter_step = layer->rows * LANES,
              .sample_step = layer->samples * LANES,
              .trial_step = layer->outputs * LANES,
              .noise_step = step ? step->noise_count * LANES : 0};
    v.parameters = (real *)pack->parameters + group * v.parameter_step;
    for (int i = 0; i < 2; i++)
        v.moment[i] = pack->moment[i] ? (real *)pack->moment[i] + group * v.parameter_step : NULL;
    v.trial = pack->trial ? (real *)pack->trial + group * v.trial_step : NULL;
    v.drive = pack->drive ? (real *)pack->drive + group * v.sample_step : NULL;
    v.activity = (real *)pack->activity + group * v.sample_step;
    v.back = (real *)pack->back + group * v.sample_step;
    v.mask = pack->mask ? (const real *)pack->mask + group * v.sample_step : NULL;
    v.update_noise = noise_at(pack, ND_NOISE_UPDATE, group, layer, step);
    v.weight_noise = noise_at(pack, ND_NOISE_WEIGHT, group, layer, step);
    v.perturbation = noise_at(pack, ND_NOISE_PERTURBATION, group, layer, step);
    return v;
}

/* Activity (and slope, into back) of one row of samples from its drive. Here and below `relu` is
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
    store(v->back + at, slope);
}

/* drive = coordinates z, and its activity. `met` (ReLU, of each group; or NULL) tells which samples
 * drive one of its units. */
INLINE void drive_tile(const bool relu, const int R, const int G, const view *v,
                       uint8_t (*met)[ND_WATCHED], size_t row) {
    reals sum[TILE * PAIR];
    const nd_layer *layer = v->layer;
    mix(R, G, v->coordinates + row * layer->rank, layer->rank, 1, 0,
        layer->reach[row + (size_t)R - 1], v->parameters, v->parameter_step, sum);
    UNROLL
    for (int i = 0; i < R; i++)
        UNROLL
    for (int g = 0; g < G; g++) {
        size_t at = (size_t)g * v->sample_step + (row + (size_t)i) * LANES;
        if (!relu || layer->rule == ND_FAST_SED)
            store(v->drive + at, sum[i * G + g]);
        if (met)
            met[g][row + (size_t)i] = any(positive_part(sum[i * G + g]));
        activate_row(relu, v, at, sum[i * G + g]);
    }
}

#define DRIVE(R, relu, G, v, row) drive_tile(relu, R, G, v, NULL, row)
#define WATCHED_DRIVE(R, G, v, met, row) drive_tile(true, R, G, v, met, row)

/* back = phi'(drive) times the error that reaches the unit. */
INLINE void back_tile(const int R, const int G, const view *v, size_t row) {
    reals sum[TILE * PAIR];
    const nd_layer *layer = v->layer;
    mix(R, G, v->error + row * layer->outputs, layer->outputs, 1, 0, layer->outputs,
        v->parameters + layer->side * LANES, v->parameter_step, sum);
    UNROLL
    for (int i = 0; i < R; i++)
        UNROLL
    for (int g = 0; g < G; g++) {
        size_t at = (size_t)g * v->sample_step + (row + (size_t)i) * LANES;
        reals back = sum[i * G + g];
        if (layer->relu) {
            back = where(load(v->activity + at) > 0, back);
            if (v->mask)
                back *= load(v->mask + at);
        } else {
            back *= load(v->back + at);
        }
        store(v->back + at, back);
    }
}

/* Which noise an update adds. Where that is known in advance no row asks for it. */
typedef enum carried { NO_NOISE, UPDATE_NOISE, ANY_NOISE } carried;

INLINE carried carried_by(const view *v) {
    return v->weight_noise ? ANY_NOISE : v->update_noise ? UPDATE_NOISE : NO_NOISE;
}

/* One row of parameters follows its gradient; for SGD the rate is in the error already. */
INLINE void update_row(const nd_fast_rule rule, const carried noise, const view *v, size_t at,
                       size_t noise_at_row, reals gradient) {
    reals parameter = load(v->parameters + at);
    if (noise == UPDATE_NOISE || (noise == ANY_NOISE && v->update_noise))
        gradient += load(v->update_noise + noise_at_row);
    if (rule == ND_FAST_SGD) {
        parameter -= gradient;
    } else if (rule == ND_FAST_RMSPROP) {
        reals square = load(v->moment[0] + at);
        square = (real)0.99 * square + (real)(1 - 0.99) * gradient * gradient;
        store(v->moment[0] + at, square);
        parameter -= (real)v->step->rate * gradient / (square_root(square) + (real)1e-8);
    } else {
        reals mean = load(v->moment[0] + at), square = load(v->moment[1] + at);
        mean = (real)0.9 * mean + (real)(1 - 0.9) * gradient;
        square = (real)0.999 * square + (real)(1 - 0.999) * gradient * gradient;
        store(v->moment[0] + at, mean);
        store(v->moment[1] + at, square);
        reals root = square_root(square) * (real)v->step->inverse_root_correction_2;
        parameter -= (real)v->step->rate * mean / (root + (real)1e-8);
    }
    if (noise == ANY_NOISE && v->weight_noise)
        parameter += parameter * load(v->weight_noise + noise_at_row);
    store(v->parameters + at, parameter);
}

INLINE void update_tile(const nd_fast_rule rule, const carried noise, const int R, const int G,
                        const view *v, size_t row, const reals *sum) {
    UNROLL
    for (int i = 0; i < R; i++)
        UNROLL
    for (int g = 0; g < G; g++)
        update_row(rule, noise, v, (size_t)g * v->parameter_step + (row + (size_t)i) * LANES,
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

/* Input side: gradient sum_s coordinates back. */
INLINE void input_side_tile(const nd_fast_rule rule, const carried noise, const int R, const int G,
                            const view *v, size_t row) {
    reals sum[TILE * PAIR];
    const nd_layer *layer = v->layer;
    mix(R, G, v->coordinates + row, 1, layer->rank, layer->first[row], layer->samples, v->back,
        v->sample_step, sum);
    update_tile(rule, noise, R, G, v, row, sum);
}

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

/* One update of one or two groups, but for those by lists (meetings.h). */
INLINE void learn_groups(const int G, const view *v) {
    const nd_layer *layer = v->layer;
    const carried noise = carried_by(v);
    EVERY_LOW_TILE(layer->samples, back_tile, G, v);
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

/* SED: back = the drive's shift under the perturbation; the activity there. */
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
        store(v->back + at, sum[i * G + g]);
    }
}

#define SHIFT(R, relu, G, v, row) shift_tile(relu, R, G, v, row)

INLINE void perturb_groups(const bool relu, const int G, const view *v) {
    const nd_layer *layer = v->layer;
    EVERY_LOW_TILE(layer->samples, SHIFT, relu, G, v);
    for (size_t g = 0; g < (size_t)G; g++)
        for (size_t m = 0; m < layer->outputs; m++) {
            size_t row = layer->side + m;
            store(v->trial + g * v->trial_step + m * LANES,
                  load(v->parameters + g * v->parameter_step + row * LANES) +
                      load(v->perturbation + g * v->noise_step + row * LANES));
        }
}

/* SED: every parameter of a group steps back along its perturbation. */
INLINE void step_back(const carried noise, const view *v) {
    const real factor = (real)v->step->rate;
    const size_t count = v->layer->rows * LANES;
    UNROLL_LITTLE
    for (size_t at = 0; at < count; at += LANES) {
        reals p = load(v->parameters + at) - factor * load(v->perturbation + at);
        if (noise == ANY_NOISE && v->update_noise)
            p -= load(v->update_noise + at);
        if (noise == ANY_NOISE && v->weight_noise)
            p += p * load(v->weight_noise + at);
        store(v->parameters + at, p);
    }
}

/* The drive follows, and the activity. */
INLINE void drive_back(const bool relu, const view *v) {
    const real factor = (real)v->step->rate;
    const size_t count = v->layer->samples * LANES;
    UNROLL_LITTLE
    for (size_t at = 0; at < count; at += LANES) {
        reals drive = load(v->drive + at) - factor * load(v->back + at);
        store(v->drive + at, drive);
        activate_row(relu, v, at, drive);
    }
}

INLINE void descend_group(const view *v) {
    if (carried_by(v) == NO_NOISE)
        step_back(NO_NOISE, v);
    else
        step_back(ANY_NOISE, v);
    if (v->layer->keeps_drive && v->layer->relu)
        drive_back(true, v);
    else if (v->layer->keeps_drive)
        drive_back(false, v);
}

#endif
