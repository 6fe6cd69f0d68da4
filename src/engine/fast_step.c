/* One step of the fast engine: wake, drive, doze, draw, output, error, update. */
#include <math.h>
#include <string.h>

#include "base/threads.h"
#include "engine/fast_engine.h"

/* The drive that SED and the Gram form carry along is computed afresh now and then, so that its
 * rounding cannot grow away from the weights. */
enum { REFRESH = 4096 };

/* Below this much work a step is not worth a second thread. */
static const double WORTH_THREADS = 2e6;

typedef struct pass {
    nd_fast_engine *engine;
    const nd_noise *handed;
    nd_step step;
    bool trial;
} pass;

static void for_shares(nd_fast_engine *engine, void (*body)(size_t, void *), pass *context) {
    const nd_layer *layer = &engine->layer;
    double work = (double)(engine->initial->hidden * layer->samples * layer->rows);
    unsigned threads = work >= WORTH_THREADS ? engine->threads : 1;
    if (engine->shares == 1)
        body(0, context);
    else
        nd_parallel_for(engine->shares, threads, body, context);
}

void nd_fast_admit(nd_fast_engine *engine, nd_share *share, size_t unit, const double *state) {
    nd_pack *pack = &share->pack;
    size_t slot = pack->slots++, n = engine->layer.samples;
    double *drive = share->values, *scratch = share->values + n;
    pack->unit[slot] = (uint32_t)unit;
    pack->groups = (pack->slots + engine->kernels->lanes - 1) / engine->kernels->lanes;
    engine->kernels->put(&engine->layer, engine->layer.stored, pack->parameters, slot, state);
    engine->kernels->renew(&engine->layer, pack, slot);
    if (!pack->drive)
        return;
    nd_fast_drive_of(engine, unit, state, drive, scratch);
    engine->kernels->put_samples(&engine->layer, pack->drive, slot, drive);
}

static void refresh_drive(nd_fast_engine *engine, nd_share *share) {
    size_t n = engine->layer.samples, rows = engine->layer.rows;
    double *drive = share->values, *scratch = share->values + n;
    double *state = share->values + 4 * (rows + engine->subspace->columns + n);
    for (size_t slot = 0; slot < share->pack.slots; slot++) {
        engine->kernels->get(&engine->layer, share->pack.parameters, slot, state);
        nd_fast_drive_of(engine, share->pack.unit[slot], state, drive, scratch);
        engine->kernels->put_samples(&engine->layer, share->pack.drive, slot, drive);
    }
}

/* Lanes past the last unit must not be moved by noise. */
static void still_empty_lanes(const nd_fast_engine *engine, nd_pack *pack, void *noise) {
    size_t lanes = engine->kernels->lanes, size = engine->kernels->real_size;
    size_t rows = engine->noise_count, used = pack->slots % lanes;
    if (used == 0)
        return;
    char *group = (char *)noise + (pack->groups - 1) * rows * lanes * size;
    for (size_t row = 0; row < rows; row++)
        memset(group + (row * lanes + used) * size, 0, (lanes - used) * size);
}

static void draw(nd_fast_engine *engine, nd_share *share) {
    static const nd_purpose PURPOSES[] = {ND_FOR_UPDATE_NOISE, ND_FOR_WEIGHT_NOISE,
                                          ND_FOR_PERTURBATION};
    nd_pack *pack = &share->pack;
    for (int kind = 0; kind < ND_NOISE_KINDS; kind++) {
        if (!pack->noise[kind])
            continue;
        engine->kernels->unit_gaussians(
            engine->experiment->seed, PURPOSES[kind], engine->base.step / engine->period,
            pack->unit, pack->groups, engine->noise_count, engine->scale[kind], pack->noise[kind]);
        still_empty_lanes(engine, pack, pack->noise[kind]);
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

static void hand_in(nd_fast_engine *engine, nd_share *share, const nd_noise *noise) {
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

/* After a handed-in step: the part of the noise outside the subspace joins the complement. */
static void stray(nd_fast_engine *engine, const nd_noise *noise, double sed_factor) {
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

/* First half of a step for one share: up to its part of the outputs. */
static void before_error(size_t index, void *context) {
    pass *p = context;
    nd_fast_engine *engine = p->engine;
    const nd_kernels *kernels = engine->kernels;
    const nd_layer *layer = &engine->layer;
    nd_share *share = &engine->share[index];
    nd_pack *pack = &share->pack;
    bool boundary = engine->base.step % ND_FAST_BLOCK == 0 && !p->handed;
    bool stale = !layer->keeps_drive;
    if (!p->handed && nd_fast_wake_due(engine, share)) {
        size_t slots = pack->slots;
        nd_fast_wake(engine, share);
        stale |= pack->slots != slots;
    }
    if (layer->keeps_drive && engine->base.step % REFRESH == 0) {
        refresh_drive(engine, share);
        stale = true;
    }
    if (pack->mask && !p->handed)
        kernels->unit_masks(engine->experiment->seed, engine->base.step, pack->unit, pack->groups,
                            layer->samples, engine->experiment->learning.dropout, pack->mask);
    if (p->handed)
        hand_in(engine, share, p->handed);
    if (stale)
        (layer->keeps_drive ? kernels->activate : kernels->drive)(layer, pack);
    if (boundary && nd_fast_doze(engine, share) && pack->mask) {
        kernels->unit_masks(engine->experiment->seed, engine->base.step, pack->unit, pack->groups,
                            layer->samples, engine->experiment->learning.dropout, pack->mask);
    }
    if (!p->handed && (!share->noise_drawn || engine->base.step % engine->period == 0))
        draw(engine, share);
    kernels->output(layer, pack, false);
}

static void learn(size_t index, void *context) {
    pass *p = context;
    p->engine->kernels->learn(&p->engine->layer, &p->engine->share[index].pack, &p->step);
}

static void perturb(size_t index, void *context) {
    pass *p = context;
    nd_pack *pack = &p->engine->share[index].pack;
    p->engine->kernels->perturb(&p->engine->layer, pack, &p->step);
    p->engine->kernels->output(&p->engine->layer, pack, true);
}

static void descend(size_t index, void *context) {
    pass *p = context;
    p->engine->kernels->descend(&p->engine->layer, &p->engine->share[index].pack, &p->step);
}

/* The shares' outputs, summed in their order. */
static const void *sum_outputs(nd_fast_engine *engine) {
    size_t count = engine->layer.samples * engine->layer.outputs;
    memcpy(engine->outputs, engine->share[0].pack.output, count * engine->kernels->real_size);
    for (size_t i = 1; i < engine->shares; i++)
        engine->kernels->add(count, engine->share[i].pack.output, engine->outputs);
    return engine->outputs;
}

/* An n x d_out array given in the samples' own order. */
static void take_samples(const nd_fast_engine *engine, const double *from, void *to) {
    size_t outputs = engine->layer.outputs, size = outputs * engine->kernels->real_size;
    for (size_t s = 0; s < engine->layer.samples; s++) {
        size_t sample = engine->order ? engine->order[s] : s;
        engine->kernels->from_doubles(outputs, from + sample * outputs, (char *)to + s * size);
    }
}

/* This step's inputs and targets. */
static const void *draw_data(nd_fast_engine *engine, const nd_noise *handed) {
    const nd_kernels *kernels = engine->kernels;
    const nd_learning_keys *keys = &engine->experiment->learning;
    const nd_dataset *dataset = engine->dataset;
    uint64_t seed = engine->experiment->seed, step = engine->base.step;
    size_t inputs = dataset->samples * dataset->inputs,
           outputs = dataset->samples * dataset->outputs;
    if (engine->inputs) {
        if (handed) {
            kernels->from_doubles(inputs, dataset->input, engine->noisy_inputs);
            if (handed->input) {
                kernels->from_doubles(inputs, handed->input, engine->noisy_inputs);
                kernels->add(inputs, engine->inputs, engine->noisy_inputs);
            }
        } else {
            kernels->blur(seed, ND_FOR_INPUT_NOISE, step, true, keys->input_noise, inputs,
                          engine->inputs, engine->noisy_inputs);
        }
        kernels->augment(dataset->samples, dataset->inputs, engine->noisy_inputs,
                         engine->coordinates);
    }
    if (!engine->noisy_targets)
        return engine->targets;
    if (handed) {
        memcpy(engine->noisy_targets, engine->targets, outputs * kernels->real_size);
        if (handed->label) {
            take_samples(engine, handed->label, engine->noisy_targets);
            kernels->add(outputs, engine->targets, engine->noisy_targets);
        }
    } else {
        kernels->blur(seed, ND_FOR_LABEL_NOISE, step,
                      strcmp(keys->label_noise_distribution, "gaussian") == 0, keys->label_noise,
                      outputs, engine->targets, engine->noisy_targets);
    }
    return engine->noisy_targets;
}

static double step_rate(const nd_fast_engine *engine, double *inverse_root) {
    double update = (double)(engine->base.step + 1);
    *inverse_root = 1;
    if (engine->layer.rule != ND_FAST_ADAM)
        return engine->rate;
    *inverse_root = 1 / sqrt(1 - pow(0.999, update));
    return engine->rate / (1 - pow(0.9, update));
}

bool nd_fast_step(nd_fast_engine *engine, const nd_noise *handed) {
    const nd_kernels *kernels = engine->kernels;
    size_t count = engine->layer.samples * engine->layer.outputs;
    pass p = {.engine = engine, .handed = handed};
    const void *targets = draw_data(engine, handed);
    for_shares(engine, before_error, &p);
    if (engine->base.step % ND_FAST_BLOCK == 0) {
        engine->largest[1] = engine->largest[0];
        engine->largest[0] = 0;
    }
    p.step = (nd_step){.error = engine->errors,
                       .phase = handed ? 0 : engine->base.step % engine->period,
                       .noise_count = engine->noise_count,
                       .handed = handed != NULL};
    p.step.rate = step_rate(engine, &p.step.inverse_root_correction_2);
    double squares =
        kernels->error(count, sum_outputs(engine), targets, engine->error_scale, engine->errors);
    if (engine->layer.rule == ND_FAST_SED) {
        for_shares(engine, perturb, &p);
        double change =
            (kernels->error(count, sum_outputs(engine), targets, 1, engine->errors) - squares) /
            (double)count;
        p.step.rate = engine->rate * change;
        engine->clock += change * change;
        engine->largest[0] = fmax(engine->largest[0], change * change);
        for_shares(engine, descend, &p);
        squares += change;
    } else {
        for_shares(engine, learn, &p);
    }
    if (handed && engine->strayed)
        stray(engine, handed, p.step.rate);
    engine->base.step++;
    return isfinite(squares);
}

static void current_outputs(size_t index, void *context) {
    nd_fast_engine *engine = ((pass *)context)->engine;
    nd_pack *pack = &engine->share[index].pack;
    void *mask = pack->mask;
    pack->mask = NULL;
    (engine->layer.keeps_drive ? engine->kernels->activate : engine->kernels->drive)(&engine->layer,
                                                                                     pack);
    engine->kernels->output(&engine->layer, pack, false);
    pack->mask = mask;
}

void nd_fast_outputs(nd_fast_engine *engine) {
    pass p = {.engine = engine};
    if (engine->inputs)
        engine->kernels->augment(engine->dataset->samples, engine->dataset->inputs, engine->inputs,
                                 engine->coordinates);
    for_shares(engine, current_outputs, &p);
    sum_outputs(engine);
}

/* Sparse kernels take noise that is handed in from arrays of their own. */
static void open_given(nd_fast_engine *engine) {
    for (size_t i = 0; engine->kernels->sparse && i < engine->shares; i++) {
        nd_pack *pack = &engine->share[i].pack;
        for (int kind = 0; kind < ND_NOISE_KINDS; kind++)
            if (pack->noise[kind] && !pack->given[kind])
                pack->given[kind] = nd_array(pack->capacity * engine->layer.stored,
                                             engine->kernels->real_size, NULL);
    }
}

bool nd_fast_engine_step_with_noise(nd_engine *engine, const nd_noise *noise) {
    nd_fast_engine *self = (nd_fast_engine *)engine;
    open_given(self);
    if (self->subspace->basis && !self->layer.gram && !self->strayed)
        self->strayed = nd_doubles(self->initial->hidden * self->subspace->columns, NULL);
    return nd_fast_step(self, noise);
}
