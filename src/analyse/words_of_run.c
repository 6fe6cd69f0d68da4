/* What a measured run did, in words. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyse/measured_run.h"

/* The mean over the last tenth of the records, log10 of the loss: a noisy run has no last loss. */
static double late_log_loss(const nd_run *run) {
    double sum = 0;
    size_t first = run->records - (run->records + 9) / 10;
    for (size_t i = first; i < run->records; i++)
        sum += log10(run->loss[i]);
    return sum / (double)(run->records - first);
}

/* The step from which the loss is within 0.3 decades (a factor of 2) of its late value. */
static double settled_step(const nd_run *run, double late) {
    for (size_t i = 0; i < run->records; i++)
        if (log10(run->loss[i]) < late + 0.3)
            return run->step[i];
    return run->step[run->records - 1];
}

static void say_tuning(FILE *out, const nd_measured *measured) {
    const nd_run *run = measured->run;
    size_t n = run->snapshots, late = nd_snapshot_near(run, 0.8),
           early = nd_snapshot_near(run, 0.1);
    double far = measured->rate_map_correlation[early * n + n - 1];
    double near = measured->rate_map_correlation[late * n + n - 1];
    fprintf(out,
            "  tuning       rate maps at steps %.4g and %.4g correlate %.2f, at %.4g and %.4g %.2f",
            run->snapshot_step[early], run->snapshot_step[n - 1], far, run->snapshot_step[late],
            run->snapshot_step[n - 1], near);
    if (isnan(near))
        fprintf(out, ": no unit is tuned at both\n");
    else if (near > 0.9999)
        fprintf(out, ": at the end the tuning is at rest\n");
    else
        fprintf(out, ": at the end the tuning still drifts\n");
}

static void say_phases(FILE *out, const nd_measured *measured) {
    double first, second;
    if (!nd_nc_number(measured->file, NULL, "phase_1_end_step", &first, NULL) ||
        !nd_nc_number(measured->file, NULL, "phase_2_end_step", &second, NULL))
        return;
    fprintf(out, "  phases       fast familiarity to step %.4g, ", first);
    if (second > first)
        fprintf(out, "implicit regularisation to step %.4g, ", second);
    double last = measured->run->step[measured->run->records - 1];
    fprintf(out, second < last ? "null drift from there on\n" : "no null drift yet\n");
}

char *nd_measured_words(const nd_measured *measured, nd_error *error) {
    const nd_run *run = measured->run;
    char *text = NULL;
    size_t length;
    if (run->records == 0 || run->snapshots == 0)
        return nd_text("  no records or snapshots\n", error);
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return nd_text("", error);
    double late = late_log_loss(run), first_information, last_information;
    size_t last = run->snapshots - 1, end = run->records - 1;
    size_t tuned_first = nd_measured_tuned(measured, 0, &first_information);
    size_t tuned_last = nd_measured_tuned(measured, last, &last_information);
    size_t pairs = measured->environments * measured->units;
    fprintf(out,
            "  loss         log10 %.2f at the start, %.2f at the end (last tenth); within a factor "
            "of 2 of that from step %.4g on\n",
            log10(run->loss[0]), late, settled_step(run, late));
    fprintf(out,
            "  sparsity     fraction active units %.3f -> %.3f, active fraction %.3f -> %.3f\n",
            run->fraction_active_units[0], run->fraction_active_units[end], run->active_fraction[0],
            run->active_fraction[end]);
    fprintf(out,
            "  information  %zu of %zu %s tuned with %.2f bit per unit activity in the mean -> "
            "%zu with %.2f\n",
            tuned_first, pairs, measured->environments > 1 ? "(environment, unit) pairs" : "units",
            first_information, tuned_last, last_information);
    say_tuning(out, measured);
    say_phases(out, measured);
    if (fclose(out) != 0) {
        free(text);
        return nd_text("", error);
    }
    return text;
}
