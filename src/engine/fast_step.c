#include "engine/fast_step.h"

#include <math.h>
#include <string.h>

#include "base/threads.h"
#include "engine/fast_pack.h"
#include "engine/fast_silence.h"
#include "rule/constants.h"

/* The drive that SED and the Gram form carry along is computed afresh now and then, so that its
 * rounding cannot grow away from the weights. Units change slots at such steps, with sparse kernels
 * every REORDER steps: noise must be drawn anew then. */
enum { REFRESH = 170 * ND_FAST_BLOCK, REORDER = 10 * ND_FAST_BLOCK };

/* Below this much work a step is not worth a second thread. */
static const double WORTH_THREADS = 2e6;

/* What the parts of a step that are done share by share need. */
typedef struct pass {
    nd_fast_engine *engine;
    nd_step step;
} pass;

/* Calls body(share's index, context) for every share, on several threads where that pays. */
static void for_shares(nd_fast_engine *engine, void (*body)(size_t, void *), pass *context) {
    const nd_layer *layer = &engine->layer;
    double work = (double)(engine->initial->hidden * layer->samples * layer->rows);
    unsigned threads = work >= WORTH_THREADS ? engine->threads : 1;
    if (engine->shares == 1)
        body(0, context);
    else
        nd_parallel_for(engine->shares, threads, body, context);
}

/* ---- Forward ---- */

/* Computes the drive afresh where it is carried along and that is due; true: it was. */
static bool refresh_drive(const nd_fast_engine *engine, nd_share *share) {
    if (!engine->layer.keeps_drive || engine->base.step % REFRESH != 0)
        return false;
    nd_pack_refresh_drive(engine, share);
    return true;
}

/* Units change slots where and when that pays. In the Gram form they may whatever the noise, which
 * is none. */
static void reorder_slots(const nd_fast_engine *engine, nd_pack *pack) {
    const nd_layer *layer = &engine->layer;
    bool may_move = engine->noise->units_move || layer->gram;
    size_t interval = layer->may_list ? REFRESH : engine->kernels->sparse ? REORDER : 0;
    if (!may_move || interval == 0 || engine->base.step % interval != 0)
        return;
    engine->kernels->reorder(layer, pack);
    if (engine->kernels->sparse)
        engine->kernels->drive(layer, pack);
}

/* The forward half of a step for one share: up to its part of the outputs. */
static void forward(size_t index, void *context) {
    nd_fast_engine *engine = ((pass *)context)->engine;
    nd_share *share = &engine->share[index];
    nd_pack *pack = &share->pack;
    bool woken, refreshed;

    /* Units whose sleep is over wake. */
    woken = nd_silence_wake(engine, share);

    /* The drive is computed afresh, where it is carried along and may have drifted. */
    refreshed = refresh_drive(engine, share);

    /* Dropout. */
    engine->noise->masks(engine, share);

    /* Drive and activity. */
    if (!engine->layer.keeps_drive || woken || refreshed)
        nd_pack_activate(engine, pack);

    /* Units that belong together become neighbours. */
    reorder_slots(engine, pack);

    /* Units that no sample drives fall asleep, and others take their slots. */
    if (nd_silence_put_to_sleep(engine, share))
        engine->noise->masks(engine, share);

    /* Noise in the parameters, which the update will add. */
    engine->noise->parameters(engine, share);

    /* W_out h of these units. */
    engine->kernels->output(&engine->layer, pack, false);
}

/* The shares' outputs, summed in their order: n x output_stride reals. */
static const void *sum_outputs(nd_fast_engine *engine) {
    size_t count = engine->layer.samples * engine->layer.output_stride;
    if (engine->shares == 1)
        return engine->share[0].pack.output;
    memcpy(engine->outputs, engine->share[0].pack.output, count * engine->kernels->real_size);
    for (size_t i = 1; i < engine->shares; i++)
        engine->kernels->add(count, engine->share[i].pack.output, engine->outputs);
    return engine->outputs;
}

/* engine->errors = scale (outputs - targets); returns the sum of squares of the difference. */
static double find_errors(nd_fast_engine *engine, const void *targets, double scale) {
    return engine->kernels->error(&engine->layer, sum_outputs(engine), targets, scale,
                                  engine->errors);
}

/* ---- Update ---- */

/* 1 - base^update, Adam's correction; from update `whole` on it is 1 to the last bit. */
static double correction(double base, double update, double whole) {
    return update < whole ? 1 - pow(base, update) : 1;
}

/* What the update of this step needs to know. */
static nd_step this_step(const nd_fast_engine *engine) {
    double update = (double)(engine->base.step + 1);
    nd_step step = {.error = engine->errors,
                    .phase = engine->noise->in_periods ? engine->base.step % engine->period : 0,
                    .rate = engine->rate,
                    .inverse_root_correction_2 = 1};
    if (engine->layer.rule == ND_FAST_ADAM) {
        step.inverse_root_correction_2 = 1 / sqrt(correction(ND_ADAM_SQUARE, update, 40000));
        step.rate = engine->rate / correction(ND_ADAM_MEAN, update, 400);
    }
    return step;
}

/* One share's parameters follow the gradient. */
static void learn(size_t index, void *context) {
    pass *p = context;
    p->engine->kernels->learn(&p->engine->layer, &p->engine->share[index].pack, &p->step);
}

/* SED: one share's outputs under the perturbation. */
static void perturb(size_t index, void *context) {
    pass *p = context;
    nd_pack *pack = &p->engine->share[index].pack;
    p->engine->kernels->perturb(&p->engine->layer, pack, &p->step);
    p->engine->kernels->output(&p->engine->layer, pack, true);
}

/* SED: one share's parameters step along the perturbation. */
static void descend(size_t index, void *context) {
    pass *p = context;
    p->engine->kernels->descend(&p->engine->layer, &p->engine->share[index].pack, &p->step);
}

/* SED: by how much the perturbation changes the error, dL; steps by it, and counts dL^2 for the
 * units asleep. `squares`: the sum of squares without the perturbation. */
static double descend_error(pass *p, const void *targets, double squares) {
    nd_fast_engine *engine = p->engine;
    double count = (double)(engine->layer.samples * engine->layer.outputs);
    if (engine->base.step % ND_FAST_BLOCK == 0) {
        engine->largest[1] = engine->largest[0];
        engine->largest[0] = 0;
    }
    for_shares(engine, perturb, p);
    double change = (find_errors(engine, targets, 1) - squares) / count;
    p->step.rate = engine->rate * change;
    engine->clock += change * change;
    engine->largest[0] = fmax(engine->largest[0], change * change);
    for_shares(engine, descend, p);
    return change;
}

bool nd_fast_step(nd_fast_engine *engine) {
    pass p = {.engine = engine};
    double squares;

    /* This step's inputs and targets. */
    const void *targets = engine->noise->data(engine);

    /* Forward, share by share: sleep, noise, drive, activity, outputs. */
    for_shares(engine, forward, &p);

    /* The error at the outputs. */
    squares = find_errors(engine, targets, engine->error_scale);

    /* The parameters follow: their gradients, or, SED, the change of the error. */
    p.step = this_step(engine);
    if (engine->layer.rule == ND_FAST_SED)
        squares += descend_error(&p, targets, squares);
    else
        for_shares(engine, learn, &p);

    /* What the noise did outside the input subspace, where that is counted step by step. */
    if (engine->noise->finish)
        engine->noise->finish(engine, p.step.rate);

    engine->base.step++;
    return isfinite(squares);
}

/* ---- Between steps ---- */

/* One share's outputs without dropout. */
static void current_outputs(size_t index, void *context) {
    nd_fast_engine *engine = ((pass *)context)->engine;
    nd_pack *pack = &engine->share[index].pack;
    void *mask = pack->dense.mask;
    pack->dense.mask = NULL;
    nd_pack_activate(engine, pack);
    engine->kernels->output(&engine->layer, pack, false);
    pack->dense.mask = mask;
}

const void *nd_fast_outputs(nd_fast_engine *engine) {
    pass p = {.engine = engine};
    if (engine->inputs)
        engine->kernels->augment(engine->dataset->samples, engine->dataset->inputs, engine->inputs,
                                 engine->coordinates);
    for_shares(engine, current_outputs, &p);
    return sum_outputs(engine);
}
