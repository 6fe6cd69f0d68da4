/* Experiments and engines for the engine's tests. */
#ifndef ND_TESTS_ENGINE_SUPPORT_H
#define ND_TESTS_ENGINE_SUPPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/backends.h"
#include "engine/fast_engine.h"
#include "engine/given_noise.h"
#include "experiment/experiment.h"
#include "experiment/start.h"
#include "support.h"
#include "world/world.h"

/* A small random world; `sets` are overrides "key.path=value", parted by spaces. */
static inline nd_experiment *experiment_with(const char *sets) {
    static const char *const base =
        "name: test\n"
        "seed: 3\n"
        "world: {task: random, samples: 7, input_dim: 9, output_dim: 4}\n"
        "network: {hidden: 13, initialisation: rich}\n"
        "learning: {rule: sgd, learning_rate: 0.1}\n"
        "run: {steps: 100000, records: 2, snapshots: 2}\n";
    nd_error error = {0};
    char *copy = strdup(sets), *rest = copy;
    const char *list[16];
    size_t count = 0;
    for (char *word; (word = strtok_r(rest, " ", &rest)) && count < 16;)
        list[count++] = word;
    nd_experiment *experiment = nd_experiment_parse(base, "test", NULL, list, count, &error);
    assert_fine(experiment != NULL, &error);
    free(copy);
    return experiment;
}

static inline nd_dataset *dataset_of(const nd_experiment *experiment) {
    nd_error error = {0};
    nd_dataset *dataset = nd_dataset_make(experiment, &error);
    assert_fine(dataset != NULL, &error);
    return dataset;
}

static inline nd_engine *open_fast(const nd_experiment *experiment, const nd_dataset *dataset,
                                   unsigned threads) {
    nd_error error = {0};
    nd_engine *engine = nd_fast_backend.open(experiment, dataset, threads, &error);
    assert_fine(engine != NULL, &error);
    return engine;
}

static inline void advance_to(nd_engine *engine, uint64_t step) {
    nd_error error = {0};
    assert_fine(engine->backend->advance(engine, step, &error), &error);
}

static inline nd_parameters *parameters_of(nd_engine *engine, const nd_experiment *experiment,
                                           const nd_dataset *dataset) {
    nd_error error = {0};
    nd_parameters *out =
        nd_parameters_new(experiment->network.hidden, dataset->inputs, dataset->outputs, &error);
    assert_fine(out != NULL, &error);
    engine->backend->parameters(engine, out);
    return out;
}

#endif
