/* The section `learning` of an experiment; what each key means: docs/experiment-file.md. */
#ifndef ND_RULE_SETTINGS_H
#define ND_RULE_SETTINGS_H

typedef struct nd_learning_keys {
    char *rule; /* a name from the table of rules */
    double learning_rate;
    double update_noise, label_noise, input_noise, weight_noise, dropout;
    char *label_noise_distribution;      /* uniform | gaussian */
    double divergence;                   /* measure/divergence.h */
    double noise_forward, noise_lateral; /* model: hebbian */
} nd_learning_keys;

#endif
