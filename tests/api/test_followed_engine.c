/* What is taken of an engine as it goes is what its run file holds, bit for bit, and makes the same
 * pictures. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static const char *const SETS[] = {
    "world.task=predictive-track", "world.samples=40", "world.input_dim=3", "network.hidden=8",
    "learning.update_noise=0.05",  "run.steps=600",    "run.records=31",    "run.snapshots=3"};
enum { STEPS = 600, BETWEEN_RECORDS = 20, BETWEEN_SNAPSHOTS = 300 };

static const char *const RING[] = {
    "network.model=hebbian", "network.neurons=12", "network.input_count=30", "run.settle=50",
    "run.steps=600",         "run.records=31",     "run.snapshots=3"};

/* Of an engine, which is closed, at the steps that its run file has. */
static nd_followed_engine *take(nd_engine *engine) {
    nd_error error = {0};
    nd_followed_engine *followed = engine ? nd_followed_engine_new(engine, &error) : NULL;
    assert_fine(followed != NULL, &error);
    assert_null(nd_followed_engine_contents(followed, &error)); /* none yet */
    for (uint64_t step = 0; step <= STEPS; step += BETWEEN_RECORDS) {
        assert_fine(nd_engine_advance(engine, step, &error) &&
                        nd_followed_engine_take(followed, engine, false, &error),
                    &error);
        if (step % BETWEEN_SNAPSHOTS == 0) /* of the same step, one record */
            assert_fine(nd_followed_engine_take(followed, engine, true, &error) &&
                            nd_followed_engine_take(followed, engine, true, &error),
                        &error);
    }
    nd_engine_close(engine);
    return followed;
}

/* Every variable of the file is in memory, the same in every value and word. */
static size_t compare(const nd_contents *file, const nd_contents *memory) {
    nd_error error = {0};
    nd_variable_view a, b;
    size_t variables = 0;
    for (; nd_contents_variable(file, variables, &a); variables++) {
        assert_fine(nd_contents_find(memory, a.name, &b, &error), &error);
        assert_true(a.stored == b.stored && a.count == b.count && a.rank == b.rank);
        assert_string_equal(a.unit, b.unit);
        assert_string_equal(a.definition, b.definition);
        double *x = calloc(a.count, sizeof *x), *y = calloc(a.count, sizeof *y);
        assert_fine(nd_contents_numbers(file, a.name, x, a.count, &error) &&
                        nd_contents_numbers(memory, a.name, y, a.count, &error),
                    &error);
        if (memcmp(x, y, a.count * sizeof *x) != 0)
            fail_msg("%s differs", a.name);
        free(x);
        free(y);
    }
    assert_false(nd_contents_variable(memory, variables, &b));
    return variables;
}

static void test_traces_are_the_run(void **state) {
    (void)state;
    nd_error error = {0}, remark = {0};
    char *folder = support_folder(), path[300], drawn[2][300];
    snprintf(path, sizeof path, "%s/run.nc", folder);
    snprintf(drawn[0], sizeof drawn[0], "%s/file.svg", folder);
    snprintf(drawn[1], sizeof drawn[1], "%s/memory.svg", folder);
    nd_experiment *experiment = nd_experiment_new(SETS, 8, &error);
    nd_dataset *dataset = experiment ? nd_dataset_make(experiment, &error) : NULL;
    assert_fine(dataset && nd_simulate_on(experiment, dataset, path, NULL, NULL, &error) ==
                               ND_RUN_COMPLETE,
                &error);
    nd_followed_engine *followed = take(nd_engine_open(experiment, dataset, 1, &error));
    nd_contents *file = nd_contents_open(path, &error);
    nd_contents *memory = nd_followed_engine_contents(followed, &error);
    assert_fine(file && memory, &error);
    assert_true(compare(file, memory) >= 12);
    nd_contents_close(memory);
    nd_contents_close(file);
    const char *const input = path;
    if (system("command -v gnuplot >/dev/null") == 0) {
        assert_fine(nd_draw_figure("fig2", &input, 1, drawn[0], false, NULL, &error) &&
                        nd_draw_followed_engine("fig2", followed, drawn[1], false, &remark, &error),
                    &error);
        char *one = support_text(drawn[0]), *other = support_text(drawn[1]);
        assert_string_equal(one, other);
        free(one);
        free(other);
        assert_false(nd_draw_followed_engine("fig3", followed, drawn[1], true, NULL, &error));
    }
    assert_false(nd_draw_followed_engine("no-such", followed, drawn[1], true, NULL, &error));
    assert_int_equal(error.code, ND_CODE_ARGUMENT);
    nd_followed_engine_free(followed);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
    support_remove(folder);
}

static void test_hebbian_traces_are_the_run(void **state) {
    (void)state;
    nd_error error = {0};
    char *folder = support_folder(), path[300], drawn[2][300];
    snprintf(path, sizeof path, "%s/run.nc", folder);
    snprintf(drawn[0], sizeof drawn[0], "%s/file.svg", folder);
    snprintf(drawn[1], sizeof drawn[1], "%s/memory.svg", folder);
    nd_experiment *experiment = nd_experiment_new(RING, 7, &error);
    assert_fine(experiment && nd_simulate(experiment, path, NULL, NULL, &error) == ND_RUN_COMPLETE,
                &error);
    nd_followed_engine *followed = take(nd_hebbian_open(experiment, 1, &error));
    nd_experiment_free(experiment);
    nd_contents *file = nd_contents_open(path, &error);
    nd_contents *memory = nd_followed_engine_contents(followed, &error);
    assert_fine(file && memory, &error);
    assert_true(compare(file, memory) >= 12);
    nd_contents_close(memory);
    nd_contents_close(file);
    const char *const input = path;
    if (system("command -v gnuplot >/dev/null") == 0) {
        assert_fine(nd_draw_figure("fig4c", &input, 1, drawn[0], false, NULL, &error) &&
                        nd_draw_followed_engine("fig4c", followed, drawn[1], false, NULL, &error),
                    &error);
        char *one = support_text(drawn[0]), *other = support_text(drawn[1]);
        assert_string_equal(one, other);
        free(one);
        free(other);
        assert_false(nd_draw_followed_engine("fig2", followed, drawn[1], true, NULL, &error));
    }
    nd_followed_engine_free(followed);
    support_remove(folder);
}

/* What does not belong to them is refused, and nothing is taken. */
static void test_other_engines(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment = nd_experiment_new(SETS, 8, &error);
    nd_dataset *dataset = nd_dataset_make(experiment, &error);
    nd_dataset *twin = nd_dataset_make(experiment, &error);
    nd_engine *engine = nd_engine_open(experiment, dataset, 1, &error);
    nd_engine *early = nd_engine_open(experiment, dataset, 1, &error);
    nd_engine *strange = nd_engine_open(experiment, twin, 1, &error);
    nd_followed_engine *followed = nd_followed_engine_new(engine, &error);
    assert_fine(early && strange && followed && nd_engine_advance(engine, 10, &error) &&
                    nd_followed_engine_take(followed, engine, true, &error),
                &error);
    assert_false(nd_followed_engine_take(followed, early, true, &error));
    assert_non_null(strstr(error.what, "step 10"));
    assert_false(nd_followed_engine_take(followed, strange, true, &error));
    assert_int_equal(error.code, ND_CODE_ARGUMENT);
    const char *const ring[] = {"network.model=hebbian", "network.neurons=2"};
    nd_experiment *hebbian = nd_experiment_new(ring, 2, &error);
    nd_experiment *wider = nd_experiment_new(RING, 3, &error);
    nd_engine *network = nd_hebbian_open(hebbian, 1, &error);
    nd_engine *larger = nd_hebbian_open(wider, 1, &error);
    nd_followed_engine *fields = network ? nd_followed_engine_new(network, &error) : NULL;
    assert_fine(larger && fields, &error);
    nd_followed_engine *const of[] = {followed, fields, fields};
    nd_engine *const strangers[] = {network, engine, larger};
    for (int i = 0; i < 3; i++) {
        assert_false(nd_followed_engine_take(of[i], strangers[i], true, &error));
        assert_int_equal(error.code, ND_CODE_ARGUMENT);
    }
    assert_null(nd_followed_engine_contents(fields, &error));
    nd_contents *contents = nd_followed_engine_contents(followed, &error);
    nd_variable_view view;
    assert_fine(contents && nd_contents_find(contents, "loss", &view, &error), &error);
    assert_int_equal(view.count, 1);
    nd_contents_close(contents);
    nd_followed_engine_free(fields);
    nd_engine_close(larger);
    nd_engine_close(network);
    nd_experiment_free(wider);
    nd_experiment_free(hebbian);
    nd_followed_engine_free(followed);
    nd_engine_close(strange);
    nd_engine_close(early);
    nd_engine_close(engine);
    nd_dataset_free(twin);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traces_are_the_run),
        cmocka_unit_test(test_hebbian_traces_are_the_run),
        cmocka_unit_test(test_other_engines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
