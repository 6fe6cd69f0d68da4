/* predictive: an agent moves along a one-dimensional scene and predicts its next view
 * (docs/model.md, section 3.4). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/smooth.h"
#include "world/worlds.h"

enum { SCENE = 121 };
static const double SMOOTHING = 4;      /* scene units */
static const double LENGTH = SCENE - 1; /* positions wrap here */
static const double SIGHT = 30;         /* units seen ahead */
static const double STRIDE = 20;        /* steps are uniform(0, 1) * LENGTH / n * STRIDE */

static void make_scene(uint64_t seed, bool published, double scene[SCENE]) {
    double scratch[SCENE];
    nd_random_uniforms(seed, ND_FOR_WORLD, ND_WORLD_TEXTURE, 0, SCENE, scene);
    nd_gaussian_smooth(scene, SCENE, 1, SMOOTHING, ND_REFLECT, scratch);
    nd_scale_in_place(scene, SCENE, published);
}

static double see(const double scene[SCENE], double position) {
    double at = position - LENGTH * floor(position / LENGTH), whole = floor(at);
    size_t below = whole >= LENGTH ? SCENE - 2 : (size_t)whole;
    return scene[below] + (at - (double)below) * (scene[below + 1] - scene[below]);
}

nd_dataset *nd_world_predictive(const nd_world_keys *keys, uint64_t seed, nd_error *error) {
    size_t samples = keys->samples, sight = keys->input_dim;
    nd_dataset *dataset = nd_dataset_new(samples, sight, sight, error);
    double *views = dataset ? nd_doubles((samples + 1) * sight, error) : NULL;
    if (!views || !(dataset->position = nd_doubles(samples, error))) {
        free(views);
        nd_dataset_free(dataset);
        return NULL;
    }
    double scene[SCENE], position = 0;
    make_scene(seed, keys->published_quirks, scene);
    nd_stream random = nd_stream_at(seed, ND_FOR_WORLD, ND_WORLD_AGENT, 0);
    for (size_t s = 0; s <= samples; s++) {
        for (size_t i = 0; i < sight; i++)
            views[s * sight + i] =
                see(scene, position + (sight > 1 ? SIGHT * (double)i / (double)(sight - 1) : 0));
        if (s < samples)
            dataset->position[s] = position - LENGTH * floor(position / LENGTH);
        position += nd_stream_uniform(&random) * LENGTH / (double)samples * STRIDE;
    }
    double *inputs = views, *targets = views + sight;
    size_t count = samples * sight;
    if (keys->published_quirks) { /* both are scaled where they lie, in the memory they share */
        nd_scale_in_place(inputs, count, keys->published_quirks);
        nd_scale_in_place(targets, count, keys->published_quirks);
    }
    memcpy(dataset->input, inputs, count * sizeof *inputs);
    memcpy(dataset->target, targets, count * sizeof *targets);
    free(views);
    if (!keys->published_quirks) {
        nd_scale_in_place(dataset->input, count, keys->published_quirks);
        nd_scale_in_place(dataset->target, count, keys->published_quirks);
    }
    return dataset;
}
