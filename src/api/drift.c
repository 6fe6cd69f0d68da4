/* The direction of drift from any network (nulldrift/flatness.h). */
#include "api/network.h"
#include "base/error.h"
#include "experiment/start.h"
#include "flatness/drift_direction.h"
#include "nulldrift/flatness.h"

_Static_assert((int)ND_FLATNESS_LOG_SUM == (int)ND_LOG_SUM &&
                   (int)ND_FLATNESS_TRACE == (int)ND_TRACE && ND_REGULARIZERS == 2,
               "matches are in the order of nd_flatness_kind");

static nd_drift_match match_of(const nd_branch_match *found) {
    return (nd_drift_match){.cosine = found->cosine,
                            .cosine_error = found->cosine_error,
                            .p = found->p,
                            .along = found->along,
                            .along_error = found->along_error,
                            .predicted = found->predicted,
                            .value = found->value,
                            .own_cosine = found->own_cosine,
                            .own_cosine_error = found->own_cosine_error,
                            .own_p = found->own_p};
}

bool nd_find_drift_direction(const nd_experiment *experiment, const nd_dataset *dataset,
                             const nd_parameters *parameters, const nd_drift_trial *trial,
                             const nd_watch *watch, nd_drift_found *found, nd_error *error) {
    static const char function[] = "nd_find_drift_direction";
    nd_parameters *copy = NULL;
    const nd_activation *phi = NULL;
    if (!nd_is_given(experiment, function, "experiment", error) ||
        !nd_is_given(trial, function, "trial", error) ||
        !nd_is_given(found, function, "found", error) ||
        !nd_needs_feed_forward(experiment, error) ||
        !nd_network_given(parameters, dataset, experiment->network.activation, function, &copy,
                          &phi, error))
        return false;
    const nd_branch_options options = {.branches = trial->branches,
                                       .steps = trial->steps,
                                       .threads = trial->threads ? trial->threads : 1,
                                       .relax = trial->relax};
    nd_branch_drift drift;
    bool fine =
        copy->hidden == experiment->network.hidden
            ? nd_branch_drift_measure(experiment, dataset, copy, &options, watch, &drift, error)
            : nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                         "the network has %zu units, network.hidden is %llu", copy->hidden,
                         (unsigned long long)experiment->network.hidden);
    nd_parameters_free(copy);
    if (fine)
        *found = (nd_drift_found){
            .loss = drift.loss,
            .displacement = drift.displacement,
            .between = drift.between,
            .match = {match_of(&drift.match[ND_LOG_SUM]), match_of(&drift.match[ND_TRACE])}};
    return fine;
}
