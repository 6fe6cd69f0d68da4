/* Sparse kernels: many samples, of which each unit is active on few, or on few intervals of
 * neighbours (ReLU). A unit's parameters lie in a row of their own, and it deals only with the
 * samples that drive it (verlet_lists.h), together by their intervals or one by one (intervals.h).
 */
#ifndef ND_ENGINE_KERNELS_SPARSE_KERNELS_H
#define ND_ENGINE_KERNELS_SPARSE_KERNELS_H

#include "engine/kernels/sparse/interval_sums.h"
#include "engine/kernels/sparse/reorder.h"
#include "engine/kernels/sparse/verlet_lists.h"
#include "engine/kernels/update.h"

/* Slots are searched so many at a time: what is found about them on the way is near. */
enum { AT_ONCE = 64 };

/* The scratch of a pack, in pack->sparse.work. */
typedef struct scratch {
    real *drive;         /* samples_across: of one slot */
    real *matrix, *sums; /* M' and S' of interval_sums.h */
    real *weight_noise;  /* of one slot, as it is stored */
    real *moved;         /* AT_ONCE: how far slots are from where their lists were made, squared */
    real *parts;         /* four for every quartet below, where rows do not fit registers */
    quartet *doubts;     /* AT_ONCE x quartets_of: the doubtful samples of these slots */
    uint8_t *verdicts;   /* a byte for each of them, and VERDICTS more */
    uint64_t *positive;  /* words_of + 1: which of a slot's doubtful samples drive it */
} scratch;

/* Whole vectors of reals that take so many bytes. */
INLINE size_t room_for(size_t bytes) {
    return padded((bytes + sizeof(real) - 1) / sizeof(real));
}

/* Where each part of the scratch begins, and where all end, in reals. */
typedef struct scratch_places {
    size_t drive, matrix, sums, weight_noise, moved, parts, doubts, verdicts, positive, end;
} scratch_places;

INLINE scratch_places scratch_places_of(const nd_layer *layer) {
    const size_t quartets = AT_ONCE * quartets_of(layer->samples);
    const bool fits = padded(layer->rank) <= MOST * LANES;
    scratch_places at = {.drive = 0};
    at.matrix = at.drive + samples_across(layer);
    at.sums = at.matrix + sum_size(layer, outputs_abreast(layer));
    at.weight_noise = at.sums + sums_size(layer);
    at.moved = at.weight_noise + layer->stored;
    at.parts = at.moved + padded(AT_ONCE);
    at.doubts = at.parts + (fits ? 0 : 4 * quartets);
    at.verdicts = at.doubts + room_for(quartets * sizeof(quartet));
    at.positive = at.verdicts + room_for(quartets + VERDICTS);
    at.end = at.positive + room_for((words_of(layer) + 1) * sizeof(uint64_t));
    return at;
}

INLINE scratch scratch_of(const nd_layer *layer, const nd_pack *pack) {
    const scratch_places at = scratch_places_of(layer);
    real *work = pack->sparse.work;
    return (scratch){.drive = work + at.drive,
                     .matrix = work + at.matrix,
                     .sums = work + at.sums,
                     .weight_noise = work + at.weight_noise,
                     .moved = work + at.moved,
                     .parts = work + at.parts,
                     .doubts = (quartet *)(void *)(work + at.doubts),
                     .verdicts = (uint8_t *)(work + at.verdicts),
                     .positive = (uint64_t *)(void *)(work + at.positive)};
}

/* Most bytes of the quartets of so many slots' single samples. */
static size_t quartet_bytes(const nd_layer *layer, size_t slots) {
    return slots * quartets_of(layer->samples) * sizeof(quartet);
}

/* The single samples of all slots; their activity there is that of the pack. */
INLINE quartet_list single_samples(const nd_pack *pack) {
    return (quartet_list){.quartets = pack->sparse.quartets, .count = pack->sparse.quartet_count};
}

/* Finding out who is active where. */
typedef struct search {
    bool afresh; /* nothing is known of the step before */
    const endpoint *before;
    endpoint *now;
    size_t endpoints, quartets; /* found */
} search;

/* A search over all slots, from what is known of the step before. */
INLINE search new_search(const nd_layer *layer, const nd_pack *pack) {
    const endpoint_table table = endpoints_of(layer, pack);
    return (search){.afresh = !pack->sparse.searched,
                    .before = table.by_slot[pack->sparse.second_endpoints],
                    .now = table.by_slot[!pack->sparse.second_endpoints]};
}

/* What the search found is the pack's. */
INLINE void end_search(const search *s, nd_pack *pack) {
    pack->sparse.second_endpoints = !pack->sparse.second_endpoints;
    pack->sparse.endpoint_count = s->endpoints;
    pack->sparse.quartet_count = s->quartets;
    pack->sparse.searched = true;
}

/* Writes samples out as quartets of a slot; returns how many. Those from the `plus`th on count
 * negative. */
INLINE size_t write_quartets(const uint32_t *which, size_t count, size_t plus, uint32_t row,
                             quartet *to) {
    size_t made = 0;
    for (size_t i = 0; i < count; i += 4, made++) {
        __builtin_memcpy(to[made].which, which + i, sizeof to->which);
        to[made].row = row;
        to[made].minus = plus >= i + 4 ? 0 : plus <= i ? 15 : 15u << (plus - i) & 15;
    }
    return made;
}

/* Which of the doubtful samples of slots from `from` to `to` drive them, as verdicts, slot by slot.
 */
INLINE void ask_doubtful(const nd_layer *layer, const nd_pack *pack, size_t from, size_t to,
                         const scratch *room) {
    const size_t length = padded(layer->rank);
    quartet_list list = {.quartets = room->doubts};
    for (size_t slot = from; slot < to; slot++) {
        verlet_list *l =
            valid_verlet_list(layer, pack, slot, room->moved[slot - from], room->drive);
        list.count += write_quartets(doubtful_of(layer, l), l->doubtful, l->doubtful,
                                     (uint32_t)(slot * layer->stored), room->doubts + list.count);
    }
#define ASK(V)                                                                                     \
    positive_dots(V, (piece){part, part == 0}, part + (V)*LANES == length, &list,                  \
                  pack->parameters, layer->coordinates, length, room->parts, room->verdicts)
    EVERY_PART(length, ASK)
#undef ASK
}

/* The samples that drive slots from `from` to `to`, which have moved as room->moved says: their
 * intervals, and the single ones, with their activity there, negative where a silent sample
 * is taken out of an interval. */
INLINE void find_active(const nd_layer *layer, const nd_pack *pack, size_t from, size_t to,
                        const scratch *room, search *found) {
    const size_t length = padded(layer->rank);
    quartet *singles = (quartet *)pack->sparse.quartets + found->quartets;
    real *activity = (real *)pack->activity + 4 * found->quartets;
    const uint8_t *verdicts = room->verdicts;
    quartet_list list = {.quartets = singles};
    ask_doubtful(layer, pack, from, to, room);
    for (size_t slot = from; slot < to; slot++) {
        verlet_list *l = verlet_list_of(layer, pack, slot);
        uint32_t row = (uint32_t)(slot * layer->stored), had = l->endpoints;
        bool changed = take_verdicts(layer, l, verdicts) && find_signs(layer, l, room->positive);
        verdicts += quartets_of(l->doubtful);
        if (changed || found->afresh)
            find_intervals(layer, l, row, found->now);
        else
            for (uint32_t i = 0; i < had; i += ENDPOINTS_AT_ONCE)
                __builtin_memcpy(found->now + i, found->before + i,
                                 ENDPOINTS_AT_ONCE * sizeof(endpoint));
        found->before += had;
        found->now += l->endpoints;
        found->endpoints += l->endpoints;
        list.count +=
            write_quartets(singles_of(layer, l), l->singles, l->outside, row, singles + list.count);
    }
    found->quartets += list.count;
#define ACTIVITY(V)                                                                                \
    dots(V, (piece){part, part == 0}, &list, pack->parameters, layer->coordinates, length, activity)
    EVERY_PART(length, ACTIVITY)
#undef ACTIVITY
}

/* Where the slots searched together with `from` end. */
INLINE size_t next_slots(const nd_pack *pack, size_t from) {
    return from + AT_ONCE < pack->slots ? from + AT_ONCE : pack->slots;
}

/* Who is active where, and the activity of the single samples, unless that is known. */
static void sparse_drive(const nd_layer *layer, nd_pack *pack) {
    if (pack->sparse.searched)
        return;
    const scratch room = scratch_of(layer, pack);
    search found = new_search(layer, pack);
    for (size_t from = 0; from < pack->slots; from = next_slots(pack, from)) {
        for (size_t slot = from; slot < next_slots(pack, from); slot++)
            room.moved[slot - from] =
                distance_moved(layer, pack, slot, verlet_list_of(layer, pack, slot));
        find_active(layer, pack, from, next_slots(pack, from), &room, &found);
    }
    end_search(&found, pack);
}

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

/* One step's noise of one kind for a slot, as its parameters are stored; none: all NULL. */
typedef struct noise_row {
    const real *exact;     /* as it is added; or else */
    const real *scale;     /* the scale of what is drawn, */
    const float *drawn[2]; /* for the input side, and for the output weights */
} noise_row;

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
