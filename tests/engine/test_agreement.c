/* The fast engine follows the reference to 1e-10 when both are given the same noise: every rule,
 * activation and noise, every form the engine takes, awkward shapes, every instruction set; where
 * groups and samples may be dealt with by lists, with and without them. */
#include "engine_support.h"

/* Goes by lists from the start, where that may be. */
static bool go_by_lists(nd_engine *engine) {
    nd_fast_engine *fast = (nd_fast_engine *)engine;
    for (size_t i = 0; i < fast->shares; i++)
        fast->share[i].pack.dense.by_lists = fast->layer.may_list;
    return fast->layer.may_list;
}

static void follow_this_way(const char *sets, size_t steps, double tolerance, bool by_lists) {
    nd_error error = {0};
    nd_experiment *experiment = experiment_with(sets);
    nd_dataset *dataset = dataset_of(experiment);
    nd_learner *learner = nd_learner_start(experiment, dataset, &error);
    assert_fine(learner != NULL, &error);
    nd_noise_arrays *arrays = nd_noise_arrays_new(learner, &error);
    assert_fine(arrays != NULL, &error);
    nd_engine *fast = open_fast(experiment, dataset, 1);
    if (by_lists && !go_by_lists(fast))
        steps = 0;
    nd_record record;
    for (size_t step = 0; step < steps; step++) {
        const nd_noise *noise = nd_draw_noise(arrays, learner);
        nd_learner_step(learner, noise);
        assert_true(nd_fast_step_with_noise(fast, noise));
        if (step % 7 == 0) /* asking must not change anything */
            fast->backend->record(fast, &record);
    }
    nd_parameters *actual = parameters_of(fast, experiment, dataset);
    const nd_parameters *expected = learner->parameters;
    size_t weights = expected->hidden * expected->inputs;
    printf("    %s%s\n", sets, !by_lists ? "" : steps ? ", by lists" : ", no lists");
    assert_close("input weights", actual->input_weights, expected->input_weights, weights,
                 tolerance, 0);
    assert_close("bias", actual->bias, expected->bias, expected->hidden, tolerance, 0);
    assert_close("output weights", actual->output_weights, expected->output_weights,
                 expected->hidden * expected->outputs, tolerance, 0);
    fast->backend->record(fast, &record);
    double loss =
        nd_loss(expected, learner->activation, dataset->input, dataset->target, dataset->samples) /
        nd_target_variance(dataset);
    assert_close("loss", &record.loss, &loss, 1, tolerance, 1);
    nd_parameters_free(actual);
    fast->backend->close(fast);
    nd_noise_arrays_free(arrays);
    nd_learner_free(learner);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
}

static void check_follows_for(const char *sets, size_t steps, double tolerance) {
    follow_this_way(sets, steps, tolerance, false);
    follow_this_way(sets, steps, tolerance, true);
}

static void check_follows(const char *sets, size_t steps) {
    check_follows_for(sets, steps, 1e-10);
}

static void test_every_rule_without_noise(void **state) {
    (void)state;
    check_follows("learning.rule=sgd", 1000);
    check_follows("learning.rule=adam learning.learning_rate=0.001", 1000);
    check_follows("learning.rule=rmsprop learning.learning_rate=0.001", 50);
    check_follows("learning.rule=sed", 1000);
}

static void test_every_rule_with_update_noise(void **state) {
    (void)state;
    check_follows("learning.rule=sgd learning.update_noise=0.02", 1000);
    check_follows("learning.rule=adam learning.learning_rate=0.001 learning.update_noise=0.02",
                  1000);
    check_follows("learning.rule=rmsprop learning.learning_rate=0.001 learning.update_noise=0.02",
                  50);
    check_follows("learning.rule=sed learning.update_noise=0.02", 1000);
}

static void test_every_rule_with_label_noise(void **state) {
    (void)state;
    check_follows("learning.rule=sgd learning.label_noise=0.5", 1000);
    check_follows(
        "learning.label_noise=0.5 world.samples=12 world.input_dim=15 world.output_dim=13", 1000);
    check_follows("learning.rule=sgd learning.label_noise=0.5 learning.update_noise=0.02", 1000);
    check_follows("learning.rule=adam learning.learning_rate=0.001 learning.label_noise=0.5", 1000);
    check_follows("learning.rule=rmsprop learning.learning_rate=0.001 learning.label_noise=0.5",
                  50);
    check_follows("learning.rule=sed learning.label_noise=0.5", 1000);
}

static void test_every_rule_with_input_and_weight_noise_and_dropout(void **state) {
    (void)state;
    static const char *const noises[] = {
        "learning.input_noise=0.1", "learning.weight_noise=0.01", "learning.dropout=0.2",
        "learning.input_noise=0.1 learning.weight_noise=0.01 learning.dropout=0.2 "
        "learning.update_noise=0.02 learning.label_noise=0.5"};
    static const char *const rules[] = {
        "learning.rule=sgd", "learning.rule=adam learning.learning_rate=0.001",
        "learning.rule=rmsprop learning.learning_rate=0.001", "learning.rule=sed"};
    for (int noise = 0; noise < 4; noise++)
        for (int rule = 0; rule < 4; rule++) {
            char sets[512];
            snprintf(sets, sizeof sets, "%s %s", rules[rule], noises[noise]);
            check_follows(sets, rule == 2 ? 50 : 300);
        }
}

static void test_every_activation(void **state) {
    (void)state;
    for (const nd_activation *a = nd_activations(); a->name; a++) {
        char sets[512];
        snprintf(sets, sizeof sets, "network.activation=%s learning.label_noise=0.5", a->name);
        check_follows(sets, 300);
        snprintf(sets, sizeof sets,
                 "network.activation=%s learning.rule=adam learning.learning_rate=0.001", a->name);
        check_follows(sets, 300);
        snprintf(sets, sizeof sets,
                 "network.activation=%s learning.update_noise=0.02 learning.dropout=0.1", a->name);
        check_follows(sets, 300);
        snprintf(sets, sizeof sets, "network.activation=%s learning.rule=sed", a->name);
        check_follows(sets, 300);
    }
}

static void test_awkward_shapes(void **state) {
    (void)state;
    static const char *const shapes[] = {
        "network.hidden=1",
        "world.samples=1",
        "world.samples=2 world.input_dim=1",
        "world.output_dim=20 network.hidden=3",
        "world.samples=40 world.input_dim=2",
        "network.hidden=40 world.samples=13 world.input_dim=3 world.output_dim=11",
        "network.hidden=1100 world.samples=3 world.input_dim=2 world.output_dim=1 "
        "learning.learning_rate=0.001"};
    static const char *const rules[] = {"learning.update_noise=0.02", "learning.label_noise=0.3",
                                        "learning.rule=adam learning.learning_rate=0.001",
                                        "learning.rule=sed"};
    for (size_t shape = 0; shape < sizeof shapes / sizeof shapes[0]; shape++)
        for (int rule = 0; rule < 4; rule++) {
            char sets[512];
            snprintf(sets, sizeof sets, "%s %s", shapes[shape], rules[rule]);
            check_follows(sets, shape == 6 ? 50 : 200);
        }
}

/* Neighbouring samples of a track drive the same units: the kernels go by intervals (intervals.h).
 */
#define TRACK                                                                                      \
    "world.task=predictive-track world.samples=130 world.input_dim=9 world.output_dim=default "    \
    "world.heading_noise=0 network.initialisation=lazy network.hidden=40"

static void test_units_active_on_intervals_of_samples(void **state) {
    (void)state;
    check_follows(TRACK " learning.update_noise=0.02", 400);
    check_follows(TRACK " learning.label_noise=0.3 learning.update_noise=0.02", 400);
    check_follows(TRACK " learning.rule=adam learning.learning_rate=0.001 learning.label_noise=0.1",
                  400);
    check_follows(TRACK " learning.weight_noise=0.001", 200);
    check_follows(TRACK " world.samples=128 learning.update_noise=0.02 world.input_dim=6", 100);
    check_follows(TRACK " world.samples=151 learning.update_noise=0.02 world.value_range=unit",
                  200);
    check_follows(TRACK " learning.rule=rmsprop learning.learning_rate=0.001", 50);
    check_follows(TRACK " world.input_dim=40 learning.update_noise=0.02", 100);
    check_follows(
        "world.samples=70 world.input_dim=1 world.output_dim=1 learning.update_noise=0.02", 400);
    check_follows_for(TRACK " run.precision=single learning.update_noise=0.02", 100, 1e-4);
}

static void test_single_precision_stays_close(void **state) {
    (void)state;
    check_follows_for("run.precision=single learning.update_noise=0.02", 100, 2e-5);
    check_follows_for("run.precision=single learning.label_noise=0.5", 100, 2e-5);
    check_follows_for("run.precision=single learning.rule=adam learning.learning_rate=0.001", 100,
                      2e-4);
    check_follows_for("run.precision=single learning.rule=sed", 100, 2e-5);
}

static void test_every_instruction_set(void **state) {
    (void)state;
    static const char *const sets[] = {"baseline", "avx2", "avx512"};
    for (int i = 0; i < 3; i++) {
        setenv("NULLDRIFT_INSTRUCTIONS", sets[i], 1);
        const nd_kernels *kernels = nd_kernels_choose(false, false);
        if (strcmp(kernels->instruction_set, sets[i]) != 0) {
            printf("    %s does not run here\n", sets[i]);
            continue;
        }
        check_follows("learning.update_noise=0.02", 300);
        check_follows("learning.label_noise=0.5", 300);
        check_follows("learning.rule=adam learning.learning_rate=0.001", 300);
        check_follows("learning.rule=sed", 300);
        check_follows_for("run.precision=single learning.update_noise=0.02", 100, 2e-5);
        check_follows(TRACK " learning.update_noise=0.02", 100);
        check_follows_for(TRACK " run.precision=single learning.update_noise=0.02", 50, 1e-4);
        check_follows(TRACK " world.input_dim=60 learning.update_noise=0.02", 30);
    }
    unsetenv("NULLDRIFT_INSTRUCTIONS");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_rule_without_noise),
        cmocka_unit_test(test_every_rule_with_update_noise),
        cmocka_unit_test(test_every_rule_with_label_noise),
        cmocka_unit_test(test_every_rule_with_input_and_weight_noise_and_dropout),
        cmocka_unit_test(test_every_activation),
        cmocka_unit_test(test_awkward_shapes),
        cmocka_unit_test(test_units_active_on_intervals_of_samples),
        cmocka_unit_test(test_single_precision_stays_close),
        cmocka_unit_test(test_every_instruction_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
