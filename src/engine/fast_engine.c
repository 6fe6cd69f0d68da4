/* The fast back end: records, parameters, what it says of itself. It is opened in fast_open.c, its
 * steps are in fast_step.c, silent units in fast_silence.c, the design in docs/performance.md. */
#include "engine/fast_engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "engine/backends.h"
#include "engine/fast_open.h"
#include "engine/fast_pack.h"
#include "engine/fast_plan.h"
#include "engine/fast_silence.h"
#include "engine/fast_state.h"
#include "engine/fast_step.h"
#include "network/parameters.h"

/* The engine at step 0 (nd_engine_backend; as all below). */
static nd_engine *open_engine(const nd_experiment *experiment, const nd_dataset *dataset,
                              unsigned threads, nd_error *error) {
    nd_fast_engine *self = nd_fast_open(experiment, dataset, threads, error);
    if (!self)
        return NULL;
    self->base.backend = &nd_fast_backend;
    return &self->base;
}

/* Frees it. */
static void close_engine(nd_engine *engine) {
    nd_fast_close((nd_fast_engine *)engine);
}

/* Updates until `step`; a step that diverges is named. */
static bool advance(nd_engine *engine, uint64_t step, nd_error *error) {
    while (engine->step < step)
        if (!nd_fast_step((nd_fast_engine *)engine))
            return nd_fail_as(ND_CODE_DIVERGED, error, NULL,
                              "lower learning.learning_rate or the noise",
                              "the network diverged at step %" PRIu64, engine->step);
    return true;
}

/* Loss and sparsity of the current parameters, without noise. */
static void record(nd_engine *engine, nd_record *out) {
    nd_fast_engine *self = (nd_fast_engine *)engine;
    size_t pairs = 0, units = 0, hidden = self->initial->hidden, n = self->layer.samples;
    size_t count = n * self->layer.outputs;
    const void *outputs = nd_fast_outputs(self);
    for (size_t i = 0; i < self->shares; i++)
        self->kernels->count(&self->layer, &self->share[i].pack,
                             self->experiment->network.active_threshold, &pairs, &units);
    double squares = self->kernels->error(&self->layer, outputs, self->targets, 1, self->errors);
    out->loss = squares / (double)count / self->target_variance;
    out->active_fraction = (double)pairs / (double)(hidden * n);
    out->fraction_active_units = (double)units / (double)hidden;
}

/* A unit of the given state (rows): its weights, bias and output weights, into `out`. */
static void unit_parameters(const nd_fast_engine *self, size_t unit, const double *state,
                            nd_unit_scratch *scratch, nd_parameters *out) {
    nd_unit_side(self, unit, state, scratch);
    self->noise->complement(self, unit, scratch, scratch->side);
    nd_parameters_set_unit(out, unit, scratch->side, state + self->layer.side);
}

/* Every unit's parameters: from its pack, or from its sleep. Nothing is changed. */
static void parameters(nd_engine *engine, nd_parameters *out) {
    nd_fast_engine *self = (nd_fast_engine *)engine;
    for (size_t i = 0; i < self->shares; i++) {
        nd_share *share = &self->share[i];
        nd_unit_scratch *scratch = &share->scratch;
        for (size_t slot = 0; slot < share->pack.slots; slot++) {
            self->kernels->get(&self->layer, share->pack.parameters, slot, scratch->state);
            unit_parameters(self, share->pack.unit[slot], scratch->state, scratch, out);
        }
        for (size_t unit = share->first; unit < share->first + share->units; unit++)
            if (self->sleeper[unit].state != ND_AWAKE) {
                nd_silence_state(self, unit, scratch, scratch->state);
                unit_parameters(self, unit, scratch->state, scratch, out);
            }
    }
}

/* Rules with moments keep them, and so their coordinates: then the learning rate alone changes. */
static bool change_rate(nd_fast_engine *self, const nd_experiment *experiment, nd_error *error) {
    nd_learning_keys now = experiment->learning, before = self->experiment->learning;
    now.learning_rate = before.learning_rate;
    if (now.update_noise != before.update_noise || now.label_noise != before.label_noise ||
        now.input_noise != before.input_noise || now.weight_noise != before.weight_noise ||
        now.dropout != before.dropout ||
        strcmp(now.label_noise_distribution, before.label_noise_distribution) != 0)
        return nd_fail(error, "nd_engine_set", "set run.engine=reference",
                       "engine fast changes no noise under rule %s, whose moments it would lose",
                       before.rule);
    self->rate = experiment->learning.learning_rate;
    self->experiment = experiment;
    return true;
}

/* Other keys, other parameters: all units are awake, what noise did outside the input subspace is
 * in their parameters, and the plan is made anew. */
static bool change(nd_engine *engine, const nd_experiment *experiment, const nd_parameters *given,
                   nd_error *error) {
    nd_fast_engine *self = (nd_fast_engine *)engine;
    const nd_parameters *initial = self->initial;
    if (!given && (self->layer.rule == ND_FAST_ADAM || self->layer.rule == ND_FAST_RMSPROP))
        return change_rate(self, experiment, error);
    nd_parameters *anew =
        nd_parameters_new(initial->hidden, initial->inputs, initial->outputs, error);
    if (anew && given) {
        size_t hidden = anew->hidden;
        memcpy(anew->input_weights, given->input_weights, hidden * anew->inputs * sizeof(double));
        memcpy(anew->bias, given->bias, hidden * sizeof(double));
        memcpy(anew->output_weights, given->output_weights,
               hidden * anew->outputs * sizeof(double));
    } else if (anew) {
        parameters(engine, anew);
    }
    return anew && nd_fast_begin_anew(self, experiment, anew, error);
}

/* What the run file tells of the engine. */
static const char *describe(const nd_engine *engine) {
    nd_fast_engine *self = (nd_fast_engine *)engine;
    uint64_t sleeps = 0;
    size_t awake = 0;
    double bound = 0;
    for (size_t i = 0; i < self->shares; i++) {
        sleeps += self->share[i].sleeps;
        awake += self->share[i].pack.slots;
        bound += self->share[i].bound;
    }
    snprintf(self->description, sizeof self->description,
             "fast instruction_set=%s%s precision=%s coordinates=%zu of %zu%s silent_units=%s "
             "awake=%zu sleeps=%" PRIu64 " missed_crossing_bound=%.1e",
             self->kernels->instruction_set, self->kernels->sparse ? " sparse" : "",
             self->kernels->single ? "single" : "double", self->layer.rank, self->subspace->columns,
             self->layer.gram ? " drive_as_state" : "", nd_silence_word(self->silence), awake,
             sleeps, bound);
    return self->description;
}

const nd_engine_backend nd_fast_backend = {
    .name = "fast",
    .summary = "vector kernels, sleeping silent units, the input subspace",
    .serves = nd_fast_serves,
    .open = open_engine,
    .close = close_engine,
    .advance = advance,
    .record = record,
    .parameters = parameters,
    .save = nd_fast_save,
    .restore = nd_fast_restore,
    .change = change,
    .describe = describe,
};
