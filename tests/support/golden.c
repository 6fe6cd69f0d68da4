#include "golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/netcdf_file.h"
#include "experiment/experiment.h"
#include "support.h"
#include "world/world.h"

const support_golden_case support_golden_cases[SUPPORT_GOLDEN_CASES] = {
    {"sgd", "sgd", 0.1, 0, 0, NULL, NULL},
    {"sgd_update_noise", "sgd", 0.1, 0.05, 0, "noise", NULL},
    {"sgd_label_noise", "sgd", 0.1, 0, 0.5, NULL, "label_noise"},
    {"adam", "adam", 1e-3, 0, 0, NULL, NULL},
    {"rmsprop", "rmsprop", 1e-3, 0, 0, NULL, NULL},
    {"sed", "sed", 0.95, 0, 0, "perturbation", NULL},
};

typedef struct golden {
    nd_nc *file;
    nd_experiment *experiment;
    nd_dataset *dataset;
} golden;

static void load(const golden *g, const char *name, double *values, size_t count) {
    nd_error error = {0};
    assert_fine(nd_nc_get(g->file, name, values, count, &error), &error);
}

static void load_row(const golden *g, const char *name, size_t row, double *values, size_t count) {
    nd_error error = {0};
    assert_fine(nd_nc_get_row(g->file, name, row, values, count, &error), &error);
}

/* The parameters PREFIX_input_weights, PREFIX_bias, PREFIX_output_weights; entry `*row` of them
 * where they have a leading step dimension. */
static nd_parameters *load_parameters(const golden *g, const char *prefix, const size_t *row) {
    nd_error error = {0};
    nd_parameters *p = nd_parameters_new(g->experiment->network.hidden, g->dataset->inputs,
                                         g->dataset->outputs, &error);
    assert_fine(p != NULL, &error);
    double *arrays[] = {p->input_weights, p->bias, p->output_weights};
    size_t counts[] = {p->hidden * p->inputs, p->hidden, p->hidden * p->outputs};
    static const char *const parts[] = {"input_weights", "bias", "output_weights"};
    for (int i = 0; i < 3; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s_%s", prefix, parts[i]);
        if (row)
            load_row(g, name, *row, arrays[i], counts[i]);
        else
            load(g, name, arrays[i], counts[i]);
    }
    return p;
}

/* The file, its data set with its initial parameters, and an experiment of its shape. */
static golden open_golden(const support_golden_case *which) {
    nd_error error = {0};
    char path[64], text[400];
    snprintf(path, sizeof path, "golden/%s.nc", which->name);
    golden g = {.file = nd_nc_open(support_data(path), &error)};
    assert_fine(g.file != NULL, &error);
    snprintf(
        text, sizeof text,
        "world: {task: random, samples: 7, input_dim: 5, output_dim: 4}\n"
        "network: {hidden: 12}\n"
        "learning: {rule: %s, learning_rate: %.17g, update_noise: %.17g, label_noise: %.17g}\n",
        which->rule, which->learning_rate, which->update_noise, which->label_noise);
    g.experiment = nd_experiment_parse(text, which->name, NULL, NULL, 0, &error);
    assert_fine(g.experiment != NULL, &error);
    g.dataset = nd_dataset_make(g.experiment, &error); /* whose values are replaced */
    assert_fine(g.dataset != NULL, &error);
    load(&g, "inputs", g.dataset->input, g.dataset->samples * g.dataset->inputs);
    load(&g, "targets", g.dataset->target, g.dataset->samples * g.dataset->outputs);
    free(g.experiment->network.initialisation); /* which a random world may not ask for */
    g.experiment->network.initialisation = strdup("file");
    g.dataset->initial = load_parameters(&g, "init", NULL);
    return g;
}

static void compare(const golden *g, nd_parameters *actual, size_t steps) {
    char last[32];
    snprintf(last, sizeof last, "step%zu", steps);
    nd_parameters *expected = load_parameters(g, last, NULL);
    assert_close("input weights", actual->input_weights, expected->input_weights,
                 actual->hidden * actual->inputs, 1e-10, 0);
    assert_close("bias", actual->bias, expected->bias, actual->hidden, 1e-10, 0);
    assert_close("output weights", actual->output_weights, expected->output_weights,
                 actual->hidden * actual->outputs, 1e-10, 0);
    nd_parameters_free(expected);
    nd_parameters_free(actual);
}

void assert_follows_golden(const support_golden_case *which, const support_follower *by) {
    golden g = open_golden(which);
    nd_error error = {0};
    int rank;
    size_t steps[8], outputs = g.dataset->samples * g.dataset->outputs;
    double *losses = nd_nc_load(g.file, "loss_before_step", &rank, steps, &error);
    assert_fine(losses != NULL, &error);
    double *label = calloc(outputs, sizeof *label);
    void *self = by->open(g.experiment, g.dataset);
    for (size_t step = 0; step < steps[0]; step++) {
        nd_noise noise = {0};
        nd_parameters *given = NULL;
        if (which->parameter_noise) {
            given = load_parameters(&g, which->parameter_noise, &step);
            *(strcmp(which->rule, "sed") == 0 ? &noise.perturbation : &noise.update) = given;
        }
        if (which->label) {
            load_row(&g, which->label, step, label, outputs);
            noise.label = label;
        }
        double loss = by->loss(self, g.dataset);
        assert_close("loss", &loss, &losses[step], 1, 1e-10, 0);
        by->step(self, &noise);
        nd_parameters_free(given);
    }
    compare(&g, by->parameters(self), steps[0]);
    by->close(self);
    free(losses);
    free(label);
    nd_dataset_free(g.dataset);
    nd_experiment_free(g.experiment);
    nd_nc_close(g.file);
}
