/* The Gram form: ReLU, SGD without noise on the parameters, few samples. The drive itself is the
 * state: W x is never computed (docs/model.md, section 6.2). */
#ifndef ND_ENGINE_KERNELS_DENSE_GRAM_H
#define ND_ENGINE_KERNELS_DENSE_GRAM_H

#include "engine/kernels/dense/adjacency.h"

/* The drive moves by -X X' delta, and the activity with it; `turned` becomes negative for units
 * that came to be driven by a sample, or ceased to be. (0 - x has its sign set just where x > 0.)
 */
INLINE void gram_drive_tile(const int R, const adjacency *m, masks *turned, size_t row) {
    const real *columns = held_address(m->v.coordinates + row);
    for (size_t group = 0; group < m->groups; group++) {
        const uint32_t *samples = samples_of(m, group), *end = samples + 1 + samples[0];
        const real *deltas = held_address(m->v.delta + group * m->v.sample_step);
        real *drives = held_address(m->v.drive + group * m->v.sample_step + row * LANES);
        real *activities = held_address(m->v.activity + group * m->v.sample_step + row * LANES);
        reals sum[WIDE];
        UNROLL
        for (int i = 0; i < R; i++)
            sum[i] = (reals){0};
        for (const uint32_t *s = samples + 1; s < end; s++) {
            reals delta = load(deltas + *s * (size_t)LANES);
            const real *column = held_address(columns + *s * m->samples);
            UNROLL
            for (int i = 0; i < R; i++)
                sum[i] += broadcast(column[i]) * delta;
        }
        UNROLL
        for (int i = 0; i < R; i++) {
            reals before = load(drives + i * LANES), drive = before - sum[i];
            store(drives + i * LANES, drive);
            store(activities + i * LANES, positive_part(drive));
            *turned |= (masks)(0 - before) ^ (masks)(0 - drive);
        }
    }
}

/* One update; the lists stand as long as no unit has turned, which is most of the time. */
static void gram_learn(const nd_layer *given, nd_pack *pack, const nd_step *now) {
    const nd_layer copy = *given, *layer = &copy;
    const nd_step step_copy = *now, *step = &step_copy;
    const adjacency m = adjacency_of(layer, pack, step);
    masks turned = {0};
    EVERY_WIDE_TILE(m.outputs, LISTED_WEIGHTS, ND_FAST_SGD, NO_NOISE, true, &m);
    EVERY_WIDE_TILE(m.samples, gram_drive_tile, &m, &turned);
    pack->dense.listed = !any((reals)(turned < 0));
}

#endif
