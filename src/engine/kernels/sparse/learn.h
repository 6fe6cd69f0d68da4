/* One update of a pack, sparse kernels: gradients of intervals and of single samples, noise, and
 * who is active in the step to come. */
#ifndef ND_ENGINE_KERNELS_SPARSE_LEARN_H
#define ND_ENGINE_KERNELS_SPARSE_LEARN_H

#include "engine/kernels/sparse/interval_gradients.h"
#include "engine/kernels/sparse/search.h"
#include "engine/kernels/update.h"

/* One step's noise of one kind for a slot, as its parameters are stored; none: all NULL. */
typedef struct noise_row {
    const real *exact;     /* as it is added; or else */
    const real *scale;     /* the scale of what is drawn, */
    const float *drawn[2]; /* for the input side, and for the output weights */
} noise_row;

/* A slot's noise of one kind, at this step. */
INLINE noise_row noise_of(const nd_layer *layer, const nd_pack *pack, const nd_step *step,
                          size_t slot, int kind) {
    noise_row noise = {0};
    if (pack->sparse.exact_noise[kind]) {
        noise.exact = (const real *)pack->sparse.exact_noise[kind] + slot * layer->stored;
    } else if (pack->noise[kind]) {
        noise.scale = layer->sparse.noise_scale[kind];
        noise.drawn[0] = (const float *)pack->noise[kind] + slot * layer->noise_count +
                         step->phase * layer->rows;
        noise.drawn[1] = noise.drawn[0] + layer->rank;
    }
    return noise;
}

/* A vector of it, `place` reals into the input side (outer: false) or the output weights; `drawn`:
 * it is known to be drawn. (The scale of what fills the last vector is 0.) */
INLINE reals noise_here(const bool drawn, const nd_layer *layer, const noise_row *noise, bool outer,
                        size_t place) {
    size_t at = outer ? padded(layer->rank) + place : place;
    if (drawn || noise->scale)
        return load(noise->scale + at) * load_floats(noise->drawn[outer] + place);
    return noise->exact ? load(noise->exact + at) : (reals){0};
}

/* All of it, written out; false: there is none. */
INLINE bool write_noise(const nd_layer *layer, const noise_row *noise, real *out) {
    size_t side = padded(layer->rank);
    if (!noise->scale && !noise->exact)
        return false;
    for (size_t i = 0; i < layer->stored; i += LANES)
        store(out + i, i < side ? noise_here(false, layer, noise, false, i)
                                : noise_here(false, layer, noise, true, i - side));
    return true;
}

/* What single samples give to the gradients. The activities give way to the errors that reach the
 * units. */
INLINE void gradients_of_samples(const nd_layer *layer, const nd_pack *pack, const real *error) {
    const size_t wide = padded(layer->outputs), length = padded(layer->rank);
    const quartet_list list = single_samples(pack);
    const real *parameters = pack->parameters;
    real *factor = pack->activity, *gradients = pack->sparse.gradients;
    if (wide <= MOST * LANES) {
#define BOTH(V)                                                                                    \
    gather_and_dots(V, &list, parameters + length, gradients + length, factor, error, wide)
        ONE_PART(wide / LANES, BOTH)
#undef BOTH
    } else {
#define OUTER(V) gather(V, (piece){part, true}, &list, gradients + length, factor, error, wide)
        EVERY_PART(wide, OUTER)
#undef OUTER
#define BACK(V) dots(V, (piece){part, part == 0}, &list, parameters + length, error, wide, factor)
        EVERY_PART(wide, BACK)
#undef BACK
    }
#define SIDE(V) gather(V, (piece){part, true}, &list, gradients, factor, layer->coordinates, length)
    EVERY_PART(length, SIDE)
#undef SIDE
}

/* A slot's parameters and moments; the noise is put in where it is wanted. */
INLINE learned slot_parameters(const nd_layer *layer, const nd_pack *pack, const nd_step *step,
                               size_t slot) {
    size_t row = slot * layer->stored;
    learned of = {.step = step, .parameters = (real *)pack->parameters + row};
    for (int i = 0; i < 2; i++)
        of.moment[i] = pack->moment[i] ? (real *)pack->moment[i] + row : NULL;
    return of;
}

/* A vector of a slot's parameters follows its gradient, of which nothing is left, and the noise.
 * Where the rule is SGD and all noise is update noise that is drawn, `plain` is known to be true
 * when this is compiled. */
INLINE reals follow(const bool plain, const nd_layer *layer, const learned *of, real *gradient,
                    const noise_row *noise, bool outer, size_t place) {
    size_t at = outer ? padded(layer->rank) + place : place;
    reals sum = load(gradient + at) + noise_here(plain, layer, noise, outer, place);
    store(gradient + at, (reals){0});
    update_row(plain ? ND_FAST_SGD : layer->rule, plain ? NO_NOISE : ANY_NOISE, of, at, at, sum);
    return load(of->parameters + at);
}

/* A slot's parameters follow their gradient; returns how far its input side is from where its list
 * was made, squared. */
INLINE real follow_all(const bool plain, const nd_layer *layer, const nd_pack *pack,
                       const nd_step *step, size_t slot, real *weight_noise) {
    const noise_row noise = noise_of(layer, pack, step, slot, ND_NOISE_UPDATE);
    const real *place = place_of(layer, verlet_list_of(layer, pack, slot));
    real *gradient = (real *)pack->sparse.gradients + slot * layer->stored;
    learned of = slot_parameters(layer, pack, step, slot);
    reals moved = {0};
    if (!plain) {
        const noise_row of_weights = noise_of(layer, pack, step, slot, ND_NOISE_WEIGHT);
        if (write_noise(layer, &of_weights, weight_noise))
            of.weight_noise = weight_noise;
    }
    for (size_t at = 0; at < padded(layer->rank); at += LANES)
        moved +=
            moved_here(layer, follow(plain, layer, &of, gradient, &noise, false, at), place, at);
    for (size_t at = 0; at < padded(layer->outputs); at += LANES)
        follow(plain, layer, &of, gradient, &noise, true, at);
    return sum_of_lanes(moved);
}

/* Gradient, update, and who is active in the step to come. */
INLINE void learn_slots(const bool plain, const nd_layer *layer, nd_pack *pack,
                        const nd_step *step) {
    const scratch room = scratch_of(layer, pack);
    search found = new_search(layer, pack);
    if (pack->sparse.endpoint_count) {
        const endpoint_table table = endpoints_of(layer, pack);
        gradients_of_intervals(layer, step->error, pack->parameters, &table, room.sums,
                               pack->sparse.gradients);
    }
    gradients_of_samples(layer, pack, step->error);
    for (size_t from = 0; from < pack->slots; from = next_slots(pack, from)) {
        for (size_t slot = from; slot < next_slots(pack, from); slot++)
            room.moved[slot - from] = follow_all(plain, layer, pack, step, slot, room.weight_noise);
        find_active(layer, pack, from, next_slots(pack, from), &room, &found);
    }
    end_search(&found, pack);
}

/* One update. Kernels work on their own copy of what does not change: the compiler then knows that
 * no store to an array changes it. */
static void sparse_learn(const nd_layer *given, nd_pack *given_pack, const nd_step *now) {
    const nd_layer layer_copy = *given, *layer = &layer_copy;
    const nd_step step_copy = *now, *step = &step_copy;
    nd_pack pack = *given_pack;
    if (layer->rule == ND_FAST_SGD && pack.noise[ND_NOISE_UPDATE] && !pack.noise[ND_NOISE_WEIGHT] &&
        !pack.sparse.exact_noise[ND_NOISE_UPDATE])
        learn_slots(true, layer, &pack, step);
    else
        learn_slots(false, layer, &pack, step);
    *given_pack = pack;
}

#endif
