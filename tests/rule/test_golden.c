/* Every rule against an independent implementation's trajectories, with the very noise it used:
 * parameters and losses to 1e-10 relative. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/netcdf_file.h"
#include "rule/rule.h"
#include "support.h"

/* An experiment's texts, which it may change. */
typedef struct words {
    char relu[8], file[8], uniform[8], rule[16];
} words;

/* One golden file, opened, with a learner at its initial parameters. */
typedef struct golden {
    nd_nc *file;
    words *words;
    nd_experiment experiment;
    nd_dataset *dataset;
    nd_learner *learner;
} golden;

static double *load(const nd_nc *file, const char *name, size_t shape[8]) {
    nd_error error = {0};
    int rank;
    double *values = nd_nc_load(file, name, &rank, shape, &error);
    support_fine(values != NULL, &error);
    return values;
}

/* The parameters PREFIX_input_weights, PREFIX_bias, PREFIX_output_weights, or entry `row` of them
 * where they have a leading step dimension. */
static nd_parameters *load_parameters(const golden *g, const char *prefix, const long *row) {
    nd_error error = {0};
    static const char *const parts[] = {"input_weights", "bias", "output_weights"};
    size_t hidden = g->experiment.network.hidden;
    nd_parameters *p = nd_parameters_new(hidden, g->dataset->inputs, g->dataset->outputs, &error);
    support_fine(p != NULL, &error);
    double *arrays[] = {p->input_weights, p->bias, p->output_weights};
    size_t counts[] = {hidden * p->inputs, hidden, hidden * p->outputs};
    for (int i = 0; i < 3; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s_%s", prefix, parts[i]);
        bool fine = row ? nd_nc_get_row(g->file, name, (size_t)*row, arrays[i], counts[i], &error)
                        : nd_nc_get(g->file, name, arrays[i], counts[i], &error);
        support_fine(fine, &error);
    }
    return p;
}

static golden open_golden(const char *name, const char *rule, double rate) {
    nd_error error = {0};
    golden g = {.words = malloc(sizeof(words))};
    *g.words = (words){.relu = "relu", .file = "file", .uniform = "uniform"};
    snprintf(g.words->rule, sizeof g.words->rule, "%s", rule);
    char path[64];
    snprintf(path, sizeof path, "golden/%s.nc", name);
    g.file = nd_nc_open(support_reference(path), &error);
    support_fine(g.file != NULL, &error);
    size_t inputs[8], targets[8];
    double *input = load(g.file, "inputs", inputs), *target = load(g.file, "targets", targets);
    g.dataset = nd_dataset_new(inputs[0], inputs[1], targets[1], &error);
    support_fine(g.dataset != NULL, &error);
    memcpy(g.dataset->input, input, inputs[0] * inputs[1] * sizeof *input);
    memcpy(g.dataset->target, target, targets[0] * targets[1] * sizeof *target);
    free(input);
    free(target);
    g.experiment.network = (nd_network_keys){
        .hidden = 12, .activation = g.words->relu, .initialisation = g.words->file};
    g.experiment.learning = (nd_learning_keys){
        .rule = g.words->rule, .learning_rate = rate, .label_noise_distribution = g.words->uniform};
    g.dataset->initial = load_parameters(&g, "init", NULL);
    return g;
}

static void close_golden(golden *g) {
    nd_learner_free(g->learner);
    nd_dataset_free(g->dataset);
    nd_nc_close(g->file);
    free(g->words);
}

static void compare(const golden *g, const char *prefix) {
    nd_parameters *expected = load_parameters(g, prefix, NULL);
    const nd_parameters *actual = g->learner->parameters;
    support_close("input weights", actual->input_weights, expected->input_weights,
                  actual->hidden * actual->inputs, 1e-10, 0);
    support_close("bias", actual->bias, expected->bias, actual->hidden, 1e-10, 0);
    support_close("output weights", actual->output_weights, expected->output_weights,
                  actual->hidden * actual->outputs, 1e-10, 0);
    nd_parameters_free(expected);
}

/* Runs all the steps of a golden file with its noise; compares the clean loss before every step and
 * the parameters after the last. (The files' parameters of earlier steps are those of the last.)
 * `parameter_noise` and `label_noise` name its noise arrays, or are NULL. */
static void follow(const char *name, const char *rule, double rate, const char *parameter_noise,
                   const char *label_noise) {
    nd_error error = {0};
    golden g = open_golden(name, rule, rate);
    support_fine((g.learner = nd_learner_new(&g.experiment, g.dataset, &error)) != NULL, &error);
    size_t steps[8], outputs = g.dataset->samples * g.dataset->outputs;
    double *losses = load(g.file, "loss_before_step", steps);
    double *label = malloc(outputs * sizeof *label);
    for (long step = 0; step < (long)steps[0]; step++) {
        nd_noise noise = {0};
        nd_parameters *given = NULL;
        if (parameter_noise) {
            given = load_parameters(&g, parameter_noise, &step);
            if (g.learner->rule->needs_perturbation)
                noise.perturbation = given;
            else
                noise.update = given;
        }
        if (label_noise) {
            support_fine(nd_nc_get_row(g.file, label_noise, (size_t)step, label, outputs, &error),
                         &error);
            noise.label = label;
        }
        double loss = nd_loss(g.learner->parameters, g.learner->activation, g.dataset->input,
                              g.dataset->target, g.dataset->samples);
        support_close("loss", &loss, &losses[step], 1, 1e-10, 0);
        nd_learner_step(g.learner, &noise);
        nd_parameters_free(given);
    }
    char last[32];
    snprintf(last, sizeof last, "step%zu", steps[0]);
    compare(&g, last);
    free(label);
    free(losses);
    close_golden(&g);
}

static void sgd_agrees(void **state) {
    (void)state;
    follow("sgd", "sgd", 0.1, NULL, NULL);
}
static void sgd_with_update_noise_agrees(void **state) {
    (void)state;
    follow("sgd_update_noise", "sgd", 0.1, "noise", NULL);
}
static void sgd_with_label_noise_agrees(void **state) {
    (void)state;
    follow("sgd_label_noise", "sgd", 0.1, NULL, "label_noise");
}
static void adam_agrees(void **state) {
    (void)state;
    follow("adam", "adam", 1e-3, NULL, NULL);
}
static void rmsprop_agrees(void **state) {
    (void)state;
    follow("rmsprop", "rmsprop", 1e-3, NULL, NULL);
}
static void sed_agrees(void **state) {
    (void)state;
    follow("sed", "sed", 0.95, "perturbation", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sgd_agrees),
        cmocka_unit_test(sgd_with_update_noise_agrees),
        cmocka_unit_test(sgd_with_label_noise_agrees),
        cmocka_unit_test(adam_agrees),
        cmocka_unit_test(rmsprop_agrees),
        cmocka_unit_test(sed_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
