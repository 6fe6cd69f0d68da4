/* Sweep files and tables: what runs they give, and how what is wrong is told before any starts. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/memory.h"
#include "experiment/experiment.h"
#include "support.h"
#include "sweep/plan.h"

static char *folder;

static const char *in_folder(const char *name) {
    static char path[2][300];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static void write_text(const char *name, const char *text) {
    nd_error error = {0};
    assert_fine(nd_write_file(in_folder(name), text, strlen(text), &error), &error);
}

static nd_sweep_plan *plan_of(const char *text) {
    nd_error error = {0};
    write_text("sweep.yaml", text);
    nd_sweep_plan *plan = nd_sweep_plan_read(in_folder("sweep.yaml"), &error);
    assert_fine(plan != NULL, &error);
    return plan;
}

static nd_experiment *run_of(const nd_sweep_plan *plan, size_t id) {
    nd_error error = {0};
    nd_experiment *experiment =
        nd_experiment_parse(plan->run[id].experiment, "plan", NULL, NULL, 0, &error);
    assert_fine(experiment != NULL, &error);
    return experiment;
}

#define BASE                                                                                       \
    "base: |\n"                                                                                    \
    "  world: {task: random, samples: 4, input_dim: 5, output_dim: 3}\n"                           \
    "  network: {hidden: 20}\n"                                                                    \
    "  run: {steps: 300, records: 20}\n"

static void test_a_grid_gives_every_combination_in_order(void **state) {
    (void)state;
    nd_sweep_plan *plan = plan_of(BASE "grid:\n"
                                       "  - {key: learning.update_noise, values: [0.1, 0.2]}\n"
                                       "  - {key: network.hidden, values: [5, 6, 7]}\n"
                                       "repeats: 2\nseed: 10\n");
    assert_int_equal(plan->runs, 12);
    for (size_t id = 0; id < 12; id++) {
        nd_experiment *e = run_of(plan, id);
        assert_true(e->learning.update_noise == (id < 6 ? 0.1 : 0.2));
        assert_int_equal(e->network.hidden, 5 + id / 2 % 3);
        assert_int_equal(e->seed, 10 + id);
        nd_experiment_free(e);
    }
    nd_sweep_plan_free(plan);
}

static void test_a_given_seed_is_kept_and_counted_up_by_repeats(void **state) {
    (void)state;
    nd_sweep_plan *plan = plan_of(BASE "grid: [{key: seed, values: [7, 100]}]\nrepeats: 3\n");
    const uint64_t expected[] = {7, 8, 9, 100, 101, 102};
    for (size_t id = 0; id < 6; id++) {
        nd_experiment *e = run_of(plan, id);
        assert_int_equal(e->seed, expected[id]);
        nd_experiment_free(e);
    }
    nd_sweep_plan_free(plan);
}

/* 4000 draws; bounds are five standard errors, a false alarm in about 1e6 seeds. */
static void test_draws_follow_their_laws(void **state) {
    (void)state;
    nd_sweep_plan *plan = plan_of(
        BASE "samples: 4000\n"
             "draw:\n"
             "  - {key: $noise, choice: [update, label]}\n"
             "  - {key: learning.update_noise, log-uniform: [0.001, 0.1], when: $noise=update}\n"
             "  - {key: learning.label_noise, uniform: [0.5, 1], when: $noise=label|other}\n"
             "  - {key: world.samples, integer: [1, 4]}\n");
    double updates = 0, logs = 0, labels = 0, samples[5] = {0};
    for (size_t id = 0; id < 4000; id++) {
        nd_experiment *e = run_of(plan, id);
        double update = e->learning.update_noise, label = e->learning.label_noise;
        assert_true((update > 0) != (label > 0));
        assert_true(update == 0 || (update >= 0.001 && update <= 0.1));
        assert_true(label == 0 || (label >= 0.5 && label <= 1));
        assert_true(e->world.samples >= 1 && e->world.samples <= 4);
        samples[e->world.samples]++;
        updates += update > 0;
        logs += update > 0 ? log10(update) : 0;
        labels += label;
        nd_experiment_free(e);
    }
    assert_true(fabs(updates - 2000) < 5 * sqrt(1000));
    assert_true(fabs(logs / updates + 2) < 5 * 2 / sqrt(12 * 2000));
    assert_true(fabs(labels / (4000 - updates) - 0.75) < 5 * 0.5 / sqrt(12 * 2000));
    for (int n = 1; n <= 4; n++)
        assert_true(fabs(samples[n] - 1000) < 5 * sqrt(750));
    nd_sweep_plan_free(plan);
}

static void test_one_more_draw_changes_no_other(void **state) {
    (void)state;
    nd_sweep_plan *one = plan_of(BASE "samples: 5\n"
                                      "draw: [{key: learning.update_noise, uniform: [0, 1]}]\n");
    nd_sweep_plan *two = plan_of(BASE "samples: 5\n"
                                      "draw: [{key: learning.update_noise, uniform: [0, 1]}, "
                                      "{key: world.samples, integer: [1, 9]}]\n");
    for (size_t id = 0; id < 5; id++) {
        nd_experiment *a = run_of(one, id), *b = run_of(two, id);
        assert_true(a->learning.update_noise == b->learning.update_noise);
        nd_experiment_free(a);
        nd_experiment_free(b);
    }
    assert_string_not_equal(one->identity, two->identity);
    nd_sweep_plan_free(one);
    nd_sweep_plan_free(two);
}

#define TABLE                                                                                      \
    BASE "table:\n"                                                                                \
         "  path: table.csv\n"                                                                     \
         "  label: name\n"                                                                         \
         "  columns:\n"                                                                            \
         "    - {column: task, key: world.task, replace: [{value: random_autoencoder, by: "        \
         "random-autoencoder}]}\n"                                                                 \
         "    - {column: last, key: run.steps, add: 1}\n"                                          \
         "    - {column: last, key: run.records, replace: [{value: 99, by: 7}], add: 1}\n"         \
         "  ignore: [result]\n"

static void test_a_table_gives_a_run_per_row(void **state) {
    (void)state;
    write_text("table.csv", "name,task,last,learning.update_noise,result\r\n"
                            "\"first, of two\",random,99,0.25,x\r\n"
                            "\r\n"
                            "2nd,random_autoencoder,1e3,1e-3,y\r\n");
    nd_sweep_plan *plan = plan_of(TABLE);
    assert_int_equal(plan->runs, 2);
    assert_string_equal(plan->run[0].label, "first, of two");
    nd_experiment *first = run_of(plan, 0), *second = run_of(plan, 1);
    assert_int_equal(first->run.steps, 100);
    assert_int_equal(first->run.records, 8); /* one column may give two keys */
    assert_true(first->learning.update_noise == 0.25);
    assert_string_equal(second->world.task, "random-autoencoder");
    assert_int_equal(second->run.steps, 1001);
    nd_experiment_free(first);
    nd_experiment_free(second);
    nd_sweep_plan_free(plan);
}

static void assert_refused(const char *sweep, const char *table, const char *saying) {
    nd_error error = {0};
    char line[2000];
    write_text("sweep.yaml", sweep);
    write_text("table.csv", table);
    assert_null(nd_sweep_plan_read(in_folder("sweep.yaml"), &error));
    nd_error_line(&error, line, sizeof line);
    if (!strstr(line, saying))
        fail_msg("'%s' does not say '%s'", line, saying);
}

static void test_bad_tables_are_told_by_row_and_column(void **state) {
    (void)state;
    const char header[] = "name,task,last,learning.update_noise,result\n";
    char table[400];
    assert_refused(TABLE, "name,task,last,bogus,result\na,random,9,1,x\n",
                   "column 'bogus' is no key");
    assert_refused(TABLE, "name,task,learning.update_noise,result\na,random,1,x\n",
                   "maps column 'last'");
    snprintf(table, sizeof table, "%sa,random,9,0.1,x\nb,random,9,,x\n", header);
    assert_refused(TABLE, table, "line 3, column learning.update_noise: the value is missing");
    snprintf(table, sizeof table, "%sa,random,9,0.1,x\nb,random,9,-2,x\n", header);
    assert_refused(TABLE, table, "line 3, column learning.update_noise");
    snprintf(table, sizeof table, "%sa,walk,9,0.1,x\n", header);
    assert_refused(TABLE, table, "line 2, column task");
    snprintf(table, sizeof table, "%sa,random,many,0.1,x\n", header);
    assert_refused(TABLE, table, "line 2, column last: is 'many', expected a number");
    snprintf(table, sizeof table, "%sa,random,9,0.1\n", header);
    assert_refused(TABLE, table, "line 2: has 4 cells where the header has 5 columns");
    assert_refused(TABLE, header, "has no rows");
}

static void test_bad_sweeps_are_told_by_line(void **state) {
    (void)state;
    assert_refused(BASE "grid: [{key: learning.noise, values: [1]}]\n", "", "line 5");
    assert_refused(BASE "grid: [{key: learning.droput, values: [1]}]\n", "",
                   "did you mean learning.dropout?");
    assert_refused(BASE "grid: [{key: learning.update_noise, values: [-1]}]\n", "",
                   "line 5, grid.0, learning.update_noise: is '-1'");
    assert_refused(BASE "draw: [{key: learning.update_noise, log-uniform: [0, 1]}]\n", "",
                   "log-uniform needs numbers greater than 0");
    assert_refused(BASE "draw: [{key: learning.update_noise, uniform: [2, 1]}]\n", "",
                   "the least and the most");
    assert_refused(BASE "draw: [{key: learning.update_noise}]\n", "", "exactly one of");
    assert_refused(BASE "draw: [{key: seed, integer: [1, 2], when: learning.rule=sgd}]\n", "",
                   "nothing before it gives");
    assert_refused(BASE "set: [run.spectrum=exact]\n", "", "`spectrum: true`");
    assert_refused(BASE "samples: none\n", "", "line 5, samples");
    assert_refused(BASE "surprise: 1\n", "", "unknown key 'surprise'");
    assert_refused("grid: [{key: seed, values: [1]}]\n", "", "world.task");
}

/* Where tasks are drawn, a key of one task is none of another: some run must use it. */
static void test_a_key_must_be_used_by_one_run_at_least(void **state) {
    (void)state;
    assert_refused(BASE "grid: [{key: world.speed, values: [1, 2]}]\n", "",
                   "line 5, grid.0, world.speed: is used by none of the runs: not by task random");
    assert_refused(
        "base: |\n  world: {task: random, samples: 4, input_dim: 5, output_dim: 3, kernel: 0.1}\n"
        "repeats: 2\n",
        "", "sweep.yaml, base, line 1, world.kernel");
    assert_refused(BASE "set: [world.speed=1]\n", "", "`set` world.speed=1");
    assert_refused(BASE "grid: [{key: network.neurons, values: [1]}]\n", "",
                   "not by a network of model feed-forward");
    nd_sweep_plan *plan =
        plan_of(BASE "grid: [{key: world.task, values: [random, predictive, predictive-track]}]\n"
                     "set: [world.speed=0.5]\n");
    assert_int_equal(plan->runs, 3);
    assert_non_null(strstr(plan->run[0].experiment, "output_dim: 3"));
    assert_null(strstr(plan->run[0].experiment, "speed"));
    assert_null(strstr(plan->run[1].experiment, "output_dim"));
    assert_non_null(strstr(plan->run[2].experiment, "speed: 0.5"));
    nd_sweep_plan_free(plan);
}

/* examples/paper-simulations.yaml, on a table with the columns of the paper's. */
static void test_the_example_for_the_paper_s_table_reads_its_columns(void **state) {
    (void)state;
    nd_error error = {0};
    nd_buffer example = {0};
    assert_fine(nd_read_file(ND_SOURCE_FOLDER "/examples/paper-simulations.yaml", 1 << 20, &example,
                             &error),
                &error);
    write_text("simulations.csv",
               "id,task,initialisation,input_dim,output_dim,samples,rule,learning_rate,"
               "update_noise,label_noise,last_step,log10_loss,active_fraction_ratio,"
               "active_units_ratio,log10_rate,eigenvalue_sum_ratio,eigenvalue_max_ratio,"
               "positive_eigenvalue_fraction\n"
               "0,predictive,rich,5,0,9,sgd,0.1,0.02,0,9999999,-3,1,1,-5,1,1,1\n"
               "1,smoothed_autoencoder,lazy,6,4,8,adam,0.001,0,0.3,999999,-3,1,1,-5,1,1,1\n");
    nd_sweep_plan *plan = plan_of((const char *)example.bytes);
    nd_buffer_free(&example);
    assert_int_equal(plan->runs, 2);
    nd_experiment *e = run_of(plan, 0);
    assert_string_equal(e->world.task, "predictive");
    assert_int_equal(e->world.output_dim, 0);
    assert_int_equal(e->run.steps, 10000000);
    assert_true(e->world.published_quirks && e->learning.update_noise == 0.02);
    nd_experiment_free(e);
    e = run_of(plan, 1);
    assert_string_equal(e->world.task, "smoothed-autoencoder");
    assert_string_equal(e->learning.rule, "adam");
    assert_int_equal(e->run.steps, 1000000);
    assert_true(!e->world.published_quirks && e->learning.label_noise == 0.3);
    nd_experiment_free(e);
    nd_sweep_plan_free(plan);
}

static int make_folder(void **state) {
    (void)state;
    folder = support_folder();
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    support_remove(folder);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_grid_gives_every_combination_in_order),
        cmocka_unit_test(test_a_given_seed_is_kept_and_counted_up_by_repeats),
        cmocka_unit_test(test_draws_follow_their_laws),
        cmocka_unit_test(test_one_more_draw_changes_no_other),
        cmocka_unit_test(test_a_table_gives_a_run_per_row),
        cmocka_unit_test(test_bad_tables_are_told_by_row_and_column),
        cmocka_unit_test(test_bad_sweeps_are_told_by_line),
        cmocka_unit_test(test_the_example_for_the_paper_s_table_reads_its_columns),
        cmocka_unit_test(test_a_key_must_be_used_by_one_run_at_least),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
