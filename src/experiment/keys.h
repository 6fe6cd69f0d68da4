/* The table of keys: one line each, from which reading, defaults, bounds and the full text of an
 * experiment all come. Adding a key: its member in experiment.h and its line in keys.c. */
#ifndef ND_EXPERIMENT_KEYS_H
#define ND_EXPERIMENT_KEYS_H

#include "experiment/experiment.h"

/* A bit of `models`: a word of single runs alone. It has no column in a sweep's store, and stands
 * in an experiment's text, which identifies sweeps and checkpoints, only where it is not the
 * default.
 */
enum { ND_SINGLE_RUN = 1 << 8 };

/* Bits of `models`: the engines that honour a key of the section learning. */
enum { ND_BY_REFERENCE = 1 << 9, ND_BY_FAST = 1 << 10 };

enum { ND_MOST_KEYS = 64 };

typedef struct nd_key {
    const char *name;     /* "world.samples"; the first word is its section, if it has one */
    nd_kind kind;         /* char *, double, uint64_t or bool in nd_experiment */
    size_t offset;        /* of its member in nd_experiment */
    const char *fallback; /* the default, as one would write it; NULL: must be given */
    double least, most;   /* inclusive bounds of a number or count */
    unsigned models;      /* bits ND_FEED_FORWARD, ND_HEBBIAN: where it belongs; and those above */
    const char *expected; /* "a number greater than 0", for errors */
} nd_key;

const nd_key *nd_keys(size_t *count);
const nd_key *nd_key_find(const char *name);

/* By nd_model: "feed-forward", "hebbian". */
extern const char *const nd_model_names[];

/* Do the model, the world, the rule and the engine that `experiment` names use `key`? (Engine auto
 * is whichever does.) If not, `by`, of `size` bytes, names the one that does not: "task random". */
bool nd_key_honoured(const nd_key *key, const nd_experiment *experiment, char *by, size_t size);

/* The default of `key` in a network of that model (the hebbian ones depend on its inputs). */
const char *nd_key_fallback(const nd_key *key, nd_model model, const char *inputs);

/* The unit of its number or count: "steps", "1"; "" of words and truths. */
const char *nd_key_unit(const nd_key *key);

/* Has the key, which the experiment's model has, the value that it has where it is not given? */
bool nd_key_at_default(const nd_key *key, const nd_experiment *experiment);

#endif
