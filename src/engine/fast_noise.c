#include "engine/fast_noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "rule/constants.h"

/* ---- Opening ---- */

/* How many steps' noise is drawn together: the fewest that waste the fewest random numbers. Units
 * come and go every ND_FAST_BLOCK steps, when all noise is drawn anew. */
static void choose_period(nd_fast_engine *engine) {
    enum { MOST = 12 };
    size_t unit = engine->kernels->gaussians, rows = engine->layer.rows;
    double least = INFINITY;
    for (size_t period = 1; period <= MOST; period++) {
        if (ND_FAST_BLOCK % period != 0)
            continue;
        size_t count = (period * rows + unit - 1) / unit * unit;
        double cost = (double)count / (double)period;
        if (cost < least) {
            least = cost;
            engine->period = period;
            engine->layer.noise_count = count;
        }
    }
}

/* Sparse kernels: the scale of a unit's noise as its parameters are stored. */
static bool open_row_scale(nd_fast_engine *engine, int kind, double side, double outer,
                           nd_error *error) {
    nd_layer *layer = &engine->layer;
    double *scale = nd_doubles(layer->rows, error);
    bool fine = scale && (engine->row_scale[kind] =
                              nd_array(layer->stored, engine->kernels->real_size, error));
    for (size_t i = 0; fine && i < layer->rows; i++)
        scale[i] = (double)(float)(i < layer->side ? side : outer);
    if (fine)
        engine->kernels->put(layer, layer->stored, engine->row_scale[kind], 0, scale);
    free(scale);
    layer->sparse.noise_scale[kind] = engine->row_scale[kind];
    return fine;
}

/* Dense kernels: the scales of a period's numbers, spread for unit_gaussians. */
static bool open_spread_scale(nd_fast_engine *engine, int kind, double side, double outer,
                              nd_error *error) {
    const nd_layer *layer = &engine->layer;
    size_t count = layer->noise_count, floats = count * engine->kernels->float_lanes;
    float *scale = nd_array(count, sizeof *scale, error);
    bool fine = scale && (engine->scale[kind] = nd_array(floats, sizeof(float), error));
    for (size_t i = 0; fine && i < engine->period * layer->rows; i++)
        scale[i] = (float)(i % layer->rows < layer->side ? side : outer);
    if (fine)
        engine->kernels->spread_scale(count, scale, engine->scale[kind]);
    free(scale);
    return fine;
}

static const nd_noise_source DRAWN;

bool nd_noise_open(nd_fast_engine *engine, nd_error *error) {
    const nd_learning_keys *keys = &engine->experiment->learning;
    nd_layer *layer = &engine->layer;
    bool sed = layer->rule == ND_FAST_SED;
    double update = keys->update_noise;
    if (layer->rule == ND_FAST_SGD || sed)
        update *= engine->rate;
    double side[] = {update, keys->weight_noise,
                     sed ? ND_SED_PERTURBATION / sqrt((double)engine->initial->hidden) : 0};
    double outer[] = {update, keys->weight_noise,
                      sed ? ND_SED_PERTURBATION / sqrt((double)layer->outputs) : 0};
    engine->noise = &DRAWN;
    choose_period(engine);
    for (int kind = 0; kind < ND_NOISE_KINDS; kind++) {
        layer->noisy[kind] = side[kind] > 0;
        if (layer->noisy[kind] && !(engine->kernels->sparse ? open_row_scale : open_spread_scale)(
                                      engine, kind, side[kind], outer[kind], error))
            return false;
    }
    return true;
}

void nd_noise_close(nd_fast_engine *engine) {
    if (engine->noise && engine->noise->close)
        engine->noise->close(engine);
    for (int kind = 0; kind < ND_NOISE_KINDS; kind++) {
        free(engine->scale[kind]);
        free(engine->row_scale[kind]);
    }
}

/* ---- Drawing ---- */

/* Noisy inputs, with a 1 appended, are the coordinates; noisy targets are returned. */
static const void *draw_data(nd_fast_engine *engine) {
    const nd_kernels *kernels = engine->kernels;
    const nd_learning_keys *keys = &engine->experiment->learning;
    const nd_dataset *dataset = engine->dataset;
    uint64_t seed = engine->experiment->seed, step = engine->base.step;
    if (engine->inputs) {
        kernels->blur(seed, ND_FOR_INPUT_NOISE, step, true, keys->input_noise,
                      dataset->samples * dataset->inputs, engine->inputs, engine->noisy_inputs);
        kernels->augment(dataset->samples, dataset->inputs, engine->noisy_inputs,
                         engine->coordinates);
    }
    if (!engine->noisy_targets)
        return engine->targets;
    kernels->blur(seed, ND_FOR_LABEL_NOISE, step,
                  strcmp(keys->label_noise_distribution, "gaussian") == 0, keys->label_noise,
                  dataset->samples * dataset->outputs, engine->targets, engine->noisy_targets);
    return engine->noisy_targets;
}

/* A share's dropout masks of this step. */
static void draw_masks(nd_fast_engine *engine, nd_share *share) {
    nd_pack *pack = &share->pack;
    if (pack->dense.mask)
        engine->kernels->unit_masks(engine->experiment->seed, engine->base.step, pack->unit,
                                    pack->groups, engine->layer.samples,
                                    engine->experiment->learning.dropout, pack->dense.mask);
}

/* The noise of the period that the present step is in, unless it is there. */
static void draw_parameters(nd_fast_engine *engine, nd_share *share) {
    static const nd_purpose PURPOSES[] = {ND_FOR_UPDATE_NOISE, ND_FOR_WEIGHT_NOISE,
                                          ND_FOR_PERTURBATION};
    const nd_kernels *kernels = engine->kernels;
    nd_pack *pack = &share->pack;
    size_t count = engine->layer.noise_count;
    if (share->noise_drawn && engine->base.step % engine->period != 0)
        return;
    for (int kind = 0; kind < ND_NOISE_KINDS; kind++) {
        if (!pack->noise[kind])
            continue;
        kernels->unit_gaussians(engine->experiment->seed, PURPOSES[kind],
                                engine->base.step / engine->period, pack->unit, pack->groups, count,
                                engine->scale[kind], pack->noise[kind]);
        if (kernels->zero_idle_lanes)
            kernels->zero_idle_lanes(pack, count, pack->noise[kind]);
    }
    share->noise_drawn = true;
}

/* A walk of its own for each unit (walk.h): by update noise, and by SED's perturbations, whose
 * variance grows with the sum of dL^2. */
static void walk_complement(const nd_fast_engine *engine, size_t unit, nd_unit_scratch *scratch,
                            double *side) {
    const nd_subspace *subspace = engine->subspace;
    size_t columns = subspace->columns;
    double *walked = scratch->walked, *inside = scratch->inside;
    bool sed = engine->layer.rule == ND_FAST_SED;
    double deviations[] = {engine->rate * engine->experiment->learning.update_noise,
                           engine->rate * ND_SED_PERTURBATION /
                               sqrt((double)engine->initial->hidden)};
    double times[] = {(double)(engine->base.step - engine->base.origin), engine->clock};
    if (!subspace->basis || subspace->rank == columns)
        return;
    for (int part = 0; part < (sed ? 2 : 1); part++) {
        nd_walk walk = {.gaussians = engine->kernels->walk_gaussians,
                        .seed = engine->experiment->seed,
                        .purpose = ND_FOR_COMPLEMENT,
                        .unit = (uint32_t)unit,
                        .key = (uint64_t)part + 2 * engine->base.origin,
                        .whole = part == 0};
        if (deviations[part] <= 0)
            continue;
        nd_walk_on(&walk, times[part], columns, walked, scratch->bridge);
        nd_subspace_project(subspace, walked, inside);
        nd_subspace_add(subspace, inside, -1, walked);
        for (size_t i = 0; i < columns; i++)
            side[i] += deviations[part] * walked[i];
    }
}

static const nd_noise_source DRAWN = {
    .units_move = true,
    .in_periods = true,
    .data = draw_data,
    .masks = draw_masks,
    .parameters = draw_parameters,
    .complement = walk_complement,
};
