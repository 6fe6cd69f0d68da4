/* What to run: the experiment file as a plain struct. Keys, defaults and checks: schema.c,
 * checks.c; the meaning of each key: docs/experiment-file.md. */
#ifndef ND_EXPERIMENT_EXPERIMENT_H
#define ND_EXPERIMENT_EXPERIMENT_H

#include "base/memory.h"

typedef enum nd_model { ND_FEED_FORWARD, ND_HEBBIAN } nd_model;

typedef struct nd_world_keys {
    char *task; /* a name from the table of worlds (world/world.h) */
    uint64_t samples, input_dim, output_dim, environments;
    double size_x, size_y, kernel, fov_fraction, speed, heading_noise; /* predictive-track */
    double smooth_factor;
    char *value_range; /* symmetric: inputs and targets in [-1, 1]; unit: in [0, 1] */
    char *path;        /* task file: the netCDF to read; empty otherwise */
    bool published_quirks;
} nd_world_keys;

typedef struct nd_network_keys {
    nd_model model;
    /* model: feed-forward */
    uint64_t hidden;
    char *activation; /* a name from the table of activations */
    double active_threshold;
    char *initialisation; /* rich | lazy | file */
    /* model: hebbian (science.md 7) */
    char *inputs; /* ring | place */
    uint64_t neurons;
    double regularisation_l1, regularisation_l2, threshold_alpha;
    double initial_weight_scale; /* standard deviation of the initial W */
    uint64_t input_count;        /* angles on the ring, positions of the place world */
    double peak_threshold;       /* a unit counts as active when its peak exceeds this */
} nd_network_keys;

typedef struct nd_learning_keys {
    char *rule; /* a name from the table of rules */
    double learning_rate;
    double update_noise, label_noise, input_noise, weight_noise, dropout;
    char *label_noise_distribution;      /* uniform | gaussian */
    double noise_forward, noise_lateral; /* model: hebbian */
} nd_learning_keys;

typedef struct nd_run_keys {
    uint64_t steps, records, snapshots;
    char *spacing;   /* even | log */
    char *engine;    /* auto | reference | fast */
    char *precision; /* double | single */
    char *spectrum;  /* none | gauss-newton | exact: of the Hessian, at every snapshot */
    uint64_t settle; /* model: hebbian: steps before step 0 of the records */
} nd_run_keys;

struct nd_experiment {
    char *name;
    uint64_t seed;
    nd_world_keys world;
    nd_network_keys network;
    nd_learning_keys learning;
    nd_run_keys run;
};

/* Is `key` ("learning.update_noise") a key of experiment files? For sweeps and tables. */
bool nd_experiment_has_key(const char *key);

/* The steps at which records (or snapshots) are made: `count` of them from 0 to `steps`, both ends
 * in, evenly or logarithmically spaced; strictly increasing, so fewer than asked when `steps` is
 * small. Returns the number written to `out` (room for `count`). */
size_t nd_schedule(uint64_t steps, uint64_t count, const char *spacing, uint64_t *out);

#endif
