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
    void *bytes;
    size_t length;
    const char *const rate[] = {"learning.learning_rate=0.01"};
    assert_false(nd_engine_set(engine, rate, 1, &error));
    assert_false(nd_engine_save(engine, &bytes, &length, &error));
    assert_false(nd_engine_forward(engine, row, 1, NULL, NULL, &error));
    assert_true(error.what[0] != '\0');
    nd_engine_close(engine);
    nd_nc_close(file);
    nd_experiment_free(experiment);
    support_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_run_step_by_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
