/* A run of the fast engine is a function of the experiment alone: bit-equal however it is cut into
 * pieces, saved and restored, watched, or spread over threads. */
#include "engine_support.h"

#include "base/memory.h"

static void assert_same(const nd_parameters *a, const nd_parameters *b, const char *what) {
    if (memcmp(a->input_weights, b->input_weights, nd_parameter_count(a) * sizeof(double)) == 0)
        return;
    for (size_t i = 0; i < nd_parameter_count(a); i++)
        if (a->input_weights[i] != b->input_weights[i])
            fail_msg("%s: parameter %zu is %.17g and %.17g", what, i, a->input_weights[i],
                     b->input_weights[i]);
}

/* Long enough for units to fall asleep and wake. */
static const char *const CASES[] = {
    "learning.update_noise=0.1 world.samples=3 network.hidden=60",
    "learning.update_noise=0.1 world.samples=30 world.input_dim=4 learning.label_noise=0.2",
    "learning.update_noise=0.2 world.samples=20 world.output_dim=12 network.hidden=60", /* by lists
                                                                                         */
    "learning.label_noise=1 world.samples=5",
    "learning.label_noise=1 learning.label_noise_distribution=gaussian world.samples=40",
    "learning.rule=adam learning.learning_rate=0.003 learning.label_noise=0.5",
    "learning.rule=rmsprop learning.learning_rate=0.003 learning.label_noise=0.5",
    "learning.rule=sed learning.learning_rate=1 network.hidden=60 world.samples=2",
    "learning.rule=sed learning.update_noise=0.01",
    "learning.update_noise=0.05 learning.dropout=0.1",
    "learning.input_noise=0.1 learning.weight_noise=0.001",
    "network.activation=tanh learning.update_noise=0.05",
    "run.precision=single learning.update_noise=0.1 world.samples=3 network.hidden=60",
    "run.precision=single learning.label_noise=1 world.samples=12 network.hidden=60",
    "world.task=predictive-track world.output_dim=default world.samples=70 world.heading_noise=0 "
    "learning.update_noise=0.05 network.hidden=30",
};
enum { CASE_COUNT = sizeof CASES / sizeof CASES[0], STEPS = 6000 };

/* How many cases came to go by lists that did not from the start. */
static int came_to_lists;

/* Runs to STEPS in pieces ending at random steps; at each, as `habits` say: saves and goes on with
 * a fresh engine, records, asks for parameters. */
enum { SAVES = 1, RECORDS = 2, LOOKS = 4 };
static nd_parameters *run_in_pieces(const nd_experiment *experiment, const nd_dataset *dataset,
                                    uint64_t seed, int habits) {
    nd_error error = {0};
    nd_engine *engine = open_fast(experiment, dataset, 1);
    nd_stream random = nd_stream_at(seed, ND_FOR_TEST, 0, 0);
    while (engine->step < STEPS) {
        uint64_t left = STEPS - engine->step, piece = 1 + nd_stream_below(&random, 900);
        advance_to(engine, engine->step + (piece < left ? piece : left));
        if (habits & RECORDS) {
            nd_record record;
            engine->backend->record(engine, &record);
        }
        if (habits & LOOKS)
            nd_parameters_free(parameters_of(engine, experiment, dataset));
        if (habits & SAVES) {
            nd_buffer buffer = {0};
            assert_fine(engine->backend->save(engine, &buffer, &error), &error);
            engine->backend->close(engine);
            engine = open_fast(experiment, dataset, 1);
            assert_fine(engine->backend->restore(engine, &buffer, &error), &error);
            assert_int_equal(buffer.position, buffer.length);
            nd_buffer_free(&buffer);
        }
    }
    nd_parameters *out = parameters_of(engine, experiment, dataset);
    if (seed == 1) {
        const nd_fast_engine *fast = (nd_fast_engine *)engine;
        bool by_lists = fast->share[0].pack.dense.by_lists;
        came_to_lists += by_lists && !fast->layer.gram;
        printf("    %s%s\n", engine->backend->describe(engine), by_lists ? ", by lists" : "");
    }
    engine->backend->close(engine);
    return out;
}

static void test_in_one_piece_or_many(void **state) {
    (void)state;
    for (int i = 0; i < CASE_COUNT; i++) {
        nd_experiment *experiment = experiment_with(CASES[i]);
        nd_dataset *dataset = dataset_of(experiment);
        nd_parameters *whole = run_in_pieces(experiment, dataset, 1, 0);
        for (int habits = 1; habits < 8; habits++) {
            nd_parameters *pieces =
                run_in_pieces(experiment, dataset, (uint64_t)habits + 1, habits);
            assert_same(whole, pieces, CASES[i]);
            nd_parameters_free(pieces);
        }
        nd_parameters_free(whole);
        nd_dataset_free(dataset);
        nd_experiment_free(experiment);
    }
    assert_true(came_to_lists > 0);
}

static void test_for_any_number_of_threads(void **state) {
    (void)state;
    static const char *const large[] = {
        "network.hidden=3000 world.samples=60 learning.update_noise=0.1",
        "network.hidden=3000 world.samples=60 learning.rule=sed",
        "network.hidden=3000 world.samples=60 world.input_dim=70 learning.label_noise=1 "
        "learning.learning_rate=0.001",
        "network.hidden=3000 world.samples=60 learning.rule=adam learning.learning_rate=0.001",
        "network.hidden=1200 world.samples=100 world.task=predictive-track "
        "world.output_dim=default world.heading_noise=0 network.initialisation=lazy "
        "learning.update_noise=0.01 learning.learning_rate=0.01"};
    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++) {
        nd_experiment *experiment = experiment_with(large[i]);
        nd_dataset *dataset = dataset_of(experiment);
        nd_parameters *out[3];
        for (unsigned threads = 1; threads <= 3; threads++) {
            nd_engine *engine = open_fast(experiment, dataset, threads);
            advance_to(engine, 50);
            out[threads - 1] = parameters_of(engine, experiment, dataset);
            engine->backend->close(engine);
        }
        assert_same(out[0], out[1], large[i]);
        assert_same(out[0], out[2], large[i]);
        for (int k = 0; k < 3; k++)
            nd_parameters_free(out[k]);
        nd_dataset_free(dataset);
        nd_experiment_free(experiment);
    }
}

static void test_foreign_state_is_refused(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment = experiment_with(""), *other = experiment_with("network.hidden=14");
    nd_dataset *dataset = dataset_of(experiment);
    nd_engine *engine = open_fast(experiment, dataset, 1), *foreign = open_fast(other, dataset, 1);
    nd_buffer buffer = {0};
    assert_fine(engine->backend->save(engine, &buffer, &error), &error);
    assert_false(foreign->backend->restore(foreign, &buffer, &error));
    assert_non_null(strstr(error.what, "not of this experiment"));
    buffer.position = 0;
    buffer.bytes[0] ^= 1; /* the state's version comes first */
    assert_false(engine->backend->restore(engine, &buffer, &error));
    assert_non_null(strstr(error.what, "makes other numbers"));
    nd_buffer_free(&buffer);
    engine->backend->close(engine);
    foreign->backend->close(foreign);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
    nd_experiment_free(other);
}

/* A damaged state may not send an engine by lists that it has not. */
static void test_a_way_that_is_not_offered_is_refused(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment = experiment_with("learning.label_noise=1 world.samples=5");
    nd_dataset *dataset = dataset_of(experiment);
    nd_engine *engine = open_fast(experiment, dataset, 1);
    nd_fast_engine *fast = (nd_fast_engine *)engine;
    nd_buffer buffer = {0};
    assert_fine(engine->backend->save(engine, &buffer, &error), &error);
    assert_true(fast->layer.may_list);
    fast->layer.may_list = false;
    assert_false(engine->backend->restore(engine, &buffer, &error));
    fast->layer.may_list = true; /* as it was opened, so that it closes whole */
    nd_buffer_free(&buffer);
    engine->backend->close(engine);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
}

static void test_divergence_is_told_with_its_step(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment = experiment_with("learning.learning_rate=100");
    nd_dataset *dataset = dataset_of(experiment);
    nd_engine *engine = open_fast(experiment, dataset, 1);
    assert_false(engine->backend->advance(engine, 1000, &error));
    assert_non_null(strstr(error.what, "diverged at step"));
    assert_true(engine->step < 1000);
    engine->backend->close(engine);
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_one_piece_or_many),
        cmocka_unit_test(test_for_any_number_of_threads),
        cmocka_unit_test(test_foreign_state_is_refused),
        cmocka_unit_test(test_a_way_that_is_not_offered_is_refused),
        cmocka_unit_test(test_divergence_is_told_with_its_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
