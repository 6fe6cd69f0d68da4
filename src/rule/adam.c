/* Adam (Kingma & Ba 2014), with the bias corrections and epsilon placed as in PyTorch. */
#include <math.h>

#include "rule/constants.h"
#include "rule/rules.h"

void nd_rule_adam(nd_learner *learner, const nd_noise *noise) {
    double update = (double)(learner->step + 1);
    double correction_1 = 1 - pow(ND_ADAM_MEAN, update),
           correction_2 = 1 - pow(ND_ADAM_SQUARE, update);
    double rate = learner->keys->learning_rate / correction_1;
    nd_noisy_gradient(learner, noise);
    double *theta = learner->parameters->input_weights;
    double *mean = learner->moment[0]->input_weights, *square = learner->moment[1]->input_weights;
    const double *gradient = learner->gradient->input_weights;
    for (size_t i = 0; i < nd_parameter_count(learner->parameters); i++) {
        mean[i] = ND_ADAM_MEAN * mean[i] + (1 - ND_ADAM_MEAN) * gradient[i];
        square[i] = ND_ADAM_SQUARE * square[i] + (1 - ND_ADAM_SQUARE) * gradient[i] * gradient[i];
        theta[i] -= rate * mean[i] / (sqrt(square[i]) / sqrt(correction_2) + ND_ADAM_EPSILON);
    }
}
