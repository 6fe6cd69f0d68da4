#include "analyse/phases_of_run.h"

#include <string.h>

#include "base/error.h"

/* Sets *without where the run itself has no phases: it diverged, or has too few records. */
static bool find_phases(const nd_nc *file, nd_phases *phases, bool *without, nd_error *error) {
    nd_trace_table table;
    nd_error why = {0};
    if (!nd_traces_from_run(file, &table, error))
        return false;
    bool fine = !table.status || strcmp(table.status, "complete") == 0
                    ? nd_phases_find(&table.traces, phases, &why)
                    : nd_fail(&why, NULL, "a run that diverged has no phases of learning", "%s",
                              table.status);
    nd_trace_table_free(&table);
    if (fine)
        return true;
    *without = !nd_is_shortage(&why);
    (void)nd_error_at(&why, nd_nc_path(file));
    if (error)
        *error = why;
    return false;
}

static bool put_phases(nd_nc *file, const nd_phases *phases, nd_error *error) {
    static const char method[] =
        "phase i: nine tenths of the fall of log10 loss to its first level; phase ii: nine tenths "
        "of the fall of the sparsity metric on its least squares fit plateau + depth "
        "clamp((T - t)/(T - S), 0, 1)^q, q 1 to 3; phase iii: claimed where its further fall in "
        "20 times the steps is at most a tenth of the whole, at 95 %, and tuning changes; changes "
        "tested by Mann-Kendall with Hamed and Rao's correction (exact for ten values or fewer), "
        "p < 0.01 and at least 5 % of the metric's level, of tuning by a Mantel test and at least "
        "0.02";
    char text[8192], words[512];
    nd_phases_table(phases, text, sizeof text);
    nd_phase_words(phases, 2, words, sizeof words);
    return nd_nc_put_number(file, NULL, "phase_1_end_step", phases->end_step[0], error) &&
           nd_nc_put_number(file, NULL, "phase_2_end_step", phases->end_step[1], error) &&
           nd_nc_put_text(file, NULL, "phase_sparsity_metric",
                          nd_phase_metric_name(phases->sparsity), error) &&
           nd_nc_put_number(file, NULL, "phase_fall_from_step", phases->fall_from, error) &&
           nd_nc_put_number(file, NULL, "phase_fall_to_step", phases->fall_to, error) &&
           nd_nc_put_number(file, NULL, "phase_3_claimed", nd_phase_claimed(phases, 2), error) &&
           nd_nc_put_text(file, NULL, "phase_3_words", words, error) &&
           nd_nc_put_text(file, NULL, "phase_method", method, error) &&
           nd_nc_put_text(file, NULL, "phase_table", text, error);
}

bool nd_phases_into_run(nd_nc *file, nd_phases *phases, nd_error *error) {
    bool without = false;
    return find_phases(file, phases, &without, error) && put_phases(file, phases, error);
}

bool nd_phases_where_there(nd_nc *file, nd_error *error) {
    nd_phases phases = {0};
    nd_error why = {0};
    bool without = false;
    if (find_phases(file, &phases, &without, &why))
        return put_phases(file, &phases, error);
    if (!without && error)
        *error = why;
    return without;
}
