/* Kernels for many samples, of which each unit is active on few, or on few runs of neighbours
 * (ReLU): a unit's parameters lie in a row of their own, and it meets only the samples that drive
 * it (lists.h), together by their runs or one by one (runs.h). */
#ifndef ND_ENGINE_KERNELS_SPARSE_H
#define ND_ENGINE_KERNELS_SPARSE_H

#include "engine/kernels/lists.h"
#include "engine/kernels/run_sums.h"
#include "engine/kernels/stages.h"

/* The scratch of a pack, in pack->work. */
typedef struct scratch {
    real *drive;        /* n and more (samples_room): of one slot */
    uint64_t *positive; /* words_of + 1: which of a slot's doubtful samples drive it */
    real *matrix;       /* d_out x padded rank: M of run_sums.h */
    real *turned;       /* padded d_out x BLOCK: outputs of a block */
    real *sums;         /* its S */
    real *weight_noise; /* of one slot, as it is stored */
    real *back;         /* samples_room: the error at one slot */
} scratch;

/* Reals that take the room of words_of + 1 words. */
INLINE size_t bits_size(const nd_layer *layer) {
    return padded((words_of(layer) + 1) * sizeof(uint64_t) / sizeof(real));
}

static size_t sparse_work(const nd_layer *layer) {
    return 2 * samples_room(layer) + bits_size(layer) +
           padded(layer->outputs) * (padded(layer->rank) + BLOCK) + sums_size(layer) +
           layer->stored;
}

INLINE scratch scratch_of(const nd_layer *layer, const nd_pack *pack) {
    scratch s = {.drive = pack->work};
    s.positive = (uint64_t *)(void *)(s.drive + samples_room(layer));
    s.matrix = s.drive + samples_room(layer) + bits_size(layer);
    s.turned = s.matrix + padded(layer->outputs) * padded(layer->rank);
    s.sums = s.turned + padded(layer->outputs) * BLOCK;
    s.weight_noise = s.sums + sums_size(layer);
    s.back = s.weight_noise + layer->stored;
    return s;
}

/* Finding out, slot by slot, who is active where. */
typedef struct search {
    bool afresh; /* nothing is known of the step before */
    const edge *before;
    edge *now;
    size_t count; /* edges found */
} search;

INLINE search new_search(const nd_layer *layer, const nd_pack *pack) {
    const edge_table table = edges_of(layer, pack);
    return (search){.afresh = !pack->found,
                    .before = table.by_slot[pack->edge_list],
                    .now = table.by_slot[!pack->edge_list]};
}

INLINE void end_search(const search *s, nd_pack *pack) {
    pack->edge_list = !pack->edge_list;
    pack->edge_count = s->count;
    pack->found = true;
}

/* The samples that drive a slot: its runs, and those it meets one by one with its activity there,
 * negative where a silent sample is taken out of a run. `moved`: as find_signs. */
INLINE void find_active(const nd_layer *layer, const nd_pack *pack, size_t slot, list *l,
                        real moved, const scratch *room, search *quest) {
    real *activity = (real *)pack->activity + slot * samples_room(layer);
    uint32_t row = (uint32_t)(slot * layer->stored), had = l->edges;
    bool changed = find_signs(layer, pack, slot, l, moved, room->drive, room->positive);
    if (changed || quest->afresh)
        find_runs(layer, l, row, quest->now);
    else
        for (uint32_t i = 0; i < had; i += EDGES_AT_ONCE)
            __builtin_memcpy(quest->now + i, quest->before + i, EDGES_AT_ONCE * sizeof(edge));
    quest->before += had;
    quest->now += l->edges;
    quest->count += l->edges;
    if (l->edges == 0 && l->whole) {
        keep_positive(l->doubtful, room->drive, doubtful_of(layer, l), activity, met_of(layer, l));
        pad_list(met_of(layer, l), l->met);
        pad_factors(activity, l->met);
    } else {
        const meeting met = meeting_of(layer, l);
        all_factors(side_of(layer, pack, slot), padded(layer->rank), layer->coordinates, &met,
                    activity);
    }
}

static void sparse_drive(const nd_layer *layer, nd_pack *pack) {
    if (pack->found)
        return;
    const scratch room = scratch_of(layer, pack);
    search quest = new_search(layer, pack);
    for (size_t slot = 0; slot < pack->slots; slot++) {
        if (slot + 2 < pack->slots)
            fetch_list(layer, pack, slot + 2);
        list *l = list_of(layer, pack, slot);
        find_active(layer, pack, slot, l, distance_moved(layer, pack, slot, l), &room, &quest);
    }
    end_search(&quest, pack);
}

/* W_out h, n x padded d_out, zero where padded. */
static void sparse_output(const nd_layer *layer, nd_pack *pack, bool trial) {
    (void)trial;
    size_t wide = padded(layer->outputs), side = padded(layer->rank);
    const scratch room = scratch_of(layer, pack);
    real *out = pack->output;
    sparse_drive(layer, pack);
    if (pack->edge_count) {
        const edge_table table = edges_of(layer, pack);
        sort_edges(&table, table.by_slot[pack->edge_list], pack->edge_count, blocks_of(layer));
        forward_runs(layer, pack->parameters, &table, room.matrix, room.turned, out);
    } else {
        __builtin_memset(out, 0, layer->samples * wide * sizeof *out);
    }
    for (size_t slot = 0; slot < pack->slots; slot++) {
        const meeting met = meeting_of(layer, list_of(layer, pack, slot));
        if (met.count)
            scatter_all(side_of(layer, pack, slot) + side, wide,
                        (const real *)pack->activity + slot * samples_room(layer), &met, out);
    }
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
    const real *given, *scale; /* scaled, by a test; the scale of what is drawn */
    const float *drawn[2];     /* for the input side, and for the output weights */
} noise_row;

INLINE noise_row noise_of(const nd_layer *layer, const nd_pack *pack, const nd_step *step,
                          size_t slot, int kind) {
    noise_row noise = {0};
    if (pack->noise[kind] && step->handed) {
        noise.given = (const real *)pack->given[kind] + slot * layer->stored;
    } else if (pack->noise[kind]) {
        noise.scale = layer->noise_scale[kind];
        noise.drawn[0] =
            (const float *)pack->noise[kind] + slot * step->noise_count + step->phase * layer->rows;
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
    return noise->given ? load(noise->given + at) : (reals){0};
}

/* All of it, written out; false: there is none. */
INLINE bool write_noise(const nd_layer *layer, const noise_row *noise, real *out) {
    size_t side = padded(layer->rank);
    if (!noise->scale && !noise->given)
        return false;
    for (size_t i = 0; i < layer->stored; i += LANES)
        store(out + i, i < side ? noise_here(false, layer, noise, false, i)
                                : noise_here(false, layer, noise, true, i - side));
    return true;
}

/* What a slot needs to learn. Where the rule is SGD and all noise is update noise that is drawn,
 * `plain` is known to be true below when it is compiled. */
typedef struct learner {
    const nd_layer *layer;
    view view;
    noise_row noise;
    list *list;
    meeting met;
    const real *of_runs; /* the gradient of its runs, or zeros */
    const real *error;   /* n x padded d_out */
    real *activity;
    real *back; /* the error that reaches it from the samples it meets */
} learner;

/* V vectors of a slot's parameters follow their gradient: `sum`, of the samples it meets, what its
 * runs add, and the noise. */
INLINE void follow(const bool plain, const int V, const learner *to, bool outer, size_t place,
                   const reals *sum) {
    size_t from = outer ? padded(to->layer->rank) + place : place;
    for (size_t v = 0; v < (size_t)V; v++) {
        size_t at = from + v * LANES;
        reals gradient = sum[v] + load(to->of_runs + at);
        gradient += noise_here(plain, to->layer, &to->noise, outer, place + v * LANES);
        update_row(plain ? ND_FAST_SGD : to->layer->rule, plain ? NO_NOISE : ANY_NOISE, &to->view,
                   at, at, gradient);
    }
}

/* V vectors of the output weights, which meet the errors before they change. */
INLINE void learn_outer_part(const bool plain, const int V, const learner *to, bool row_fits,
                             size_t part) {
    size_t wide = padded(to->layer->outputs);
    const real *weights = to->view.parameters + padded(to->layer->rank);
    reals sum[MOST];
    if (row_fits)
        dots_and_gather(V, weights, to->activity, &to->met, to->error, wide, to->back, sum);
    else
        gather(V, to->activity, &to->met, to->error + part, wide, sum);
    follow(plain, V, to, true, part, sum);
}

/* The output weights, and the error at the unit. */
INLINE void learn_outer(const bool plain, const learner *to) {
    size_t wide = padded(to->layer->outputs);
    bool row_fits = wide <= MOST * LANES; /* registers, at once */
    const meeting met = to->met;          /* so that nothing of `to` has an address */
    if (!row_fits)
        all_factors(to->view.parameters + padded(to->layer->rank), wide, to->error, &met, to->back);
#define OUTER(V) learn_outer_part(plain, V, to, row_fits, part)
    EVERY_PART(wide, OUTER)
#undef OUTER
}

/* V vectors of the input side; returns their share of how far it has moved. */
INLINE reals learn_side_part(const bool plain, const int V, const learner *to, size_t part) {
    const nd_layer *layer = to->layer;
    const real *x = (const real *)layer->coordinates + part, *place = place_of(layer, to->list);
    reals sum[MOST], moved = {0};
    gather(V, to->back, &to->met, x, padded(layer->rank), sum);
    follow(plain, V, to, false, part, sum);
    for (size_t at = part; at < part + (size_t)V * LANES; at += LANES)
        moved += moved_here(layer, load(to->view.parameters + at), place, at);
    return moved;
}

/* The input side; returns how far it is from where its list was made, squared. */
INLINE real learn_side(const bool plain, const learner *to) {
    reals moved = {0};
#define SIDE(V) moved += learn_side_part(plain, V, to, part)
    EVERY_PART(padded(to->layer->rank), SIDE)
#undef SIDE
    return sum_of_lanes(moved);
}

INLINE view slot_view(const nd_layer *layer, const nd_pack *pack, const nd_step *step,
                      size_t slot) {
    size_t row = slot * layer->stored;
    view v = {.step = step, .parameters = (real *)pack->parameters + row};
    for (int i = 0; i < 2; i++)
        v.moment[i] = pack->moment[i] ? (real *)pack->moment[i] + row : NULL;
    return v;
}

/* Slot by slot: gradient, update, and who is active in the step to come, while all that belongs to
 * the slot is near. */
INLINE void learn_slots(const bool plain, const nd_layer *layer, nd_pack *pack,
                        const nd_step *step) {
    const scratch room = scratch_of(layer, pack);
    search quest = new_search(layer, pack);
    if (pack->edge_count) {
        const edge_table table = edges_of(layer, pack);
        gradients_of_runs(layer, step->error, pack->parameters, &table, room.sums, pack->gradients);
    }
    for (size_t slot = 0; slot < pack->slots; slot++) {
        list *l = list_of(layer, pack, slot);
        if (slot + 2 < pack->slots)
            fetch_list(layer, pack, slot + 2);
        learner now = {.layer = layer,
                       .view = slot_view(layer, pack, step, slot),
                       .noise = noise_of(layer, pack, step, slot, ND_NOISE_UPDATE),
                       .list = l,
                       .met = meeting_of(layer, l),
                       .of_runs = (const real *)pack->gradients +
                                  (l->edges ? slot : pack->capacity) * layer->stored,
                       .error = step->error,
                       .activity = (real *)pack->activity + slot * samples_room(layer),
                       .back = room.back};
        if (!plain) {
            const noise_row noise = noise_of(layer, pack, step, slot, ND_NOISE_WEIGHT);
            if (write_noise(layer, &noise, room.weight_noise))
                now.view.weight_noise = room.weight_noise;
        }
        learn_outer(plain, &now);
        real moved = learn_side(plain, &now);
        find_active(layer, pack, slot, l, moved, &room, &quest);
    }
    end_search(&quest, pack);
}

static void sparse_learn(const nd_layer *given, nd_pack *given_pack, const nd_step *now) {
    const nd_layer layer_copy = *given, *layer = &layer_copy;
    const nd_step step_copy = *now, *step = &step_copy;
    nd_pack pack = *given_pack;
    if (layer->rule == ND_FAST_SGD && pack.noise[ND_NOISE_UPDATE] && !pack.noise[ND_NOISE_WEIGHT] &&
        !step->handed)
        learn_slots(true, layer, &pack, step);
    else
        learn_slots(false, layer, &pack, step);
    *given_pack = pack;
}

static void sparse_silent(const nd_layer *layer, const nd_pack *pack, bool *silent) {
    for (size_t slot = 0; slot < pack->slots; slot++)
        silent[slot] = list_of(layer, pack, slot)->active == 0;
}

static double sparse_distance(const nd_layer *layer, const nd_pack *pack, size_t slot) {
    const real *length = layer->lengths;
    real *drive = pack->work, highest = -INFINITY;
    all_drives(layer, pack, slot, drive);
    for (size_t s = 0; s < layer->samples; s++) {
        real shift = drive[s] / length[s];
        highest = shift > highest ? shift : highest;
    }
    return -(double)highest;
}

/* `threshold` is not negative, so that drives serve as activities. */
static void sparse_count(const nd_layer *layer, const nd_pack *pack, double threshold,
                         size_t *pairs, size_t *units) {
    real *drive = pack->work;
    for (size_t slot = 0; slot < pack->slots; slot++) {
        size_t times = 0;
        all_drives(layer, pack, slot, drive);
        for (size_t s = 0; s < layer->samples; s++)
            times += (double)drive[s] > threshold;
        *pairs += times;
        *units += times > 0;
    }
}

static size_t sparse_stored(size_t side, size_t outputs) {
    return padded(side) + padded(outputs);
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
    pack->found = false;
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
    pack->found = false;
}

#endif
