#include "hebbian/engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct hebbian_engine {
    nd_engine engine;
    nd_hebbian *network;
    unsigned threads;
    double *response;     /* n x N, at `response_at` updates */
    uint64_t response_at; /* UINT64_MAX: none yet */
    char description[64];
} hebbian_engine;

/* The engine as what it is. */
static const hebbian_engine *as_const(const nd_engine *engine) {
    return (const hebbian_engine *)engine;
}

/* The same, to be changed. */
static hebbian_engine *as_hebbian(nd_engine *engine) {
    return (hebbian_engine *)engine;
}

/* Frees it (nd_engine_backend; as all below). */
static void close_engine(nd_engine *engine) {
    hebbian_engine *self = as_hebbian(engine);
    if (!self)
        return;
    nd_hebbian_free(self->network);
    free(self->response);
    free(self);
}

/* The settling updates first, then those up to `step`. */
static bool advance(nd_engine *engine, uint64_t step, nd_error *error) {
    hebbian_engine *self = as_hebbian(engine);
    uint64_t settle = self->network->experiment->run.settle;
    bool fine = nd_hebbian_advance(self->network, step, error);
    engine->step = self->network->updates > settle ? self->network->updates - settle : 0;
    return fine;
}

bool nd_hebbian_engine_settle(nd_engine *engine, uint64_t count, uint64_t *left, nd_error *error) {
    nd_hebbian *network = as_hebbian(engine)->network;
    uint64_t settle = network->experiment->run.settle;
    for (uint64_t k = 0; k < count && network->updates < settle; k++)
        if (!nd_hebbian_step(network, error))
            return false;
    *left = network->updates < settle ? settle - network->updates : 0;
    return true;
}

const nd_hebbian *nd_hebbian_engine_network(const nd_engine *engine) {
    return as_const(engine)->network;
}

nd_hebbian *nd_hebbian_engine_changed(nd_engine *engine) {
    as_hebbian(engine)->response_at = UINT64_MAX;
    return as_hebbian(engine)->network;
}

const double *nd_hebbian_engine_responses(nd_engine *engine, nd_error *error) {
    hebbian_engine *self = as_hebbian(engine);
    if (self->response_at != self->network->updates) {
        if (!nd_hebbian_responses(self->network, self->threads, self->response, error))
            return NULL;
        self->response_at = self->network->updates;
    }
    return self->response;
}

/* The similarity-matching error as loss, and sparsity; NaN where the dynamics do not settle. */
static void record(nd_engine *engine, nd_record *out) {
    hebbian_engine *self = as_hebbian(engine);
    nd_hebbian_record measured = {.error = NAN};
    const double *response = nd_hebbian_engine_responses(engine, &engine->trouble);
    if (response && !nd_hebbian_measure(self->network, response, &measured, &engine->trouble))
        measured.error = NAN;
    *out = (nd_record){.loss = measured.error,
                       .active_fraction = measured.active_fraction,
                       .fraction_active_units = measured.fraction_active_units};
}

const nd_error *nd_hebbian_engine_trouble(const nd_engine *engine) {
    const nd_error *trouble = &engine->trouble;
    return trouble->what[0] ? trouble : NULL;
}

/* Its parameters are no nd_parameters. */
static void no_parameters(nd_engine *engine, nd_parameters *out) {
    (void)engine;
    (void)out;
}

/* The state of the network. */
static bool save(const nd_engine *engine, nd_buffer *state, nd_error *error) {
    return nd_hebbian_save(as_const(engine)->network, state, error);
}

/* The same, back. */
static bool restore(nd_engine *engine, nd_buffer *state, nd_error *error) {
    hebbian_engine *self = as_hebbian(engine);
    uint64_t settle = self->network->experiment->run.settle;
    self->response_at = UINT64_MAX;
    if (!nd_hebbian_restore(self->network, state, error))
        return false;
    engine->step = self->network->updates > settle ? self->network->updates - settle : 0;
    return true;
}

/* Keys of the section learning; the weights are set by whoever has them. */
static bool change(nd_engine *engine, const nd_experiment *experiment,
                   const nd_parameters *parameters, nd_error *error) {
    (void)parameters;
    return nd_hebbian_learn_by(as_hebbian(engine)->network, experiment, error);
}

/* What the run file tells of the engine. */
static const char *describe(const nd_engine *engine) {
    return as_const(engine)->description;
}

static const nd_engine_backend hebbian_backend = {
    .name = "hebbian",
    .summary = "the Hebbian / anti-Hebbian network, its dynamics at their fixed point",
    .close = close_engine,
    .advance = advance,
    .record = record,
    .parameters = no_parameters,
    .save = save,
    .restore = restore,
    .change = change,
    .describe = describe,
};

nd_engine *nd_hebbian_engine_open(const nd_experiment *experiment, unsigned threads,
                                  nd_error *error) {
    hebbian_engine *self = nd_array(1, sizeof *self, error);
    if (!self)
        return NULL;
    self->engine.backend = &hebbian_backend;
    self->engine.experiment = experiment;
    self->threads = threads;
    self->response_at = UINT64_MAX;
    self->network = nd_hebbian_new(experiment, error);
    if (self->network && (self->response = nd_doubles(
                              self->network->inputs->count * self->network->neurons, error))) {
        snprintf(self->description, sizeof self->description, "hebbian instruction_set=%s",
                 self->network->kernels->instruction_set);
        return &self->engine;
    }
    close_engine(&self->engine);
    return NULL;
}
