/* Handles made and freed ten thousand times leave nothing behind; engines in threads of their own
 * give what they give alone; eight runs at once make eight files. */
#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/run_file.h"
#include "support.h"

enum { CYCLES = 10000, RUNS = 8 };

static const char *const SETS[] = {"world.task=random", "world.samples=3", "world.input_dim=2",
                                   "world.output_dim=1", "network.hidden=2"};

static bool moves(const nd_rule_step *step, void *context) {
    (void)context;
    step->parameters[0] += 1;
    return true;
}

/* Every handle of the interface, made, used and freed. */
static void one_cycle(size_t cycle) {
    nd_error error = {0};
    nd_experiment *experiment = nd_experiment_new(SETS, 5, &error);
    nd_experiment *copy = nd_experiment_copy(experiment, &error);
    const char *const rate[] = {"learning.learning_rate=0.05"};
    nd_dataset *dataset = nd_dataset_make(experiment, &error);
    nd_dataset_arrays view;
    nd_dataset_view(dataset, &view);
    view.environments = 0;
    nd_dataset *arrays = nd_dataset_from(&view, &error);
    nd_parameters *parameters = nd_parameters_new(2, 2, 1, &error);
    nd_engine *engine = nd_engine_open(experiment, dataset, 1, &error);
    nd_engine *own =
        nd_engine_open_with_rule(experiment, dataset, &(nd_own_rule){moves, NULL, 2}, &error);
    void *bytes = NULL;
    size_t length;
    bool fine = copy && arrays && parameters && engine && own &&
                nd_experiment_set(copy, rate, 1, &error) && nd_engine_advance(engine, 3, &error) &&
                nd_engine_advance(own, 3, &error) && nd_engine_set(engine, rate, 1, &error) &&
                nd_engine_save(engine, &bytes, &length, &error) &&
                nd_engine_load(engine, bytes, length, &error);
    nd_engine_parameters(engine, parameters);
    nd_point *point = nd_point_open(parameters, dataset, "relu", &error);
    double *eigenvalues = NULL;
    fine = fine && point &&
           nd_point_spectrum(point, ND_CURVATURE_HESSIAN, 0, &eigenvalues, &length, &error);
    const double activity[] = {1, 0, 2};
    const nd_matrix matrix = {ND_FLOAT64, 3, 1, activity, sizeof(double), sizeof(double)};
    const int64_t bin[] = {0, 1, 0};
    nd_sparse *sparse = nd_sparse_from_matrix(&matrix, bin, 2, 0.1, &error);
    char *text = nd_experiment_text(copy, &error);
    nd_sessions *sessions = nd_sessions_new(NULL, "s", "m", "spikes", &error);
    const nd_session_arrays session = {
        .activity = matrix, .frame_seconds = 0.1, .position = activity};
    fine = fine && sessions && nd_sessions_add(sessions, &session, &error) &&
           nd_sessions_add(sessions, &session, &error);
    const char *const ring[] = {"network.model=hebbian", "network.neurons=2",
                                "network.input_count=4"};
    nd_experiment *hebbian = nd_experiment_new(ring, 3, &error);
    nd_engine *network = hebbian ? nd_hebbian_open(hebbian, 1, &error) : NULL;
    assert_fine(fine && sparse && text && network && nd_engine_advance(network, 2, &error), &error);
    nd_engine_close(network);
    nd_experiment_free(hebbian);
    nd_followed_cells *cells =
        nd_followed_cells_new(&(nd_followed_layout){.cells = 1, .bins_x = 3}, &error);
    assert_fine(cells &&
                    nd_followed_cells_add(
                        cells, &(nd_followed_session){.maps = activity, .activity = NULL}, &error),
                &error);
    assert_false(nd_followed_cells_add(cells, &(nd_followed_session){.time = NAN}, &error));
    nd_followed_cells_free(cells);
    nd_sessions_free(sessions);
    nd_sparse_free(sparse);
    nd_free(eigenvalues);
    nd_point_close(point);
    nd_free(bytes);
    nd_free(text);
    nd_engine_close(own);
    nd_engine_close(engine);
    nd_parameters_free(parameters);
    nd_dataset_free(arrays);
    nd_dataset_free(dataset);
    nd_experiment_free(copy);
    nd_experiment_free(experiment);
    /* Failures leave nothing behind either. */
    assert_null(nd_experiment_new(SETS, cycle % 4, &error));
    assert_false(nd_engine_load(NULL, "", 0, &error));
}

static void test_cycles_leave_nothing(void **state) {
    (void)state;
    for (size_t i = 0; i < 100; i++) /* what libraries keep for good */
        one_cycle(i);
    size_t before = mallinfo2().uordblks;
    for (size_t i = 0; i < CYCLES; i++)
        one_cycle(i);
    size_t after = mallinfo2().uordblks;
    if (after > before + CYCLES) /* not a byte a cycle */
        fail_msg("%zu bytes are left behind by %d cycles", after - before, CYCLES);
}

/* An analysis, which takes longer: fewer. */
static void one_analysis(void) {
    enum { FRAMES = 60 };
    nd_error error = {0};
    double activity[FRAMES], position[FRAMES];
    for (size_t f = 0; f < FRAMES; f++) {
        activity[f] = f % 3 == 0;
        position[f] = (double)(f % 20);
    }
    nd_session_settings settings = nd_session_settings_usual();
    settings.shuffles = 2;
    settings.repetitions = 1;
    nd_sessions *sessions = nd_sessions_new(&settings, NULL, NULL, NULL, &error);
    for (int day = 0; day < 2; day++) {
        const nd_session_arrays session = {
            .day = day,
            .activity = {ND_FLOAT64, FRAMES, 1, activity, sizeof(double), sizeof(double)},
            .frame_seconds = 0.1,
            .position = position};
        assert_fine(sessions && nd_sessions_add(sessions, &session, &error), &error);
    }
    nd_analysis *analysis = nd_sessions_analyse(sessions, 1, NULL, &error);
    assert_fine(analysis != NULL, &error);
    nd_analysis_free(analysis);
    nd_sessions_free(sessions);
}

static void test_analyses_leave_nothing(void **state) {
    (void)state;
    for (size_t i = 0; i < CYCLES / 20; i++) /* what libraries keep for good */
        one_analysis();
    size_t before = mallinfo2().uordblks;
    for (size_t i = 0; i < CYCLES / 10; i++)
        one_analysis();
    size_t after = mallinfo2().uordblks;
    if (after > before + CYCLES / 10)
        fail_msg("%zu bytes are left behind by %d analyses", after - before, CYCLES / 10);
}

/* Contents in memory and of a file, which take longer, too. */
static void one_look(const char *path) {
    nd_error error = {0};
    const double maps[] = {1, 0, 2};
    nd_followed_cells *cells =
        nd_followed_cells_new(&(nd_followed_layout){.cells = 1, .bins_x = 3}, &error);
    for (int day = 0; day < 2; day++)
        assert_fine(
            nd_followed_cells_add(cells, &(nd_followed_session){.time = day, .maps = maps}, &error),
            &error);
    nd_contents *drift = nd_followed_cells_drift(cells, 1, 1, &error);
    nd_contents *file = nd_contents_open(path, &error);
    assert_fine(drift && file, &error);
    double time[2];
    assert_fine(nd_contents_numbers(drift, "session_time", time, 2, &error), &error);
    assert_false(nd_contents_numbers(file, "no", time, 2, &error));
    nd_contents_close(file);
    nd_contents_close(drift);
    nd_followed_cells_free(cells);
}

static void test_looks_leave_nothing(void **state) {
    (void)state;
    enum { LOOKS = 50, SLACK = 400 }; /* the allocator's own, a look: no block stays */
    nd_error error = {0};
    char *folder = support_folder(), path[300];
    snprintf(path, sizeof path, "%s/run.nc", folder);
    nd_experiment *experiment = nd_experiment_new(SETS, 5, &error);
    assert_fine(experiment && nd_simulate(experiment, path, NULL, NULL, &error) == ND_RUN_COMPLETE,
                &error);
    nd_experiment_free(experiment);
    for (size_t i = 0; i < LOOKS; i++) /* what libraries keep for good */
        one_look(path);
    size_t before = mallinfo2().uordblks;
    for (size_t i = 0; i < LOOKS; i++)
        one_look(path);
    size_t after = mallinfo2().uordblks;
    if (after > before + LOOKS * SLACK)
        fail_msg("%zu bytes are left behind by %d looks", after - before, LOOKS);
    support_remove(folder);
}

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
        cmocka_unit_test(test_cycles_leave_nothing),
        cmocka_unit_test(test_analyses_leave_nothing),
        cmocka_unit_test(test_looks_leave_nothing),
        cmocka_unit_test(test_two_engines_in_two_threads),
        cmocka_unit_test(test_eight_runs_at_once),
        cmocka_unit_test(test_one_file_in_four_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
