/* Stochastic error descent (Cauwenberghs 1992): theta <- theta - eta (L(theta + xi) - L(theta)) xi.
 * Update noise, where asked for, joins the estimate of the gradient. */
#include "rule/rules.h"

/* The loss at this step's noisy data. Dropout's mask is known to nd_gradient only; the gradient
 * itself is not used. */
static double noisy_loss(nd_learner *learner, const nd_noise *noise,
                         const nd_parameters *parameters) {
    size_t samples = learner->samples.count;
    if (!noise->dropout_mask)
        return nd_loss(parameters, learner->activation, learner->input, learner->target, samples);
    return nd_gradient(parameters, learner->activation, learner->input, learner->target,
                       noise->dropout_mask, samples, learner->gradient, learner->scratch);
}

void nd_rule_sed(nd_learner *learner, const nd_noise *noise) {
    double rate = learner->keys->learning_rate;
    size_t count = nd_parameter_count(learner->parameters);
    double *theta = learner->parameters->input_weights;
    const double *xi = noise->perturbation->input_weights;
    const double *update = noise->update ? noise->update->input_weights : NULL;
    double before = noisy_loss(learner, noise, learner->parameters);
    for (size_t i = 0; i < count; i++)
        learner->trial->input_weights[i] = theta[i] + xi[i];
    double change = noisy_loss(learner, noise, learner->trial) - before;
    for (size_t i = 0; i < count; i++)
        theta[i] -= rate * (change * xi[i] + (update ? update[i] : 0));
}
