#include "experiment/engine_keys.h"

#include <string.h>

#include "base/yaml.h"

/* Has the key its default's value? */
static bool is_default(const nd_key *key, const nd_experiment *experiment) {
    const void *member = (const char *)experiment + key->offset;
    double number;
    uint64_t count;
    bool truth;
    if (!key->fallback)
        return false;
    switch (key->kind) {
    case ND_WORD:
        return strcmp(*(char *const *)member, key->fallback) == 0;
    case ND_NUMBER:
        return nd_text_number(key->fallback, &number) && *(const double *)member == number;
    case ND_COUNT:
        return nd_text_count(key->fallback, &count) && *(const uint64_t *)member == count;
    case ND_TRUTH:
        return nd_text_truth(key->fallback, &truth) && *(const bool *)member == truth;
    }
    return false;
}

const nd_key *nd_key_beyond_engine(const nd_key *keys, size_t count,
                                   const nd_experiment *experiment, const char *engine) {
    nd_experiment under = *experiment;
    char by[80];
    under.run.engine = (char *)engine;
    for (size_t k = 0; k < count; k++)
        if (strncmp(keys[k].name, "learning.", 9) == 0 &&
            keys[k].models & 1U << experiment->network.model && !is_default(&keys[k], experiment) &&
            !nd_key_honoured(&keys[k], &under, by, sizeof by))
            return &keys[k];
    return NULL;
}
