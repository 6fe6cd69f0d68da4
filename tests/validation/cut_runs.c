/* What is said of runs that are cut short, held against the whole runs: how often phase iii is
 * claimed while more than a tenth of the fall of sparsity is to come.
 * cut_runs [--list] RUN.nc... */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/traces.h"

enum { CUTS = 5, STATES = ND_AFTER_AT_REST + 1 };
static const double CUT[CUTS] = {0.05, 0.1, 0.2, 0.4, 1};

typedef struct counts {
    size_t runs, claimed, wrong, bounded, state[STATES];
    size_t moved; /* phase i ends elsewhere than in the whole run */
} counts;

static double mean(const double *values, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

/* The matrix of the first `kept` of `all` snapshots. */
static double *corner(const double *matrix, size_t all, size_t kept) {
    double *out = calloc(kept * kept + 1, sizeof *out);
    for (size_t a = 0; a < kept; a++)
        for (size_t b = 0; b < kept; b++)
            out[a * kept + b] = matrix[a * all + b];
    return out;
}

/* The phases of the first `share` of the run. */
static void cut(const nd_phase_traces *whole, double share, nd_phases *phases) {
    nd_phase_traces part = *whole;
    double until = whole->step[0] + share * (whole->step[whole->records - 1] - whole->step[0]);
    nd_error error = {0};
    while (part.records > 0 && part.step[part.records - 1] > until)
        part.records--;
    while (part.snapshots > 0 && part.snapshot_step[part.snapshots - 1] > until)
        part.snapshots--;
    double *matrix = whole->rate_map_correlation
                         ? corner(whole->rate_map_correlation, whole->snapshots, part.snapshots)
                         : NULL;
    part.rate_map_correlation = matrix;
    if (!nd_phases_find(&part, phases, &error)) {
        fprintf(stderr, "cut_runs: %s\n", error.what);
        exit(1);
    }
    free(matrix);
}

/* The share of the whole run's fall that is still to come behind a cut. */
static double to_come(const nd_phase_traces *whole, nd_phase_metric sparsity, double share) {
    const double *values = sparsity == ND_PHASE_ACTIVE_FRACTION ? whole->active_fraction
                                                                : whole->fraction_active_units;
    size_t n = whole->records, at = (size_t)(share * (double)(n - 1)), few = n / 100 + 1;
    double end = mean(values + n - few, few), here = mean(values + at + 1 - few, few);
    return (here - end) / (values[0] - end);
}

static void put(const char *name, size_t of, size_t all) {
    double k = (double)of, n = (double)all;
    if (all == 0)
        return;
    double low = of == 0 ? 0.0 : gsl_cdf_beta_Pinv(0.025, k, n - k + 1.0);
    double high = of == all ? 1.0 : gsl_cdf_beta_Pinv(0.975, k + 1.0, n - k);
    printf("  %-54s %4zu of %zu  %5.1f %%  (%.1f to %.1f)\n", name, of, all, 100.0 * k / n,
           100.0 * low, 100.0 * high);
}

int main(int count, char **argument) {
    static const char *const states[STATES] = {
        "sparsity is not known", "still falling",
        "no further fall seen",  "bounded, tuning unknown or still",
        "phase iii claimed",     "at rest"};
    counts found[CUTS] = {0};
    bool list = false;
    for (int i = 1; i < count; i++) {
        nd_error error = {0};
        nd_trace_table table;
        if (strcmp(argument[i], "--list") == 0) {
            list = true;
            continue;
        }
        nd_nc *file = nd_nc_open(argument[i], &error);
        if (!file || !nd_traces_from_run(file, &table, &error)) {
            fprintf(stderr, "cut_runs: %s: %s\n", argument[i], error.what);
            return 1;
        }
        nd_phases whole;
        cut(&table.traces, 1, &whole);
        for (size_t c = 0; c < CUTS; c++) {
            nd_phases phases;
            cut(&table.traces, CUT[c], &phases);
            double left = to_come(&table.traces, phases.sparsity, CUT[c]);
            bool bounded =
                phases.after.state == ND_AFTER_BOUNDED || phases.after.state == ND_AFTER_NULL_DRIFT;
            found[c].runs++;
            found[c].state[phases.after.state]++;
            found[c].bounded += bounded;
            found[c].wrong += bounded && left > 0.1;
            found[c].moved += phases.end_step[0] != whole.end_step[0];
            if (list) {
                char words[512];
                nd_phase_words(&phases, 2, words, sizeof words);
                printf("%s %.0f %%: %.3f to come, share %.3f; phase i to %.0f; %s\n", argument[i],
                       100 * CUT[c], left, phases.after.further_share, phases.end_step[0], words);
            }
        }
        nd_trace_table_free(&table);
        nd_nc_close(file);
    }
    for (size_t c = 0; c < CUTS; c++) {
        printf("cut at %.0f %% of the steps\n", 100 * CUT[c]);
        for (size_t s = 0; s < STATES; s++)
            if (found[c].state[s] > 0)
                put(states[s], found[c].state[s], found[c].runs);
        put("further fall bounded", found[c].bounded, found[c].runs);
        put("of these, more than a tenth of the fall to come", found[c].wrong, found[c].bounded);
        put("phase i ends elsewhere than in the whole run", found[c].moved, found[c].runs);
    }
    size_t wrong = 0, runs = 0;
    for (size_t c = 0; c + 1 < CUTS; c++) {
        wrong += found[c].wrong;
        runs += found[c].runs;
    }
    printf("all cuts\n");
    put("bounded while more than a tenth of the fall is to come", wrong, runs);
    return 0;
}
