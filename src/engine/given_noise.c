#include "engine/given_noise.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "engine/fast_step.h"
#include "network/parameters.h"

typedef struct given_noise {
    const nd_noise *noise; /* of this step */
    void **exact;          /* sparse kernels: shares x kinds, as nd_sparse_pack's exact_noise */
    double *outside;       /* H x columns: what noise has moved outside the subspace; may be NULL */
} given_noise;

/* An n x d_out array given in the samples' own order, as reals in the engine's. */
static void take_samples(const nd_fast_engine *engine, const double *from, void *to) {
    size_t outputs = engine->layer.outputs, size = outputs * engine->kernels->real_size;
    for (size_t s = 0; s < engine->layer.samples; s++) {
        size_t sample = engine->order ? engine->order[s] : s;
        engine->kernels->from_doubles(outputs, from + sample * outputs, (char *)to + s * size);
    }
}

/* This step's inputs and targets (nd_noise_source). */
static const void *give_data(nd_fast_engine *engine) {
    const nd_noise *noise = ((given_noise *)engine->given)->noise;
    const nd_kernels *kernels = engine->kernels;
    const nd_dataset *dataset = engine->dataset;
    size_t inputs = dataset->samples * dataset->inputs;
    size_t outputs = dataset->samples * dataset->outputs;
    if (engine->inputs) {
        kernels->from_doubles(inputs, dataset->input, engine->noisy_inputs);
        if (noise->input) {
            kernels->from_doubles(inputs, noise->input, engine->noisy_inputs);
            kernels->add(inputs, engine->inputs, engine->noisy_inputs);
        }
        kernels->augment(dataset->samples, dataset->inputs, engine->noisy_inputs,
                         engine->coordinates);
    }
    if (!engine->noisy_targets || !noise->label)
        return engine->targets;
    take_samples(engine, noise->label, engine->noisy_targets);
    kernels->add(outputs, engine->targets, engine->noisy_targets);
    return engine->noisy_targets;
}

/* A share's dropout masks, as given (n x H). */
static void give_masks(nd_fast_engine *engine, nd_share *share) {
    const double *mask = ((given_noise *)engine->given)->noise->dropout_mask;
    nd_pack *pack = &share->pack;
    double *of_unit = share->scratch.drive;
    for (size_t slot = 0; mask && slot < pack->slots; slot++) {
        for (size_t s = 0; s < engine->layer.samples; s++)
            of_unit[s] = mask[s * engine->initial->hidden + pack->unit[slot]];
        engine->kernels->put_samples(&engine->layer, pack->dense.mask, slot, of_unit);
    }
}

/* A block's values for one unit, less `offset`: side (columns), and rows in the engine's
 * coordinates. */
static void take_unit(const nd_fast_engine *engine, const nd_parameters *noise, double offset,
                      size_t unit, double *side, double *rows) {
    const nd_layer *layer = &engine->layer;
    nd_parameters_of_unit(noise, unit, side, rows + layer->side);
    for (size_t i = 0; i < engine->subspace->columns; i++)
        side[i] -= offset;
    for (size_t m = 0; m < layer->outputs; m++)
        rows[layer->side + m] -= offset;
    nd_subspace_project(engine->subspace, side, rows);
}

/* The noise in a share's parameters: exact for sparse kernels, else in place of what is drawn. */
static void give_parameters(nd_fast_engine *engine, nd_share *share) {
    const given_noise *given = engine->given;
    const nd_layer *layer = &engine->layer;
    const nd_parameters *blocks[] = {given->noise->update, given->noise->weight,
                                     given->noise->perturbation};
    nd_pack *pack = &share->pack;
    double *rows = share->scratch.state;
    bool scaled = layer->rule == ND_FAST_SGD || layer->rule == ND_FAST_SED;
    for (int kind = 0; kind < ND_NOISE_KINDS; kind++) {
        double factor = kind == ND_NOISE_UPDATE && scaled ? engine->rate : 1;
        void *exact = given->exact[(share - engine->share) * ND_NOISE_KINDS + kind];
        for (size_t slot = 0; pack->noise[kind] && slot < pack->slots; slot++) {
            memset(rows, 0, layer->rows * sizeof *rows);
            if (blocks[kind])
                take_unit(engine, blocks[kind], kind == ND_NOISE_WEIGHT ? 1 : 0, pack->unit[slot],
                          share->scratch.side, rows);
            for (size_t i = 0; i < layer->rows; i++)
                rows[i] *= factor;
            if (exact)
                engine->kernels->put(layer, layer->stored, exact, slot, rows);
            else
                engine->kernels->put(layer, layer->noise_count, pack->noise[kind], slot, rows);
        }
        pack->sparse.exact_noise[kind] = exact;
    }
}

/* The part of the noise outside the subspace joins the complement. */
static void add_outside(nd_fast_engine *engine, double sed_factor) {
    const given_noise *given = engine->given;
    const nd_subspace *subspace = engine->subspace;
    size_t columns = subspace->columns;
    double *side = engine->share[0].scratch.side, *rows = engine->share[0].scratch.state;
    const nd_parameters *blocks[] = {given->noise->update, given->noise->perturbation};
    double factors[] = {engine->rate, sed_factor};
    for (int part = 0; part < 2; part++)
        for (size_t unit = 0; given->outside && blocks[part] && unit < engine->initial->hidden;
             unit++) {
            take_unit(engine, blocks[part], 0, unit, side, rows);
            nd_subspace_add(subspace, rows, -1, side);
            for (size_t i = 0; i < columns; i++)
                given->outside[unit * columns + i] -= factors[part] * side[i];
        }
}

/* What has been counted outside the subspace (nd_noise_source). */
static void complement(const nd_fast_engine *engine, size_t unit, nd_unit_scratch *scratch,
                       double *side) {
    const given_noise *given = engine->given;
    size_t columns = engine->subspace->columns;
    (void)scratch;
    for (size_t i = 0; given->outside && i < columns; i++)
        side[i] += given->outside[unit * columns + i];
}

/* Frees all of it. */
static void close_given(nd_fast_engine *engine) {
    given_noise *given = engine->given;
    for (size_t i = 0; given->exact && i < engine->shares * ND_NOISE_KINDS; i++)
        free(given->exact[i]);
    free(given->exact);
    free(given->outside);
    free(given);
    engine->given = NULL;
}

static const nd_noise_source GIVEN = {
    .data = give_data,
    .masks = give_masks,
    .parameters = give_parameters,
    .finish = add_outside,
    .complement = complement,
    .close = close_given,
};

/* The engine's noise is given from now on. */
static bool open_given(nd_fast_engine *engine) {
    const nd_layer *layer = &engine->layer;
    given_noise *given = engine->given = nd_array(1, sizeof *given, NULL);
    if (!given)
        return false;
    engine->noise = &GIVEN;
    if (!(given->exact = nd_array(engine->shares * ND_NOISE_KINDS, sizeof(void *), NULL)))
        return false;
    for (size_t i = 0; engine->kernels->sparse && i < engine->shares * ND_NOISE_KINDS; i++) {
        size_t count = engine->share[i / ND_NOISE_KINDS].pack.capacity * layer->stored;
        if (layer->noisy[i % ND_NOISE_KINDS] &&
            !(given->exact[i] = nd_array(count, engine->kernels->real_size, NULL)))
            return false;
    }
    if (!engine->subspace->basis || layer->gram)
        return true;
    given->outside = nd_doubles(engine->initial->hidden * engine->subspace->columns, NULL);
    return given->outside != NULL;
}

bool nd_fast_step_with_noise(nd_engine *engine, const nd_noise *noise) {
    nd_fast_engine *self = (nd_fast_engine *)engine;
    if (!self->given && !open_given(self))
        return false;
    ((given_noise *)self->given)->noise = noise;
    return nd_fast_step(self);
}
