/* A rule of the caller's own (nulldrift/engine.h): this step's noisy gradient, handed to a
 * function. */
#include "rule/rules.h"

static void update(nd_learner *learner, const nd_noise *noise) {
    const nd_parameters *parameters = learner->parameters;
    nd_noisy_gradient(learner, noise);
    nd_rule_step step = {.step = learner->step,
                         .learning_rate = learner->keys->learning_rate,
                         .hidden = parameters->hidden,
                         .inputs = parameters->inputs,
                         .outputs = parameters->outputs,
                         .count = nd_parameter_count(parameters),
                         .parameters = parameters->input_weights,
                         .gradient = learner->gradient->input_weights};
    for (int i = 0; i < 2; i++)
        step.moment[i] = learner->moment[i] ? learner->moment[i]->input_weights : NULL;
    learner->refused = !learner->own->update(&step, learner->own->context);
}

/* By the number of moments. */
static const nd_rule OWN[] = {
    {"own", "the caller's own", ND_EVERY_LEARNING_KEY, 0, false, update},
    {"own", "the caller's own", ND_EVERY_LEARNING_KEY, 1, false, update},
    {"own", "the caller's own", ND_EVERY_LEARNING_KEY, 2, false, update},
};

bool nd_learner_take_rule(nd_learner *learner, const nd_own_rule *own, nd_error *error) {
    const nd_parameters *p = learner->parameters;
    learner->own = own;
    learner->rule = &OWN[own->moments];
    for (int i = 0; i < own->moments; i++)
        if (!learner->moment[i] &&
            !(learner->moment[i] = nd_parameters_new(p->hidden, p->inputs, p->outputs, error)))
            return false;
    return true;
}
