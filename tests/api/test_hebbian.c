/* A Hebbian network step by step makes the records and responses of its run file, bit for bit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/netcdf_file.h"
#include "support.h"

enum { INPUTS = 30, NEURONS = 6, SNAPSHOTS = 3 };

static void test_a_run_step_by_step(void **state) {
    (void)state;
    nd_error error = {0};
    char *folder = support_folder(), path[300];
    snprintf(path, sizeof path, "%s/ring.nc", folder);
    const char *const sets[] = {
        "network.model=hebbian", "network.neurons=6", "network.input_count=30", "run.steps=400",
        "run.records=3",         "run.snapshots=3",   "run.settle=20"};
    nd_experiment *experiment = nd_experiment_new(sets, 7, &error);
    assert_fine(experiment != NULL, &error);
    assert_fine(nd_simulate(experiment, path, NULL, NULL, &error) == ND_RUN_COMPLETE, &error);
    nd_nc *file = nd_nc_open(path, &error);
    assert_fine(file != NULL, &error);
    double similarity[SNAPSHOTS], row[INPUTS * NEURONS], responses[INPUTS * NEURONS];
    assert_fine(nd_nc_get(file, "loss", similarity, SNAPSHOTS, &error), &error);
    nd_engine *engine = nd_hebbian_open(experiment, 2, &error);
    assert_fine(engine != NULL, &error);
    size_t inputs, neurons;
    assert_fine(nd_hebbian_shape(engine, &inputs, &neurons, &error), &error);
    assert_true(inputs == INPUTS && neurons == NEURONS);
    for (size_t s = 0; s < SNAPSHOTS; s++) {
        nd_record record;
        for (uint64_t step = s ? nd_engine_step(engine) + 1 : 0; step <= 200 * s; step++)
            assert_fine(nd_engine_advance(engine, step, &error), &error);
        nd_engine_record(engine, &record);
        assert_true(record.loss == similarity[s]);
        assert_fine(nd_hebbian_respond(engine, responses, &error), &error);
        assert_fine(nd_nc_get_row(file, "responses", s, row, INPUTS * NEURONS, &error), &error);
        assert_memory_equal(row, responses, sizeof row);
    }
    /* What it is not. */
    assert_false(nd_engine_forward(engine, row, 1, NULL, NULL, &error));
    assert_true(error.code == ND_CODE_ARGUMENT);
    nd_parameters *none = nd_parameters_new(NEURONS, 2, 1, &error);
    error = (nd_error){0};
    assert_false(nd_engine_set_parameters(engine, none, &error));
    assert_true(error.code == ND_CODE_ARGUMENT);
    nd_parameters_free(none);
    nd_engine_close(engine);
    nd_nc_close(file);
    nd_experiment_free(experiment);
    support_remove(folder);
}

static nd_engine *open_ring(const nd_experiment *experiment) {
    nd_error error = {0};
    nd_engine *engine = nd_hebbian_open(experiment, 1, &error);
    assert_fine(engine && nd_engine_advance(engine, 50, &error), &error);
    return engine;
}

static const char *const RING[] = {"network.model=hebbian", "network.neurons=6",
                                   "network.input_count=30", "learning.noise_forward=0.01"};

/* The state carries over to another engine; weights that are set are those that learn on. */
static void test_state_and_weights(void **state) {
    (void)state;
    nd_error error = {0};
    void *bytes = NULL;
    size_t length = 0;
    double a[INPUTS * NEURONS], b[INPUTS * NEURONS], forward[NEURONS * 64], lateral[36], bias[6];
    nd_experiment *experiment = nd_experiment_new(RING, 4, &error);
    nd_experiment *other = nd_experiment_copy(experiment, &error);
    const char *const seed[] = {"seed=9"};
    assert_fine(other && nd_experiment_set(other, seed, 1, &error), &error);
    nd_engine *one = open_ring(experiment), *two = open_ring(experiment), *three = open_ring(other);
    assert_fine(nd_engine_advance(one, 80, &error), &error);
    assert_fine(nd_engine_save(one, &bytes, &length, &error), &error);
    assert_fine(nd_engine_advance(one, 130, &error) && nd_hebbian_respond(one, a, &error), &error);
    assert_fine(nd_hebbian_respond(two, b, &error), &error); /* known, and then no more */
    assert_fine(nd_engine_load(two, bytes, length, &error), &error);
    assert_int_equal(nd_engine_step(two), 80);
    assert_fine(nd_engine_advance(two, 130, &error) && nd_hebbian_respond(two, b, &error), &error);
    assert_memory_equal(a, b, sizeof a);
    /* Of another experiment, cut off, damaged: refused, the engine as it was. */
    assert_false(nd_engine_load(three, bytes, length, &error));
    assert_non_null(strstr(error.what, "another experiment"));
    assert_false(nd_engine_load(two, bytes, length - 1, &error));
    ((unsigned char *)bytes)[length - 9] ^= 1;
    assert_false(nd_engine_load(two, bytes, length, &error));
    assert_non_null(strstr(error.what, "damaged"));
    assert_fine(nd_hebbian_respond(two, b, &error), &error);
    assert_memory_equal(a, b, sizeof a);
    nd_free(bytes);
    /* Weights of one, set in another of another seed, make the same responses. */
    nd_hebbian_weights weights = {0};
    assert_fine(nd_hebbian_weights_of(one, &weights, &error), &error);
    assert_true(weights.neurons == NEURONS && weights.components >= 2 && weights.components <= 64);
    weights.forward = forward;
    weights.lateral = lateral;
    weights.threshold = bias;
    assert_fine(nd_hebbian_weights_of(one, &weights, &error), &error);
    assert_fine(nd_hebbian_respond(three, b, &error), &error);
    assert_memory_not_equal(a, b, sizeof a);
    lateral[7] = -1;
    assert_false(nd_hebbian_set_weights(three, &weights, &error));
    assert_int_equal(error.code, ND_CODE_ARGUMENT);
    assert_fine(nd_hebbian_weights_of(one, &weights, &error), &error);
    assert_fine(nd_hebbian_set_weights(three, &weights, &error), &error);
    assert_fine(nd_hebbian_respond(three, b, &error), &error);
    assert_close("responses", b, a, INPUTS * NEURONS, 1e-9, 1e-6); /* found from another start */
    weights.neurons = 5;
    assert_false(nd_hebbian_set_weights(three, &weights, &error));
    nd_engine_close(one);
    nd_engine_close(two);
    nd_engine_close(three);
    nd_experiment_free(other);
    nd_experiment_free(experiment);
}

/* Noise and learning rate set before the first update make the network of such an experiment; what
 * changes nothing changes nothing; a state carries the keys it was learned by. */
static void test_keys_on_the_way(void **state) {
    (void)state;
    nd_error error = {0};
    void *bytes = NULL;
    size_t length = 0;
    double a[INPUTS * NEURONS], b[INPUTS * NEURONS];
    const char *const other[] = {"learning.noise_lateral=0.02", "learning.learning_rate=0.03"};
    nd_experiment *experiment = nd_experiment_new(RING, 4, &error);
    nd_experiment *changed = nd_experiment_copy(experiment, &error);
    assert_fine(changed && nd_experiment_set(changed, other, 2, &error), &error);
    nd_engine *one = nd_hebbian_open(experiment, 1, &error);
    assert_fine(one && nd_engine_set(one, other, 2, &error), &error);
    nd_engine *two = nd_hebbian_open(changed, 1, &error);
    assert_fine(two && nd_engine_advance(one, 40, &error) && nd_engine_advance(two, 40, &error),
                &error);
    assert_fine(nd_hebbian_respond(one, a, &error) && nd_hebbian_respond(two, b, &error), &error);
    assert_memory_equal(a, b, sizeof a);
    /* What cannot be changes nothing, in the same call neither. */
    static const char *const wrong[][2] = {
        {"learning.noise_lateral=0.5", "learning.learning_rate=2"},
        {"learning.noise_lateral=0.5", "learning.noise_forward=nan"},
        {"learning.noise_lateral=0.5", "learning.update_noise=0.1"},
        {"learning.noise_lateral=0.5", "seed=4"},
        {"learning.noise_lateral=0.5", "network.regularisation_l2=2"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(nd_engine_set(one, wrong[i], 2, &error));
    assert_fine(nd_engine_set(one, other, 2, &error), &error); /* as they are */
    assert_fine(nd_engine_save(one, &bytes, &length, &error), &error);
    assert_fine(nd_engine_advance(one, 90, &error) && nd_engine_advance(two, 90, &error), &error);
    assert_fine(nd_hebbian_respond(one, a, &error) && nd_hebbian_respond(two, b, &error), &error);
    assert_memory_equal(a, b, sizeof a);
    nd_engine_close(two);
    /* Taken up by an engine of the experiment before: it learns on by the keys of the state. */
    two = open_ring(experiment);
    assert_fine(nd_engine_load(two, bytes, length, &error) && nd_engine_advance(two, 90, &error) &&
                    nd_hebbian_respond(two, b, &error),
                &error);
    assert_memory_equal(a, b, sizeof a);
    /* Without the change it would be another network. */
    nd_engine *plain = nd_hebbian_open(experiment, 1, &error);
    assert_fine(plain && nd_engine_advance(plain, 90, &error) &&
                    nd_hebbian_respond(plain, b, &error),
                &error);
    assert_memory_not_equal(a, b, sizeof a);
    nd_free(bytes);
    nd_engine_close(plain);
    nd_engine_close(one);
    nd_engine_close(two);
    nd_experiment_free(changed);
    nd_experiment_free(experiment);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_run_step_by_step),
        cmocka_unit_test(test_state_and_weights),
        cmocka_unit_test(test_keys_on_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
