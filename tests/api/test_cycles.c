/* Handles made and freed ten thousand times leave nothing behind: every function that hands out a
 * handle, or memory, is in one of the rows below, each of which counts the heap's blocks in use
 * before and after. With ND_CYCLES=10000 in the environment the dear ones, too, are made so often
 * (`scripts/thorough handles`); with a row's number as argument, that row alone;
 * with `rows`, how many there are. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live.h"
#include "support.h"

static const char *const SETS[] = {"world.task=random", "world.samples=3", "world.input_dim=2",
                                   "world.output_dim=1", "network.hidden=2"};

/* What lies in the tests' folder. */
typedef struct files {
    char run[300], experiment[300], manifest[300], sweep[300], store[300], published[300];
} files;

static bool moves(const nd_rule_step *step, void *context) {
    (void)context;
    step->parameters[0] += 1;
    return true;
}

/* What lies in memory alone. */
static void in_memory(const files *of) {
    (void)of;
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
    const size_t start[] = {0, 2};
    const uint32_t frame[] = {0, 2};
    const double amount[] = {1, 2};
    nd_sparse *events = nd_sparse_from_events(start, frame, amount, 1, bin, 3, 2, 0.1, &error);
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
    assert_fine(fine && sparse && events && text && network &&
                    nd_engine_advance(network, 2, &error),
                &error);
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
    nd_sparse_free(events);
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
    for (size_t sets = 0; sets < 4; sets++)
        assert_null(nd_experiment_new(SETS, sets, &error));
    assert_false(nd_engine_load(NULL, "", 0, &error));
}

static void texts(const files *of) {
    nd_error error = {0};
    nd_experiment *loaded = nd_experiment_load(of->experiment, SETS, 5, &error);
    nd_experiment *parsed = nd_experiment_parse("seed: 3", "t", NULL, SETS, 5, &error);
    assert_fine(loaded && parsed, &error);
    assert_null(nd_experiment_parse("seed: [", "t", NULL, SETS, 5, &error));
    assert_null(nd_experiment_load("/no/such/file", NULL, 0, &error));
    nd_experiment_free(loaded);
    nd_experiment_free(parsed);
}

/* Two days of one cell, as many frames as the manifest's file has. */
enum { FRAMES = 60 };

static nd_analysis *analyse(nd_error *error) {
    double activity[FRAMES], position[FRAMES];
    for (size_t f = 0; f < FRAMES; f++) {
        activity[f] = f % 3 == 0;
        position[f] = (double)(f % 20);
    }
    nd_session_settings settings = nd_session_settings_usual();
    settings.shuffles = 2;
    settings.repetitions = 1;
    nd_sessions *sessions = nd_sessions_new(&settings, NULL, NULL, NULL, error);
    for (int day = 0; day < 2; day++) {
        const nd_session_arrays session = {
            .day = day,
            .activity = {ND_FLOAT64, FRAMES, 1, activity, sizeof(double), sizeof(double)},
            .frame_seconds = 0.1,
            .position = position};
        assert_fine(sessions && nd_sessions_add(sessions, &session, error), error);
    }
    nd_analysis *analysis = nd_sessions_analyse(sessions, 1, NULL, error);
    assert_fine(analysis != NULL, error);
    nd_sessions_free(sessions);
    return analysis;
}

static void analyses(const files *of) {
    (void)of;
    nd_error error = {0};
    nd_analysis_free(analyse(&error));
}

static void contents_of_analyses(const files *of) {
    (void)of;
    nd_error error = {0};
    nd_variable_view view;
    nd_analysis *analysis = analyse(&error);
    nd_contents *contents = nd_analysis_contents(analysis, &error);
    nd_analysis_free(analysis);
    assert_fine(contents && nd_contents_find(contents, "occupancy", &view, &error), &error);
    nd_contents_close(contents);
}

static void manifests(const files *of) {
    nd_error error = {0};
    nd_analysis *analysis = nd_manifest_analyse(of->manifest, 1, NULL, &error);
    assert_fine(analysis != NULL, &error);
    nd_analysis_free(analysis);
    assert_null(nd_manifest_analyse("/no/such/file", 1, NULL, &error));
    analysis = nd_manifest_analyse_following(of->manifest, true, 1, NULL, &error);
    assert_fine(analysis != NULL, &error);
    nd_analysis_free(analysis);
}

static void contents_of_files(const files *of) {
    nd_error error = {0};
    double time[2];
    nd_contents *contents = nd_contents_open(of->run, &error);
    assert_fine(contents != NULL, &error);
    assert_false(nd_contents_numbers(contents, "no", time, 2, &error));
    nd_contents_close(contents);
}

static void followed_cells(const files *of) {
    (void)of;
    nd_error error = {0};
    const double maps[] = {1, 0, 2};
    nd_followed_cells *cells =
        nd_followed_cells_new(&(nd_followed_layout){.cells = 1, .bins_x = 3}, &error);
    for (int day = 0; day < 2; day++)
        assert_fine(
            nd_followed_cells_add(cells, &(nd_followed_session){.time = day, .maps = maps}, &error),
            &error);
    nd_contents *drift = nd_followed_cells_drift(cells, 1, 1, &error);
    double time[2];
    assert_fine(drift && nd_contents_numbers(drift, "session_time", time, 2, &error), &error);
    nd_contents_close(drift);
    nd_followed_cells_free(cells);
}

static void plans(const files *of) {
    nd_error error = {0};
    nd_runs_table *plan = nd_plan_of_sweep(of->sweep, true, &error);
    assert_fine(plan != NULL, &error);
    nd_runs_table_free(plan);
    assert_null(nd_plan_of_sweep("/no/such/file", true, &error));
}

static void tables_of_sweeps(const files *of) {
    nd_error error = {0};
    nd_runs_table *table = nd_table_of_sweep(of->store, true, &error);
    char *text = nd_tabulate_sweep(of->store, true, true, &error);
    char *beside = nd_compare_sweep(of->store, of->published, true, NULL, &error);
    assert_fine(table && text && beside, &error);
    nd_free(text);
    nd_free(beside);
    nd_runs_table_free(table);
}

static void followed_engines(const files *of) {
    (void)of;
    nd_error error = {0};
    nd_experiment *experiment = nd_experiment_new(SETS, 5, &error);
    nd_dataset *dataset = nd_dataset_make(experiment, &error);
    nd_engine *engine = nd_engine_open(experiment, dataset, 1, &error);
    nd_followed_engine *followed = nd_followed_engine_new(engine, &error);
    assert_fine(followed && nd_followed_engine_take(followed, engine, true, &error) &&
                    nd_engine_advance(engine, 2, &error) &&
                    nd_followed_engine_take(followed, engine, true, &error),
                &error);
    nd_contents *contents = nd_followed_engine_contents(followed, &error);
    assert_fine(contents != NULL, &error);
    nd_contents_close(contents);
    nd_followed_engine_free(followed);
    nd_engine_close(engine);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
}

static void followed_hebbian(const files *of) {
    (void)of;
    nd_error error = {0};
    const char *const ring[] = {"network.model=hebbian", "network.neurons=2",
                                "network.input_count=4"};
    nd_experiment *experiment = nd_experiment_new(ring, 3, &error);
    nd_engine *network = experiment ? nd_hebbian_open(experiment, 1, &error) : NULL;
    nd_followed_engine *followed = network ? nd_followed_engine_new(network, &error) : NULL;
    assert_fine(followed && nd_engine_advance(network, 2, &error) &&
                    nd_followed_engine_take(followed, network, true, &error),
                &error);
    nd_contents *contents = nd_followed_engine_contents(followed, &error);
    assert_fine(contents != NULL, &error);
    nd_contents_close(contents);
    nd_followed_engine_free(followed);
    nd_engine_close(network);
    nd_experiment_free(experiment);
}

static const struct row {
    const char *what;
    void (*cycle)(const files *of);
    size_t cycles; /* where nobody asks for more */
    size_t most;   /* however many are asked for; 0: as many */
} ROWS[] = {
    {"experiments, data sets, engines, points, sparse activity, sessions", in_memory, 10000, 0},
    {"experiments from files and text", texts, 10000, 0},
    {"analyses", analyses, 100, 0},
    {"plans of sweeps", plans, 100, 0},
    {"tables of sweeps", tables_of_sweeps, 50, 0},
    {"engines, followed", followed_engines, 50, 0},
    {"Hebbian engines, followed", followed_hebbian, 50, 0},
    {"contents of files", contents_of_files, 50, 0},
    {"analyses of manifests", manifests, 25, 0},
    {"followed cells and contents in memory", followed_cells, 25, 0},
    /* netCDF takes half a second for its 1449 variables */
    {"contents of analyses", contents_of_analyses, 25, 200},
};

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static files make_files(const char *folder) {
    nd_error error = {0};
    files made;
    char csv[300];
    snprintf(made.run, sizeof made.run, "%s/run.nc", folder);
    snprintf(made.experiment, sizeof made.experiment, "%s/e.yaml", folder);
    snprintf(made.manifest, sizeof made.manifest, "%s/m.yaml", folder);
    snprintf(made.sweep, sizeof made.sweep, "%s/s.yaml", folder);
    snprintf(made.store, sizeof made.store, "%s/store", folder);
    snprintf(made.published, sizeof made.published, "%s/published.csv", folder);
    write_text(made.experiment, "seed: 4\n");
    nd_experiment *experiment = nd_experiment_new(SETS, 5, &error);
    assert_fine(experiment &&
                    nd_simulate(experiment, made.run, NULL, NULL, &error) == ND_RUN_COMPLETE,
                &error);
    nd_experiment_free(experiment);
    write_text(made.sweep, "name: small\nbase: |\n"
                           "  world: {task: random, samples: 4, input_dim: 5, output_dim: 3}\n"
                           "  network: {hidden: 4}\n  run: {steps: 20, records: 20}\n"
                           "grid:\n  - {key: learning.rule, values: [sgd, adam]}\n");
    assert_fine(nd_run_sweep(made.sweep, made.store, NULL, NULL, NULL, &error), &error);
    write_text(made.published,
               "rule,update_noise,label_noise,active_units_ratio,active_fraction_ratio\n"
               "sgd,0,0,1,1\nsgd,0,0,1,1\n");
    write_text(made.manifest, "bins: 20\nsignificance: {shuffles: 2}\n"
                              "corrections: {repetitions: 1}\ndefaults: {file: d.csv}\n"
                              "sessions:\n  - {day: 0}\n  - {day: 1}\n");
    snprintf(csv, sizeof csv, "%s/d.csv", folder);
    FILE *file = fopen(csv, "w");
    fputs("time,position,cell_1\n", file);
    for (int f = 0; f < FRAMES; f++)
        fprintf(file, "%g,%d,%d\n", 0.1 * f, f % 20, f % 3 == 0);
    fclose(file);
    return made;
}

/* How much more of the heap is in use after so many cycles; none when it is less. */
static size_t left_by(const struct row *row, size_t cycles, const files *made) {
    size_t before = live_on_heap();
    for (size_t i = 0; i < cycles; i++)
        row->cycle(made);
    size_t after = live_on_heap();
    printf("%s: %zu cycles, %+.0f %s\n", row->what, cycles, (double)after - (double)before,
           LIVE_UNIT);
    (void)fflush(stdout);
    return after > before ? after - before : 0;
}

static size_t first, beyond = sizeof ROWS / sizeof ROWS[0];

static void test_cycles_leave_nothing(void **state) {
    (void)state;
    const char *asked = getenv("ND_CYCLES");
    char *folder = support_folder();
    files made = make_files(folder);
    bool bytes = strcmp(LIVE_UNIT, "bytes") == 0;
    for (size_t r = first; r < beyond; r++) {
        const struct row *row = &ROWS[r];
        size_t cycles = asked ? (size_t)strtoul(asked, NULL, 10) : row->cycles;
        if (row->most > 0 && cycles > row->most)
            cycles = row->most;
        for (size_t i = 0; i < 20 + cycles / 20; i++) /* what libraries keep for good */
            row->cycle(&made);
        size_t left = left_by(row, cycles, &made);
        /* Lists that libraries keep breathe, and HDF5's reach their size only after some fifty
         * files: what every second cycle leaves, series after series, is a leak. */
        const size_t allowed = cycles * (bytes ? 16 : 1) / 2;
        for (int series = 1; left > allowed && series < 4; series++)
            left = left_by(row, cycles, &made);
        if (left > allowed)
            fail_msg("%s grow with every cycle", row->what);
    }
    support_remove(folder);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "rows") == 0)
        return printf("%zu\n", beyond) < 0;
    if (argc > 1) {
        first = strtoul(argv[1], NULL, 10);
        if (first >= beyond) {
            (void)fprintf(stderr, "usage: %s [rows | 0 ... %zu]\n", argv[0], beyond - 1);
            return 2;
        }
        beyond = first + 1;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cycles_leave_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
