#include "api/engine_change.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

bool nd_engine_go_on_by(nd_engine *engine, nd_experiment *experiment,
                        const nd_parameters *parameters, nd_error *error) {
    if (!engine->backend->change(engine, experiment, parameters, error)) {
        nd_experiment_free(experiment);
        return false;
    }
    nd_experiment_free(engine->changed);
    engine->experiment = engine->changed = experiment;
    return true;
}

/* Hebbian networks have none. */
static bool same_rule(const char *one, const char *other) {
    return one && other ? strcmp(one, other) == 0 : one == other;
}

nd_experiment *nd_experiment_of_state(const nd_engine *engine, const char *text, nd_error *error) {
    nd_experiment *there = nd_experiment_parse(text, "the state", NULL, NULL, 0, error);
    nd_experiment *like = there ? nd_experiment_copy(engine->experiment, error) : NULL;
    bool same = false;
    if (like && same_rule(there->learning.rule, like->learning.rule)) {
        nd_learning_keys own = like->learning;
        like->learning = there->learning;
        char *mine = nd_experiment_text(like, error), *its = nd_experiment_text(there, error);
        same = mine && its && strcmp(mine, its) == 0;
        free(mine);
        free(its);
        like->learning = own;
    }
    nd_experiment_free(like);
    if (same)
        return there;
    nd_experiment_free(there);
    nd_fail(error, "nd_engine_load", NULL, "the state is of another experiment");
    return NULL;
}
