#include "engine/fast_noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* How many steps' noise is drawn together: the fewest that waste the fewest random numbers. Units
 * come and go every ND_FAST_BLOCK steps, when all noise is drawn anew. */
static void choose_period(nd_fast_engine *self) {
    enum { MOST = 12 };
    size_t unit = self->kernels->gaussians, rows = self->layer.rows;
    double least = INFINITY;
    for (size_t period = 1; period <= MOST; period++) {
        if (ND_FAST_BLOCK % period != 0)
            continue;
        size_t count = (period * rows + unit - 1) / unit * unit;
        double cost = (double)count / (double)period;
        if (cost < least) {
            least = cost;
            self->period = period;
            self->noise_count = count;
        }
    }
}

/* Sparse kernels: the scale of a unit's noise as its parameters are stored. */
static bool open_row_scale(nd_fast_engine *self, int kind, double side, double outer,
                           nd_error *error) {
    const nd_layer *layer = &self->layer;
    double *scale = nd_doubles(layer->rows, error);
    bool fine = scale && (self->noise_scale[kind] =
                              nd_array(layer->stored, self->kernels->real_size, error));
    for (size_t i = 0; fine && i < layer->rows; i++)
        scale[i] = (double)(float)(i < layer->side ? side : outer);
    if (fine)
        self->kernels->put(layer, layer->stored, self->noise_scale[kind], 0, scale);
    free(scale);
    self->layer.noise_scale[kind] = self->noise_scale[kind];
    return fine;
}

bool nd_fast_open_noise(nd_fast_engine *self, nd_error *error) {
    const nd_learning_keys *keys = &self->experiment->learning;
    const nd_layer *layer = &self->layer;
    double update = keys->update_noise;
    if (layer->rule == ND_FAST_SGD || layer->rule == ND_FAST_SED)
        update *= self->rate;
    bool sed = layer->rule == ND_FAST_SED;
    double side[] = {update, keys->weight_noise,
                     sed ? 0.1 / sqrt((double)self->initial->hidden) : 0};
    double outer[] = {update, keys->weight_noise, sed ? 0.1 / sqrt((double)layer->outputs) : 0};
    choose_period(self);
    for (int kind = 0; kind < ND_NOISE_KINDS; kind++) {
        if (side[kind] <= 0)
            continue;
        if (self->kernels->sparse) {
            if (!open_row_scale(self, kind, side[kind], outer[kind], error))
                return false;
            continue;
        }
        size_t count = self->noise_count;
        float *scale = nd_array(count, sizeof *scale, error);
        self->scale[kind] = nd_array(count * self->kernels->float_lanes, sizeof(float), error);
        if (!scale || !self->scale[kind]) {
            free(scale);
            return false;
        }
        for (size_t i = 0; i < self->period * layer->rows; i++)
            scale[i] = (float)(i % layer->rows < layer->side ? side[kind] : outer[kind]);
        self->kernels->spread_scale(count, scale, self->scale[kind]);
        free(scale);
    }
    return true;
}

bool nd_fast_open_pack_noise(const nd_fast_engine *self, nd_pack *pack, nd_error *error) {
    for (int kind = 0; kind < ND_NOISE_KINDS; kind++) {
        size_t count = pack->capacity * self->noise_count;
        if (self->scale[kind] &&
            !(pack->noise[kind] = nd_array(count, self->kernels->real_size, error)))
            return false;
        if (self->noise_scale[kind] && /* vectors are read past the last number */
            !(pack->noise[kind] = nd_array(count + self->kernels->padded(1), sizeof(float), error)))
            return false;
    }
    return true;
}

void nd_fast_draw(nd_fast_engine *engine, nd_share *share) {
    static const nd_purpose PURPOSES[] = {ND_FOR_UPDATE_NOISE, ND_FOR_WEIGHT_NOISE,
                                          ND_FOR_PERTURBATION};
    nd_pack *pack = &share->pack;
    for (int kind = 0; kind < ND_NOISE_KINDS; kind++) {
        if (!pack->noise[kind])
            continue;
        engine->kernels->unit_gaussians(
            engine->experiment->seed, PURPOSES[kind], engine->base.step / engine->period,
            pack->unit, pack->groups, engine->noise_count, engine->scale[kind], pack->noise[kind]);
        if (engine->kernels->still)
            engine->kernels->still(pack, engine->noise_count, pack->noise[kind]);
    }
    share->noise_drawn = true;
}

/* A noise block's values for one unit, in the engine's coordinates; what lies outside the subspace
 * strays. */
static void hand_in_unit(nd_fast_engine *engine, const nd_parameters *noise, double offset,
                         size_t unit, double *full, double *rows) {
    const nd_subspace *subspace = engine->subspace;
    size_t columns = subspace->columns, outputs = engine->layer.outputs;
    for (size_t i = 0; i + 1 < columns; i++)
        full[i] = noise->input_weights[unit * (columns - 1) + i] + offset;
    full[columns - 1] = noise->bias[unit] + offset;
    nd_subspace_project(subspace, full, rows);
    for (size_t m = 0; m < outputs; m++)
        rows[engine->layer.side + m] = noise->output_weights[m * noise->hidden + unit] + offset;
}

void nd_fast_hand_in(nd_fast_engine *engine, nd_share *share, const nd_noise *noise) {
    nd_pack *pack = &share->pack;
    const nd_layer *layer = &engine->layer;
    size_t columns = engine->subspace->columns;
    const nd_parameters *given[] = {noise->update, noise->weight, noise->perturbation};
    bool scaled = layer->rule == ND_FAST_SGD || layer->rule == ND_FAST_SED;
    double *full = share->values, *rows = share->values + columns;
    for (int kind = 0; kind < ND_NOISE_KINDS; kind++)
        for (size_t slot = 0; pack->noise[kind] && slot < pack->slots; slot++) {
            memset(rows, 0, layer->rows * sizeof *rows);
            if (given[kind])
                hand_in_unit(engine, given[kind], kind == ND_NOISE_WEIGHT ? -1 : 0,
                             pack->unit[slot], full, rows);
            double factor = kind == ND_NOISE_UPDATE && scaled ? engine->rate : 1;
            for (size_t i = 0; i < layer->rows; i++)
                rows[i] *= factor;
            if (engine->kernels->sparse)
                engine->kernels->put(layer, layer->stored, pack->given[kind], slot, rows);
            else
                engine->kernels->put(layer, engine->noise_count, pack->noise[kind], slot, rows);
        }
    for (size_t slot = 0; noise->dropout_mask && slot < pack->slots; slot++) {
        for (size_t s = 0; s < layer->samples; s++)
            full[s] = noise->dropout_mask[s * engine->initial->hidden + pack->unit[slot]];
        engine->kernels->put_samples(layer, pack->mask, slot, full);
    }
}

void nd_fast_stray(nd_fast_engine *engine, const nd_noise *noise, double sed_factor) {
    const nd_subspace *subspace = engine->subspace;
    size_t columns = subspace->columns;
    double *full = engine->share[0].values, *rows = full + columns;
    const nd_parameters *parts[] = {noise->update, noise->perturbation};
    double factors[] = {engine->rate, sed_factor};
    for (int part = 0; part < 2; part++)
        for (size_t unit = 0; parts[part] && unit < engine->initial->hidden; unit++) {
            hand_in_unit(engine, parts[part], 0, unit, full, rows);
            nd_subspace_add(subspace, rows, -1, full);
            for (size_t i = 0; i < columns; i++)
                engine->strayed[unit * columns + i] -= factors[part] * full[i];
        }
}

void nd_fast_open_given(nd_fast_engine *engine) {
    for (size_t i = 0; engine->kernels->sparse && i < engine->shares; i++) {
        nd_pack *pack = &engine->share[i].pack;
        for (int kind = 0; kind < ND_NOISE_KINDS; kind++)
            if (pack->noise[kind] && !pack->given[kind])
                pack->given[kind] = nd_array(pack->capacity * engine->layer.stored,
                                             engine->kernels->real_size, NULL);
    }
}
