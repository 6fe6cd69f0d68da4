/* Engines in threads of their own give what they give alone; eight runs at once make eight files;
 * a file that four threads measure and read is one file. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/run_file.h"
#include "support.h"

enum { RUNS = 8 };

typedef struct trial {
    const char *rule;
    double parameters[30 * 12];
    char path[300];
    nd_outcome outcome;
    nd_error error;
} trial;

static nd_experiment *experiment_of(const char *rule, nd_error *error) {
    char set[40];
    snprintf(set, sizeof set, "learning.rule=%s", rule);
    const char *const sets[] = {"world.task=random",
                                "world.samples=8",
                                "world.input_dim=9",
                                "world.output_dim=2",
                                "network.hidden=30",
                                "learning.learning_rate=0.01",
                                "learning.update_noise=0.1",
                                "run.steps=3000",
                                "run.records=11",
                                "run.snapshots=3",
                                set};
    return nd_experiment_new(sets, 11, error);
}

static void *learn(void *context) {
    trial *mine = context;
    nd_experiment *experiment = experiment_of(mine->rule, &mine->error);
    nd_dataset *dataset = nd_dataset_make(experiment, &mine->error);
    nd_engine *engine = nd_engine_open(experiment, dataset, 2, &mine->error);
    nd_parameters *parameters = nd_parameters_new(30, 9, 2, &mine->error);
    for (uint64_t step = 1; engine && step <= 3000; step++)
        nd_engine_advance(engine, step, &mine->error);
    nd_engine_parameters(engine, parameters);
    memcpy(mine->parameters, parameters->input_weights, sizeof mine->parameters);
    nd_parameters_free(parameters);
    nd_engine_close(engine);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
    return NULL;
}

static void test_two_engines_in_two_threads(void **state) {
    (void)state;
    trial alone[2] = {{.rule = "sgd"}, {.rule = "adam"}};
    trial beside[2] = {{.rule = "sgd"}, {.rule = "adam"}};
    pthread_t thread[2];
    for (int i = 0; i < 2; i++)
        (void)learn(&alone[i]);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, learn, &beside[i]), 0);
    for (int i = 0; i < 2; i++) {
        pthread_join(thread[i], NULL);
        assert_memory_equal(alone[i].parameters, beside[i].parameters, sizeof alone[i].parameters);
    }
}

static void *simulate(void *context) {
    trial *mine = context;
    nd_experiment *experiment = experiment_of(mine->rule, &mine->error);
    mine->outcome = nd_simulate(experiment, mine->path, NULL, NULL, &mine->error);
    nd_experiment_free(experiment);
    return NULL;
}

static void test_eight_runs_at_once(void **state) {
    (void)state;
    char *folder = support_folder();
    trial *runs = calloc(RUNS, sizeof *runs);
    pthread_t thread[RUNS];
    for (int i = 0; i < RUNS; i++) {
        runs[i].rule = i % 2 ? "adam" : "sgd";
        snprintf(runs[i].path, sizeof runs[i].path, "%s/run-%d.nc", folder, i);
        assert_int_equal(pthread_create(&thread[i], NULL, simulate, &runs[i]), 0);
    }
    for (int i = 0; i < RUNS; i++) {
        pthread_join(thread[i], NULL);
        assert_fine(runs[i].outcome == ND_RUN_COMPLETE, &runs[i].error);
    }
    for (int i = 0; i < RUNS; i++) {
        nd_error error = {0};
        trial alone = {.rule = runs[i].rule};
        nd_run *run = nd_run_open(runs[i].path, &error);
        nd_parameters *last = nd_parameters_new(30, 9, 2, &error);
        assert_fine(run && nd_run_snapshot(run, 2, last, &error), &error);
        (void)learn(&alone);
        assert_memory_equal(last->input_weights, alone.parameters, sizeof alone.parameters);
        nd_parameters_free(last);
        nd_run_close(run);
    }
    free(runs);
    support_remove(folder);
}

/* What a look at a file says, and measures of drift that are added to it meanwhile. */
typedef struct look {
    const char *path;
    double loss[3], decay;
    bool fine;
    nd_error error;
} look;

static void *look_into(void *context) {
    look *mine = context;
    mine->fine = nd_drift_file(mine->path, 1, &mine->error);
    nd_contents *contents = nd_contents_open(mine->path, &mine->error);
    mine->fine =
        mine->fine && contents &&
        nd_contents_numbers(contents, "loss", mine->loss, 3, &mine->error) &&
        nd_contents_numbers(contents, "tuning_correlation_decay", &mine->decay, 1, &mine->error);
    nd_contents_close(contents);
    return NULL;
}

/* Four threads measure one file that was not measured before, and read it: all see the same. */
static void test_one_file_in_four_threads(void **state) {
    (void)state;
    enum { LOOKERS = 4 };
    nd_error error = {0};
    char *folder = support_folder(), path[300];
    snprintf(path, sizeof path, "%s/run.nc", folder);
    const char *const sets[] = {
        "world.task=predictive-track", "world.samples=60", "world.input_dim=3", "network.hidden=8",
        "learning.update_noise=0.05",  "run.steps=400",    "run.records=3",     "run.snapshots=6"};
    nd_experiment *experiment = nd_experiment_new(sets, 8, &error);
    assert_fine(experiment && nd_simulate(experiment, path, NULL, NULL, &error) == ND_RUN_COMPLETE,
                &error);
    nd_experiment_free(experiment);
    look looks[LOOKERS] = {0};
    pthread_t thread[LOOKERS];
    for (int i = 0; i < LOOKERS; i++) {
        looks[i].path = path;
        assert_int_equal(pthread_create(&thread[i], NULL, look_into, &looks[i]), 0);
    }
    for (int i = 0; i < LOOKERS; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < LOOKERS; i++) {
        assert_fine(looks[i].fine, &looks[i].error);
        assert_memory_equal(looks[i].loss, looks[0].loss, sizeof looks[i].loss);
        assert_true(!isnan(looks[i].decay) && looks[i].decay == looks[0].decay);
    }
    support_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_engines_in_two_threads),
        cmocka_unit_test(test_eight_runs_at_once),
        cmocka_unit_test(test_one_file_in_four_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
