#include "store/sweep_plan.h"

#include <stdlib.h>

static const char *const METRIC_NAMES[ND_RUN_METRICS] = {
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
};

const char *nd_run_metric_name(size_t index) {
    return METRIC_NAMES[index];
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
