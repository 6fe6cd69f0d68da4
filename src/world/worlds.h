/* The worlds themselves, by the table in worlds.def: each makes the data set of its task, or fails
 * with `error` filled (docs/model.md, section 3, docs/worlds.md). */
#ifndef ND_WORLD_WORLDS_H
#define ND_WORLD_WORLDS_H

#include "world/dataset.h"
#include "world/settings.h"

#define WORLD(task, summary, honoured, needs_input_dim, needs_output_dim, make)                    \
    nd_dataset *make(const nd_world_keys *keys, uint64_t seed, nd_error *error);
#include "world/worlds.def"
#undef WORLD

/* On the track: the phase around the loop of texture, 0 .. 1 (beyond 1 with published_quirks), of
 * the place that a ray from (0, y) under `angle` hits; angle 0 points along the corridor (+y), pi/2
 * to its right. */
double nd_track_phase(const nd_world_keys *keys, double y, double angle);

/* The parts of a world's random numbers: the `unit` of ND_FOR_WORLD addresses. The agent and the
 * texture of environment e use their part + ND_WORLD_PARTS * e. */
enum {
    ND_WORLD_INPUTS = 0,
    ND_WORLD_TARGETS = 1,
    ND_WORLD_TEXTURE = 2,
    ND_WORLD_AGENT = 3,
    ND_WORLD_PARTS = 4
};

#endif
