/* The noise of a step: its size, its law, its addresses. Seeds are fixed; bounds are six standard
 * errors, a false alarm in about 1e8 draws of the seed. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "experiment/experiment.h"
#include "experiment/start.h"
#include "rule/rule.h"
#include "support.h"
#include "world/world.h"

typedef struct bench {
    nd_experiment *experiment;
    nd_dataset *dataset;
    nd_learner *learner;
    nd_noise_arrays *arrays;
} bench;

static bench set_up(const char *learning) {
    nd_error error = {0};
    bench b;
    char text[512];
    snprintf(text, sizeof text,
             "world: {task: random, samples: 20, input_dim: 30, output_dim: 10}\n"
             "network: {hidden: 400}\nlearning: {%s}\n",
             learning);
    b.experiment = nd_experiment_parse(text, "test", NULL, NULL, 0, &error);
    assert_fine(b.experiment != NULL, &error);
    assert_fine((b.dataset = nd_dataset_make(b.experiment, &error)) != NULL, &error);
    assert_fine((b.learner = nd_learner_start(b.experiment, b.dataset, &error)) != NULL, &error);
    assert_fine((b.arrays = nd_noise_arrays_new(b.learner, &error)) != NULL, &error);
    return b;
}

static void tear_down(bench *b) {
    nd_noise_arrays_free(b->arrays);
    nd_learner_free(b->learner);
    nd_dataset_free(b->dataset);
    nd_experiment_free(b->experiment);
}

/* Mean, variance and fourth moment over its square (3: Gaussian, 1.8: uniform). */
static void check_moments(const double *values, size_t count, double mean, double deviation,
                          double flatness) {
    double sum = 0, second = 0, fourth = 0, n = (double)count;
    for (size_t i = 0; i < count; i++)
        sum += values[i] / n;
    for (size_t i = 0; i < count; i++) {
        double d = values[i] - mean;
        second += d * d / n;
        fourth += d * d * d * d / n;
    }
    double variance = deviation * deviation;
    assert_true(fabs(sum - mean) < 6 * deviation / sqrt(n));
    assert_true(fabs(second / variance - 1) < 6 * sqrt(2 / n));
    assert_true(fabs(fourth / (second * second) - flatness) < 6 * sqrt(24 / n));
}

static void test_update_noise_reaches_every_parameter(void **state) {
    (void)state;
    bench b = set_up("update_noise: 0.03");
    const nd_noise *noise = nd_draw_noise(b.arrays, b.learner);
    const nd_parameters *xi = noise->update;
    check_moments(xi->input_weights, 400 * 30, 0, 0.03, 3);
    check_moments(xi->bias, 400, 0, 0.03, 3);
    check_moments(xi->output_weights, 400 * 10, 0, 0.03, 3);
    assert_true(!noise->label && !noise->input && !noise->weight && !noise->dropout_mask);
    tear_down(&b);
}

static void test_label_noise_is_uniform_or_gaussian(void **state) {
    (void)state;
    bench b = set_up("label_noise: 0.6");
    check_moments(nd_draw_noise(b.arrays, b.learner)->label, 200, 0, 0.6 / sqrt(12), 1.8);
    tear_down(&b);
    b = set_up("label_noise: 0.6, label_noise_distribution: gaussian");
    check_moments(nd_draw_noise(b.arrays, b.learner)->label, 200, 0, 0.6, 3);
    tear_down(&b);
}

static void test_input_and_weight_noise_have_their_size(void **state) {
    (void)state;
    bench b = set_up("input_noise: 0.2, weight_noise: 0.01");
    const nd_noise *noise = nd_draw_noise(b.arrays, b.learner);
    check_moments(noise->input, 600, 0, 0.2, 3);
    check_moments(noise->weight->input_weights, 400 * 30, 1, 0.01, 3);
    check_moments(noise->weight->output_weights, 400 * 10, 1, 0.01, 3);
    tear_down(&b);
}

static void test_dropout_keeps_the_mean(void **state) {
    (void)state;
    bench b = set_up("dropout: 0.25");
    const double *mask = nd_draw_noise(b.arrays, b.learner)->dropout_mask;
    double sum = 0;
    for (size_t i = 0; i < 8000; i++) {
        assert_true(mask[i] == 0 || mask[i] == 1 / 0.75);
        sum += mask[i] / 8000;
    }
    assert_true(fabs(sum - 1) < 6 * sqrt(0.25 / 0.75 / 8000));
    tear_down(&b);
}

static void test_perturbations_are_scaled_by_rows(void **state) {
    (void)state;
    bench b = set_up("rule: sed");
    const nd_parameters *xi = nd_draw_noise(b.arrays, b.learner)->perturbation;
    check_moments(xi->input_weights, 400 * 30, 0, 0.1 / sqrt(400), 3);
    check_moments(xi->bias, 400, 0, 0.1 / sqrt(400), 3);
    check_moments(xi->output_weights, 400 * 10, 0, 0.1 / sqrt(10), 3);
    tear_down(&b);
}

static void test_noise_depends_on_seed_and_step_alone(void **state) {
    (void)state;
    bench a = set_up("update_noise: 0.03, label_noise: 0.1");
    bench b = set_up("update_noise: 0.03");
    size_t bytes = 400 * 41 * sizeof(double);
    a.learner->step = b.learner->step = 5;
    const nd_noise *first = nd_draw_noise(a.arrays, a.learner);
    const nd_noise *second = nd_draw_noise(b.arrays, b.learner);
    assert_memory_equal(first->update->input_weights, second->update->input_weights, bytes);
    b.learner->step = 6;
    second = nd_draw_noise(b.arrays, b.learner);
    assert_memory_not_equal(first->update->input_weights, second->update->input_weights, bytes);
    b.learner->step = 5;
    b.learner->seed++;
    second = nd_draw_noise(b.arrays, b.learner);
    assert_memory_not_equal(first->update->input_weights, second->update->input_weights, bytes);
    tear_down(&a);
    tear_down(&b);
}

/* Each rule, with each noise, takes steps that stay finite and change the parameters. */
static void test_every_rule_takes_every_noise(void **state) {
    (void)state;
    for (const nd_rule *rule = nd_rules(); rule->name; rule++) {
        char learning[200];
        snprintf(learning, sizeof learning,
                 "rule: %s, learning_rate: 0.001, update_noise: 0.01, label_noise: 0.1, "
                 "input_noise: 0.01, weight_noise: 0.001, dropout: 0.1",
                 rule->name);
        bench b = set_up(learning);
        double before = b.learner->parameters->output_weights[3];
        for (int i = 0; i < 5; i++)
            nd_learner_step(b.learner, nd_draw_noise(b.arrays, b.learner));
        assert_true(nd_parameters_finite(b.learner->parameters));
        assert_true(b.learner->parameters->output_weights[3] != before);
        assert_int_equal(b.learner->step, 5);
        tear_down(&b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_update_noise_reaches_every_parameter),
        cmocka_unit_test(test_label_noise_is_uniform_or_gaussian),
        cmocka_unit_test(test_input_and_weight_noise_have_their_size),
        cmocka_unit_test(test_dropout_keeps_the_mean),
        cmocka_unit_test(test_perturbations_are_scaled_by_rows),
        cmocka_unit_test(test_noise_depends_on_seed_and_step_alone),
        cmocka_unit_test(test_every_rule_takes_every_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
