/* What is made for the feed-forward network refuses an experiment of another model, in words. */
#include <string.h>

#include "support.h"

static nd_experiment *parse(const char *text) {
    nd_error error = {0};
    nd_experiment *experiment = nd_experiment_parse(text, "test", NULL, NULL, 0, &error);
    assert_fine(experiment != NULL, &error);
    return experiment;
}

static void test_a_hebbian_experiment_has_no_data_set(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *hebbian = parse("network: {model: hebbian, inputs: ring, neurons: 4}\n");
    assert_null(nd_dataset_make(hebbian, &error));
    assert_string_equal(error.where, "network.model");
    assert_non_null(strstr(error.what, "hebbian"));
    nd_experiment_free(hebbian);
}

static void test_a_hebbian_experiment_opens_no_engine(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *hebbian = parse("network: {model: hebbian, inputs: ring, neurons: 4}\n");
    nd_experiment *other =
        parse("world: {task: random, samples: 4, input_dim: 3, output_dim: 2}\n");
    nd_dataset *dataset = nd_dataset_make(other, &error);
    assert_fine(dataset != NULL, &error);
    assert_null(nd_engine_open(hebbian, dataset, 1, &error));
    assert_string_equal(error.where, "network.model");
    nd_dataset_free(dataset);
    nd_experiment_free(other);
    nd_experiment_free(hebbian);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_hebbian_experiment_has_no_data_set),
        cmocka_unit_test(test_a_hebbian_experiment_opens_no_engine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
