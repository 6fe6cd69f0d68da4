/* Who uses a key: the model, the world, the rule and the engine of an experiment say so in their
 * tables. */
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "experiment/keys.h"
#include "rule/rule.h"
#include "world/world.h"

const char *const nd_model_names[] = {"feed-forward", "hebbian"};

static bool in_section(const char *key, const char *section) {
    size_t length = strlen(section);
    return strncmp(key, section, length) == 0 && key[length] == '.';
}

/* A key may be listed once per model: its listing for this one; NULL if there is none. */
static const nd_key *listing_for(const nd_key *key, nd_model model) {
    size_t count;
    const nd_key *keys = nd_keys(&count);
    if (key->models & 1U << model)
        return key;
    for (size_t k = 0; k < count; k++)
        if (strcmp(keys[k].name, key->name) == 0 && keys[k].models & 1U << model)
            return &keys[k];
    return NULL;
}

/* `keys`: those a line of a table honours, beside the key that names the line. */
static bool by_table(const char *key, const char *naming, const char *keys) {
    return strcmp(key, naming) == 0 || nd_listed(keys, strchr(key, '.') + 1);
}

static unsigned engine_bits(const char *engine) {
    return strcmp(engine, "reference") == 0 ? ND_BY_REFERENCE
           : strcmp(engine, "fast") == 0    ? ND_BY_FAST
                                            : ND_BY_REFERENCE | ND_BY_FAST;
}

bool nd_key_honoured(const nd_key *key, const nd_experiment *experiment, char *by, size_t size) {
    nd_model model = experiment->network.model;
    if (!(key = listing_for(key, model))) {
        snprintf(by, size, "a network of model %s", nd_model_names[model]);
        return false;
    }
    if (model != ND_FEED_FORWARD)
        return true;
    const nd_world *world = nd_world_find(experiment->world.task);
    if (in_section(key->name, "world") && world &&
        !by_table(key->name, "world.task", world->keys)) {
        snprintf(by, size, "task %.60s", world->task);
        return false;
    }
    if (!in_section(key->name, "learning"))
        return true;
    const nd_rule *rule = nd_rule_find(experiment->learning.rule);
    if (rule && !by_table(key->name, "learning.rule", rule->keys)) {
        snprintf(by, size, "rule %.60s", rule->name);
        return false;
    }
    if (!(key->models & engine_bits(experiment->run.engine))) {
        snprintf(by, size, "engine %.60s", experiment->run.engine);
        return false;
    }
    return true;
}
