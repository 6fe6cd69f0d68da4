/* RMSprop (Hinton 2012), with epsilon outside the root as in PyTorch. */
#include <math.h>

#include "rule/rules.h"

static const double SMOOTHING = 0.99, EPSILON = 1e-8;

void nd_rule_rmsprop(nd_learner *learner, const nd_noise *noise) {
    double rate = learner->experiment->learning.learning_rate;
    nd_noisy_gradient(learner, noise);
    double *theta = learner->parameters->input_weights;
    double *square = learner->moment[0]->input_weights;
    const double *gradient = learner->gradient->input_weights;
    for (size_t i = 0; i < nd_parameter_count(learner->parameters); i++) {
        square[i] = SMOOTHING * square[i] + (1 - SMOOTHING) * gradient[i] * gradient[i];
        theta[i] -= rate * gradient[i] / (sqrt(square[i]) + EPSILON);
    }
}
