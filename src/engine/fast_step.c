/* One step of the fast engine: wake, drive, doze, draw, output, error, update. */
#include <math.h>
#include <string.h>

#include "base/threads.h"
#include "engine/fast_engine.h"
#include "engine/fast_noise.h"

/* The drive that SED and the Gram form carry along is computed afresh now and then, so that its
 * rounding cannot grow away from the weights. Units change places at such steps, with sparse
 * kernels every REGROUP steps: noise must be drawn anew then. */
enum { REFRESH = 170 * ND_FAST_BLOCK, REGROUP = 10 * ND_FAST_BLOCK };

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

static bool regroup_due(const pass *p) {
    const nd_fast_engine *engine = p->engine;
    if (engine->layer.meets && (engine->layer.gram || !p->handed))
        return engine->base.step % REFRESH == 0;
    return engine->kernels->sparse && !p->handed && engine->base.step % REGROUP == 0;
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
        nd_fast_hand_in(engine, share, p->handed);
    if (stale)
        (layer->keeps_drive ? kernels->activate : kernels->drive)(layer, pack);
    if (regroup_due(p)) {
        kernels->regroup(layer, pack);
        if (kernels->sparse)
            kernels->drive(layer, pack);
    }
    if (boundary && nd_fast_doze(engine, share) && pack->mask) {
        kernels->unit_masks(engine->experiment->seed, engine->base.step, pack->unit, pack->groups,
                            layer->samples, engine->experiment->learning.dropout, pack->mask);
    }
    if (!p->handed && (!share->noise_drawn || engine->base.step % engine->period == 0))
        nd_fast_draw(engine, share);
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
    size_t count = engine->layer.samples * engine->layer.output_stride;
    if (engine->shares == 1)
        return engine->share[0].pack.output;
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

/* 1 - base^update, Adam's correction; from update `whole` on it is 1 to the last bit. */
static double correction(double base, double update, double whole) {
    return update < whole ? 1 - pow(base, update) : 1;
}

static double step_rate(const nd_fast_engine *engine, double *inverse_root) {
    double update = (double)(engine->base.step + 1);
    *inverse_root = 1;
    if (engine->layer.rule != ND_FAST_ADAM)
        return engine->rate;
    *inverse_root = 1 / sqrt(correction(0.999, update, 40000));
    return engine->rate / correction(0.9, update, 400);
}

bool nd_fast_step(nd_fast_engine *engine, const nd_noise *handed) {
    const nd_kernels *kernels = engine->kernels;
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
    double squares = kernels->error(&engine->layer, sum_outputs(engine), targets,
                                    engine->error_scale, engine->errors);
    if (engine->layer.rule == ND_FAST_SED) {
        for_shares(engine, perturb, &p);
        double change =
            (kernels->error(&engine->layer, sum_outputs(engine), targets, 1, engine->errors) -
             squares) /
            (double)(engine->layer.samples * engine->layer.outputs);
        p.step.rate = engine->rate * change;
        engine->clock += change * change;
        engine->largest[0] = fmax(engine->largest[0], change * change);
        for_shares(engine, descend, &p);
        squares += change;
    } else {
        for_shares(engine, learn, &p);
    }
    if (handed && engine->strayed)
        nd_fast_stray(engine, handed, p.step.rate);
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

const void *nd_fast_outputs(nd_fast_engine *engine) {
    pass p = {.engine = engine};
    if (engine->inputs)
        engine->kernels->augment(engine->dataset->samples, engine->dataset->inputs, engine->inputs,
                                 engine->coordinates);
    for_shares(engine, current_outputs, &p);
    return sum_outputs(engine);
}

bool nd_fast_engine_step_with_noise(nd_engine *engine, const nd_noise *noise) {
    nd_fast_engine *self = (nd_fast_engine *)engine;
    nd_fast_open_given(self);
    if (self->subspace->basis && !self->layer.gram && !self->strayed)
        self->strayed = nd_doubles(self->initial->hidden * self->subspace->columns, NULL);
    return nd_fast_step(self, noise);
}
