#include "experiment/checks.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/words.h"
#include "network/activation.h"
#include "rule/rule.h"
#include "world/world.h"

typedef struct place {
    nd_where_of where_of;
    void *context;
    nd_error *error;
} place;

static bool wrong(const place *at, const char *key, const char *mend, const char *what) {
    char where[400];
    return nd_fail(at->error, at->where_of(key, at->context, where, sizeof where), mend, "%s",
                   what);
}

/* Is `word` one of the names, parted by " | "? */
static bool one_of(const place *at, const char *key, const char *word, const char *names) {
    char what[480], mend[200];
    nd_nearest nearest = {.wanted = word};
    for (const char *name = names; name; name = strstr(name, " | ")) {
        char one[64];
        name += strncmp(name, " | ", 3) == 0 ? 3 : 0;
        snprintf(one, sizeof one, "%.*s", (int)strcspn(name, " "), name);
        if (strcmp(one, word) == 0)
            return true;
        nd_nearest_offer(&nearest, one);
    }
    snprintf(what, sizeof what, "is '%.60s', expected one of: %s", word, names);
    return wrong(at, key, nd_nearest_mend(&nearest, "", mend, sizeof mend), what);
}

static void append_name(char *names, size_t size, const char *name) {
    size_t length = strlen(names);
    snprintf(names + length, size - length, "%s%s", length ? " | " : "", name);
}

static bool known_names(const nd_experiment *experiment, const place *at) {
    char worlds[400] = "", rules[400] = "", activations[400] = "";
    for (const nd_world *world = nd_worlds(); world->task; world++)
        append_name(worlds, sizeof worlds, world->task);
    for (const nd_rule *rule = nd_rules(); rule->name; rule++)
        append_name(rules, sizeof rules, rule->name);
    for (const nd_activation *activation = nd_activations(); activation->name; activation++)
        append_name(activations, sizeof activations, activation->name);
    return one_of(at, "world.task", experiment->world.task, worlds) &&
           one_of(at, "world.value_range", experiment->world.value_range, "symmetric | unit") &&
           one_of(at, "learning.rule", experiment->learning.rule, rules) &&
           one_of(at, "network.activation", experiment->network.activation, activations) &&
           one_of(at, "network.initialisation", experiment->network.initialisation,
                  "rich | lazy | file") &&
           one_of(at, "learning.label_noise_distribution",
                  experiment->learning.label_noise_distribution, "uniform | gaussian") &&
           one_of(at, "run.engine", experiment->run.engine, "auto | reference | fast") &&
           one_of(at, "run.precision", experiment->run.precision, "double | single") &&
           one_of(at, "run.spectrum", experiment->run.spectrum, "none | gauss-newton | exact");
}

/* The keys a world needs or cannot take. */
static bool world_keys(const nd_experiment *experiment, const place *at) {
    const nd_world_keys *keys = &experiment->world;
    const nd_world *world = nd_world_find(keys->task);
    bool is_file = strcmp(keys->task, "file") == 0, is_arrays = strcmp(keys->task, "arrays") == 0;
    if (is_file && !keys->path[0])
        return wrong(at, "world.path", "name a netCDF file with inputs and targets",
                     "is missing, and task 'file' needs it");
    if (!is_file && !is_arrays && strcmp(experiment->network.initialisation, "file") == 0)
        return wrong(at, "network.initialisation", "use task: file",
                     "'file' needs a world that is read from a file");
    if (!is_file && !is_arrays && keys->samples == 0)
        return wrong(at, "world.samples", NULL, "is missing or 0, expected at least 1");
    if (world->needs_input_dim && keys->input_dim == 0)
        return wrong(at, "world.input_dim", NULL,
                     "is missing or 0, and this task needs at least 1");
    if (world->needs_output_dim && keys->output_dim == 0)
        return wrong(at, "world.output_dim", NULL,
                     "is missing or 0, and this task needs at least 1");
    if (keys->published_quirks && strcmp(keys->value_range, "unit") == 0)
        return wrong(at, "world.value_range", "leave it out",
                     "is 'unit', but published_quirks settles the range of values");
    if (keys->environments > keys->samples && !is_file && !is_arrays)
        return wrong(at, "world.environments", NULL, "is more than there are samples");
    return true;
}

bool nd_experiment_check(nd_experiment *experiment, nd_where_of where_of, void *context,
                         nd_error *error) {
    place at = {where_of, context, error};
    if (!one_of(&at, "run.spacing", experiment->run.spacing, "even | log"))
        return false;
    if (experiment->network.model == ND_HEBBIAN)
        return one_of(&at, "network.inputs", experiment->network.inputs, "ring | place");
    if (!known_names(experiment, &at) || !world_keys(experiment, &at))
        return false;
    if (strcmp(experiment->run.engine, "reference") == 0 &&
        strcmp(experiment->run.precision, "single") == 0)
        return wrong(&at, "run.precision", "leave it out, or set run.engine",
                     "is 'single', and the reference engine computes in double precision alone");
    if (experiment->network.active_threshold < 0) /* not given */
        experiment->network.active_threshold =
            nd_activation_find(experiment->network.activation)->threshold;
    return true;
}
