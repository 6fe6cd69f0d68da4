#include "experiment/start.h"

#include <string.h>

#include "base/error.h"
#include "base/locale.h"
#include "world/world.h"

bool nd_needs_feed_forward(const nd_experiment *experiment, nd_error *error) {
    if (experiment->network.model == ND_FEED_FORWARD)
        return true;
    return nd_fail(error, "network.model", "run it with nd_simulate, or nulldrift hebbian",
                   "is 'hebbian', which has no data set and no steps of a feed-forward network");
}

/* The initial weights of a file are the network's, with their output bias, or go unused. */
static bool place_initial(const nd_experiment *experiment, nd_dataset *dataset, nd_error *error) {
    if (strcmp(experiment->network.initialisation, "file") == 0)
        return nd_dataset_freeze_output_bias(dataset, error);
    bool alone = !dataset->told_unused; /* else its file is named already */
    return !dataset->initial ||
           nd_dataset_note(dataset, error,
                           "%s%sinitial weights (network.initialisation is %s; file would take "
                           "them)",
                           alone ? experiment->world.path : "", alone ? ": not used: " : "",
                           experiment->network.initialisation);
}

nd_dataset *nd_dataset_make_following(const nd_experiment *experiment, bool links,
                                      nd_error *error) {
    ND_IN_C_LOCALE;
    if (!nd_is_given(experiment, "nd_dataset_make", "experiment", error) ||
        !nd_needs_feed_forward(experiment, error))
        return NULL;
    nd_world_keys world = experiment->world;
    world.follow_links = links;
    nd_dataset *dataset = nd_world_make(&world, experiment->seed, error);
    if (!dataset || place_initial(experiment, dataset, error))
        return dataset;
    nd_dataset_free(dataset);
    return NULL;
}

nd_dataset *nd_dataset_make(const nd_experiment *experiment, nd_error *error) {
    return nd_dataset_make_following(experiment, false, error);
}

const char *nd_dataset_notes(const nd_dataset *dataset) {
    return dataset ? dataset->note : NULL;
}

bool nd_dataset_suits(const nd_experiment *experiment, const nd_dataset *dataset, nd_error *error) {
    const char *task = experiment->world.task, *initial = experiment->network.initialisation;
    if (!dataset->given)
        return true;
    if (strcmp(task, "arrays") != 0)
        return nd_fail(error, "world.task", "set world.task=arrays",
                       "is '%s', but the data set was made of arrays", task);
    return !dataset->initial || strcmp(initial, "file") == 0 ||
           nd_fail(error, "network.initialisation",
                   "set it to file, or give no initial weights with the arrays",
                   "is '%s', but initial weights were given with the arrays", initial);
}

static nd_parameters *own_parameters(const nd_dataset *dataset, size_t hidden, nd_error *error) {
    static const char mend[] =
        "give init_input_weights, init_bias and init_output_weights in the file, and "
        "network.hidden their number of units";
    const nd_parameters *own = dataset->initial;
    if (!own || own->hidden != hidden) {
        nd_fail(error, "network.initialisation", mend,
                own ? "the initial weights are for %zu units, network.hidden is %zu"
                    : "is 'file', but the world's file (or the arrays) holds no initial weights",
                own ? own->hidden : 0, hidden);
        return NULL;
    }
    nd_parameters *parameters = nd_parameters_new(hidden, own->inputs, own->outputs, error);
    if (parameters)
        nd_parameters_copy(parameters, own);
    return parameters;
}

nd_parameters *nd_initial_parameters(const nd_experiment *experiment, const nd_dataset *dataset,
                                     nd_error *error) {
    const nd_network_keys *network = &experiment->network;
    if (strcmp(network->initialisation, "file") == 0)
        return own_parameters(dataset, network->hidden, error);
    return nd_draw_initial_parameters(network, experiment->seed, dataset->inputs, dataset->outputs,
                                      error);
}

nd_learner *nd_learner_start(const nd_experiment *experiment, const nd_dataset *dataset,
                             nd_error *error) {
    const nd_activation *activation = nd_activation_find(experiment->network.activation);
    if (!activation) {
        nd_fail(error, "network.activation", NULL, "there is no '%s'",
                experiment->network.activation);
        return NULL;
    }
    nd_parameters *parameters = nd_initial_parameters(experiment, dataset, error);
    if (!parameters)
        return NULL;
    nd_samples samples = nd_dataset_samples(dataset);
    return nd_learner_new(&experiment->learning, experiment->seed, &samples, activation, parameters,
                          error);
}
