/* Adam (Kingma & Ba 2014), with the bias corrections and epsilon placed as in PyTorch. */
#include <math.h>

#include "rule/rules.h"

static const double SMOOTHING_1 = 0.9, SMOOTHING_2 = 0.999, EPSILON = 1e-8;

void nd_rule_adam(nd_learner *learner, const nd_noise *noise) {
    double update = (double)(learner->step + 1);
    double correction_1 = 1 - pow(SMOOTHING_1, update), correction_2 = 1 - pow(SMOOTHING_2, update);
    double rate = learner->experiment->learning.learning_rate / correction_1;
    nd_noisy_gradient(learner, noise);
    double *theta = learner->parameters->input_weights;
    double *mean = learner->moment[0]->input_weights, *square = learner->moment[1]->input_weights;
    const double *gradient = learner->gradient->input_weights;
    for (size_t i = 0; i < nd_parameter_count(learner->parameters); i++) {
        mean[i] = SMOOTHING_1 * mean[i] + (1 - SMOOTHING_1) * gradient[i];
        square[i] = SMOOTHING_2 * square[i] + (1 - SMOOTHING_2) * gradient[i] * gradient[i];
        theta[i] -= rate * mean[i] / (sqrt(square[i]) / sqrt(correction_2) + EPSILON);
    }
}
