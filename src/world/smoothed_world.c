/* smoothed and smoothed-autoencoder: uniform values, smoothed over samples and dimensions, so that
 * like inputs ask for like outputs (docs/model.md, section 3.5). Autoencoders are scaled to [-1, 1]
 * in the published tables too. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/smooth.h"
#include "world/worlds.h"

static const double DIMENSION_FACTOR = 5;

/* The standard deviation over dimensions: output_dim / 5, for inputs too. An autoencoder whose
 * output_dim is left out takes its input_dim; in the published tables a 0 means no smoothing. */
static double dimension_smoothing(const nd_world_keys *keys) {
    uint64_t dimensions = keys->output_dim;
    if (dimensions == 0 && !keys->published_quirks)
        dimensions = keys->input_dim;
    return (double)dimensions / DIMENSION_FACTOR;
}

/* Draws a matrix (samples x columns) of uniform values and smooths it both ways. */
static bool draw_smoothed(const nd_world_keys *keys, uint64_t seed, uint32_t part, size_t columns,
                          bool published, double *matrix, nd_error *error) {
    size_t samples = keys->samples, longer = samples > columns ? samples : columns;
    double *scratch = nd_doubles(longer, error);
    if (!scratch)
        return false;
    nd_random_uniforms(seed, ND_FOR_WORLD, part, 0, samples * columns, matrix);
    double over_samples = (double)samples / keys->smooth_factor;
    double over_dimensions = dimension_smoothing(keys);
    for (size_t i = 0; i < columns; i++)
        nd_gaussian_smooth(matrix + i, samples, columns, over_samples, ND_REFLECT, scratch);
    for (size_t s = 0; s < samples; s++)
        nd_gaussian_smooth(matrix + s * columns, columns, 1, over_dimensions, ND_REFLECT, scratch);
    nd_scale_in_place(matrix, samples * columns, published);
    free(scratch);
    return true;
}

nd_dataset *nd_world_smoothed(const nd_world_keys *keys, uint64_t seed, nd_error *error) {
    nd_dataset *dataset = nd_dataset_new(keys->samples, keys->input_dim, keys->output_dim, error);
    if (dataset &&
        draw_smoothed(keys, seed, ND_WORLD_INPUTS, keys->input_dim, keys->published_quirks,
                      dataset->input, error) &&
        draw_smoothed(keys, seed, ND_WORLD_TARGETS, keys->output_dim, keys->published_quirks,
                      dataset->target, error))
        return dataset;
    nd_dataset_free(dataset);
    return NULL;
}

nd_dataset *nd_world_smoothed_autoencoder(const nd_world_keys *keys, uint64_t seed,
                                          nd_error *error) {
    nd_dataset *dataset = nd_dataset_new(keys->samples, keys->input_dim, keys->input_dim, error);
    if (dataset &&
        draw_smoothed(keys, seed, ND_WORLD_INPUTS, keys->input_dim, false, dataset->input, error)) {
        memcpy(dataset->target, dataset->input,
               dataset->samples * dataset->inputs * sizeof *dataset->input);
        return dataset;
    }
    nd_dataset_free(dataset);
    return NULL;
}
