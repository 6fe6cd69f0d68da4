/* Experiments built in code are those of a file with the same keys; a change is all or nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static const char *const RANDOM[] = {"world.task=random", "world.samples=5", "world.input_dim=4",
                                     "world.output_dim=3", "learning.update_noise=0.1"};
enum { SETS = sizeof RANDOM / sizeof RANDOM[0] };

static nd_experiment *make_random(void) {
    nd_error error = {0};
    nd_experiment *experiment = nd_experiment_new(RANDOM, SETS, &error);
    assert_fine(experiment != NULL, &error);
    return experiment;
}

static void assert_same_text(const nd_experiment *a, const nd_experiment *b) {
    nd_error error = {0};
    char *of_a = nd_experiment_text(a, &error), *of_b = nd_experiment_text(b, &error);
    assert_non_null(of_a);
    assert_non_null(of_b);
    assert_string_equal(of_a, of_b);
    nd_free(of_a);
    nd_free(of_b);
}

static void test_from_nothing_as_from_yaml(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *built = make_random();
    nd_experiment *read =
        nd_experiment_parse("world: {task: random, samples: 5, input_dim: 4, output_dim: 3}\n"
                            "learning: {update_noise: 0.1}\n",
                            "text", NULL, NULL, 0, &error);
    assert_fine(read != NULL, &error);
    assert_same_text(built, read);
    nd_experiment_free(built);
    nd_experiment_free(read);
}

/* Every key of every kind of experiment is read back and set to what it is without a change. */
static void test_every_key_is_read_and_set(void **state) {
    (void)state;
    static const char *const given[] = {
        "world: {task: predictive-track, samples: 40, input_dim: 3, speed: 0.3, environments: 2}\n"
        "network: {hidden: 7, activation: tanh, active_threshold: 0.1}\n"
        "learning: {rule: adam, learning_rate: 0.001}\nrun: {steps: 30, spacing: log}\n"
        "name: a title\nseed: 9\n",
        "network: {model: hebbian, inputs: place, neurons: 20}\nlearning: {noise_forward: 0.07}\n"};
    for (size_t g = 0; g < 2; g++) {
        nd_error error = {0};
        nd_experiment *experiment = nd_experiment_parse(given[g], "g", NULL, NULL, 0, &error);
        assert_fine(experiment != NULL, &error);
        nd_experiment *copy = nd_experiment_copy(experiment, &error);
        assert_fine(copy != NULL, &error);
        assert_same_text(experiment, copy);
        size_t used = 0;
        for (size_t k = 0; k < nd_key_count(); k++) {
            nd_key_description key;
            nd_key_value value;
            char set[300];
            const char *sets[] = {set};
            assert_true(nd_key_describe(k, &key));
            if (key.model && strcmp(key.model, g ? "hebbian" : "feed-forward") != 0)
                continue;
            assert_fine(nd_experiment_get(experiment, key.name, &value, &error), &error);
            assert_int_equal(value.kind, key.kind);
            if (!nd_experiment_uses(experiment, key.name))
                continue;
            used++;
            if (key.kind == ND_WORD)
                snprintf(set, sizeof set, "%s=%s", key.name, value.word);
            else if (key.kind == ND_NUMBER)
                snprintf(set, sizeof set, "%s=%.17g", key.name, value.number);
            else if (key.kind == ND_COUNT)
                snprintf(set, sizeof set, "%s=%llu", key.name, (unsigned long long)value.count);
            else
                snprintf(set, sizeof set, "%s=%s", key.name, value.truth ? "true" : "false");
            if (key.kind == ND_NUMBER || key.kind == ND_COUNT)
                assert_true(key.unit[0] && key.most > key.least);
            assert_fine(nd_experiment_set(copy, sets, 1, &error), &error);
        }
        assert_true(used > 10);
        assert_same_text(experiment, copy);
        nd_experiment_free(experiment);
        nd_experiment_free(copy);
    }
    assert_false(nd_key_describe(nd_key_count(), &(nd_key_description){0}));
}

/* A task changes with its keys; what would be passed over is refused, and nothing is changed. */
static void test_a_change_is_all_or_nothing(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment = make_random(), *before = make_random();
    const char *const half[] = {"learning.rule=adam", "world.task=arrays"};
    assert_false(nd_experiment_set(experiment, half, 2, &error));
    assert_non_null(strstr(error.what, "is not used by task arrays"));
    assert_same_text(experiment, before);
    const char *const whole[] = {"world.samples=default", "world.input_dim=default",
                                 "world.output_dim=default", "world.task=arrays"};
    assert_fine(nd_experiment_set(experiment, whole, 4, &error), &error);
    nd_key_value task;
    assert_fine(nd_experiment_get(experiment, "world.task", &task, &error), &error);
    assert_string_equal(task.word, "arrays");
    assert_false(nd_experiment_uses(experiment, "world.samples"));
    nd_key_value noise;
    assert_fine(nd_experiment_get(experiment, "learning.update_noise", &noise, &error), &error);
    assert_true(noise.number == 0.1);
    /* The default threshold follows the activation. */
    const char *const sigmoid[] = {"network.activation=sigmoid"};
    assert_fine(nd_experiment_set(experiment, sigmoid, 1, &error), &error);
    assert_fine(nd_experiment_get(experiment, "network.active_threshold", &noise, &error), &error);
    assert_true(noise.number > 0);
    nd_experiment_free(experiment);
    nd_experiment_free(before);
}

static void test_version(void **state) {
    (void)state;
    char headers[40];
    snprintf(headers, sizeof headers, "%d.%d.%d", ND_VERSION_MAJOR, ND_VERSION_MINOR,
             ND_VERSION_PATCH);
    assert_string_equal(nd_version(), headers);
    assert_int_equal(nd_version_number(), ND_VERSION_NUMBER);
}

/* Codes tell kinds of failures apart. */
static void test_codes(void **state) {
    (void)state;
    nd_error error = {0};
    assert_null(nd_experiment_load("/no/such/file.yaml", NULL, 0, &error));
    assert_int_equal(error.code, ND_CODE_SYSTEM);
    char line[200];
    assert_string_equal(nd_error_line(&error, line, sizeof line),
                        "/no/such/file.yaml: cannot be opened: No such file or directory");
    assert_string_equal(nd_error_line(&error, line, 9), "/no/s…");
    const char *const unknown[] = {"world.tusk=random"};
    assert_null(nd_experiment_new(unknown, 1, &error));
    assert_int_equal(error.code, ND_CODE_FAILED);
    assert_null(nd_experiment_load(NULL, NULL, 0, &error));
    assert_int_equal(error.code, ND_CODE_ARGUMENT);
    assert_null(nd_parameters_new(1, SIZE_MAX / 16, 1, &error));
    assert_int_equal(error.code, ND_CODE_MEMORY);
    const char *const wild[] = {"world.task=random", "world.samples=5", "world.input_dim=4",
                                "world.output_dim=3", "learning.learning_rate=1e8"};
    nd_experiment *experiment = nd_experiment_new(wild, 5, &error);
    nd_dataset *dataset = nd_dataset_make(experiment, &error);
    nd_engine *engine = nd_engine_open(experiment, dataset, 1, &error);
    assert_non_null(engine);
    assert_false(nd_engine_advance(engine, 1000000, &error));
    assert_int_equal(error.code, ND_CODE_DIVERGED);
    nd_engine_close(engine);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_nothing_as_from_yaml),
        cmocka_unit_test(test_every_key_is_read_and_set),
        cmocka_unit_test(test_a_change_is_all_or_nothing),
        cmocka_unit_test(test_version),
        cmocka_unit_test(test_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
