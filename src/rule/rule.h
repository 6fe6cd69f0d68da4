/* The table of learning rules, in the reference's terms (docs/model.md, section 2). Adding one: one
 * file here and one line in rules.def. */
#ifndef ND_RULE_RULE_H
#define ND_RULE_RULE_H

#include "network/network.h"
#include "network/samples.h"
#include "nulldrift/engine.h"
#include "rule/settings.h"

/* The noise of one step, as arrays in the parameters' or data's shapes; NULL where there is none.
 * Arrays are already scaled: they are added (or multiplied) as they stand. Tests hand in their own;
 * a run draws them with nd_draw_noise. */
typedef struct nd_noise {
    const nd_parameters *update;       /* xi, added to the gradient */
    const double *label;               /* n x d_out, added to the targets */
    const double *input;               /* n x d_in, added to the inputs */
    const double *dropout_mask;        /* n x H, multiplies the activity: 0 or 1/(1-p) */
    const nd_parameters *weight;       /* multiplies every parameter after the update */
    const nd_parameters *perturbation; /* SED's xi */
} nd_noise;

typedef struct nd_rule nd_rule;

/* A network under training by the reference. */
typedef struct nd_learner {
    const nd_learning_keys *keys;
    uint64_t seed; /* of all its noise */
    nd_samples samples;
    const nd_activation *activation;
    const nd_rule *rule;
    nd_parameters *parameters;
    nd_parameters *gradient;  /* scratch: the last gradient */
    nd_parameters *moment[2]; /* the rule's running moments, zero at first; unused ones NULL */
    nd_parameters *trial;     /* scratch: SED's perturbed parameters; NULL for other rules */
    uint64_t step;            /* updates made */
    double *input, *target;   /* scratch: this step's noisy copies */
    double *scratch;          /* n (H + d_out) */
    const nd_own_rule *own;   /* the caller's rule, in the place of `rule`'s update; or NULL */
    bool refused;             /* it returned false */
} nd_learner;

struct nd_rule {
    const char *name;
    const char *summary;
    const char *keys;        /* of the section learning, beside `rule`, that it uses */
    int moments;             /* how many running moments it keeps: 0, 1 or 2 */
    bool needs_perturbation; /* SED */
    /* One update of learner->parameters from this step's noisy input and target. */
    void (*update)(nd_learner *learner, const nd_noise *noise);
};

const nd_rule *nd_rule_find(const char *name);
/* All of them, ended by one whose name is NULL. */
const nd_rule *nd_rules(void);

/* Starts the rule of keys->rule at step 0. `keys` and the samples' arrays must outlive the learner;
 * `parameters` are its own from here on, and freed on failure too. */
nd_learner *nd_learner_new(const nd_learning_keys *keys, uint64_t seed, const nd_samples *samples,
                           const nd_activation *activation, nd_parameters *parameters,
                           nd_error *error);
void nd_learner_free(nd_learner *learner);

/* The learner, at step 0, goes by `own` from here on, which must outlive it. */
bool nd_learner_take_rule(nd_learner *learner, const nd_own_rule *own, nd_error *error);

/* One step with the noise given. */
void nd_learner_step(nd_learner *learner, const nd_noise *noise);

/* This step's noise as the experiment asks, into arrays that belong to `arrays`. It is addressed by
 * (seed, purpose, unit, step), `step` being the updates made before it. Gaussians of hidden unit j
 * (update and weight noise, perturbation): d_in for its input weights, one for its bias, d_out for
 * its output weights, in this order. Dropout of unit j: n uniforms, those below p drop it for that
 * sample. Label and input noise: unit 0, all samples in the order of the array. */
typedef struct nd_noise_arrays nd_noise_arrays;
nd_noise_arrays *nd_noise_arrays_new(const nd_learner *learner, nd_error *error);
void nd_noise_arrays_free(nd_noise_arrays *arrays);
const nd_noise *nd_draw_noise(nd_noise_arrays *arrays, const nd_learner *learner);

#endif
