#include "experiment/keys.h"

#include <string.h>

#include "base/yaml.h"
#include "network/activation.h"

enum { FEED = 1 << ND_FEED_FORWARD, HEBB = 1 << ND_HEBBIAN, BOTH = FEED | HEBB };
enum { ENGINES = ND_BY_REFERENCE | ND_BY_FAST };

#define AT(member) offsetof(nd_experiment, member)

static const char NOT_NEGATIVE[] = "a number of at least 0";
static const char POSITIVE[] = "a number greater than 0";
static const char ONE_OR_MORE[] = "a whole number of at least 1";
static const char WHOLE[] = "a whole number of at least 0";
static const double TINY = 1e-300; /* the least number that is greater than 0 for our purposes */

/* clang-format off */
static const nd_key KEYS[] = {
    {"name", ND_WORD, AT(name), "experiment", 0, 0, BOTH, "a name"},
    {"seed", ND_COUNT, AT(seed), "1", 0, 0x1p64, BOTH, WHOLE},

    {"world.task", ND_WORD, AT(world.task), NULL, 0, 0, FEED, "a world's name"},
    {"world.samples", ND_COUNT, AT(world.samples), "0", 0, 1e9, FEED, WHOLE},
    {"world.input_dim", ND_COUNT, AT(world.input_dim), "0", 0, 1e8, FEED, WHOLE},
    {"world.output_dim", ND_COUNT, AT(world.output_dim), "0", 0, 1e8, FEED, WHOLE},
    {"world.environments", ND_COUNT, AT(world.environments), "1", 1, 1e4, FEED, ONE_OR_MORE},
    {"world.size_x", ND_NUMBER, AT(world.size_x), "1", TINY, 1e9, FEED, POSITIVE},
    {"world.size_y", ND_NUMBER, AT(world.size_y), "14", TINY, 1e9, FEED, POSITIVE},
    {"world.kernel", ND_NUMBER, AT(world.kernel), "0.09", 0, 1, FEED, "a number from 0 to 1"},
    {"world.fov_fraction", ND_NUMBER, AT(world.fov_fraction), "8", 1, 1e9, FEED, "a number of at least 1"},
    {"world.speed", ND_NUMBER, AT(world.speed), "0.2", 0, 1e9, FEED, NOT_NEGATIVE},
    {"world.heading_noise", ND_NUMBER, AT(world.heading_noise), "0", 0, 1e3, FEED, NOT_NEGATIVE},
    {"world.smooth_factor", ND_NUMBER, AT(world.smooth_factor), "5", TINY, 1e9, FEED, POSITIVE},
    {"world.value_range", ND_WORD, AT(world.value_range), "symmetric", 0, 0, FEED, "symmetric or unit"},
    {"world.path", ND_WORD, AT(world.path), "", 0, 0, FEED, "the path of a netCDF file"},
    {"world.published_quirks", ND_TRUTH, AT(world.published_quirks), "false", 0, 0, FEED, "true or false"},

    {"network.model", ND_WORD, AT(network.model), "feed-forward", 0, 0, BOTH, "feed-forward or hebbian"},
    {"network.hidden", ND_COUNT, AT(network.hidden), "100", 1, 1e9, FEED, ONE_OR_MORE},
    {"network.activation", ND_WORD, AT(network.activation), "relu", 0, 0, FEED, "an activation's name"},
    {"network.active_threshold", ND_NUMBER, AT(network.active_threshold), "default", 0, 1e9, FEED, NOT_NEGATIVE},
    {"network.initialisation", ND_WORD, AT(network.initialisation), "rich", 0, 0, FEED, "rich, lazy or file"},
    {"network.inputs", ND_WORD, AT(network.inputs), "ring", 0, 0, HEBB, "ring or place"},
    {"network.neurons", ND_COUNT, AT(network.neurons), "100", 1, 1e5, HEBB, ONE_OR_MORE},
    {"network.regularisation_l1", ND_NUMBER, AT(network.regularisation_l1), "0", 0, 1e9, HEBB, NOT_NEGATIVE},
    {"network.regularisation_l2", ND_NUMBER, AT(network.regularisation_l2), "0.01", TINY, 1e9, HEBB, POSITIVE},
    {"network.threshold_alpha", ND_NUMBER, AT(network.threshold_alpha), "0", 0, 1e9, HEBB, NOT_NEGATIVE},
    {"network.initial_weight_scale", ND_NUMBER, AT(network.initial_weight_scale), "0.1", 0, 1e9, HEBB, NOT_NEGATIVE},
    {"network.input_count", ND_COUNT, AT(network.input_count), "628", 2, 1e7, HEBB, "a whole number of at least 2"},
    {"network.peak_threshold", ND_NUMBER, AT(network.peak_threshold), "0.05", 0, 1e9, HEBB, NOT_NEGATIVE},

    {"learning.rule", ND_WORD, AT(learning.rule), "sgd", 0, 0, FEED | ENGINES, "a rule's name"},
    {"learning.learning_rate", ND_NUMBER, AT(learning.learning_rate), "0.1", 0, 1e9, FEED | ENGINES, NOT_NEGATIVE},
    {"learning.learning_rate", ND_NUMBER, AT(learning.learning_rate), "0.02", TINY, 0.999999, HEBB, "a number greater than 0 and less than 1"},
    {"learning.update_noise", ND_NUMBER, AT(learning.update_noise), "0", 0, 1e9, FEED | ENGINES, NOT_NEGATIVE},
    {"learning.label_noise", ND_NUMBER, AT(learning.label_noise), "0", 0, 1e9, FEED | ENGINES, NOT_NEGATIVE},
    {"learning.label_noise_distribution", ND_WORD, AT(learning.label_noise_distribution), "uniform", 0, 0, FEED | ENGINES, "uniform or gaussian"},
    {"learning.input_noise", ND_NUMBER, AT(learning.input_noise), "0", 0, 1e9, FEED | ENGINES, NOT_NEGATIVE},
    {"learning.weight_noise", ND_NUMBER, AT(learning.weight_noise), "0", 0, 1, FEED | ENGINES, "a number from 0 to 1"},
    {"learning.dropout", ND_NUMBER, AT(learning.dropout), "0", 0, 0.999, FEED | ENGINES, "a number from 0 to below 1"},
    {"learning.divergence", ND_NUMBER, AT(learning.divergence), "100", 0, 1e300, FEED | ENGINES, NOT_NEGATIVE},
    {"learning.noise_forward", ND_NUMBER, AT(learning.noise_forward), "0.001", 0, 1e9, HEBB, NOT_NEGATIVE},
    {"learning.noise_lateral", ND_NUMBER, AT(learning.noise_lateral), "0.001", 0, 1e9, HEBB, NOT_NEGATIVE},

    {"run.steps", ND_COUNT, AT(run.steps), "1000000", 0, 0x1p53, BOTH, WHOLE},
    {"run.records", ND_COUNT, AT(run.records), "1000", 2, 1e8, BOTH, "a whole number of at least 2"},
    {"run.snapshots", ND_COUNT, AT(run.snapshots), "51", 2, 1e6, BOTH, "a whole number of at least 2"},
    {"run.spacing", ND_WORD, AT(run.spacing), "even", 0, 0, BOTH, "even or log"},
    {"run.engine", ND_WORD, AT(run.engine), "auto", 0, 0, FEED, "auto, reference or fast"},
    {"run.precision", ND_WORD, AT(run.precision), "double", 0, 0, FEED, "double or single"},
    {"run.spectrum", ND_WORD, AT(run.spectrum), "none", 0, 0, FEED | ND_SINGLE_RUN, "none, gauss-newton or exact"},
    {"run.settle", ND_COUNT, AT(run.settle), "0", 0, 0x1p53, HEBB, WHOLE},
};

/* What the place-cell model takes instead (docs/model.md, section 7.3). */
static const struct { const char *name, *fallback; } PLACE_FALLBACKS[] = {
    {"network.neurons", "200"},
    {"network.regularisation_l1", "0.04"},
    {"network.regularisation_l2", "0.1"},
    {"network.threshold_alpha", "65"},
    {"network.initial_weight_scale", "0.5"},
    {"network.input_count", "200"},
    {"learning.noise_forward", "0.05"},
    {"learning.noise_lateral", "0.05"},
    {"run.settle", "5000"},
};

/* Of numbers that have one. */
static const struct { const char *name, *unit; } UNITS[] = {
    {"world.samples", "samples"},
    {"world.input_dim", "inputs"},
    {"world.output_dim", "outputs"},
    {"world.environments", "environments"},
    {"world.size_x", "units of length"},
    {"world.size_y", "units of length"},
    {"world.speed", "units of length per sample"},
    {"world.heading_noise", "rad"},
    {"network.hidden", "units"},
    {"network.neurons", "units"},
    {"network.input_count", "samples"},
    {"run.steps", "steps"},
    {"run.records", "records"},
    {"run.snapshots", "snapshots"},
    {"run.settle", "steps"},
};
/* clang-format on */

const nd_key *nd_keys(size_t *count) {
    *count = sizeof KEYS / sizeof KEYS[0];
    return KEYS;
}

const nd_key *nd_key_find(const char *name) {
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++)
        if (strcmp(KEYS[i].name, name) == 0)
            return &KEYS[i];
    return NULL;
}

const char *nd_key_fallback(const nd_key *key, nd_model model, const char *inputs) {
    if (model == ND_HEBBIAN && inputs && strcmp(inputs, "place") == 0)
        for (size_t i = 0; i < sizeof PLACE_FALLBACKS / sizeof PLACE_FALLBACKS[0]; i++)
            if (strcmp(PLACE_FALLBACKS[i].name, key->name) == 0)
                return PLACE_FALLBACKS[i].fallback;
    return key->fallback;
}

const char *nd_key_unit(const nd_key *key) {
    if (key->kind == ND_WORD || key->kind == ND_TRUTH)
        return "";
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++)
        if (strcmp(UNITS[i].name, key->name) == 0)
            return UNITS[i].unit;
    return "1";
}

bool nd_key_at_default(const nd_key *key, const nd_experiment *experiment) {
    const nd_network_keys *network = &experiment->network;
    const char *fallback = nd_key_fallback(key, network->model, network->inputs);
    const void *member = (const char *)experiment + key->offset;
    double number;
    uint64_t count;
    bool truth;
    if (!fallback)
        return false;
    switch (key->kind) {
    case ND_WORD: /* network.model is no word in there */
        return member == (const void *)&network->model
                   ? network->model == ND_FEED_FORWARD
                   : strcmp(*(char *const *)member, fallback) == 0;
    case ND_NUMBER:
        if (strcmp(fallback, "default") == 0) /* network.active_threshold */
            return *(const double *)member == nd_activation_find(network->activation)->threshold;
        return nd_text_number(fallback, &number) && *(const double *)member == number;
    case ND_COUNT:
        return nd_text_count(fallback, &count) && *(const uint64_t *)member == count;
    case ND_TRUTH:
        return nd_text_truth(fallback, &truth) && *(const bool *)member == truth;
    }
    return false;
}
