/* Every rule against an independent implementation's trajectories, with the very noise it used:
 * parameters and losses to 1e-10 relative. */
#include "experiment/start.h"
#include "golden.h"
#include "support.h"

static void *open_learner(const nd_experiment *experiment, const nd_dataset *dataset) {
    nd_error error = {0};
    nd_learner *learner = nd_learner_start(experiment, dataset, &error);
    assert_fine(learner != NULL, &error);
    return learner;
}

static double loss_of(void *self, const nd_dataset *dataset) {
    const nd_learner *learner = self;
    return nd_loss(learner->parameters, learner->activation, dataset->input, dataset->target,
                   dataset->samples);
}

static void step(void *self, const nd_noise *noise) {
    nd_learner_step(self, noise);
}

static nd_parameters *parameters_of(void *self) {
    const nd_learner *learner = self;
    const nd_parameters *from = learner->parameters;
    nd_error error = {0};
    nd_parameters *out = nd_parameters_new(from->hidden, from->inputs, from->outputs, &error);
    assert_fine(out != NULL, &error);
    nd_parameters_copy(out, from);
    return out;
}

static void close_learner(void *self) {
    nd_learner_free(self);
}

static void test_agrees_with_golden_values(void **state) {
    static const support_follower LEARNER = {open_learner, loss_of, step, parameters_of,
                                             close_learner};
    assert_follows_golden(*state, &LEARNER);
}

int main(void) {
    struct CMUnitTest tests[SUPPORT_GOLDEN_CASES];
    for (int i = 0; i < SUPPORT_GOLDEN_CASES; i++)
        tests[i] = (struct CMUnitTest){support_golden_cases[i].name, test_agrees_with_golden_values,
                                       NULL, NULL, (void *)&support_golden_cases[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
