#include "store/sweep_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/words.h"

static const char *const BASIC_NAMES[ND_BASIC_METRICS] = {
    "log10_loss",
    "active_fraction_ratio",
    "active_units_ratio",
    "log10_rate",
    "first_active_fraction",
    "first_active_units",
    "late_units_change",
    "eigenvalue_sum_ratio",
    "eigenvalue_max_ratio",
    "positive_eigenvalue_fraction",
    "nonzero_eigenvalue_fraction",
    "gauss_newton_rank",
    "diffusion_constant",
    "active_fraction",
    "fraction_active_units",
    "log10_fitted_rate",
};

const char *nd_run_metric_name(size_t index) {
    return index < ND_BASIC_METRICS ? BASIC_NAMES[index]
                                    : nd_run_measures[index - ND_BASIC_METRICS].name;
}

size_t nd_run_metric_find(const char *name, char *mend, size_t size) {
    nd_nearest nearest = {.wanted = name};
    size_t index = 0;
    for (; index < ND_RUN_METRICS && strcmp(nd_run_metric_name(index), name) != 0; index++)
        nd_nearest_offer(&nearest, nd_run_metric_name(index));
    if (index == ND_RUN_METRICS)
        nd_nearest_mend(&nearest, "`nulldrift help sweeps` lists the metrics", mend, size);
    return index;
}

bool nd_sweep_plan_measures(const nd_sweep_plan *plan) {
    for (size_t i = 0; i < ND_RUN_MEASURES; i++)
        if (plan->measured[i])
            return true;
    return false;
}

void nd_sweep_plan_free(nd_sweep_plan *plan) {
    if (!plan)
        return;
    for (size_t i = 0; i < plan->runs; i++) {
        free(plan->run[i].label);
        free(plan->run[i].experiment);
    }
    free(plan->run);
    free(plan->name);
    free(plan);
}
