/* Kernels for many samples, of which each unit is active on few, or on few runs of neighbours
 * (ReLU): a unit's parameters lie in a row of their own, and it meets only the samples that drive
 * it (lists.h), together by their runs or one by one (runs.h). */
#ifndef ND_ENGINE_KERNELS_SPARSE_H
#define ND_ENGINE_KERNELS_SPARSE_H

#include "engine/kernels/gaussians.h"
#include "engine/kernels/lists.h"
#include "engine/kernels/run_sums.h"
#include "engine/kernels/stages.h"

/* The scratch of a pack, in pack->work. */
typedef struct scratch {
    real *drive;                   /* n and more (samples_room): of one slot */
    real *outputs;                 /* n x padded d_out: outputs, later errors */
    real *matrix;                  /* outputs x padded rank: M of run_sums.h */
    real *sums;                    /* its S */
    real *gradient, *weight_noise; /* of one slot, as it is stored */
    real *back;                    /* samples_room: the error at one slot */
} scratch;

static size_t sparse_work(const nd_layer *layer) {
    return 2 * samples_room(layer) + layer->samples * padded(layer->outputs) +
           layer->outputs * padded(layer->rank) + sums_size(layer) + 2 * layer->stored;
}

INLINE scratch scratch_of(const nd_layer *layer, const nd_pack *pack) {
    scratch s = {.drive = pack->work};
    s.outputs = s.drive + samples_room(layer);
    s.matrix = s.outputs + layer->samples * padded(layer->outputs);
    s.sums = s.matrix + layer->outputs * padded(layer->rank);
    s.gradient = s.sums + sums_size(layer);
    s.weight_noise = s.gradient + layer->stored;
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
 * negative where a silent sample is taken out of a run. */
INLINE void find_active(const nd_layer *layer, const nd_pack *pack, size_t slot, real *drive,
                        search *quest) {
    list *l = list_of(layer, pack, slot);
    real *activity = (real *)pack->activity + slot * samples_room(layer);
    uint32_t row = (uint32_t)(slot * layer->stored), had = l->edges;
    bool changed = find_signs(layer, pack, slot, l, drive) || quest->afresh;
    if (changed)
        find_runs(layer, l, row, quest->now);
    else
        for (uint32_t i = 0; i < had; i += EDGES_AT_ONCE)
            __builtin_memcpy(quest->now + i, quest->before + i, EDGES_AT_ONCE * sizeof(edge));
    quest->before += had;
    quest->now += l->edges;
    quest->count += l->edges;
    if (l->edges == 0 && l->whole) {
        keep_positive(l->doubtful, drive, doubtful_of(layer, l), activity, met_of(layer, l));
        return;
    }
    all_dots(side_of(layer, pack, slot), padded(layer->rank), layer->coordinates, met_of(layer, l),
             l->met, activity);
    for (uint32_t i = l->outside; i < l->met; i++)
        activity[i] = -activity[i];
}

static void sparse_drive(const nd_layer *layer, nd_pack *pack) {
    if (pack->found)
        return;
    search quest = new_search(layer, pack);
    for (size_t slot = 0; slot < pack->slots; slot++) {
        if (slot + 2 < pack->slots)
            fetch_list(layer, pack, slot + 2);
        find_active(layer, pack, slot, pack->work, &quest);
    }
    end_search(&quest, pack);
}

/* W_out h, n x outputs. Rows of whole vectors, each written over the padding of the one before. */
static void sparse_output(const nd_layer *layer, nd_pack *pack, bool trial) {
    (void)trial;
    const scratch room = scratch_of(layer, pack);
    size_t n = layer->samples, wide = padded(layer->outputs), side = padded(layer->rank);
    real *sum = room.outputs, *out = pack->output;
    sparse_drive(layer, pack);
    __builtin_memset(sum, 0, n * wide * sizeof *sum);
    if (pack->edge_count) {
        const edge_table table = edges_of(layer, pack);
        sort_edges(&table, table.by_slot[pack->edge_list], pack->edge_count, blocks_of(layer));
        forward_runs(layer, pack, &table, room.matrix, sum);
    }
    for (size_t slot = 0; slot < pack->slots; slot++) {
        list *l = list_of(layer, pack, slot);
        if (l->met)
            scatter_all(side_of(layer, pack, slot) + side, wide,
                        (const real *)pack->activity + slot * samples_room(layer), met_of(layer, l),
                        l->met, sum);
    }
    for (size_t s = 0; s < n; s++)
        for (size_t m = 0; m < wide; m += LANES)
            store_unaligned(out + s * layer->outputs + m, load(sum + s * wide + m));
}

/* The errors, n x outputs, in rows of whole vectors padded with zeros. */
INLINE void pad_errors(const nd_layer *layer, const real *given, real *error) {
    size_t wide = padded(layer->outputs), last = (layer->outputs - 1) / LANES * LANES;
    reals within = {0};
    for (size_t m = last; m < layer->outputs; m++)
        within[m - last] = 1;
    for (size_t s = 0; s < layer->samples; s++, given += layer->outputs, error += wide) {
        for (size_t m = 0; m < last; m += LANES)
            store(error + m, load_unaligned(given + m));
        store(error + last, where(within > 0, load_unaligned(given + last)));
        for (size_t m = last + LANES; m < wide; m += LANES)
            store(error + m, (reals){0});
    }
}

/* One step's noise of one kind for a slot, as its parameters are stored; false: there is none. */
INLINE bool noise_row(const nd_layer *layer, const nd_pack *pack, const nd_step *step, size_t slot,
                      int kind, real *out) {
    if (!pack->noise[kind])
        return false;
    if (step->handed) {
        __builtin_memcpy(out, (const real *)pack->given[kind] + slot * layer->stored,
                         layer->stored * sizeof *out);
        return true;
    }
    const float *from =
        (const float *)pack->noise[kind] + slot * step->noise_count + step->phase * layer->rows;
    const real *scale = layer->noise_scale[kind];
    size_t side = padded(layer->rank);
    for (size_t i = 0; i < side; i += LANES) /* the scale of what fills the last vector is 0 */
        store(out + i, load(scale + i) * load_floats(from + i));
    from += layer->rank;
    for (size_t i = 0; side + i < layer->stored; i += LANES)
        store(out + side + i, load(scale + side + i) * load_floats(from + i));
    return true;
}

/* Of the samples met one by one: output weights' gradient, and the error at the unit, where a row
 * of outputs fits in registers. */
INLINE void add_outputs(const int V, const real *weights, const real *activity,
                        const uint32_t *which, size_t count, const real *error, real *back,
                        real *gradient) {
    reals sum[MOST];
    dots_and_gather(V, weights, activity, which, count, error, (size_t)V * LANES, back, sum);
    for (int v = 0; v < V; v++)
        store(gradient + v * LANES, load(gradient + v * LANES) + sum[v]);
}

/* gradient += sum_i factor[i] matrix[which[i]], V vectors of it. */
INLINE void add_rows(const int V, const real *factor, const uint32_t *which, size_t count,
                     const real *matrix, size_t stride, real *gradient) {
    reals sum[MOST];
    gather(V, factor, which, count, matrix, stride, sum);
    for (int v = 0; v < V; v++)
        store(gradient + v * LANES, load(gradient + v * LANES) + sum[v]);
}

INLINE void add_all_rows(size_t length, const real *factor, const uint32_t *which, size_t count,
                         const real *matrix, real *gradient){
#define ADD_ROWS(V) add_rows(V, factor, which, count, matrix + part, length, gradient + part)
    EVERY_PART(length, ADD_ROWS)
#undef ADD_ROWS
}

/* gradient += that of the samples a slot meets one by one. */
INLINE void add_met(const nd_layer *layer, const nd_pack *pack, size_t slot, list *l,
                    const scratch *room) {
    size_t wide = padded(layer->outputs), side = padded(layer->rank);
    const real *weights = side_of(layer, pack, slot) + side;
    const real *activity = (const real *)pack->activity + slot * samples_room(layer);
    const real *error = room->outputs;
    const uint32_t *met = met_of(layer, l);
    real *back = room->back;
    if (wide > MOST * LANES) {
        all_dots(weights, wide, error, met, l->met, back);
        add_all_rows(wide, activity, met, l->met, error, room->gradient + side);
    } else {
#define ADD_OUTPUTS(V)                                                                             \
    add_outputs(V, weights, activity, met, l->met, error, back, room->gradient + side)
        EVERY_PART(wide, ADD_OUTPUTS)
#undef ADD_OUTPUTS
    }
    for (uint32_t i = l->outside; i < l->met; i++)
        back[i] = -back[i];
    add_all_rows(side, back, met, l->met, layer->coordinates, room->gradient);
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
INLINE void learn_slots(const nd_fast_rule rule, const nd_layer *layer, nd_pack *pack,
                        const nd_step *step) {
    const scratch room = scratch_of(layer, pack);
    search quest = new_search(layer, pack);
    pad_errors(layer, step->error, room.outputs);
    if (pack->edge_count)
        sum_errors(layer, room.outputs, room.sums);
    for (size_t slot = 0; slot < pack->slots; slot++) {
        list *l = list_of(layer, pack, slot);
        if (slot + 2 < pack->slots)
            fetch_list(layer, pack, slot + 2);
        view v = slot_view(layer, pack, step, slot);
        if (!noise_row(layer, pack, step, slot, ND_NOISE_UPDATE, room.gradient))
            __builtin_memset(room.gradient, 0, layer->stored * sizeof *room.gradient);
        if (noise_row(layer, pack, step, slot, ND_NOISE_WEIGHT, room.weight_noise))
            v.weight_noise = room.weight_noise;
        if (l->edges)
            add_runs(layer, room.sums, quest.before, l->edges, v.parameters, room.gradient);
        if (l->met)
            add_met(layer, pack, slot, l, &room);
        for (size_t at = 0; at < layer->stored; at += LANES)
            update_row(rule, &v, at, at, load(room.gradient + at));
        find_active(layer, pack, slot, room.drive, &quest);
    }
    end_search(&quest, pack);
}

static void sparse_learn(const nd_layer *given, nd_pack *given_pack, const nd_step *now) {
    const nd_layer layer_copy = *given, *layer = &layer_copy;
    const nd_step step_copy = *now, *step = &step_copy;
    nd_pack pack = *given_pack;
    if (layer->rule == ND_FAST_ADAM)
        learn_slots(ND_FAST_ADAM, layer, &pack, step);
    else if (layer->rule == ND_FAST_RMSPROP)
        learn_slots(ND_FAST_RMSPROP, layer, &pack, step);
    else
        learn_slots(ND_FAST_SGD, layer, &pack, step);
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
