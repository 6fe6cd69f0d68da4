/* The table of engines. Adding one: one file here and one line in the table, the fastest first. */
#include "engine/engine.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/locale.h"
#include "engine/backends.h"
#include "experiment/start.h"

static const nd_engine_backend *const BACKENDS[] = {&nd_fast_backend, &nd_reference_backend};

const nd_engine_backend *nd_engine_choose_by(const nd_key *keys, size_t count,
                                             const nd_experiment *experiment,
                                             const nd_dataset *dataset, nd_error *error) {
    const char *wanted = experiment->run.engine, *unwilling = NULL;
    const nd_key *beyond = NULL;
    for (size_t i = 0; i < sizeof BACKENDS / sizeof BACKENDS[0]; i++) {
        const nd_engine_backend *backend = BACKENDS[i];
        bool named = strcmp(wanted, backend->name) == 0 || strcmp(wanted, "auto") == 0;
        if (!named || !backend->serves(experiment, dataset))
            continue;
        const nd_key *key = nd_key_beyond_engine(keys, count, experiment, backend->name);
        if (!key)
            return backend;
        beyond = key;
        unwilling = backend->name;
    }
    if (beyond)
        nd_fail(error, beyond->name, "leave it out, or take another engine",
                "is not used by engine %s", unwilling);
    else
        nd_fail(error, "run.engine", "use engine: auto", "engine '%s' cannot run this experiment",
                wanted);
    return NULL;
}

const nd_engine_backend *nd_engine_choose(const nd_experiment *experiment,
                                          const nd_dataset *dataset, nd_error *error) {
    size_t count;
    const nd_key *keys = nd_keys(&count);
    return nd_engine_choose_by(keys, count, experiment, dataset, error);
}

nd_engine *nd_engine_open(const nd_experiment *experiment, const nd_dataset *dataset,
                          unsigned threads, nd_error *error) {
    ND_IN_C_LOCALE;
    static const char open[] = "nd_engine_open";
    if (!nd_is_given(experiment, open, "experiment", error) ||
        !nd_is_given(dataset, open, "dataset", error) ||
        !nd_needs_feed_forward(experiment, error) || !nd_dataset_suits(experiment, dataset, error))
        return NULL;
    const nd_engine_backend *backend = nd_engine_choose(experiment, dataset, error);
    nd_engine *engine =
        backend ? backend->open(experiment, dataset, threads ? threads : 1, error) : NULL;
    if (engine) {
        engine->experiment = experiment;
        engine->dataset = dataset;
    }
    return engine;
}

bool nd_engine_advance(nd_engine *engine, uint64_t step, nd_error *error) {
    return nd_is_given(engine, "nd_engine_advance", "engine", error) &&
           engine->backend->advance(engine, step, error);
}

void nd_engine_record(nd_engine *engine, nd_record *record) {
    if (record && engine)
        engine->backend->record(engine, record);
    else if (record)
        *record = (nd_record){NAN, NAN, NAN};
}

void nd_engine_parameters(nd_engine *engine, nd_parameters *out) {
    if (engine && out)
        engine->backend->parameters(engine, out);
}

void nd_engine_instructions(const nd_engine *engine, char set[ND_INSTRUCTIONS_ROOM]) {
    static const char key[] = "instruction_set=";
    const char *said = strstr(engine->backend->describe(engine), key);
    memset(set, 0, ND_INSTRUCTIONS_ROOM);
    if (!said || sscanf(said + strlen(key), "%15s", set) != 1)
        snprintf(set, ND_INSTRUCTIONS_ROOM, "any");
}

void nd_engine_close(nd_engine *engine) {
    if (!engine)
        return;
    nd_experiment *changed = engine->changed;
    engine->backend->close(engine);
    nd_experiment_free(changed);
}
