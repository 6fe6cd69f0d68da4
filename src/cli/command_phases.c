#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyse/phases_of_run.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/outputs.h"

/* A table by its ending; anything else is a run file. */
static bool is_table(const char *path) {
    static const char *const endings[] = {".csv", ".tsv", ".txt"};
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (length >= 4 && strcmp(path + length - 4, endings[i]) == 0)
            return true;
    return false;
}

static bool phases_of_csv(const char *path, const nd_patience *patience, nd_phases *phases,
                          nd_error *error) {
    nd_trace_table table;
    (void)patience; /* a table is only read */
    if (!nd_traces_from_csv(path, &table, error))
        return false;
    bool fine = nd_phases_find(&table.traces, phases, error);
    nd_trace_table_free(&table);
    return fine || nd_error_at(error, path);
}

static bool phases_of_run(const char *path, const nd_patience *patience, nd_phases *phases,
                          nd_error *error) {
    nd_nc *file = nd_nc_amend(path, patience, error);
    if (!file)
        return false;
    if (nd_phases_into_run(file, phases, error))
        return nd_nc_publish(file, error);
    nd_nc_close(file);
    return false;
}

/* A line a phase. */
static void print_json(const nd_phases *phases) {
    static const char *const names[] = {"i", "ii", "iii"};
    static const char *const metrics[] = {"log10_loss", "fraction_active_units", "active_fraction",
                                          "spatial_information", "tuning"};
    double begin = 0;
    for (size_t phase = 0; phase < 3; phase++) {
        char words[512];
        nd_json json = nd_json_begin(stdout);
        nd_json_text(&json, "phase", names[phase]);
        nd_json_number(&json, "from_step", phases->seen[phase] ? begin : NAN);
        nd_json_number(&json, "to_step", phases->seen[phase] ? phases->end_step[phase] : NAN);
        nd_json_truth(&json, "claimed", nd_phase_claimed(phases, phase));
        nd_phase_words(phases, phase, words, sizeof words);
        nd_json_text(&json, "words", words);
        if (phase == 2) {
            nd_json_number(&json, "further_fall", phases->after.further_fall);
            nd_json_number(&json, "further_share", phases->after.further_share);
            nd_json_number(&json, "horizon_steps", phases->after.horizon);
            nd_json_number(&json, "slowest_fall_per_step", phases->after.slowest);
        }
        nd_json_open(&json, "metrics", '{');
        for (int metric = 0; metric < ND_PHASE_METRICS; metric++) {
            const nd_metric_change *change = &phases->metric[phase][metric];
            nd_json_open(&json, metrics[metric], '{');
            nd_json_text(&json, "change", nd_change_words(change->change));
            nd_json_number(&json, "from", change->from);
            nd_json_number(&json, "to", change->to);
            nd_json_number(&json, "slope", change->slope);
            nd_json_number(&json, "p", change->p);
            nd_json_close(&json, '{');
        }
        nd_json_close(&json, '{');
        nd_json_open(&json, "warnings", '[');
        for (int metric = 0; metric < ND_PHASE_METRICS; metric++)
            if (phases->metric[phase][metric].change == ND_CHANGE_TOO_FEW) {
                char text[120];
                snprintf(text, sizeof text, "%s: too few values to test", metrics[metric]);
                nd_json_text(&json, NULL, text);
            }
        nd_json_close(&json, '[');
        nd_json_end(&json);
        begin = phases->end_step[phase];
    }
}

/* The table as text, or as CSV where the file's name ends so. */
static bool write_table(const nd_phases *phases, const nd_place *place, nd_error *error) {
    char table[16384];
    size_t length = strlen(place->path);
    bool csv = length >= 4 && strcmp(place->path + length - 4, ".csv") == 0;
    (csv ? nd_phases_csv : nd_phases_table)(phases, table, sizeof table);
    return nd_place_write(place, table, strlen(table), error);
}

static int run(const nd_arguments *arguments) {
    nd_error error = {0};
    nd_phases phases;
    const char *path = nd_positional(arguments, 0), *output = nd_value(arguments, "output");
    char table[8192];
    nd_patience patience = nd_patience_asked(arguments);
    nd_place *place = output ? nd_output_place(arguments, output, &path, 1, &error) : NULL;
    bool fine =
        (!output || (place && nd_check_writable(output, &error))) &&
        (is_table(path) ? phases_of_csv : phases_of_run)(path, &patience, &phases, &error) &&
        (!output || write_table(&phases, place, &error));
    nd_place_free(place);
    if (!fine)
        return nd_report(&error);
    if (nd_flag(arguments, "quiet") && !nd_flag(arguments, "json"))
        return ND_EXIT_FINE;
    if (nd_flag(arguments, "json")) {
        print_json(&phases);
        return ND_EXIT_FINE;
    }
    nd_phases_table(&phases, table, sizeof table);
    fputs(table, stdout);
    if (phases.seen[1] && phases.fall_to < phases.end_step[2])
        printf("%s falls from step %.4g to step %.4g; nine tenths are made by step %.4g.\n",
               nd_phase_metric_name(phases.sparsity), phases.fall_from, phases.fall_to,
               phases.end_step[1]);
    return ND_EXIT_FINE;
}

static const nd_option OPTIONS[] = {
    {'o', "output", "TABLE.txt|.csv", "write the table there, too, as text or as CSV"},
    ND_OPTION_FORCE,
    {'q', "quiet", NULL, "print nothing"},
    ND_OPTION_NO_WAIT,
    ND_OPTION_JSON,
    {0},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift phases figure-2.nc", "Table 1 of the paper for that run, kept in its attributes"},
    {"nulldrift phases records.csv", "the same from a table with the columns step, loss or "
                                     "log10_loss, and, where known, fraction_active_units"},
    {NULL, NULL},
};

const nd_command nd_command_phases = {
    .name = "phases",
    .usage = "RUN.nc|TRACES.csv [-o TABLE.txt|TABLE.csv]",
    .summary = "find the three phases of learning in a run, and what changes in each",
    .description =
        "Finds where fast familiarity, implicit regularisation and null drift each dominate, and "
        "tests for every phase whether loss, sparsity, spatial information and tuning still "
        "change. A run file keeps the boundaries and the table in its global attributes "
        "(phase_1_end_step, phase_2_end_step, phase_table); information and tuning are known "
        "after `nulldrift measure`.\n\n"
        "A phase dominates until nine tenths of its fall are made: of log10 loss for the first, "
        "of the fraction of active units (where it does not fall, of the active fraction) for the "
        "second. The third, null drift, is claimed where what sparsity may fall further is "
        "bounded, "
        "to a tenth of its fall, and tuning changes; else the words say what was seen. Changes are "
        "tested by Mann-Kendall's test, corrected for autocorrelation, or exact for ten values or "
        "fewer: p < 0.01 and at least 5 % of the metric's level. The method in full: `nulldrift "
        "help phases`.",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 1,
    .most = 1,
    .run = run,
};
