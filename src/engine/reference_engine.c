/* The reference as an engine: nd_learner_step, one step at a time. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "engine/backends.h"
#include "experiment/start.h"

typedef struct reference_engine {
    nd_engine base;
    nd_learner *learner;
    nd_noise_arrays *noise;
    double *activity; /* n x H */
    double target_variance, active_threshold;
    nd_own_rule own; /* where the rule is the caller's */
} reference_engine;

/* The definition serves everything. */
static bool serves(const nd_experiment *experiment, const nd_dataset *dataset) {
    (void)experiment;
    (void)dataset;
    return true;
}

/* Frees it. */
static void close_engine(nd_engine *engine) {
    reference_engine *self = (reference_engine *)engine;
    if (!self)
        return;
    nd_noise_arrays_free(self->noise);
    nd_learner_free(self->learner);
    free(self->activity);
    free(self);
}

/* The learner at step 0, and room for its noise and activity. */
static nd_engine *open_engine(const nd_experiment *experiment, const nd_dataset *dataset,
                              unsigned threads, nd_error *error) {
    (void)threads;
    reference_engine *self = nd_array(1, sizeof *self, error);
    if (!self)
        return NULL;
    self->base.backend = &nd_reference_backend;
    self->target_variance = nd_target_variance(dataset);
    self->active_threshold = experiment->network.active_threshold;
    if ((self->learner = nd_learner_start(experiment, dataset, error)) &&
        (self->noise = nd_noise_arrays_new(self->learner, error)) &&
        (self->activity = nd_doubles(dataset->samples * experiment->network.hidden, error)))
        return &self->base;
    close_engine(&self->base);
    return NULL;
}

/* Updates until `step`, each with its own noise; a step that diverges is named. */
static bool advance(nd_engine *engine, uint64_t step, nd_error *error) {
    reference_engine *self = (reference_engine *)engine;
    nd_learner *learner = self->learner;
    while (engine->step < step) {
        nd_learner_step(learner, nd_draw_noise(self->noise, learner));
        engine->step++;
        if (learner->refused) {
            learner->refused = false;
            return nd_fail(error, NULL, NULL, "the caller's rule ended the run at step %llu",
                           (unsigned long long)engine->step);
        }
        if (!isfinite(learner->parameters->bias[0]) && !nd_parameters_finite(learner->parameters))
            return nd_fail_as(
                ND_CODE_DIVERGED, error, NULL, "lower learning.learning_rate or the noise",
                "the network diverged at step %llu", (unsigned long long)engine->step);
    }
    return true;
}

/* Loss and sparsity at the clean data. */
static void record(nd_engine *engine, nd_record *out) {
    reference_engine *self = (reference_engine *)engine;
    const nd_learner *learner = self->learner;
    const nd_samples *samples = &learner->samples;
    nd_hidden_activity(learner->parameters, learner->activation, samples->input, samples->count,
                       self->activity);
    nd_sparsity(self->activity, samples->count, learner->parameters->hidden, self->active_threshold,
                &out->active_fraction, &out->fraction_active_units);
    out->loss = nd_loss(learner->parameters, learner->activation, samples->input, samples->target,
                        samples->count) /
                self->target_variance;
}

/* A copy of the parameters. */
static void parameters(nd_engine *engine, nd_parameters *out) {
    nd_parameters_copy(out, ((reference_engine *)engine)->learner->parameters);
}

/* Step, parameters and the rule's moments. */
static bool save(const nd_engine *engine, nd_buffer *state, nd_error *error) {
    const nd_learner *learner = ((const reference_engine *)engine)->learner;
    size_t bytes = nd_parameter_count(learner->parameters) * sizeof(double);
    bool fine = nd_buffer_put(state, &engine->step, sizeof engine->step, error) &&
                nd_buffer_put(state, learner->parameters->input_weights, bytes, error);
    for (int i = 0; fine && i < learner->rule->moments; i++)
        fine = nd_buffer_put(state, learner->moment[i]->input_weights, bytes, error);
    return fine;
}

/* The same, back. */
static bool restore(nd_engine *engine, nd_buffer *state, nd_error *error) {
    nd_learner *learner = ((reference_engine *)engine)->learner;
    size_t bytes = nd_parameter_count(learner->parameters) * sizeof(double);
    bool fine = nd_buffer_take(state, &engine->step, sizeof engine->step, error) &&
                nd_buffer_take(state, learner->parameters->input_weights, bytes, error);
    for (int i = 0; fine && i < learner->rule->moments; i++)
        fine = nd_buffer_take(state, learner->moment[i]->input_weights, bytes, error);
    learner->step = engine->step;
    return fine;
}

/* Other keys, other parameters. */
static bool change(nd_engine *engine, const nd_experiment *experiment,
                   const nd_parameters *parameters, nd_error *error) {
    reference_engine *self = (reference_engine *)engine;
    nd_learner *learner = self->learner;
    const nd_learning_keys *before = learner->keys;
    learner->keys = &experiment->learning;
    nd_noise_arrays *noise = nd_noise_arrays_new(learner, error);
    if (!noise) {
        learner->keys = before;
        return false;
    }
    nd_noise_arrays_free(self->noise);
    self->noise = noise;
    if (!parameters)
        return true;
    nd_parameters *to = learner->parameters;
    memcpy(to->input_weights, parameters->input_weights, to->hidden * to->inputs * sizeof(double));
    memcpy(to->bias, parameters->bias, to->hidden * sizeof(double));
    memcpy(to->output_weights, parameters->output_weights,
           to->hidden * to->outputs * sizeof(double));
    for (int i = 0; i < learner->rule->moments; i++)
        memset(learner->moment[i]->input_weights, 0, nd_parameter_count(to) * sizeof(double));
    return true;
}

/* What the run file tells of the engine. */
static const char *describe(const nd_engine *engine) {
    (void)engine;
    return "reference";
}

const nd_engine_backend nd_reference_backend = {
    .name = "reference",
    .summary = "the definition, step by step",
    .serves = serves,
    .open = open_engine,
    .close = close_engine,
    .advance = advance,
    .record = record,
    .parameters = parameters,
    .save = save,
    .restore = restore,
    .change = change,
    .describe = describe,
};

nd_engine *nd_reference_open_with_rule(const nd_experiment *experiment, const nd_dataset *dataset,
                                       const nd_own_rule *rule, nd_error *error) {
    nd_engine *engine = open_engine(experiment, dataset, 1, error);
    reference_engine *self = (reference_engine *)engine;
    if (!engine)
        return NULL;
    self->own = *rule;
    engine->experiment = experiment;
    engine->dataset = dataset;
    if (nd_learner_take_rule(self->learner, &self->own, error))
        return engine;
    close_engine(engine);
    return NULL;
}
