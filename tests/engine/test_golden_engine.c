/* The fast engine against an independent implementation's trajectories, with the very noise it
 * used: parameters and losses to 1e-10 relative. */
#include "engine_support.h"
#include "golden.h"

typedef struct followed {
    nd_engine *engine;
    const nd_experiment *experiment;
    const nd_dataset *dataset;
} followed;

static void *open_followed(const nd_experiment *experiment, const nd_dataset *dataset) {
    followed *self = calloc(1, sizeof *self);
    *self = (followed){open_fast(experiment, dataset, 1), experiment, dataset};
    return self;
}

static double loss_of(void *context, const nd_dataset *dataset) {
    const followed *self = context;
    nd_record record;
    self->engine->backend->record(self->engine, &record);
    return record.loss * nd_target_variance(dataset);
}

static void step(void *context, const nd_noise *noise) {
    assert_true(nd_fast_step_with_noise(((followed *)context)->engine, noise));
}

static nd_parameters *parameters_now(void *context) {
    const followed *self = context;
    return parameters_of(self->engine, self->experiment, self->dataset);
}

static void close_followed(void *context) {
    followed *self = context;
    self->engine->backend->close(self->engine);
    free(self);
}

static void test_agrees_with_golden_values(void **state) {
    static const support_follower ENGINE = {open_followed, loss_of, step, parameters_now,
                                            close_followed};
    assert_follows_golden(*state, &ENGINE);
}

int main(void) {
    struct CMUnitTest tests[SUPPORT_GOLDEN_CASES];
    for (int i = 0; i < SUPPORT_GOLDEN_CASES; i++)
        tests[i] = (struct CMUnitTest){support_golden_cases[i].name, test_agrees_with_golden_values,
                                       NULL, NULL, (void *)&support_golden_cases[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
