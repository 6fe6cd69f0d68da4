/* What to run: the experiment file as a plain struct. Its sections belong to the
 * rooms that use them; keys and defaults: keys.c, checks: checks.c; the meaning of each key:
 * docs/experiment-file.md. */
#ifndef ND_EXPERIMENT_EXPERIMENT_H
#define ND_EXPERIMENT_EXPERIMENT_H

#include "base/memory.h"
#include "network/settings.h"
#include "nulldrift/experiment.h"
#include "rule/settings.h"
#include "world/settings.h"

typedef struct nd_run_keys {
    uint64_t steps, records, snapshots;
    char *spacing;   /* even | log */
    char *engine;    /* auto | reference | fast */
    char *precision; /* double | single */
    char *spectrum;  /* none | gauss-newton | exact: of the Hessian, at every snapshot */
    uint64_t settle; /* model: hebbian: steps before step 0 of the records */
} nd_run_keys;

struct nd_experiment {
    char *name;
    uint64_t seed;
    nd_world_keys world;
    nd_network_keys network;
    nd_learning_keys learning;
    nd_run_keys run;
};

/* Is `key` ("learning.update_noise") a key of experiment files? For sweeps and tables. */
bool nd_experiment_has_key(const char *key);
/* "did you mean learning.dropout?" for a key that there is not, or where keys are explained. */
const char *nd_experiment_key_like(const char *key, char *mend, size_t size);

/* The steps at which records (or snapshots) are made: `count` of them from 0 to `steps`, both ends
 * in, evenly or logarithmically spaced; strictly increasing, so fewer than asked when `steps` is
 * small. Returns the number written to `out` (room for `count`). */
size_t nd_schedule(uint64_t steps, uint64_t count, const char *spacing, uint64_t *out);

#endif
