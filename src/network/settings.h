/* The section `network` of an experiment; what each key means: docs/experiment-file.md and, for
 * the Hebbian network, docs/hebbian.md. */
#ifndef ND_NETWORK_SETTINGS_H
#define ND_NETWORK_SETTINGS_H

#include <stdint.h>

typedef enum nd_model { ND_FEED_FORWARD, ND_HEBBIAN } nd_model;

typedef struct nd_network_keys {
    nd_model model;
    /* model: feed-forward */
    uint64_t hidden;
    char *activation; /* a name from the table of activations */
    double active_threshold;
    char *initialisation; /* rich | lazy | file */
    /* model: hebbian */
    char *inputs; /* ring | place */
    uint64_t neurons;
    double regularisation_l1, regularisation_l2, threshold_alpha;
    double initial_weight_scale; /* standard deviation of the initial W */
    uint64_t input_count;        /* angles on the ring, positions of the place world */
    double peak_threshold;       /* a unit counts as active when its peak exceeds this */
} nd_network_keys;

#endif
