#include "engine/fast_open.h"

#include <stdlib.h>

#include "base/memory.h"
#include "engine/fast_data.h"
#include "engine/fast_noise.h"
#include "engine/fast_pack.h"
#include "engine/fast_plan.h"
#include "experiment/start.h"

/* Units per share: small enough that a share's arrays stay near the processor. */
enum { SHARE_UNITS = 512 };

/* All units of a share stand in its pack, in their order. */
static bool open_share(const nd_fast_engine *engine, nd_share *share, nd_error *error) {
    double *state;
    if (!nd_share_open(engine, share, error))
        return false;
    state = share->scratch.state;
    for (size_t unit = share->first; unit < share->first + share->units; unit++) {
        nd_unit_initial_state(engine, unit, &share->scratch, state);
        nd_pack_admit(engine, share, unit, state);
    }
    if (engine->layer.keeps_drive)
        engine->kernels->activate(&engine->layer, &share->pack);
    return true;
}

/* Shares of nearly equal size. */
static bool open_units(nd_fast_engine *engine, nd_error *error) {
    size_t hidden = engine->initial->hidden, rows = engine->layer.rows;
    size_t shares = (hidden + SHARE_UNITS - 1) / SHARE_UNITS;
    if (!(engine->share = nd_array(shares, sizeof *engine->share, error)) ||
        !(engine->sleeper = nd_array(hidden, sizeof *engine->sleeper, error)) ||
        (engine->silence != ND_SILENT_WORKS && !(engine->home = nd_doubles(hidden * rows, error))))
        return false;
    engine->shares = shares;
    for (size_t i = 0; i < shares; i++) {
        nd_share *share = &engine->share[i];
        share->first = hidden * i / shares;
        share->units = hidden * (i + 1) / shares - share->first;
        if (!open_share(engine, share, error))
            return false;
    }
    return true;
}

/* From `initial`, which becomes its own, at `step`. */
static nd_fast_engine *open_at(const nd_experiment *experiment, const nd_dataset *dataset,
                               unsigned threads, nd_parameters *initial, uint64_t step,
                               nd_error *error) {
    nd_fast_engine *engine = initial ? nd_array(1, sizeof *engine, error) : NULL;
    if (!engine) {
        nd_parameters_free(initial);
        return NULL;
    }
    engine->base.step = engine->base.origin = step;
    engine->initial = initial;
    engine->experiment = experiment;
    engine->dataset = dataset;
    engine->threads = threads;
    engine->target_variance = nd_target_variance(dataset);
    engine->rate = experiment->learning.learning_rate;
    if (!nd_fast_plan(engine, error) || !nd_fast_data_open(engine, error) ||
        !nd_noise_open(engine, error) || !open_units(engine, error)) {
        nd_fast_close(engine);
        return NULL;
    }
    engine->error_scale = 2.0 / (double)(dataset->samples * dataset->outputs);
    if (engine->layer.rule == ND_FAST_SGD)
        engine->error_scale *= engine->rate;
    return engine;
}

nd_fast_engine *nd_fast_open(const nd_experiment *experiment, const nd_dataset *dataset,
                             unsigned threads, nd_error *error) {
    return open_at(experiment, dataset, threads, nd_initial_parameters(experiment, dataset, error),
                   0, error);
}

bool nd_fast_begin_anew(nd_fast_engine *engine, const nd_experiment *experiment,
                        nd_parameters *parameters, nd_error *error) {
    nd_fast_engine *anew = open_at(experiment, engine->base.dataset, engine->threads, parameters,
                                   engine->base.step, error);
    if (!anew)
        return false;
    nd_engine base = engine->base;
    base.origin = base.step;
    nd_fast_engine before = *engine;
    *engine = *anew;
    *anew = before;
    engine->base = base;
    engine->base.begun = engine->initial;
    nd_fast_close(anew);
    return true;
}

void nd_fast_close(nd_fast_engine *engine) {
    if (!engine)
        return;
    nd_noise_close(engine);
    for (size_t i = 0; i < engine->shares; i++)
        nd_share_close(engine, &engine->share[i]);
    free(engine->share);
    free(engine->sleeper);
    free(engine->home);
    nd_fast_data_close(engine);
    free(engine->order);
    nd_dataset_free(engine->in_order);
    nd_subspace_free(engine->subspace);
    nd_parameters_free(engine->initial);
    free(engine);
}
