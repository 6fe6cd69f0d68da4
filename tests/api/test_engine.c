/* Engines step by step: what is asked of them on the way changes nothing; what is changed on the
 * way is what a run with it would have done; a state taken up goes on as the one that was saved. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static const char *const RULES[] = {"sgd", "adam", "rmsprop", "sed"};
static const char *const ENGINES[] = {"reference", "fast"};

typedef struct bench {
    nd_experiment *experiment;
    nd_dataset *dataset;
    nd_engine *engine;
    nd_parameters *parameters;
} bench;

static bench open_bench(const char *rule, const char *engine, const char *further) {
    nd_error error = {0};
    char of_rule[40], of_engine[40];
    snprintf(of_rule, sizeof of_rule, "learning.rule=%s", rule);
    snprintf(of_engine, sizeof of_engine, "run.engine=%s", engine);
    const char *const sets[] = {"world.task=random",
                                "world.samples=6",
                                "world.input_dim=9",
                                "world.output_dim=3",
                                "network.hidden=20",
                                "learning.learning_rate=0.01",
                                "learning.dropout=0.1",
                                of_rule,
                                of_engine,
                                further};
    bench made = {0};
    made.experiment = nd_experiment_new(sets, further ? 10 : 9, &error);
    assert_fine(made.experiment != NULL, &error);
    made.dataset = nd_dataset_make(made.experiment, &error);
    made.engine = nd_engine_open(made.experiment, made.dataset, 1, &error);
    made.parameters = nd_parameters_new(20, 9, 3, &error);
    assert_fine(made.engine && made.parameters, &error);
    return made;
}

static void close_bench(bench *made) {
    nd_engine_close(made->engine);
    nd_parameters_free(made->parameters);
    nd_dataset_free(made->dataset);
    nd_experiment_free(made->experiment);
}

enum { PARAMETERS = 20 * (9 + 1 + 3) };

static const double *now(bench *made) {
    nd_engine_parameters(made->engine, made->parameters);
    return made->parameters->input_weights;
}

static void advance(bench *made, uint64_t step) {
    nd_error error = {0};
    assert_fine(nd_engine_advance(made->engine, step, &error), &error);
    assert_int_equal(nd_engine_step(made->engine), step);
}

static void assert_same(bench *a, bench *b) {
    assert_memory_equal(now(a), now(b), PARAMETERS * sizeof(double));
}

/* One step a call, with a look at everything in between, is one long call. */
static void test_small_steps_are_one_long_call(void **state) {
    (void)state;
    for (int e = 0; e < 2; e++)
        for (int r = 0; r < 4; r++) {
            nd_error error = {0};
            bench one = open_bench(RULES[r], ENGINES[e], "learning.update_noise=0.1");
            bench many = open_bench(RULES[r], ENGINES[e], "learning.update_noise=0.1");
            advance(&one, 300);
            for (uint64_t step = 1; step <= 300; step++) {
                nd_record record;
                double output[6 * 3];
                void *bytes;
                size_t length;
                advance(&many, step);
                if (step % 29 != 0)
                    continue;
                nd_engine_record(many.engine, &record);
                (void)now(&many);
                assert_fine(nd_engine_forward(many.engine, nd_dataset_inputs(many.dataset), 6, NULL,
                                              output, &error),
                            &error);
                assert_fine(nd_engine_save(many.engine, &bytes, &length, &error), &error);
                nd_free(bytes);
            }
            assert_same(&one, &many);
            assert_int_equal(
                strncmp(nd_engine_describe(one.engine), ENGINES[e], strlen(ENGINES[e])), 0);
            close_bench(&one);
            close_bench(&many);
        }
}

/* The loss that is recorded is that of the outputs that are handed out. */
static void test_forward_gives_the_recorded_loss(void **state) {
    (void)state;
    nd_error error = {0};
    bench made = open_bench("sgd", "fast", NULL);
    double activity[6 * 20], again[6 * 20], output[6 * 3], other[6 * 3];
    advance(&made, 50);
    assert_fine(nd_engine_forward(made.engine, nd_dataset_inputs(made.dataset), 6, activity, output,
                                  &error),
                &error);
    nd_record record;
    nd_engine_record(made.engine, &record);
    const double *target = nd_dataset_targets(made.dataset);
    double squares = 0, mean = 0, variance = 0, active = 0;
    for (int i = 0; i < 18; i++) {
        squares += (output[i] - target[i]) * (output[i] - target[i]);
        mean += target[i] / 18;
    }
    for (int i = 0; i < 18; i++)
        variance += (target[i] - mean) * (target[i] - mean) / 17;
    for (int i = 0; i < 120; i++)
        active += activity[i] > 0;
    double loss = squares / 18 / variance, share = active / 120;
    assert_close("loss", &record.loss, &loss, 1, 1e-12, 0);
    assert_close("active", &record.active_fraction, &share, 1, 1e-15, 1);
    (void)now(&made);
    assert_fine(nd_forward(made.parameters, "relu", nd_dataset_inputs(made.dataset), 6, again,
                           other, &error),
                &error);
    assert_memory_equal(activity, again, sizeof activity);
    assert_memory_equal(output, other, sizeof output);
    close_bench(&made);
}

/* A state is taken up by another engine and goes on bit for bit, also after changes. */
static void test_a_state_goes_on(void **state) {
    (void)state;
    for (int e = 0; e < 2; e++)
        for (int r = 0; r < 4; r++)
            for (int changed = 0; changed < 3; changed++) {
                nd_error error = {0};
                void *bytes;
                size_t length;
                bench first = open_bench(RULES[r], ENGINES[e], "learning.update_noise=0.1");
                bench other = open_bench(RULES[r], ENGINES[e], "learning.update_noise=0.1");
                advance(&first, 100);
                const char *const rate[] = {"learning.learning_rate=0.003"};
                if (changed == 1)
                    assert_fine(nd_engine_set(first.engine, rate, 1, &error), &error);
                if (changed == 2) {
                    (void)now(&first);
                    first.parameters->bias[3] += 0.5;
                    assert_fine(nd_engine_set_parameters(first.engine, first.parameters, &error),
                                &error);
                }
                advance(&first, 170);
                assert_fine(nd_engine_save(first.engine, &bytes, &length, &error), &error);
                advance(&first, 250);
                advance(&other, 40);
                assert_fine(nd_engine_load(other.engine, bytes, length, &error), &error);
                assert_int_equal(nd_engine_step(other.engine), 170);
                advance(&other, 250);
                assert_same(&first, &other);
                nd_free(bytes);
                close_bench(&first);
                close_bench(&other);
            }
}

/* Damaged, foreign and short states are refused, and the engine stays as it was. */
static void test_wrong_states(void **state) {
    (void)state;
    for (int e = 0; e < 2; e++) {
        nd_error error = {0};
        unsigned char *bytes;
        size_t length;
        void *other_bytes;
        size_t other_length;
        bench made = open_bench("adam", ENGINES[e], NULL);
        bench like = open_bench("adam", ENGINES[e], NULL);
        bench other = open_bench("sgd", ENGINES[e], NULL);
        advance(&made, 60);
        assert_fine(nd_engine_save(made.engine, (void **)&bytes, &length, &error), &error);
        assert_fine(nd_engine_save(other.engine, &other_bytes, &other_length, &error), &error);
        advance(&like, 60);
        for (size_t cut = 0; cut < length; cut += 1 + length / 50)
            assert_false(nd_engine_load(like.engine, bytes, cut, &error));
        for (size_t at = 0; at < length; at += 1 + length / 50) {
            bytes[at] ^= 4;
            assert_false(nd_engine_load(like.engine, bytes, length, &error));
            assert_int_equal(error.code, ND_CODE_FAILED);
            bytes[at] ^= 4;
        }
        assert_false(nd_engine_load(like.engine, other_bytes, other_length, &error));
        assert_non_null(strstr(error.what, "another"));
        assert_same(&made, &like);
        advance(&made, 90);
        advance(&like, 90);
        assert_same(&made, &like);
        nd_free(bytes);
        nd_free(other_bytes);
        close_bench(&made);
        close_bench(&like);
        close_bench(&other);
    }
}

/* A change that changes nothing: nothing under the reference, rounding under the fast engine.
 * (There SED's walk outside the inputs is another one, in law the same.) */
static void test_a_change_to_the_same(void **state) {
    (void)state;
    const char *const same[] = {"learning.learning_rate=0.01"};
    for (int e = 0; e < 2; e++)
        for (int r = 0; r < 4 - e; r++) {
            nd_error error = {0};
            bench plain = open_bench(RULES[r], ENGINES[e], NULL);
            bench set = open_bench(RULES[r], ENGINES[e], NULL);
            advance(&plain, 200);
            for (uint64_t step = 50; step <= 200; step += 50) {
                advance(&set, step);
                assert_fine(nd_engine_set(set.engine, same, 1, &error), &error);
            }
            if (e == 0)
                assert_same(&plain, &set);
            else
                assert_close("parameters", now(&set), now(&plain), PARAMETERS, 1e-9, 1);
            close_bench(&plain);
            close_bench(&set);
        }
}

/* Changed on the way, both engines agree. Dropout and label noise have the same addresses in both,
 * but not the same Gaussians: here without either. */
static void test_changes_agree_between_engines(void **state) {
    (void)state;
    const char *const slower[] = {"learning.learning_rate=0.002"};
    const char *const none[] = {"learning.dropout=0"};
    for (int r = 0; r < 2; r++) {
        nd_error error = {0};
        bench of[2];
        for (int e = 0; e < 2; e++) {
            of[e] = open_bench(RULES[r], ENGINES[e], none[0]);
            advance(&of[e], 40);
            assert_fine(nd_engine_set(of[e].engine, slower, 1, &error), &error);
            advance(&of[e], 80);
            (void)now(&of[e]);
            for (int i = 0; i < 20; i++)
                of[e].parameters->bias[i] *= 0.5;
            assert_fine(nd_engine_set_parameters(of[e].engine, of[e].parameters, &error), &error);
            advance(&of[e], 120);
        }
        assert_close("parameters", now(&of[1]), now(&of[0]), PARAMETERS, 1e-10, 1);
        close_bench(&of[0]);
        close_bench(&of[1]);
    }
}

/* Noise switched on moves what nothing moved; switched off, it rests. */
static void test_noise_on_and_off(void **state) {
    (void)state;
    for (int e = 0; e < 2; e++) {
        nd_error error = {0};
        const char *const still[] = {"learning.learning_rate=0.1", "learning.dropout=0"};
        const char *const on[] = {"learning.update_noise=0.2"};
        const char *const off[] = {"learning.update_noise=default"};
        bench made = open_bench("sgd", ENGINES[e], NULL);
        assert_fine(nd_engine_set(made.engine, still, 2, &error), &error);
        advance(&made, 20000);
        double before[PARAMETERS];
        memcpy(before, now(&made), sizeof before);
        advance(&made, 20010);
        assert_close("at rest", now(&made), before, PARAMETERS, 1e-6, 1);
        assert_fine(nd_engine_set(made.engine, on, 1, &error), &error);
        advance(&made, 20020);
        double moved = 0;
        for (int i = 0; i < PARAMETERS; i++)
            moved += fabs(now(&made)[i] - before[i]);
        assert_between("the mean movement in 10 steps of 0.1 x 0.2", moved / PARAMETERS, 0.03,
                       0.08);
        assert_fine(nd_engine_set(made.engine, off, 1, &error), &error);
        advance(&made, 60000);
        memcpy(before, now(&made), sizeof before);
        advance(&made, 60010);
        assert_close("at rest again", now(&made), before, PARAMETERS, 1e-6, 1);
        close_bench(&made);
    }
}

static bool as_sgd(const nd_rule_step *step, void *context) {
    ++*(int *)context;
    for (size_t i = 0; i < step->count; i++)
        step->parameters[i] -= step->learning_rate * step->gradient[i];
    return true;
}

/* RMSprop in the caller's words. */
static bool as_rmsprop(const nd_rule_step *step, void *context) {
    ++*(int *)context;
    for (size_t i = 0; i < step->count; i++) {
        double g = step->gradient[i];
        step->moment[0][i] = 0.99 * step->moment[0][i] + (1 - 0.99) * g * g;
        step->parameters[i] -= step->learning_rate * g / (sqrt(step->moment[0][i]) + 1e-8);
    }
    return true;
}

static bool stops_at_ten(const nd_rule_step *step, void *context) {
    (void)context;
    return step->step < 10;
}

/* The caller's own SGD and RMSprop are the library's, bit for bit. */
static void test_a_rule_of_ones_own(void **state) {
    (void)state;
    int calls = 0;
    const nd_own_rule rules[] = {{as_sgd, &calls, 0}, {as_rmsprop, &calls, 1}};
    const char *const names[] = {"sgd", "rmsprop"};
    for (int r = 0; r < 2; r++) {
        nd_error error = {0};
        bench library = open_bench(names[r], "reference", "learning.label_noise=0.1");
        bench own = open_bench("sgd", "reference", "learning.label_noise=0.1");
        nd_engine_close(own.engine);
        own.engine = nd_engine_open_with_rule(own.experiment, own.dataset, &rules[r], &error);
        assert_fine(own.engine != NULL, &error);
        calls = 0;
        advance(&library, 80);
        advance(&own, 80);
        assert_int_equal(calls, 80);
        assert_same(&library, &own);
        close_bench(&library);
        close_bench(&own);
    }
    nd_error error = {0};
    bench own = open_bench("sgd", "auto", NULL);
    nd_engine_close(own.engine);
    own.engine = nd_engine_open_with_rule(own.experiment, own.dataset,
                                          &(nd_own_rule){stops_at_ten, NULL, 2}, &error);
    assert_fine(own.engine != NULL, &error);
    assert_false(nd_engine_advance(own.engine, 100, &error));
    assert_non_null(strstr(error.what, "step 11"));
    close_bench(&own);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_steps_are_one_long_call),
        cmocka_unit_test(test_forward_gives_the_recorded_loss),
        cmocka_unit_test(test_a_state_goes_on),
        cmocka_unit_test(test_wrong_states),
        cmocka_unit_test(test_a_change_to_the_same),
        cmocka_unit_test(test_changes_agree_between_engines),
        cmocka_unit_test(test_noise_on_and_off),
        cmocka_unit_test(test_a_rule_of_ones_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
