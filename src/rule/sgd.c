/* theta <- theta - eta (grad L + xi). */
#include "rule/rules.h"

void nd_rule_sgd(nd_learner *learner, const nd_noise *noise) {
    double rate = learner->keys->learning_rate;
    nd_noisy_gradient(learner, noise);
    double *theta = learner->parameters->input_weights;
    const double *gradient = learner->gradient->input_weights;
    for (size_t i = 0; i < nd_parameter_count(learner->parameters); i++)
        theta[i] -= rate * gradient[i];
}
