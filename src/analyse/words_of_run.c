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

/* How alike the rate maps of two snapshots are: "at steps 10 and 20 correlate 0.93". */
static double say_pair(FILE *out, const nd_measured *measured, size_t a, size_t b) {
    const nd_run *run = measured->run;
    double r = measured->rate_map_correlation[a * run->snapshots + b];
    fprintf(out, "%.4g and %.4g correlate %.2f", run->snapshot_step[a], run->snapshot_step[b], r);
    return r;
}

/* Rest or drift is said of the last part of the run, between its last snapshot and one that lies a
 * fifth of the run before it, as near as there is; never of a snapshot with itself. */
static void say_tuning(FILE *out, const nd_measured *measured) {
    const nd_run *run = measured->run;
    size_t last = run->snapshots - 1, late = nd_snapshot_near(run, 0.8),
           early = nd_snapshot_near(run, 0.1);
    if (last == 0) {
        fprintf(out, "  tuning       one snapshot: whether it drifts cannot be told\n");
        return;
    }
    late = late < last ? late : last - 1;
    fprintf(out, "  tuning       rate maps at steps ");
    if (early < late) {
        say_pair(out, measured, early, last);
        fprintf(out, ", at ");
    }
    double near = say_pair(out, measured, late, last);
    double share = 1 - run->snapshot_step[late] / run->snapshot_step[last];
    if (isnan(near))
        fprintf(out, ": no unit is tuned at both\n");
    else if (share > 0.5)
        fprintf(out, ": more snapshots would tell how it ends\n");
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
    char *words = nd_nc_text(measured->file, NULL, "phase_3_words", NULL);
    /* Files measured before 0.2.0 have no such words. */
    fprintf(out, "then %s\n", words ? words : "what `nulldrift phases` says");
    free(words);
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
