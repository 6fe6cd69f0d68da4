#include <stdio.h>
#include <stdlib.h>

#include "analyse/measured_run.h"
#include "cli/commands.h"

static int measure_one(const char *path, bool quiet) {
    nd_error error = {0};
    bool fine = nd_measure_run_file(path, nd_terminal_watch(quiet), &error);
    nd_terminal_done();
    if (!fine)
        return nd_report(&error);
    if (quiet)
        return ND_EXIT_FINE;
    nd_measured *measured = nd_measured_open(path, &error);
    char *words = measured ? nd_measured_words(measured, &error) : NULL;
    if (words)
        printf("%s: %zu snapshots measured.\n%sNext: nulldrift figure fig2 %s -o fig2.pdf\n", path,
               measured->run->snapshots, words, path);
    free(words);
    nd_measured_close(measured);
    return words ? ND_EXIT_FINE : nd_report(&error);
}

static int run(const nd_arguments *arguments) {
    for (size_t i = 0; i < nd_positional_count(arguments); i++) {
        int code = measure_one(nd_positional(arguments, i), nd_flag(arguments, "quiet"));
        if (code != ND_EXIT_FINE)
            return code;
    }
    return ND_EXIT_FINE;
}

static const nd_option OPTIONS[] = {
    {'q', "quiet", NULL, "no progress and no summary"},
    {0},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift measure figure-2.nc", "tuning, information and correlations of every snapshot"},
    {NULL, NULL},
};

const nd_command nd_command_measure = {
    .name = "measure",
    .usage = "RUN.nc... [--quiet]",
    .summary = "tuning, information and correlations, added to a run file",
    .description =
        "For every snapshot: each unit's tuning curve over directed position (100 bins), its "
        "spatial information, whether it is tuned (above 0.01 bit); and for every pair of "
        "snapshots the rate-map and the population-vector correlation; then the phases of learning "
        "(see `nulldrift phases`). With several environments each has its own occupancy and "
        "curves.\n\n"
        "The file is replaced whole; measuring again changes nothing. What each variable means is "
        "written in the file and in docs/run-file.md.",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 1,
    .most = -1,
    .run = run,
};
