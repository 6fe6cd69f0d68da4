/* RMSprop (Hinton 2012), with epsilon outside the root as in PyTorch. */
#include <math.h>

#include "rule/constants.h"
#include "rule/rules.h"

void nd_rule_rmsprop(nd_learner *learner, const nd_noise *noise) {
    double rate = learner->keys->learning_rate;
    nd_noisy_gradient(learner, noise);
    double *theta = learner->parameters->input_weights;
    double *square = learner->moment[0]->input_weights;
    const double *gradient = learner->gradient->input_weights;
    for (size_t i = 0; i < nd_parameter_count(learner->parameters); i++) {
        square[i] =
            ND_RMSPROP_SQUARE * square[i] + (1 - ND_RMSPROP_SQUARE) * gradient[i] * gradient[i];
        theta[i] -= rate * gradient[i] / (sqrt(square[i]) + ND_RMSPROP_EPSILON);
    }
}
