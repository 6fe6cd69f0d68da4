#include "experiment/engine_keys.h"

#include <string.h>

const nd_key *nd_key_beyond_engine(const nd_key *keys, size_t count,
                                   const nd_experiment *experiment, const char *engine) {
    nd_experiment under = *experiment;
    char by[80];
    under.run.engine = (char *)engine;
    for (size_t k = 0; k < count; k++)
        if (strncmp(keys[k].name, "learning.", 9) == 0 &&
            keys[k].models & 1U << experiment->network.model &&
            !nd_key_at_default(&keys[k], experiment) &&
            !nd_key_honoured(&keys[k], &under, by, sizeof by))
            return &keys[k];
    return NULL;
}
