/* random and random-autoencoder: uniform values (docs/model.md, section 3.5). */
#include <string.h>

#include "base/random.h"
#include "world/worlds.h"

nd_dataset *nd_world_random(const nd_world_keys *keys, uint64_t seed, nd_error *error) {
    nd_dataset *dataset = nd_dataset_new(keys->samples, keys->input_dim, keys->output_dim, error);
    if (!dataset)
        return NULL;
    size_t inputs = dataset->samples * dataset->inputs;
    size_t targets = dataset->samples * dataset->outputs;
    nd_random_uniforms(seed, ND_FOR_WORLD, ND_WORLD_INPUTS, 0, inputs, dataset->input);
    nd_random_uniforms(seed, ND_FOR_WORLD, ND_WORLD_TARGETS, 0, targets, dataset->target);
    nd_scale_in_place(dataset->input, inputs, keys->published_quirks);
    nd_scale_in_place(dataset->target, targets, keys->published_quirks);
    return dataset;
}

nd_dataset *nd_world_random_autoencoder(const nd_world_keys *keys, uint64_t seed, nd_error *error) {
    nd_dataset *dataset = nd_dataset_new(keys->samples, keys->input_dim, keys->input_dim, error);
    if (!dataset)
        return NULL;
    size_t count = dataset->samples * dataset->inputs;
    nd_random_uniforms(seed, ND_FOR_WORLD, ND_WORLD_INPUTS, 0, count, dataset->input);
    nd_scale_in_place(dataset->input, count, false); /* in the published autoencoders too */
    memcpy(dataset->target, dataset->input, count * sizeof *dataset->input);
    return dataset;
}
