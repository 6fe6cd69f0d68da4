/* The section `world` of an experiment; what each key means: docs/experiment-file.md. */
#ifndef ND_WORLD_SETTINGS_H
#define ND_WORLD_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct nd_world_keys {
    char *task; /* a name from the table of worlds (world/world.h) */
    uint64_t samples, input_dim, output_dim, environments;
    double size_x, size_y, kernel, fov_fraction, speed, heading_noise; /* predictive-track */
    double smooth_factor;
    char *value_range; /* symmetric: inputs and targets in [-1, 1]; unit: in [0, 1] */
    char *path;        /* task file: the netCDF to read; empty otherwise */
    bool published_quirks;
    bool follow_links; /* of that netCDF, to other files: whoever runs it says so, no key does */
} nd_world_keys;

#endif
