/* Experiment files: what is read, what is refused and with which words. */
#include <stdlib.h>
#include <string.h>

#include "experiment/parse.h"
#include "rule/rule.h"
#include "support.h"
#include "world/world.h"

static const char TRACK[] = "name: figure-2\n"
                            "seed: 7\n"
                            "world: {task: predictive-track, samples: 150, input_dim: 17}\n"
                            "network: {hidden: 500, initialisation: lazy}\n"
                            "learning:\n"
                            "  rule: sgd\n"
                            "  update_noise: 0.0139\n"
                            "run: {steps: 1e6, records: 1000}\n";

static nd_experiment *parse(const char *text, const char *set, nd_error *error) {
    return nd_experiment_parse(text, "e.yaml", NULL, &set, set ? 1 : 0, error);
}

static void test_values_and_defaults_are_read(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment = parse(TRACK, NULL, &error);
    assert_fine(experiment != NULL, &error);
    assert_string_equal(experiment->name, "figure-2");
    assert_int_equal(experiment->seed, 7);
    assert_int_equal(experiment->world.samples, 150);
    assert_int_equal(experiment->run.steps, 1000000);
    assert_true(experiment->learning.update_noise == 0.0139);
    assert_true(experiment->learning.learning_rate == 0.1);
    assert_string_equal(experiment->network.activation, "relu");
    assert_true(experiment->network.active_threshold == 0);
    assert_int_equal(experiment->run.snapshots, 51);
    nd_experiment_free(experiment);
}

static void test_sets_override_the_file(void **state) {
    (void)state;
    nd_error error = {0};
    nd_experiment *experiment = parse(TRACK, "learning.update_noise=0.5", &error);
    assert_fine(experiment != NULL, &error);
    assert_true(experiment->learning.update_noise == 0.5);
    nd_experiment_free(experiment);
}

static void test_full_text_reads_back_to_itself(void **state) {
    (void)state;
    nd_error error = {0};
    const char *texts[] = {TRACK, "network: {model: hebbian, inputs: place}\n",
                           "name: \"odd: [name]\"\nworld: {task: random, samples: 5, input_dim: 3, "
                           "output_dim: 2}\nlearning: {update_noise: 0.1}\n"};
    for (size_t i = 0; i < 3; i++) {
        nd_experiment *experiment = parse(texts[i], NULL, &error);
        assert_fine(experiment != NULL, &error);
        char *text = nd_experiment_text(experiment, &error);
        nd_experiment *again = nd_experiment_parse(text, "again", NULL, NULL, 0, &error);
        assert_fine(again != NULL, &error);
        char *text_again = nd_experiment_text(again, &error);
        assert_string_equal(text, text_again);
        free(text);
        free(text_again);
        nd_experiment_free(experiment);
        nd_experiment_free(again);
    }
}

/* So that sweeps and checkpoints from before the key keep their identity. */
static void test_a_spectrum_not_asked_for_is_not_in_the_text(void **state) {
    (void)state;
    nd_error error = {0};
    const char *const sets[] = {"run.spectrum=none", "run.spectrum=exact"};
    for (size_t i = 0; i < 2; i++) {
        nd_experiment *experiment = parse(TRACK, sets[i], &error);
        assert_fine(experiment != NULL, &error);
        char *text = nd_experiment_text(experiment, &error);
        assert_int_equal(strstr(text, "spectrum: exact") != NULL, i);
        assert_int_equal(strstr(text, "spectrum") != NULL, i);
        free(text);
        nd_experiment_free(experiment);
    }
}

/* A text that must be refused, and words its one line must hold. */
static const struct {
    const char *text, *set, *where, *what;
} REFUSED[] = {
    {"", NULL, "e.yaml", "empty"},
    {"- 1\n", NULL, "e.yaml", "expected keys with values"},
    {"a: [", NULL, "e.yaml", "unknown key 'a'"},
    {"world: {task: random\n", NULL, "e.yaml", "not YAML"},
    {"world: {tusk: random}\n", NULL, "e.yaml, line 1, world", "unknown key 'tusk'"},
    {"world: {samples: 3}\n", NULL, "e.yaml, world.task", "missing"},
    {"world: {task: maze, samples: 3}\n", NULL, "line 1, world.task", "expected one of"},
    {"world: {task: random, samples: 3, output_dim: 1}\n", NULL, "world.input_dim", "needs"},
    {"world: {task: random, samples: -3}\n", NULL, "line 1, world.samples", "'-3'"},
    {"world: {task: random, samples: 3.5}\n", NULL, "line 1, world.samples", "'3.5'"},
    {"world: {task: file}\n", NULL, "world.path", "missing"},
    {"world: {task: random, samples: 5, input_dim: 3, output_dim: 2}\nlearning:\n"
     "  update_noise: -1\n",
     NULL, "line 3, learning.update_noise", "at least 0"},
    {"world: {task: random, samples: 5, input_dim: 3, output_dim: 2}\nlearning:\n"
     "  learning_rate: nan\n",
     NULL, "line 3, learning.learning_rate", "'nan'"},
    {"world: {task: random, samples: 5, input_dim: 3, output_dim: 2}\nnetwork: {hidden: 0}\n", NULL,
     "line 2, network.hidden", "at least 1"},
    {"world: {task: random, samples: 5, input_dim: 3, output_dim: 2}\nnetwork: {neurons: 5}\n",
     NULL, "line 2, network.neurons", "not used by a network of model feed-forward"},
    {"world: {task: random, samples: 5, input_dim: 3, output_dim: 2, published_quirks: maybe}\n",
     NULL, "world.published_quirks", "true or false"},
    {"world:\n  task: random\n  samples: 5\n  speed: 0.2\n", NULL, "e.yaml, line 4, world.speed",
     "not used by task random"},
    {"world: {task: predictive, samples: 5, input_dim: 3, output_dim: 2}\n", NULL,
     "line 1, world.output_dim", "not used by task predictive"},
    {"world: {task: file, path: x.nc, samples: 5}\n", NULL, "line 1, world.samples",
     "not used by task file"},
    {TRACK, "world.path=x.nc", "`set` world.path=x.nc", "not used by task predictive-track"},
    {"network: {model: hebbian}\nworld: {task: random}\n", NULL, "line 2, world.task",
     "not used by a network of model hebbian"},
    {"network: {model: hebbian}\nrun: {engine: fast}\n", NULL, "line 2, run.engine",
     "not used by a network of model hebbian"},
    {"world: {task: random, samples: 5, input_dim: 3, output_dim: 2}\n"
     "run: {engine: reference, precision: single}\n",
     NULL, "line 2, run.precision", "double precision alone"},
    {TRACK, "learning.update_noise=abc", "`set` learning.update_noise=abc", "'abc'"},
    {TRACK, "learning.noise=1", "`set`", "no key 'learning.noise'"},
    {TRACK, "learning", "`set` learning", "KEY=VALUE"},
    {TRACK, "run.precision=half", "`set`", "double | single"},
    {"name: a\nname: b\n", NULL, "e.yaml", "given twice"},
};

static void test_bad_input_is_refused_by_line_and_key(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++) {
        nd_error error = {0};
        nd_experiment *experiment = parse(REFUSED[i].text, REFUSED[i].set, &error);
        if (experiment)
            fail_msg("accepted: %s", REFUSED[i].text);
        if (!strstr(error.where, REFUSED[i].where) || !strstr(error.what, REFUSED[i].what))
            fail_msg("case %zu: where '%s' (wanted %s), what '%s' (wanted %s)", i, error.where,
                     REFUSED[i].where, error.what, REFUSED[i].what);
    }
}

/* A text with a misspelt key, and the key that was meant. */
static void test_a_misspelt_key_finds_its_like(void **state) {
    (void)state;
    static const struct {
        const char *text, *set, *mend;
    } cases[] = {
        {"learning:\n  droput: 0.1\n", NULL, "did you mean learning.dropout?"},
        {"dropout: 0.1\n", NULL, "did you mean learning.dropout?"},
        {"network: {dropout: 0.1}\n", NULL, "did you mean learning.dropout?"},
        {"wrld: {task: random}\n", NULL, "did you mean world?"},
        {TRACK, "learning.updatenoise=1", "did you mean learning.update_noise?"},
        {TRACK, "update_noise=1", "did you mean learning.update_noise?"},
        {TRACK, "frobnicate=1", "nulldrift help experiment-file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        nd_error error = {0};
        assert_null(parse(cases[i].text, cases[i].set, &error));
        if (!strstr(error.mend, cases[i].mend))
            fail_msg("case %zu: '%s', wanted '%s'", i, error.mend, cases[i].mend);
    }
}

static void test_a_key_can_be_taken_back(void **state) {
    (void)state;
    nd_error error = {0};
    const char *const sets[] = {"world.task=predictive", "learning.update_noise=default",
                                "name=default"};
    nd_experiment *experiment = nd_experiment_parse(TRACK, "e.yaml", NULL, sets, 3, &error);
    assert_fine(experiment != NULL, &error);
    assert_true(experiment->learning.update_noise == 0);
    assert_string_equal(experiment->name, "default");
    nd_experiment_free(experiment);
    const char *const others[] = {"world.samples=3", "world=default", "world.task=file",
                                  "world.path=x.nc"};
    experiment = nd_experiment_parse(TRACK, "e.yaml", NULL, others, 4, &error);
    assert_fine(experiment != NULL, &error);
    assert_int_equal(experiment->world.samples, 0);
    assert_int_equal(experiment->network.hidden, 500);
    nd_experiment_free(experiment);
    assert_null(parse(TRACK, "world=3", &error));
    assert_non_null(strstr(error.what, "no key 'world'"));
}

/* The text says what is used: no corridor for a task that has none. Texts of 0.1.0 did; they are
 * read, and come out without. */
static void test_the_text_holds_honoured_keys_alone(void **state) {
    (void)state;
    nd_error error = {0};
    static const char OLD[] = "world: {task: random, samples: 5, input_dim: 3, output_dim: 2, "
                              "speed: 0.2, size_y: 14, path: \"\", environments: 1}\n";
    assert_null(parse(OLD, NULL, &error));
    nd_experiment *experiment = nd_experiment_restore(OLD, "old", &error);
    assert_fine(experiment != NULL, &error);
    char *text = nd_experiment_text(experiment, &error);
    assert_non_null(strstr(text, "output_dim: 2"));
    assert_non_null(strstr(text, "dropout: 0"));
    assert_null(strstr(text, "speed"));
    assert_null(strstr(text, "path"));
    nd_experiment *again = parse(text, NULL, &error);
    assert_fine(again != NULL, &error);
    nd_experiment_free(again);
    nd_experiment_free(experiment);
    free(text);
    assert_null(nd_experiment_restore("world: {task: random, samples: 5, input_dim: 3, "
                                      "output_dim: 2, speed: fast}\n",
                                      "old", &error));
}

/* A key is honoured by a model, a world, a rule or an engine, or it can never be given. */
static void test_every_key_has_somebody_who_honours_it(void **state) {
    (void)state;
    size_t count;
    const nd_key *keys = nd_keys(&count);
    for (size_t k = 0; k < count; k++) {
        nd_experiment experiment = {.run.engine = (char *)"auto"};
        bool honoured = false;
        char by[80];
        for (const nd_world *world = nd_worlds(); world->task; world++)
            for (const nd_rule *rule = nd_rules(); rule->name; rule++)
                for (int model = 0; model < 2; model++) {
                    experiment.world.task = (char *)world->task;
                    experiment.learning.rule = (char *)rule->name;
                    experiment.network.model = (nd_model)model;
                    honoured = honoured || nd_key_honoured(&keys[k], &experiment, by, sizeof by);
                }
        if (!honoured)
            fail_msg("%s is honoured by nobody, last not by %s", keys[k].name, by);
    }
}

/* A key of the section learning that an engine does not list is refused under it. */
static void test_a_key_of_another_engine_is_not_honoured(void **state) {
    (void)state;
    nd_key key = *nd_key_find("learning.dropout");
    nd_experiment experiment = {.world.task = (char *)"random", .learning.rule = (char *)"sgd"};
    char by[80];
    key.models &= ~(unsigned)ND_BY_FAST;
    experiment.run.engine = (char *)"fast";
    assert_false(nd_key_honoured(&key, &experiment, by, sizeof by));
    assert_string_equal(by, "engine fast");
    experiment.run.engine = (char *)"reference";
    assert_true(nd_key_honoured(&key, &experiment, by, sizeof by));
    experiment.run.engine = (char *)"auto";
    assert_true(nd_key_honoured(&key, &experiment, by, sizeof by));
    key.models &= ~(unsigned)ND_BY_REFERENCE;
    assert_false(nd_key_honoured(&key, &experiment, by, sizeof by));
}

static void test_schedules_keep_both_ends_and_increase(void **state) {
    (void)state;
    uint64_t out[1001];
    const char *spacings[] = {"even", "log"};
    const uint64_t steps[] = {0, 1, 7, 1000, 1000000, 1ULL << 50};
    for (int s = 0; s < 2; s++)
        for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
            size_t made = nd_schedule(steps[i], 1001, spacings[s], out);
            assert_int_equal(out[0], 0);
            assert_true(out[made - 1] == steps[i]);
            for (size_t k = 1; k < made; k++)
                assert_true(out[k] > out[k - 1]);
        }
    assert_int_equal(nd_schedule(1000000, 1001, "even", out), 1001);
    assert_int_equal(out[500], 500000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_and_defaults_are_read),
        cmocka_unit_test(test_sets_override_the_file),
        cmocka_unit_test(test_full_text_reads_back_to_itself),
        cmocka_unit_test(test_a_spectrum_not_asked_for_is_not_in_the_text),
        cmocka_unit_test(test_bad_input_is_refused_by_line_and_key),
        cmocka_unit_test(test_a_misspelt_key_finds_its_like),
        cmocka_unit_test(test_a_key_can_be_taken_back),
        cmocka_unit_test(test_the_text_holds_honoured_keys_alone),
        cmocka_unit_test(test_every_key_has_somebody_who_honours_it),
        cmocka_unit_test(test_a_key_of_another_engine_is_not_honoured),
        cmocka_unit_test(test_schedules_keep_both_ends_and_increase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
