/* The Gram form: ReLU, SGD without noise on the parameters, few samples. The drive itself is the
 * state, and by the lists kept here only those groups and samples meet of which the sample drives a
 * unit: few, once label noise has made the activity sparse and like units stand side by side. */
#ifndef ND_ENGINE_KERNELS_GRAM_H
#define ND_ENGINE_KERNELS_GRAM_H

#include "engine/kernels.h"
#include "engine/kernels/products.h"

/* What the stages below read and write, from layer, pack and step. */
typedef struct gram {
    size_t samples, outputs, rows, groups, capacity; /* capacity: groups there is room for */
    const real *matrix, *error;                      /* X X'; NULL outside updates */
    real *parameters, *drive, *activity, *back, *output;
    uint32_t *lists;
} gram;

INLINE gram gram_of(const nd_layer *layer, const nd_pack *pack, const nd_step *step) {
    return (gram){.samples = layer->samples,
                  .outputs = layer->outputs,
                  .rows = layer->rows,
                  .groups = pack->groups,
                  .capacity = pack->capacity / LANES,
                  .matrix = layer->coordinates,
                  .error = step ? step->error : NULL,
                  .parameters = pack->parameters,
                  .drive = pack->drive,
                  .activity = pack->activity,
                  .back = pack->back,
                  .output = pack->output,
                  .lists = pack->lists};
}

/* Who meets whom: the samples of a group, and the groups of a sample, in order; the first number
 * says how many. */
INLINE uint32_t *samples_of(const gram *g, size_t group) {
    return g->lists + group * (g->samples + 1);
}

INLINE uint32_t *groups_of(const gram *g, size_t sample) {
    return samples_of(g, g->capacity) + sample * (g->capacity + 1);
}

/* For each slot; enough, as a group has two slots at least. */
static size_t meeting_bytes(const nd_layer *layer) {
    return (2 * layer->samples + 1) * sizeof(uint32_t);
}

/* Makes the lists from the activity. */
static void list_meetings(const gram *g) {
    for (size_t group = 0; group < g->groups; group++)
        samples_of(g, group)[0] = 0;
    for (uint32_t s = 0; s < g->samples; s++) {
        uint32_t *groups = groups_of(g, s), count = 0;
        for (uint32_t group = 0; group < g->groups; group++) {
            groups[1 + count] = group;
            count += any(load(g->activity + (group * g->samples + s) * LANES));
        }
        groups[0] = count;
        for (uint32_t i = 1; i <= count; i++) {
            uint32_t *samples = samples_of(g, groups[i]);
            samples[++samples[0]] = s;
        }
    }
}

/* output[s][row ...] = sum over units of activity[s] W_out[row ...]. */
INLINE void gram_output_tile(const int R, const gram *g, size_t row) {
    for (size_t s = 0; s < g->samples; s++) {
        const uint32_t *groups = groups_of(g, s), *end = groups + 1 + groups[0];
        const real *activities = g->activity + s * LANES;
        const real *weights = g->parameters + (g->samples + row) * LANES;
        reals sum[WIDE];
        UNROLL
        for (int i = 0; i < R; i++)
            sum[i] = (reals){0};
        for (const uint32_t *group = groups + 1; group < end; group++) {
            reals activity = load(activities + *group * g->samples * LANES);
            const real *weight = weights + *group * g->rows * LANES;
            UNROLL
            for (int i = 0; i < R; i++)
                sum[i] += activity * load(weight + i * LANES);
        }
        UNROLL
        for (int i = 0; i < R; i++)
            g->output[s * g->outputs + row + (size_t)i] = sum_of_lanes(sum[i]);
    }
}

/* W_out -= sum_s error h. Before that, back becomes the part of the error that comes through these
 * weights, or gains it, and the unit's g falls by it. */
INLINE void gram_weights_tile(const int R, const gram *g, size_t row) {
    const real *errors = held_address(g->error + row);
    for (size_t group = 0; group < g->groups; group++) {
        const uint32_t *samples = samples_of(g, group), *end = samples + 1 + samples[0];
        const real *activities = g->activity + group * g->samples * LANES;
        real *backs = held_address(g->back + group * g->samples * LANES);
        real *sides = held_address(g->parameters + group * g->rows * LANES);
        real *weights = held_address(sides + (g->samples + row) * LANES);
        reals sum[WIDE];
        UNROLL
        for (int i = 0; i < R; i++)
            sum[i] = (reals){0};
        for (const uint32_t *s = samples + 1; s < end; s++) {
            size_t at = *s * (size_t)LANES;
            const real *error = held_address(errors + *s * g->outputs);
            reals activity = load(activities + at), part[2] = {{0}, {0}};
            UNROLL
            for (int i = 0; i < R; i++) {
                reals e = held(broadcast(error[i]));
                sum[i] += e * activity;
                part[i % 2] += e * load(weights + i * LANES);
            }
            reals back = where(activity > 0, part[0] + part[1]);
            store(sides + at, load(sides + at) - back);
            if (row > 0)
                back += load(backs + at);
            store(backs + at, back);
        }
        UNROLL
        for (int i = 0; i < R; i++)
            store(weights + i * LANES, load(weights + i * LANES) - sum[i]);
    }
}

/* The drive moves by -X X' back, and the activity with it; `turned` gains the units that came to be
 * driven by a sample, or ceased to be. */
INLINE void gram_drive_tile(const int R, const gram *g, masks *turned, size_t row) {
    const real *columns = held_address(g->matrix + row);
    for (size_t group = 0; group < g->groups; group++) {
        const uint32_t *samples = samples_of(g, group), *end = samples + 1 + samples[0];
        const real *backs = held_address(g->back + group * g->samples * LANES);
        real *drives = held_address(g->drive + (group * g->samples + row) * LANES);
        real *activities = held_address(g->activity + (group * g->samples + row) * LANES);
        reals sum[WIDE];
        UNROLL
        for (int i = 0; i < R; i++)
            sum[i] = (reals){0};
        for (const uint32_t *s = samples + 1; s < end; s++) {
            reals back = load(backs + *s * (size_t)LANES);
            const real *column = held_address(columns + *s * g->samples);
            UNROLL
            for (int i = 0; i < R; i++)
                sum[i] += broadcast(column[i]) * back;
        }
        UNROLL
        for (int i = 0; i < R; i++) {
            reals before = load(drives + i * LANES), drive = before - sum[i];
            store(drives + i * LANES, drive);
            store(activities + i * LANES, positive_part(drive));
            *turned |= (before > 0) ^ (drive > 0);
        }
    }
}

/* W_out h of all slots; the lists stand as long as no unit has turned, which is most of the time.
 */
static void gram_output(const nd_layer *layer, nd_pack *pack) {
    const gram g = gram_of(layer, pack, NULL);
    if (!pack->found)
        list_meetings(&g);
    pack->found = true;
    EVERY_WIDE_TILE(g.outputs, gram_output_tile, &g);
}

/* One update. */
static void gram_learn(const nd_layer *layer, nd_pack *pack, const nd_step *step) {
    const gram g = gram_of(layer, pack, step);
    masks turned = {0};
    EVERY_WIDE_TILE(g.outputs, gram_weights_tile, &g);
    EVERY_WIDE_TILE(g.samples, gram_drive_tile, &g, &turned);
    pack->found = !any((reals)turned);
}

#endif
