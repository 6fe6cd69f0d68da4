/* The fast back end: records, parameters, what it says of itself. It is opened in fast_open.c, its
 * steps are in fast_step.c, silent units in fast_silence.c, the design in docs/performance.md. */
#include "engine/fast_engine.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "engine/backends.h"
#include "engine/fast_open.h"
#include "engine/fast_state.h"
#include "engine/walk.h"

static bool advance(nd_engine *engine, uint64_t step, nd_error *error) {
    while (engine->step < step)
        if (!nd_fast_step((nd_fast_engine *)engine, NULL))
            return nd_fail(error, NULL, "lower learning.learning_rate or the noise",
                           "the network diverged at step %" PRIu64, engine->step);
    return true;
}

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

/* The walk of a unit's weights and bias outside the input subspace, added to `full`. */
static void add_complement(const nd_fast_engine *self, size_t unit, double *full, double *scratch) {
    const nd_subspace *subspace = self->subspace;
    size_t columns = subspace->columns;
    double *walked = scratch, *inside = scratch + columns;
    double deviation = self->rate * self->experiment->learning.update_noise, time;
    nd_walk walk = {.gaussians = self->kernels->walk_gaussians,
                    .seed = self->experiment->seed,
                    .purpose = ND_FOR_COMPLEMENT,
                    .unit = (uint32_t)unit,
                    .whole = true};
    for (size_t i = 0; self->strayed && i < columns; i++)
        full[i] += self->strayed[unit * columns + i];
    if (!subspace->basis || subspace->rank == columns || self->strayed)
        return;
    for (int part = 0; part < 2; part++) {
        time = (double)self->base.step;
        if (part == 1) { /* SED's perturbations move it too, by the sum of dL^2 */
            if (self->layer.rule != ND_FAST_SED)
                return;
            deviation = self->rate * 0.1 / sqrt((double)self->initial->hidden);
            time = self->clock;
            walk.whole = false;
            walk.key = 1;
        }
        if (deviation <= 0)
            continue;
        nd_walk_on(&walk, time, columns, walked, scratch + 2 * columns);
        nd_subspace_project(subspace, walked, inside);
        nd_subspace_add(subspace, inside, -1, walked);
        for (size_t i = 0; i < columns; i++)
            full[i] += deviation * walked[i];
    }
}

/* A unit's rows, in the engine's coordinates, to its weights, bias and output weights. */
static void unit_parameters(const nd_fast_engine *self, size_t unit, const double *state,
                            double *scratch, nd_parameters *out) {
    const nd_subspace *subspace = self->subspace;
    const nd_layer *layer = &self->layer;
    size_t columns = subspace->columns;
    double *full = scratch, *moved = scratch + columns;
    memcpy(full, self->initial->input_weights + unit * (columns - 1), (columns - 1) * sizeof *full);
    full[columns - 1] = self->initial->bias[unit];
    if (layer->gram) {
        for (size_t s = 0; s < layer->samples; s++)
            for (size_t i = 0; i < columns; i++)
                full[i] += state[s] * subspace->augmented[s * columns + i];
    } else if (!subspace->basis) {
        memcpy(full, state, columns * sizeof *full);
    } else { /* what was projected away at the start is still there */
        nd_subspace_project(subspace, full, moved);
        for (size_t k = 0; k < layer->rank; k++)
            moved[k] = state[k] - moved[k];
        nd_subspace_add(subspace, moved, 1, full);
    }
    add_complement(self, unit, full, moved);
    memcpy(out->input_weights + unit * (columns - 1), full, (columns - 1) * sizeof *full);
    out->bias[unit] = full[columns - 1];
    for (size_t m = 0; m < layer->outputs; m++)
        out->output_weights[m * out->hidden + unit] = state[layer->side + m];
}

static void parameters(nd_engine *engine, nd_parameters *out) {
    nd_fast_engine *self = (nd_fast_engine *)engine;
    size_t rows = self->layer.rows;
    for (size_t i = 0; i < self->shares; i++) {
        nd_share *share = &self->share[i];
        double *scratch = share->values;
        double *state = scratch + 8 * (rows + self->subspace->columns + self->layer.samples);
        for (size_t slot = 0; slot < share->pack.slots; slot++) {
            self->kernels->get(&self->layer, share->pack.parameters, slot, state);
            unit_parameters(self, share->pack.unit[slot], state, scratch, out);
        }
        for (size_t unit = share->first; unit < share->first + share->units; unit++)
            if (self->sleeper[unit].state != ND_AWAKE) {
                nd_fast_asleep_state(self, unit, state, scratch);
                unit_parameters(self, unit, state, scratch, out);
            }
    }
}

static const char *describe(const nd_engine *engine) {
    static const char *const SILENCES[] = {"work", "rest", "coast", "walk", "follow"};
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
             self->layer.gram ? " drive_as_state" : "", SILENCES[self->silence], awake, sleeps,
             bound);
    return self->description;
}

const nd_engine_backend nd_fast_backend = {
    .name = "fast",
    .summary = "vector kernels, sleeping silent units, the input subspace",
    .serves = nd_fast_serves,
    .open = nd_fast_open,
    .close = nd_fast_close,
    .advance = advance,
    .record = record,
    .parameters = parameters,
    .save = nd_fast_save,
    .restore = nd_fast_restore,
    .describe = describe,
};
