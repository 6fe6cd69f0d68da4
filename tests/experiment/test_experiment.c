/* Experiment files: what is read, what is refused and with which words. */
#include <stdlib.h>
#include <string.h>

#include "experiment/experiment.h"
#include "support.h"

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
    {"- 1\n", NULL, "e.yaml", "MAPPING"},
    {"a: [", NULL, "e.yaml", "unknown key 'a'"},
    {"world: {task: random\n", NULL, "e.yaml", "libyaml"},
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
     NULL, "line 2, network.neurons", "does not belong"},
    {"world: {task: random, samples: 5, input_dim: 3, output_dim: 2, published_quirks: maybe}\n",
     NULL, "world.published_quirks", "true or false"},
    {TRACK, "learning.update_noise=abc", "--set learning.update_noise=abc", "'abc'"},
    {TRACK, "learning.noise=1", "--set", "no key 'learning.noise'"},
    {TRACK, "learning", "--set learning", "KEY=VALUE"},
    {TRACK, "run.precision=half", "--set", "double | single"},
    {"name: a\nname: b\n", NULL, "e.yaml", "already seen"},
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
        cmocka_unit_test(test_schedules_keep_both_ends_and_increase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
