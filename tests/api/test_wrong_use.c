/* Wrong use of every public function is an nd_error or nothing, never a crash: a line each. Each
 * line is run in turn; a function that fails must say ND_CODE_ARGUMENT, or the code given. */
#include <math.h>
#include <string.h>

#include "support.h"

/* Right handles for calls that are wrong in another argument. */
typedef struct handles {
    nd_experiment *experiment, *hebbian;
    nd_dataset *dataset;
    nd_engine *engine;
    nd_sparse *sparse; /* one cell, three frames */
    nd_point *point;
    nd_sessions *sessions; /* none yet */
    nd_analysis *analysis;
    nd_followed_cells *cells;     /* one cell, two bins, two sessions */
    nd_contents *contents;        /* their measures of drift */
    nd_followed_engine *followed; /* of engine; nothing taken */
    bool (*rule)(const nd_rule_step *step, void *context);
    nd_error error;
} handles;

typedef struct wrong_use {
    const char *call;
    bool (*fails)(handles *with); /* true where the call failed, as it must */
    nd_code code;
} wrong_use;

/* A line of the table: CALL must be false (or NULL), with this code. */
#define WRONG(name, code, ...)                                                                     \
    static bool name(handles *with) {                                                              \
        (void)with;                                                                                \
        return !(__VA_ARGS__);                                                                     \
    }
#include "wrong_uses.def"
#undef WRONG

static const wrong_use TABLE[] = {
#define WRONG(name, code, ...) {#__VA_ARGS__, name, code},
#include "wrong_uses.def"
#undef WRONG
};

static bool rule(const nd_rule_step *step, void *context) {
    (void)step;
    (void)context;
    return true;
}

/* Sessions of one cell, analysed; and followed. */
static void make_analysed(handles *made) {
    const double x[4] = {0, 1, 0, 1}, activity[4] = {1, 0, 2, 1};
    nd_sessions *sessions = nd_sessions_new(NULL, NULL, NULL, NULL, &made->error);
    made->cells =
        nd_followed_cells_new(&(nd_followed_layout){.cells = 1, .bins_x = 2}, &made->error);
    assert_fine(sessions && made->cells, &made->error);
    for (int day = 0; day < 2; day++) {
        const nd_session_arrays one = {
            .day = day,
            .activity = {ND_FLOAT64, 4, 1, activity, sizeof(double), sizeof(double)},
            .frame_seconds = 0.1,
            .position = x};
        const nd_followed_session followed = {.time = day, .maps = activity};
        assert_fine(nd_sessions_add(sessions, &one, &made->error) &&
                        nd_followed_cells_add(made->cells, &followed, &made->error),
                    &made->error);
    }
    made->analysis = nd_sessions_analyse(sessions, 1, NULL, &made->error);
    made->contents = nd_followed_cells_drift(made->cells, 1, 1, &made->error);
    assert_fine(made->analysis && made->contents, &made->error);
    nd_sessions_free(sessions);
}

static handles make_handles(void) {
    static const char *const random[] = {"world.task=random", "world.samples=3",
                                         "world.input_dim=2", "world.output_dim=2",
                                         "network.hidden=4"};
    static const char *const hebbian[] = {"network.model=hebbian", "network.neurons=4"};
    handles made = {.rule = rule};
    made.experiment = nd_experiment_new(random, 5, &made.error);
    made.hebbian = nd_experiment_new(hebbian, 2, &made.error);
    made.dataset = nd_dataset_make(made.experiment, &made.error);
    made.engine = nd_engine_open(made.experiment, made.dataset, 1, &made.error);
    made.sparse = nd_sparse_from_matrix(
        &(nd_matrix){ND_FLOAT64, 3, 1, (double[3]){1, 0, 2}, sizeof(double), sizeof(double)},
        (int64_t[3]){0, 1, 0}, 2, 0.1, &made.error);
    nd_parameters network = {4, 2, 2, (double[8]){1}, (double[4]){1}, (double[8]){1}};
    made.point = nd_point_open(&network, made.dataset, "relu", &made.error);
    made.sessions = nd_sessions_new(NULL, NULL, NULL, NULL, &made.error);
    made.followed = nd_followed_engine_new(made.engine, &made.error);
    make_analysed(&made);
    assert_fine(made.hebbian && made.engine && made.sparse && made.point && made.sessions &&
                    made.followed,
                &made.error);
    return made;
}

static void test_wrong_use_is_an_error(void **state) {
    (void)state;
    handles with = make_handles();
    for (size_t i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++) {
        with.error = (nd_error){0};
        if (!TABLE[i].fails(&with))
            fail_msg("went well: %s", TABLE[i].call);
        if (with.error.code != TABLE[i].code || with.error.what[0] == '\0')
            fail_msg("%s: code %d, '%s'", TABLE[i].call, (int)with.error.code, with.error.what);
    }
    nd_followed_engine_free(with.followed);
    nd_contents_close(with.contents);
    nd_followed_cells_free(with.cells);
    nd_analysis_free(with.analysis);
    nd_sessions_free(with.sessions);
    nd_point_close(with.point);
    nd_sparse_free(with.sparse);
    nd_engine_close(with.engine);
    nd_dataset_free(with.dataset);
    nd_experiment_free(with.experiment);
    nd_experiment_free(with.hebbian);
}

/* Functions that fill no nd_error take NULL without effect. */
static void test_null_is_without_effect(void **state) {
    (void)state;
    nd_record record = {0};
    nd_dataset_arrays view = {.samples = 1};
    size_t n = 1, d = 1, k = 1;
    char line[8] = "x";
    nd_experiment_free(NULL);
    nd_dataset_free(NULL);
    nd_parameters_free(NULL);
    nd_engine_close(NULL);
    nd_free(NULL);
    nd_engine_record(NULL, &record);
    assert_true(isnan(record.loss) && isnan(record.active_fraction));
    nd_engine_record(NULL, NULL);
    nd_engine_parameters(NULL, NULL);
    assert_false(nd_figure_describe(0, NULL));
    assert_true(isnan(nd_correlation(NULL, NULL, 0)));
    nd_sessions_free(NULL);
    nd_contents_close(NULL);
    nd_runs_table_free(NULL);
    nd_followed_engine_free(NULL);
    assert_int_equal(nd_runs_table_columns(NULL), 0);
    assert_false(nd_runs_table_column(NULL, 0, &(nd_runs_column){0}));
    nd_followed_cells_free(NULL);
    assert_false(nd_drift_describe(0, NULL));
    assert_false(nd_contents_variable(NULL, 0, &(nd_variable_view){0}));
    assert_false(nd_contents_dimension(NULL, 0, NULL, NULL));
    assert_false(nd_contents_attribute(NULL, NULL, 0, &(nd_attribute_view){0}));
    nd_analysis_free(NULL);
    assert_int_equal(nd_analysis_columns(NULL, ND_TABLE_CELLS), 0);
    assert_false(nd_analysis_column(NULL, ND_TABLE_CELLS, 0, &(nd_column){0}));
    nd_point_close(NULL);
    assert_int_equal(nd_point_count(NULL), 0);
    assert_true(isnan(nd_point_loss(NULL, true)) && isnan(nd_point_trace(NULL)));
    nd_sparse_free(NULL);
    nd_sparse_shape(NULL, &n, &d, &k);
    nd_sparse_shape(NULL, NULL, NULL, NULL);
    assert_false(nd_curve_measure_describe(0, NULL));
    assert_int_equal(nd_engine_step(NULL), 0);
    assert_string_equal(nd_engine_describe(NULL), "");
    nd_dataset_view(NULL, &view);
    nd_dataset_view(NULL, NULL);
    nd_dataset_shape(NULL, &n, &d, &k);
    nd_dataset_shape(NULL, NULL, NULL, NULL);
    assert_true(view.samples == 0 && n == 0 && d == 0 && k == 0);
    assert_null(nd_dataset_inputs(NULL));
    assert_null(nd_dataset_targets(NULL));
    assert_null(nd_dataset_position(NULL));
    assert_null(nd_dataset_notes(NULL));
    assert_false(nd_experiment_uses(NULL, "seed"));
    assert_false(nd_key_describe(0, NULL));
    assert_string_equal(nd_error_line(NULL, line, sizeof line), "");
    assert_string_equal(nd_error_line(&(nd_error){0}, NULL, 0), "");
}

/* An nd_error is never needed. */
static void test_errors_may_be_null(void **state) {
    (void)state;
    assert_null(nd_experiment_load("/no/such/file", NULL, 0, NULL));
    assert_null(nd_experiment_new(NULL, 0, NULL));
    assert_null(nd_dataset_from(NULL, NULL));
    assert_null(nd_engine_open(NULL, NULL, 0, NULL));
    assert_int_equal(nd_simulate(NULL, NULL, NULL, NULL, NULL), ND_RUN_FAILED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_use_is_an_error),
        cmocka_unit_test(test_null_is_without_effect),
        cmocka_unit_test(test_errors_may_be_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
