/* How often verdicts are right on populations with a known truth, a table by scenario.
 * verdict_rates [--populations=N] [--first-seed=S] [--mixed] [--list] [SCENARIO...] */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "population.h"
#include "sessions/sessions.h"

typedef struct counts {
    size_t all, drift[ND_DRIFTS], falls, rises, informed_less, informed_more,
        named[ND_EXPLANATIONS];
    double smallest[2];
} counts;

/* What the verdict needs: no shuffles, no corrections. */
static nd_recording_result *measure(nd_recording *recording) {
    nd_error error = {0};
    recording->settings.shuffles = 0;
    recording->settings.scaled_shuffle_reduction = false;
    recording->settings.bounded_asymptotic_extrapolation = false;
    nd_recording_result *result = nd_recording_measure(recording, 1, NULL, &error);
    if (!result) {
        fprintf(stderr, "verdict_rates: %s\n", error.what);
        exit(1);
    }
    return result;
}

static void count(const population_scenario *scenario, population_size size, uint64_t seed,
                  bool list, counts *found) {
    nd_recording *recording = population_make(scenario, size, seed);
    if (scenario->animals > 1)
        recording->settings.pooling = ND_POOL_CELLS;
    nd_recording_result *result = measure(recording);
    const nd_verdict *verdict = &result->verdict[result->curves - 1];
    const nd_curve *curve = &result->curve[result->curves - 1];
    found->all++;
    found->drift[verdict->drift]++;
    found->falls += verdict->activity == ND_FALLS;
    found->rises += verdict->activity == ND_RISES;
    found->informed_less += verdict->information == ND_FALLS;
    found->informed_more += verdict->information == ND_RISES;
    for (size_t i = 0; i < ND_EXPLANATIONS; i++)
        found->named[i] += (verdict->explanations >> i) & 1u;
    found->smallest[0] += curve->course[verdict->activity_metric].smallest;
    found->smallest[1] += curve->course[verdict->information_metric].smallest;
    if (list)
        printf("%s\n", verdict->text);
    nd_recording_result_free(result);
    nd_recording_free(recording);
}

/* "12 (3.1-10.2 %)": the count and its 95 % Clopper-Pearson interval. */
static void put(const char *name, size_t of, size_t all) {
    double k = (double)of, n = (double)all;
    double low = of == 0 ? 0.0 : gsl_cdf_beta_Pinv(0.025, k, n - k + 1.0);
    double high = of == all ? 1.0 : gsl_cdf_beta_Pinv(0.975, k + 1.0, n - k);
    printf("  %-32s %4zu of %zu  %5.1f %%  (%.1f to %.1f)\n", name, of, all, 100.0 * k / n,
           100.0 * low, 100.0 * high);
}

static void report(const population_scenario *scenario, bool mixed, const counts *found) {
    printf("%s%s\n", scenario->name, mixed ? ", mixed" : "");
    for (size_t d = 0; d < ND_DRIFTS; d++)
        put(nd_drift_name((nd_drift)d), found->drift[d], found->all);
    put("any directed drift",
        found->drift[ND_DIRECTED_DRIFT] + found->drift[ND_DIRECTED_DRIFT_GOING_ON], found->all);
    put("activity falls", found->falls, found->all);
    put("activity rises", found->rises, found->all);
    put("information falls", found->informed_less, found->all);
    put("information rises", found->informed_more, found->all);
    for (size_t i = 0; i < ND_EXPLANATIONS; i++)
        put(nd_explanation_name(i), found->named[i], found->all);
    printf("  smallest visible change: activity %.0f %%, information %.0f %%\n",
           100.0 * found->smallest[0] / (double)found->all,
           100.0 * found->smallest[1] / (double)found->all);
    fflush(stdout);
}

static bool asked(const char *name, int count, char **names) {
    bool any = false;
    for (int i = 0; i < count; i++) {
        any = any || names[i][0] != '-';
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return !any;
}

int main(int count_of, char **argument) {
    population_size size = population_usual();
    size_t populations = 200;
    uint64_t first_seed = 1;
    bool list = false;
    for (int i = 1; i < count_of; i++) {
        if (strcmp(argument[i], "--mixed") == 0)
            size.mixed = true;
        else if (strcmp(argument[i], "--list") == 0)
            list = true;
        else if (strncmp(argument[i], "--populations=", 14) == 0)
            populations = (size_t)atol(argument[i] + 14);
        else if (strncmp(argument[i], "--first-seed=", 13) == 0)
            first_seed = strtoull(argument[i] + 13, NULL, 10);
    }
    for (const population_scenario *at = population_scenarios; at->name; at++) {
        if (!asked(at->name, count_of - 1, argument + 1))
            continue;
        counts found = {0};
        for (size_t k = 0; k < populations; k++)
            count(at, size, first_seed + k, list, &found);
        report(at, size.mixed, &found);
    }
    return 0;
}
