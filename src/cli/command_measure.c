#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyse/drift_measures_of_run.h"
#include "analyse/measured_run.h"
#include "analyse/words_of_drift.h"
#include "base/json.h"
#include "base/platform.h"
#include "base/shown.h"
#include "cli/commands.h"

/* The last snapshot, and how like it the one before is. */
static void print_json(const nd_measured *measured, const char *path) {
    const nd_run *run = measured->run;
    size_t n = run->snapshots, last = n - 1, before = n > 1 ? n - 2 : 0;
    double information = NAN;
    size_t tuned = n > 0 ? nd_measured_tuned(measured, last, &information) : 0;
    nd_json json = nd_json_begin(stdout);
    nd_json_text(&json, "run", path);
    nd_json_number(&json, "snapshots", (double)n);
    nd_json_number(&json, "environments", (double)measured->environments);
    nd_json_number(&json, "units", (double)measured->units);
    nd_json_number(&json, "snapshot_step", n > 0 ? run->snapshot_step[last] : NAN);
    nd_json_number(&json, "tuned", (double)tuned);
    nd_json_number(&json, "spatial_information", information);
    nd_json_number(&json, "rate_map_correlation_with_previous",
                   n > 1 ? measured->rate_map_correlation[before * n + last] : NAN);
    nd_json_number(&json, "population_vector_correlation_with_previous",
                   n > 1 ? measured->population_vector_correlation[before * n + last] : NAN);
    nd_json_number(&json, "loss", run->records > 0 ? run->loss[run->records - 1] : NAN);
    nd_json_number(&json, "fraction_active_units",
                   run->records > 0 ? run->fraction_active_units[run->records - 1] : NAN);
    nd_json_number(&json, "active_fraction",
                   run->records > 0 ? run->active_fraction[run->records - 1] : NAN);
    nd_json_end(&json);
}

/* Measures of drift into the file, and what they are to the terminal; all, or the few that matter.
 */
static bool measure_drift(const char *path, const nd_patience *patience, bool all, bool quiet,
                          bool as_json, nd_error *error) {
    nd_run_drift *drift = NULL;
    nd_buffer text = {0};
    bool fine = nd_drift_into_run_file(path, nd_processors(), patience, &drift, error);
    for (size_t e = 0; fine && e < drift->environments; e++) {
        if (as_json)
            nd_drift_json(drift->name[e], drift->measures[e], stdout);
        else if (!quiet)
            fine = nd_drift_words(drift->name[e], drift->measures[e], all, &text, error);
        if (fine && text.length > 0)
            nd_put_shown_lines((const char *)text.bytes, stdout);
        text.length = 0;
    }
    nd_buffer_free(&text);
    nd_run_drift_free(drift);
    return fine;
}

static int measure_one(const nd_arguments *arguments, const char *path,
                       const nd_patience *patience) {
    nd_error error = {0};
    bool quiet = nd_flag(arguments, "quiet"), as_json = nd_flag(arguments, "json");
    bool all = nd_flag(arguments, "all"), drift = all || nd_flag(arguments, "drift");
    bool fine = nd_measure_run_file(path, patience, nd_terminal_watch(quiet), &error);
    nd_terminal_done();
    if (!fine)
        return nd_report(&error);
    if (quiet && !as_json)
        return !drift || measure_drift(path, patience, all, true, false, &error)
                   ? ND_EXIT_FINE
                   : nd_report(&error);
    nd_measured *measured = nd_measured_open(path, &error);
    if (measured && as_json) {
        print_json(measured, path);
        nd_measured_close(measured);
        return !drift || measure_drift(path, patience, all, quiet, true, &error)
                   ? ND_EXIT_FINE
                   : nd_report(&error);
    }
    char *words = measured ? nd_measured_words(measured, &error) : NULL;
    if (words)
        printf("%s: %zu snapshots measured.\n%sNext: nulldrift figure fig2 %s -o fig2.pdf\n",
               nd_shown(path).text, measured->run->snapshots, words, path);
    free(words);
    nd_measured_close(measured);
    fine = words && (!drift || measure_drift(path, patience, all, quiet, false, &error));
    return fine ? ND_EXIT_FINE : nd_report(&error);
}

static int run(const nd_arguments *arguments) {
    nd_patience patience = nd_patience_asked(arguments);
    for (size_t i = 0; i < nd_positional_count(arguments); i++) {
        int code = measure_one(arguments, nd_positional(arguments, i), &patience);
        if (code != ND_EXIT_FINE)
            return code;
    }
    return ND_EXIT_FINE;
}

static const nd_option OPTIONS[] = {
    {0, "drift", NULL,
     "measures of drift, too, snapshots taken as sessions, and print the few that matter most"},
    {0, "all", NULL, "the same, and print all of them"},
    ND_OPTION_PROGRESS,
    {'q', "quiet", NULL, "no progress and no summary"},
    ND_OPTION_NO_WAIT,
    ND_OPTION_JSON,
    {0},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift measure figure-2.nc", "tuning, information and correlations of every snapshot"},
    {"nulldrift measure --drift figure-2.nc", "and what papers on drift report, between snapshots"},
    {NULL, NULL},
};

const nd_command nd_command_measure = {
    .name = "measure",
    .usage = "RUN.nc... [--drift] [--quiet]",
    .summary = "tuning, information and correlations, added to a run file",
    .description =
        "For every snapshot: each unit's tuning curve over directed position (100 bins), its "
        "spatial information, whether it is tuned (above 0.01 bit); and for every pair of "
        "snapshots the rate-map and the population-vector correlation; then the phases of learning "
        "(see `nulldrift phases`). With several environments each has its own occupancy and "
        "curves. With --drift the measures of `nulldrift help drift-measures`, of at most 21 "
        "snapshots.\n\n"
        "The file is replaced whole; measuring again changes nothing. What each variable means is "
        "written in the file and in `nulldrift help run-file`.",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 1,
    .most = -1,
    .run = run,
};
