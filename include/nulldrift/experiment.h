/** @file
 * What to run: experiments from files, from text, or built key by key (docs/experiment-file.md).
 */
#ifndef NULLDRIFT_EXPERIMENT_H
#define NULLDRIFT_EXPERIMENT_H

#include "nulldrift/base.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** What to run, checked as a whole. */
typedef struct nd_experiment nd_experiment;

/** Reads and checks an experiment file. `sets` are "key.path=value" overrides, applied in order
 * after the file ("key.path=default" takes a key back); NULL where `set_count` is 0. Fails naming
 * file, line and key, also for a key that the model, the task, the rule or the engine of the
 * experiment does not use. A relative world.path is taken from the folder of the experiment file.
 * Free with nd_experiment_free. */
nd_experiment *nd_experiment_load(const char *path, const char *const *sets, size_t set_count,
                                  nd_error *error);

/** The same from YAML text; `origin` names it in errors. Relative paths are taken from `folder`
 * (NULL: the working folder). */
nd_experiment *nd_experiment_parse(const char *text, const char *origin, const char *folder,
                                   const char *const *sets, size_t set_count, nd_error *error);

/** The same from `sets` alone: every other key has its default. */
nd_experiment *nd_experiment_new(const char *const *sets, size_t set_count, nd_error *error);

/** Changes keys of an experiment, all of `sets` ("key.path=value") or, where one cannot be, none.
 * They are checked together, so that world.task may change with the keys of the new task; a key
 * that the experiment would not use any more must be taken back in the same call
 * ("world.samples=default"), unless it is at its default. What an engine was opened with must not
 * be changed before that is closed. */
bool nd_experiment_set(nd_experiment *experiment, const char *const *sets, size_t set_count,
                       nd_error *error);

/** A copy of its own. */
nd_experiment *nd_experiment_copy(const nd_experiment *experiment, nd_error *error);

/** What kind of value a key has. */
typedef enum nd_kind {
    ND_WORD,   /**< text */
    ND_NUMBER, /**< a number */
    ND_COUNT,  /**< a whole number, not negative */
    ND_TRUTH   /**< true or false */
} nd_kind;

/** The value of a key: the member that `kind` says, the others 0 or NULL. */
typedef struct nd_key_value {
    nd_kind kind;     /**< which member holds it */
    const char *word; /**< the experiment's own, until that is changed or freed */
    double number;    /**< ND_NUMBER */
    uint64_t count;   /**< ND_COUNT */
    bool truth;       /**< ND_TRUTH */
} nd_key_value;

/** The value of "section.key" in `experiment`. Fails for a key that there is not, and for one that
 * the experiment's model does not have. */
bool nd_experiment_get(const nd_experiment *experiment, const char *key, nd_key_value *value,
                       nd_error *error);

/** Do the model, the task, the rule and the engine that `experiment` names use this key? False for
 * a key that there is not. */
bool nd_experiment_uses(const nd_experiment *experiment, const char *key);

/** One key of experiments. All strings are constants of the library. */
typedef struct nd_key_description {
    const char *name;     /**< "learning.update_noise"; the first word is its section, if any */
    const char *model;    /**< "feed-forward", "hebbian"; NULL: both. A key whose default or bounds
                               differ between them is listed once for each */
    nd_kind kind;         /**< of its value */
    const char *fallback; /**< its default, as one would write it ("default": by the activation);
                               NULL: it must be given */
    double least;         /**< the least value of a number or count, inclusive; else 0 */
    double most;          /**< the greatest, inclusive; else 0 */
    const char *expected; /**< the same in words: "a number greater than 0" */
    const char *unit;     /**< "steps", "rad", "1" ...; empty for words and truths */
    bool by_reference;    /**< of the section learning: engine reference uses it */
    bool by_fast;         /**< of the section learning: engine fast uses it */
} nd_key_description;

/** How many keys there are. */
size_t nd_key_count(void);

/** Describes key `index` of them, in the order in which an experiment spells them out; false beyond
 * the last. */
bool nd_key_describe(size_t index, nd_key_description *description);

/** The whole experiment, every key it uses spelled out, as YAML; nd_free() it. Two experiments are
 * the same exactly when these texts are. */
char *nd_experiment_text(const nd_experiment *experiment, nd_error *error);

/** Frees it; NULL is fine. */
void nd_experiment_free(nd_experiment *experiment);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
