/* The golden trajectories (tests/data/golden): networks of 12 units that an independent
 * implementation trained, with the noise it used. */
#ifndef ND_TESTS_GOLDEN_H
#define ND_TESTS_GOLDEN_H

#include "rule/rule.h"

typedef struct support_golden_case {
    const char *name, *rule; /* the file's; the rule's */
    double learning_rate, update_noise, label_noise;
    const char *parameter_noise, *label; /* arrays of the noise to hand in, or NULL */
} support_golden_case;

enum { SUPPORT_GOLDEN_CASES = 6 };
extern const support_golden_case support_golden_cases[SUPPORT_GOLDEN_CASES];

/* What is to follow a trajectory. */
typedef struct support_follower {
    void *(*open)(const nd_experiment *experiment, const nd_dataset *dataset);
    double (*loss)(void *self, const nd_dataset *dataset); /* on the clean data */
    void (*step)(void *self, const nd_noise *noise);
    nd_parameters *(*parameters)(void *self); /* to be freed */
    void (*close)(void *self);
} support_follower;

/* Makes all steps of the case with its noise. The clean loss before every step and the parameters
 * after the last must be the file's to 1e-10. (The files' parameters of earlier steps are those of
 * the last.) */
void assert_follows_golden(const support_golden_case *which, const support_follower *by);

#endif
