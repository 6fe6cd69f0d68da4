#include <stdio.h>

#include "analyse/spectra_of_run.h"
#include "analyse/words_of_spectra.h"
#include "base/error.h"
#include "base/shown.h"
#include "cli/commands.h"

static int run(const nd_arguments *arguments) {
    nd_error error = {0};
    double threads, memory, probes, steps;
    if (!nd_number_value(arguments, "threads", 1, 1024, 1, &threads) ||
        !nd_number_value(arguments, "memory", 1e-3, 1e6, 0, &memory) ||
        !nd_number_value(arguments, "probes", 2, 10000, 16, &probes) ||
        !nd_number_value(arguments, "lanczos-steps", 10, 10000, 100, &steps))
        return ND_EXIT_USAGE;
    const char *path = nd_positional(arguments, 0);
    nd_patience patience = nd_patience_asked(arguments);
    nd_spectra_options options = {.snapshots = nd_value(arguments, "snapshots"),
                                  .exact = nd_flag(arguments, "exact"),
                                  .relax = nd_flag(arguments, "relax"),
                                  .lanczos = nd_flag(arguments, "lanczos"),
                                  .probes = (size_t)probes,
                                  .steps = (size_t)steps,
                                  .memory = memory * 1e9,
                                  .threads = (unsigned)threads,
                                  .patience = &patience};
    nd_spectra_report report;
    bool quiet = nd_flag(arguments, "quiet");
    bool fine = nd_spectra_into_run(path, &options, nd_terminal_watch(quiet), &report, &error);
    nd_terminal_done();
    if (!fine)
        return nd_report(&error);
    if (nd_flag(arguments, "json"))
        return nd_spectra_tell(path, true, stdout, &error) ? ND_EXIT_FINE : nd_report(&error);
    if (quiet)
        return ND_EXIT_FINE;
    printf("%s: spectra of %zu snapshots added.\n", nd_shown(path).text, report.snapshots);
    if (report.at_minimum > 0)
        printf(
            "  %zu of them relaxed to minima at a loss above 1e-8 of the targets' variance, %.2g "
            "or less.\n",
            report.at_minimum, report.worst_minimum);
    if (report.still_falling > 0)
        printf(
            "  %zu of them came down to %.2g or less, where the loss still fell but too slowly to "
            "go on.\n",
            report.still_falling, report.worst_falling);
    if (report.least_loss > 0)
        printf("  Samples with the same inputs have different targets: no loss below %.2g is "
               "possible, and 1e-8 is meant above it.\n",
               report.least_loss);
    return nd_spectra_tell(path, false, stdout, &error) ? ND_EXIT_FINE : nd_report(&error);
}

static const nd_option OPTIONS[] = {
    {0, "exact", NULL, "the exact Hessian's eigenvalues, too"},
    {0, "snapshots", "LIST",
     "only these snapshots, counted from 0: 0,10-20,last; others keep what they have"},
    {0, "relax", NULL,
     "everything again after a descent without noise to a loss of 1e-8 of the targets' variance"},
    {0, "lanczos", NULL,
     "extreme eigenvalues, trace and density with their errors from products alone, in place of "
     "the dense spectra"},
    {0, "probes", "N", "random vectors of --lanczos; 16 by default"},
    {0, "lanczos-steps", "N", "steps for each; 100 by default"},
    {0, "memory", "GB", "memory that may be taken; by default what is free"},
    {0, "threads", "N", "snapshots worked on at a time; results do not depend on it"},
    ND_OPTION_PROGRESS,
    {'q', "quiet", NULL, "no progress and no summary"},
    ND_OPTION_NO_WAIT,
    ND_OPTION_JSON,
    {0},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift spectrum figure-2.nc", "Gauss-Newton spectra of every snapshot: a minute"},
    {"nulldrift spectrum figure-2.nc --exact --snapshots first,middle,last",
     "the exact Hessian's eigenvalues at three of them"},
    {"nulldrift spectrum run.nc --relax", "the flatness of the solutions under the snapshots"},
    {"nulldrift spectrum large.nc --lanczos", "for networks whose spectra do not fit in memory"},
    {NULL, NULL},
};

const nd_command nd_command_spectrum = {
    .name = "spectrum",
    .usage = "RUN.nc [--exact] [--snapshots LIST] [--relax] [--lanczos]",
    .summary = "add the Hessian's spectra at the snapshots to a run file",
    .description =
        "How flat the loss is around every snapshot: the Gauss-Newton spectrum, its rank and the "
        "sum of its logarithms, the exact Hessian's trace and largest eigenvalue; on request all "
        "of the exact Hessian's eigenvalues. The exact spectrum comes from a reduced symmetric "
        "problem: silent units dropped, input sides reduced to the inputs that drive them, "
        "residual blocks diagonalised unit by unit.\n\n"
        "The file is replaced whole at the end; interrupted, it is as it was. `nulldrift help "
        "flatness` "
        "tells what the variables mean.",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 1,
    .most = 1,
    .run = run,
};
