/* Experiments key by key: read, described, changed (nulldrift/experiment.h). A change is a new
 * experiment of all keys that are not at their defaults and of the sets, so that it is checked by
 * what checks a file, and keys at their defaults follow the model, task and rule. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/locale.h"
#include "base/yaml.h"
#include "experiment/keys.h"

/* The listing of `name` for the experiment's model; NULL where that has none. */
static const nd_key *listing(const nd_experiment *experiment, const char *name) {
    size_t count;
    const nd_key *keys = nd_keys(&count);
    for (size_t k = 0; k < count; k++)
        if (strcmp(keys[k].name, name) == 0 && keys[k].models & 1U << experiment->network.model)
            return &keys[k];
    return NULL;
}

static nd_key_value value_of(const nd_experiment *experiment, const nd_key *key) {
    const void *member = (const char *)experiment + key->offset;
    nd_key_value value = {.kind = key->kind};
    if (member == (const void *)&experiment->network.model)
        value.word = nd_model_names[experiment->network.model];
    else if (key->kind == ND_WORD)
        value.word = *(char *const *)member;
    else if (key->kind == ND_NUMBER)
        value.number = *(const double *)member;
    else if (key->kind == ND_COUNT)
        value.count = *(const uint64_t *)member;
    else
        value.truth = *(const bool *)member;
    return value;
}

bool nd_experiment_get(const nd_experiment *experiment, const char *key, nd_key_value *value,
                       nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_experiment_get";
    char mend[200];
    if (!nd_is_given(experiment, function, "experiment", error) ||
        !nd_is_given(key, function, "key", error) || !nd_is_given(value, function, "value", error))
        return false;
    if (!nd_key_find(key))
        return nd_fail_as(ND_CODE_ARGUMENT, error, function,
                          nd_experiment_key_like(key, mend, sizeof mend), "there is no key '%s'",
                          key);
    const nd_key *found = listing(experiment, key);
    if (!found)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "a network of model %s has no key '%s'",
                          nd_model_names[experiment->network.model], key);
    *value = value_of(experiment, found);
    return true;
}

bool nd_experiment_uses(const nd_experiment *experiment, const char *key) {
    const nd_key *found = experiment && key ? nd_key_find(key) : NULL;
    char by[80];
    return found && nd_key_honoured(found, experiment, by, sizeof by);
}

size_t nd_key_count(void) {
    size_t count;
    (void)nd_keys(&count);
    return count;
}

bool nd_key_describe(size_t index, nd_key_description *description) {
    size_t count;
    const nd_key *keys = nd_keys(&count);
    if (!description || index >= count)
        return false;
    const nd_key *key = &keys[index];
    bool feed = key->models & 1U << ND_FEED_FORWARD, hebbian = key->models & 1U << ND_HEBBIAN;
    *description = (nd_key_description){
        .name = key->name,
        .model = feed && hebbian ? NULL : nd_model_names[feed ? ND_FEED_FORWARD : ND_HEBBIAN],
        .kind = key->kind,
        .fallback = key->fallback,
        .least = key->least,
        .most = key->most,
        .expected = key->expected,
        .unit = nd_key_unit(key),
        .by_reference = key->models & ND_BY_REFERENCE,
        .by_fast = key->models & ND_BY_FAST};
    return true;
}

/* "key=value", as a set; free() it. */
static char *as_set(const nd_experiment *experiment, const nd_key *key, nd_error *error) {
    nd_key_value value = value_of(experiment, key);
    char number[80] = "";
    if (value.kind == ND_NUMBER)
        snprintf(number, sizeof number, "%.17g", value.number);
    else if (value.kind == ND_COUNT)
        snprintf(number, sizeof number, "%llu", (unsigned long long)value.count);
    const char *text = value.kind == ND_WORD    ? value.word
                       : value.kind == ND_TRUTH ? (value.truth ? "true" : "false")
                                                : number;
    size_t size = strlen(key->name) + strlen(text) + 2;
    char *set = nd_array(size, 1, error);
    if (set)
        snprintf(set, size, "%s=%s", key->name, text);
    return set;
}

/* The sets that make `experiment` from nothing, then `further`. */
typedef struct recipe {
    size_t own, count;
    const char **set; /* the first `own` are to be freed */
} recipe;

static void clear(recipe *made) {
    for (size_t i = 0; i < made->own; i++)
        free((char *)made->set[i]);
    free(made->set);
}

static bool make(const nd_experiment *experiment, const char *const *further, size_t count,
                 recipe *made, nd_error *error) {
    size_t keys_count;
    const nd_key *keys = nd_keys(&keys_count);
    char by[80];
    *made = (recipe){0};
    if (count > SIZE_MAX / 2 / sizeof *made->set)
        return nd_fail_as(ND_CODE_ARGUMENT, error, "nd_experiment_set", NULL,
                          "set_count is %zu, more than memory has", count);
    if (!(made->set = nd_array(keys_count + count, sizeof *made->set, error)))
        return false;
    for (size_t k = 0; k < keys_count; k++) {
        if (!(keys[k].models & 1U << experiment->network.model) ||
            !nd_key_honoured(&keys[k], experiment, by, sizeof by) ||
            nd_key_at_default(&keys[k], experiment))
            continue;
        if (!(made->set[made->own] = as_set(experiment, &keys[k], error)))
            return false;
        made->own++;
    }
    made->count = made->own;
    for (size_t i = 0; i < count; i++)
        made->set[made->count++] = further[i];
    return true;
}

nd_experiment *nd_experiment_copy(const nd_experiment *experiment, nd_error *error) {
    ND_IN_C_LOCALE;
    recipe made = {0};
    nd_experiment *copy = NULL;
    if (!nd_is_given(experiment, "nd_experiment_copy", "experiment", error))
        return NULL;
    if (make(experiment, NULL, 0, &made, error))
        copy = nd_experiment_new(made.set, made.count, error);
    clear(&made);
    return copy;
}

bool nd_experiment_set(nd_experiment *experiment, const char *const *sets, size_t set_count,
                       nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_experiment_set";
    recipe made = {0};
    nd_experiment *changed = NULL;
    if (!nd_is_given(experiment, function, "experiment", error) ||
        (set_count > 0 && !nd_is_given(sets, function, "sets", error)))
        return false;
    if (make(experiment, sets, set_count, &made, error))
        changed = nd_experiment_new(made.set, made.count, error);
    clear(&made);
    if (!changed)
        return false;
    nd_experiment before = *experiment;
    *experiment = *changed;
    *changed = before;
    nd_experiment_free(changed);
    return true;
}
