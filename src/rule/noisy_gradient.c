/* The gradient that rules with one start from. */
#include "rule/rules.h"

void nd_noisy_gradient(nd_learner *learner, const nd_noise *noise) {
    nd_gradient(learner->parameters, learner->activation, learner->input, learner->target,
                noise->dropout_mask, learner->samples.count, learner->gradient, learner->scratch);
    if (!noise->update)
        return;
    double *gradient = learner->gradient->input_weights;
    const double *update = noise->update->input_weights;
    for (size_t i = 0; i < nd_parameter_count(learner->gradient); i++)
        gradient[i] += update[i];
}
