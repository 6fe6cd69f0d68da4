#include "engine/fast_plan.h"

#include <string.h>

#include "base/memory.h"
#include "engine/fast_silence.h"
#include "engine/sample_order.h"
#include "rule/rule.h"

/* From this many samples on it pays to skip the inactive ones (measured: docs/performance.md). */
enum { SPARSE_SAMPLES = 32 };

/* Up to this rank the principal directions of the inputs are found: its third power is spent. */
enum { MOST_TURNED = 400 };

static const struct {
    const char *name;
    nd_fast_rule rule;
} RULES[] = {{"sgd", ND_FAST_SGD},
             {"adam", ND_FAST_ADAM},
             {"rmsprop", ND_FAST_RMSPROP},
             {"sed", ND_FAST_SED}};

/* The place in RULES of an experiment's rule; -1: it is not there. */
static int find_rule(const nd_experiment *experiment) {
    for (size_t i = 0; i < sizeof RULES / sizeof RULES[0]; i++)
        if (strcmp(experiment->learning.rule, RULES[i].name) == 0)
            return (int)i;
    return -1;
}

bool nd_fast_serves(const nd_experiment *experiment, const nd_dataset *dataset) {
    (void)dataset;
    return find_rule(experiment) >= 0 && nd_activation_find(experiment->network.activation);
}

/* Neighbouring samples should be alike (kernels/sparse/intervals.h). */
static bool order_samples(nd_fast_engine *engine, nd_error *error) {
    if (!(engine->order = nd_array(engine->dataset->samples, sizeof *engine->order, error)) ||
        !nd_sample_order(engine->dataset, engine->order, error) ||
        !(engine->in_order = nd_dataset_in_order(engine->dataset, engine->order, error)))
        return false;
    engine->dataset = engine->in_order;
    return true;
}

bool nd_fast_plan(nd_fast_engine *engine, nd_error *error) {
    const nd_learning_keys *keys = &engine->experiment->learning;
    nd_layer *layer = &engine->layer;

    /* What the experiment says. */
    layer->rule = RULES[find_rule(engine->experiment)].rule;
    layer->moments = nd_rule_find(keys->rule)->moments;
    layer->activation = nd_activation_find(engine->experiment->network.activation);
    layer->relu = strcmp(layer->activation->name, "relu") == 0;
    layer->dropout = keys->dropout > 0;
    layer->samples = engine->dataset->samples;
    layer->outputs = engine->dataset->outputs;
    bool moved = keys->input_noise > 0 || keys->weight_noise > 0; /* margins move by themselves */
    bool plain = layer->rule == ND_FAST_SGD || layer->rule == ND_FAST_SED;

    /* Many samples: each unit deals with those that drive it. */
    bool sparse = layer->relu && layer->samples >= SPARSE_SAMPLES && layer->rule != ND_FAST_SED &&
                  keys->input_noise <= 0 && !layer->dropout;
    if (sparse && !order_samples(engine, error))
        return false;

    /* SGD and SED move a unit within the input subspace only. */
    if (!(engine->subspace = nd_subspace_new(engine->dataset, !plain || moved, error)))
        return false;
    layer->rank = engine->subspace->rank;
    layer->reach = engine->subspace->reach;
    layer->first = engine->subspace->first;

    /* Few samples, and nothing but the gradient: the drive itself is the state. */
    bool undisturbed = !moved && keys->update_noise <= 0 && !layer->dropout;
    layer->gram = layer->relu && layer->rule == ND_FAST_SGD && undisturbed &&
                  layer->samples < 2 * layer->rank;
    layer->keeps_drive = layer->gram || (layer->rule == ND_FAST_SED && undisturbed);
    layer->side = layer->gram ? layer->samples : layer->rank;
    layer->rows = layer->side + layer->outputs;
    sparse = sparse && !layer->gram;

    /* Groups and samples that are not adjacent can be left out. */
    layer->may_list = layer->gram || (layer->relu && !sparse && layer->rule != ND_FAST_SED &&
                                      !layer->dropout && layer->samples <= ND_LISTED_SAMPLES);

    if (sparse && layer->rank <= MOST_TURNED && !nd_subspace_turn(engine->subspace, error))
        return false;
    engine->kernels =
        nd_kernels_choose(strcmp(engine->experiment->run.precision, "single") == 0, sparse);
    layer->stored = engine->kernels->stored(layer->side, layer->outputs);
    layer->output_stride = engine->kernels->padded(layer->outputs);
    nd_silence_choose(engine, moved);
    return true;
}
