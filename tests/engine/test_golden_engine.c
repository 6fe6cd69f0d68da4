/* The fast engine against an independent implementation's trajectories, with the very noise it
 * used: parameters to 1e-10, losses to 1e-10 relative. */
#include "engine_support.h"

#include "base/netcdf_file.h"

typedef struct golden {
    nd_nc *file;
    nd_experiment *experiment;
    nd_dataset *dataset;
} golden;

static void load(const golden *g, const char *name, double *values, size_t count) {
    nd_error error = {0};
    support_fine(nd_nc_get(g->file, name, values, count, &error), &error);
}

static void load_row(const golden *g, const char *name, size_t row, double *values, size_t count) {
    nd_error error = {0};
    support_fine(nd_nc_get_row(g->file, name, row, values, count, &error), &error);
}

/* The parameters PREFIX_input_weights, PREFIX_bias, PREFIX_output_weights; entry `*row` of them
 * where they have a leading step dimension. */
static nd_parameters *load_parameters(const golden *g, const char *prefix, const size_t *row) {
    nd_error error = {0};
    nd_parameters *p = nd_parameters_new(g->experiment->network.hidden, g->dataset->inputs,
                                         g->dataset->outputs, &error);
    support_fine(p != NULL, &error);
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
static golden open_golden(const char *name, const char *sets) {
    nd_error error = {0};
    char path[64], all[256];
    snprintf(path, sizeof path, "golden/%s.nc", name);
    snprintf(all, sizeof all, "network.hidden=12 world.input_dim=5 %s", sets);
    golden g = {.file = nd_nc_open(support_reference(path), &error),
                .experiment = experiment_with(all)};
    support_fine(g.file != NULL, &error);
    g.dataset = dataset_of(g.experiment); /* 7 samples, 4 outputs; the values are replaced */
    load(&g, "inputs", g.dataset->input, g.dataset->samples * g.dataset->inputs);
    load(&g, "targets", g.dataset->target, g.dataset->samples * g.dataset->outputs);
    free(g.experiment->network.initialisation); /* which a random world may not ask for */
    g.experiment->network.initialisation = strdup("file");
    g.dataset->initial = load_parameters(&g, "init", NULL);
    return g;
}

static void close_golden(golden *g) {
    nd_dataset_free(g->dataset);
    nd_experiment_free(g->experiment);
    nd_nc_close(g->file);
}

/* `steps` steps with the file's noise, its arrays called `parameter_noise` and `label_noise` or
 * NULL; the loss before every step and the parameters after the last must be the file's. */
static void follow(const char *name, const char *sets, size_t steps, const char *parameter_noise,
                   const char *label_noise) {
    golden g = open_golden(name, sets);
    nd_engine *engine = open_fast(g.experiment, g.dataset, 1);
    bool perturbs = strstr(sets, "learning.rule=sed") != NULL;
    size_t outputs = g.dataset->samples * g.dataset->outputs;
    double *losses = calloc(steps, sizeof *losses), *label = calloc(outputs, sizeof *label);
    double variance = nd_target_variance(g.dataset);
    load(&g, "loss_before_step", losses, steps);
    for (size_t step = 0; step < steps; step++) {
        nd_noise noise = {0};
        nd_record record;
        nd_parameters *given = NULL;
        if (parameter_noise) {
            given = load_parameters(&g, parameter_noise, &step);
            *(perturbs ? &noise.perturbation : &noise.update) = given;
        }
        if (label_noise) {
            load_row(&g, label_noise, step, label, outputs);
            noise.label = label;
        }
        engine->backend->record(engine, &record);
        record.loss *= variance;
        support_close("loss", &record.loss, &losses[step], 1, 1e-10, 0);
        assert_true(nd_fast_engine_step_with_noise(engine, &noise));
        nd_parameters_free(given);
    }
    char last[32];
    snprintf(last, sizeof last, "step%zu", steps);
    nd_parameters *expected = load_parameters(&g, last, NULL);
    nd_parameters *actual = parameters_of(engine, g.experiment, g.dataset);
    support_close("input weights", actual->input_weights, expected->input_weights,
                  actual->hidden * actual->inputs, 1e-10, 0);
    support_close("bias", actual->bias, expected->bias, actual->hidden, 1e-10, 0);
    support_close("output weights", actual->output_weights, expected->output_weights,
                  actual->hidden * actual->outputs, 1e-10, 0);
    nd_parameters_free(actual);
    nd_parameters_free(expected);
    free(losses);
    free(label);
    engine->backend->close(engine);
    close_golden(&g);
}

static void sgd_agrees(void **state) {
    (void)state;
    follow("sgd", "learning.rule=sgd", 1000, NULL, NULL);
}
/* The scale of the noise that the engine would draw by itself does not matter: it is handed in. */
static void sgd_with_update_noise_agrees(void **state) {
    (void)state;
    follow("sgd_update_noise", "learning.rule=sgd learning.update_noise=0.05", 50, "noise", NULL);
}
static void sgd_with_label_noise_agrees(void **state) {
    (void)state;
    follow("sgd_label_noise", "learning.rule=sgd learning.label_noise=0.5", 50, NULL,
           "label_noise");
}
static void adam_agrees(void **state) {
    (void)state;
    follow("adam", "learning.rule=adam learning.learning_rate=0.001", 1000, NULL, NULL);
}
static void rmsprop_agrees(void **state) {
    (void)state;
    follow("rmsprop", "learning.rule=rmsprop learning.learning_rate=0.001", 1000, NULL, NULL);
}
static void sed_agrees(void **state) {
    (void)state;
    follow("sed", "learning.rule=sed learning.learning_rate=0.95", 50, "perturbation", NULL);
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
