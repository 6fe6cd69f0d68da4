/* Adjacency: a group of units and a sample are adjacent where the sample drives at least one of the
 * units (ReLU); others add nothing to each other's sums. Lists of the adjacent ones, and the stages
 * that go by them: few are adjacent, once noise has made the activity sparse and like units stand
 * side by side (reorder.h). */
#ifndef ND_ENGINE_KERNELS_DENSE_ADJACENCY_H
#define ND_ENGINE_KERNELS_DENSE_ADJACENCY_H

#include "engine/kernels.h"
#include "engine/kernels/dense/stages.h"

/* All groups of a pack, and the lists. */
typedef struct adjacency {
    view v;                                          /* of the first group; the others follow */
    size_t samples, outputs, side, groups, capacity; /* capacity: groups there is room for */
    real *output;
    uint32_t *lists;
} adjacency;

/* Of a pack, as its memory lies. */
INLINE adjacency adjacency_of(const nd_layer *layer, const nd_pack *pack, const nd_step *step) {
    return (adjacency){.v = view_of(layer, pack, step, 0),
                       .samples = layer->samples,
                       .outputs = layer->outputs,
                       .side = layer->side,
                       .groups = pack->groups,
                       .capacity = pack->capacity / LANES,
                       .output = pack->output,
                       .lists = pack->dense.adjacency};
}

/* The samples adjacent to a group, and the groups adjacent to a sample, in order; the first number
 * says how many. */
INLINE uint32_t *samples_of(const adjacency *m, size_t group) {
    return m->lists + group * (m->samples + 1);
}

INLINE uint32_t *groups_of(const adjacency *m, size_t sample) {
    return samples_of(m, m->capacity) + sample * (m->capacity + 1);
}

/* Is each sample adjacent to a group, 1 or 0, as the lists say. */
INLINE uint8_t *adjacent_samples(const adjacency *m, size_t group) {
    return (uint8_t *)groups_of(m, m->samples) + group * ND_LISTED_SAMPLES;
}

/* Bytes of the lists for each slot; enough, as a group has two slots at least. */
static size_t adjacency_bytes(const nd_layer *layer) {
    return (2 * layer->samples + 1) * sizeof(uint32_t) + ND_LISTED_SAMPLES;
}

/* Makes all lists from the activity. */
static void list_adjacent(const adjacency *m) {
    for (size_t s = 0; s < m->samples; s++)
        groups_of(m, s)[0] = 0;
    for (uint32_t group = 0; group < m->groups; group++) {
        uint32_t *samples = samples_of(m, group), count = 0;
        for (uint32_t s = 0; s < m->samples; s++) {
            bool adjacent = any(load(m->v.activity + group * m->v.sample_step + s * LANES));
            if (s < ND_LISTED_SAMPLES)
                adjacent_samples(m, group)[s] = adjacent;
            samples[1 + count] = s;
            count += adjacent;
        }
        samples[0] = count;
        for (uint32_t i = 1; i <= count; i++) {
            uint32_t *groups = groups_of(m, samples[i]);
            groups[++groups[0]] = group;
        }
    }
}

/* Puts a value into a list, which stays in order. */
INLINE void put_in(uint32_t *list, uint32_t value) {
    uint32_t i = ++list[0];
    for (; i > 1 && list[i - 1] > value; i--)
        list[i] = list[i - 1];
    list[i] = value;
}

/* Takes a value out of a list that holds it. */
INLINE void take_out(uint32_t *list, uint32_t value) {
    uint32_t i = 1, count = list[0]--;
    while (list[i] != value)
        i++;
    for (; i < count; i++)
        list[i] = list[i + 1];
}

/* The lists follow what is adjacent to a group now: `adjacent`, ND_LISTED_SAMPLES of 1 or 0. */
INLINE void update_lists(const adjacency *m, uint32_t group, const uint8_t *adjacent) {
    uint64_t now[ND_LISTED_SAMPLES / 8], before[ND_LISTED_SAMPLES / 8], changed = 0;
    uint8_t *known = adjacent_samples(m, group);
    __builtin_memcpy(now, adjacent, sizeof now);
    __builtin_memcpy(before, known, sizeof before);
    for (size_t i = 0; i < ND_LISTED_SAMPLES / 8; i++)
        changed |= now[i] ^ before[i];
    if (!changed)
        return;
    for (uint32_t s = 0; s < m->samples; s++) {
        if (adjacent[s] == known[s])
            continue;
        if (adjacent[s]) {
            put_in(samples_of(m, group), s);
            put_in(groups_of(m, s), group);
        } else {
            take_out(samples_of(m, group), s);
            take_out(groups_of(m, s), group);
        }
        known[s] = adjacent[s];
    }
}

/* output[s][row ...] = sum over units of activity[s] W_out[row ...]. */
INLINE void listed_output_tile(const int R, const adjacency *m, size_t row) {
    for (size_t s = 0; s < m->samples; s++) {
        const uint32_t *groups = groups_of(m, s), *end = groups + 1 + groups[0];
        const real *activities = m->v.activity + s * LANES;
        const real *weights = m->v.learned.parameters + (m->side + row) * LANES;
        reals sum[WIDE];
        UNROLL
        for (int i = 0; i < R; i++)
            sum[i] = (reals){0};
        for (const uint32_t *group = groups + 1; group < end; group++) {
            reals activity = load(activities + *group * m->v.sample_step);
            const real *weight = weights + *group * m->v.parameter_step;
            UNROLL
            for (int i = 0; i < R; i++)
                sum[i] += activity * load(weight + i * LANES);
        }
        store_sums(R, sum, m->output + s * m->outputs + row);
    }
}

/* W_out follows its gradient, sum_s error h. Before that, delta becomes the part of the error
 * that comes through these weights, or gains it; the `last` tile makes it the error at the unit, by
 * which in the Gram form the unit's g falls. */
INLINE void listed_weights_tile(const nd_fast_rule rule, const carried noise, const bool gram,
                                const int R, const adjacency *m, size_t row) {
    const real *errors = held_address(m->v.error + row);
    const bool last = row + (size_t)R == m->outputs;
    for (size_t group = 0; group < m->groups; group++) {
        const uint32_t *samples = samples_of(m, group), *end = samples + 1 + samples[0];
        const real *activities = held_address(m->v.activity + group * m->v.sample_step);
        real *deltas = held_address(m->v.delta + group * m->v.sample_step);
        real *sides = held_address(m->v.learned.parameters + group * m->v.parameter_step);
        real *weights = held_address(sides + (m->side + row) * LANES);
        reals sum[WIDE], weight[WIDE];
        UNROLL
        for (int i = 0; i < R; i++) {
            sum[i] = (reals){0};
            weight[i] = load(weights + i * LANES);
        }
        for (const uint32_t *s = samples + 1; s < end; s++) {
            size_t at = *s * (size_t)LANES;
            const real *error = held_address(errors + *s * m->outputs);
            reals activity = load(activities + at), part[2] = {{0}, {0}};
            UNROLL
            for (int i = 0; i < R; i++) {
                reals e = held(broadcast(error[i]));
                sum[i] += e * activity;
                part[i % 2] += e * (REGISTERS >= 32 ? weight[i] : load(weights + i * LANES));
            }
            reals delta = part[0] + part[1];
            if (__builtin_expect(row > 0, 0))
                delta += load(deltas + at);
            if (__builtin_expect(last, 1)) {
                delta = where(activity > 0, delta);
                if (gram)
                    store(sides + at, load(sides + at) - delta);
            }
            store(deltas + at, delta);
        }
        UNROLL
        for (int i = 0; i < R; i++) {
            size_t at = (m->side + row + (size_t)i) * LANES;
            update_row(rule, noise, &m->v.learned, group * m->v.parameter_step + at,
                       group * m->v.noise_step + at, sum[i]);
        }
    }
}

/* The input side follows its gradient, sum_s coordinates delta. */
INLINE void listed_side_tile(const nd_fast_rule rule, const carried noise, const int R,
                             const adjacency *m, size_t row) {
    const size_t rank = m->v.layer->rank, first = m->v.layer->first[row];
    const real *columns = held_address(m->v.coordinates + row);
    for (size_t group = 0; group < m->groups; group++) {
        const uint32_t *s = samples_of(m, group) + 1, *end = s + s[-1];
        const real *deltas = held_address(m->v.delta + group * m->v.sample_step);
        reals sum[TILE];
        UNROLL
        for (int i = 0; i < R; i++)
            sum[i] = (reals){0};
        while (s < end && *s < first)
            s++;
        for (; s < end; s++) {
            reals delta = load(deltas + *s * (size_t)LANES);
            const real *column = held_address(columns + *s * rank);
            UNROLL
            for (int i = 0; i < R; i++)
                sum[i] += broadcast(column[i]) * delta;
        }
        UNROLL
        for (int i = 0; i < R; i++) {
            size_t at = (row + (size_t)i) * LANES;
            update_row(rule, noise, &m->v.learned, group * m->v.parameter_step + at,
                       group * m->v.noise_step + at, sum[i]);
        }
    }
}

/* Drive and activity of all slots; the lists that stood before follow. */
static void listed_drive(const nd_layer *given, nd_pack *pack) {
    const nd_layer copy = *given, *layer = &copy;
    const adjacency m = adjacency_of(layer, pack, NULL);
    uint8_t adjacent[PAIR][ND_LISTED_SAMPLES] = {{0}};
    size_t group = 0;
    for (; group + 1 < m.groups; group += 2) {
        const view v = view_of(layer, pack, NULL, group);
        EVERY_LOW_TILE(m.samples, LISTED_DRIVE, 2, &v, adjacent);
        update_lists(&m, (uint32_t)group, adjacent[0]);
        update_lists(&m, (uint32_t)group + 1, adjacent[1]);
    }
    if (group < m.groups) {
        const view v = view_of(layer, pack, NULL, group);
        EVERY_LOW_TILE(m.samples, LISTED_DRIVE, 1, &v, adjacent);
        update_lists(&m, (uint32_t)group, adjacent[0]);
    }
}

/* Are so few adjacent that lists pay? What is done with an adjacent pair is measured in
 * multiplications; going by lists costs as much as `EXTRA` of them. The choice is saved with the
 * engine's state: sums are rounded differently. */
static bool lists_pay(const nd_layer *layer, const nd_pack *pack) {
    enum { EXTRA = 28 };
    size_t adjacent = 0, all = pack->groups * layer->samples;
    size_t work = 3 * layer->outputs + layer->rank;
    for (size_t i = 0; i < all; i++)
        adjacent += any(load((const real *)pack->activity + i * LANES));
    return adjacent * (work + EXTRA) < all * work;
}

/* W_out h of all slots. */
static void listed_output(const nd_layer *given, nd_pack *pack) {
    const nd_layer copy = *given, *layer = &copy;
    const adjacency m = adjacency_of(layer, pack, NULL);
    if (!pack->dense.listed)
        list_adjacent(&m);
    pack->dense.listed = true;
    EVERY_WIDE_TILE(m.outputs, listed_output_tile, &m);
}

#define LISTED_WEIGHTS(R, rule, noise, gram, m, row)                                               \
    listed_weights_tile(rule, noise, gram, R, m, row)
#define LISTED_SIDE(R, rule, noise, m, row) listed_side_tile(rule, noise, R, m, row)

/* All parameters follow their gradients, by lists. */
INLINE void listed_gradients(const nd_fast_rule rule, const carried noise, const adjacency *m) {
    EVERY_WIDE_TILE(m->outputs, LISTED_WEIGHTS, rule, noise, false, m);
    EVERY_LOW_TILE(m->v.layer->rank, LISTED_SIDE, rule, noise, m);
}

/* One update, but for the Gram form (gram.h). */
static void listed_learn(const nd_layer *given, nd_pack *pack, const nd_step *now) {
    const nd_layer copy = *given, *layer = &copy;
    const nd_step step_copy = *now, *step = &step_copy;
    const adjacency m = adjacency_of(layer, pack, step);
    const carried noise = carried_by(&m.v.learned);
    if (layer->rule == ND_FAST_ADAM)
        listed_gradients(ND_FAST_ADAM, ANY_NOISE, &m);
    else if (layer->rule == ND_FAST_RMSPROP)
        listed_gradients(ND_FAST_RMSPROP, ANY_NOISE, &m);
    else if (noise == NO_NOISE)
        listed_gradients(ND_FAST_SGD, NO_NOISE, &m);
    else if (noise == UPDATE_NOISE)
        listed_gradients(ND_FAST_SGD, UPDATE_NOISE, &m);
    else
        listed_gradients(ND_FAST_SGD, ANY_NOISE, &m);
}

#endif
