#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/shown.h"
#include "cli/commands.h"
#include "cli/run_output.h"
#include "run/simulate.h"
#include "store/run_file.h"

static void summarise(const nd_run *run, const char *path) {
    nd_shown_text shown = nd_shown(path);
    size_t n = run->records, late = n > 10 ? n - 10 : 0;
    double loss = nd_mean_of_ten(run->loss, late, n);
    printf("%s: %zu records and %zu snapshots over %.4g steps.\n", shown.text, n, run->snapshots,
           run->step[n - 1]);
    printf("  loss                   10^%.2f at the start, 10^%.2f at the end (of the targets' "
           "variance)\n",
           log10(run->loss[0]), log10(loss));
    printf("  fraction active units  %.3f -> %.3f\n", run->fraction_active_units[0],
           nd_mean_of_ten(run->fraction_active_units, late, n));
    printf("  active fraction        %.3f -> %.3f\n", run->active_fraction[0],
           nd_mean_of_ten(run->active_fraction, late, n));
    if (run->fraction_active_units[n - 1] == 0)
        printf("  Every unit is silent at the end: nothing can be learned any more. A smaller "
               "learning rate or less noise keeps units awake.\n");
    if (run->dataset->position)
        printf("Next: nulldrift measure %s && nulldrift figure fig2 %s -o fig2.pdf\n", shown.text,
               shown.text);
    else if (strcmp(run->experiment->run.spectrum, "none") != 0)
        printf("Next: nulldrift info %s, or nulldrift figure fig6 %s -o fig6.pdf\n", shown.text,
               shown.text);
    else
        printf("Next: nulldrift spectrum %s, or nulldrift figure fig6 %s -o fig6.pdf\n", shown.text,
               shown.text);
}

static void print_json(const nd_run *run, const char *path) {
    size_t n = run->records;
    nd_json json = nd_run_json(path, run->file, n, run->step, run->loss, run->active_fraction,
                               run->fraction_active_units);
    nd_json_number(&json, "snapshots", (double)run->snapshots);
    nd_json_truth(&json, "silent", n > 0 && run->fraction_active_units[n - 1] == 0);
    nd_json_end(&json);
}

static bool summarise_file(const char *path, bool as_json, nd_error *error) {
    nd_run *run = nd_run_open(path, error);
    if (run)
        (as_json ? print_json : summarise)(run, path);
    nd_run_close(run);
    return run != NULL;
}

static int run(const nd_arguments *arguments) {
    static const nd_model_command FEED_FORWARD = {nd_simulate, summarise_file};
    nd_error error = {0};
    bool goes_on = nd_value(arguments, "continue") != NULL;
    if (nd_positional_count(arguments) != (goes_on ? 0 : 1)) {
        fprintf(stderr, "nulldrift: run: %s; see `nulldrift run --help`\n",
                goes_on ? "--continue RUN.nc takes no experiment: the file has its own"
                        : "an argument is missing: EXPERIMENT.yaml, or --continue RUN.nc");
        return ND_EXIT_USAGE;
    }
    if (goes_on)
        return nd_go_on_with_file(arguments, &FEED_FORWARD);
    nd_experiment *experiment = nd_experiment_argument(arguments, &error);
    if (!experiment)
        return nd_report(&error);
    int code;
    if (experiment->network.model == ND_HEBBIAN) {
        nd_fail(&error, nd_positional(arguments, 0), "use `nulldrift hebbian`",
                "is an experiment for the Hebbian network");
        code = nd_report(&error);
    } else {
        code = nd_run_into_file(arguments, experiment, &FEED_FORWARD);
    }
    nd_experiment_free(experiment);
    return code;
}

static const nd_option OPTIONS[] = {
    {'o', "output", "RUN.nc", "the run file; by default the experiment's name with .nc, here"},
    {0, "set", "KEY=VALUE",
     "override a key of the experiment, e.g. learning.update_noise=0.01; "
     "may be given more than once"},
    {0, "continue", "RUN.nc",
     "go on with a finished run to more steps: --set run.steps=N; in place, unless -o is given"},
    {0, "threads", "N", "threads inside one run (large networks); results do not depend on it"},
    {0, "resume-here", NULL,
     "go on with a run begun on another instruction set, whose rounding differs; its file says so"},
    {0, "checkpoint-every", "SECONDS", "how often to save the state; 60 by default"},
    {0, "follow-links", NULL,
     "follow links inside the world's data file to other files, which is refused otherwise"},
    {0, "no-wait", NULL, "--continue in place: fail while another command amends the file"},
    ND_OPTION_PROGRESS,
    {'q', "quiet", NULL, "no progress and no summary"},
    ND_OPTION_JSON,
    {0},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift run examples/figure-2.yaml", "the run of Figure 2, into figure-2.nc"},
    {"nulldrift run examples/figure-2.yaml --set seed=2 -o second.nc",
     "the same with another seed"},
    {"nulldrift run examples/random-update-noise.yaml --set run.spectrum=exact",
     "with the Hessian's eigenvalues at every snapshot"},
    {"nulldrift run examples/figure-2.yaml --set run.steps=100000 --set run.precision=single",
     "a shorter run, in single precision"},
    {"nulldrift run --continue figure-2.nc --set run.steps=2000000",
     "a million steps more, as if the run had been that long from the start"},
    {NULL, NULL},
};

const nd_command nd_command_run = {
    .name = "run",
    .usage = "EXPERIMENT.yaml [-o RUN.nc] [--set KEY=VALUE]... [--threads N] [--quiet] | "
             "--continue RUN.nc --set run.steps=N [-o LONGER.nc]",
    .summary = "train a network under noise and keep its course in a run file",
    .description =
        "Makes the world, trains the network for millions of noisy steps, and writes records "
        "(loss, sparsity), snapshots (parameters) and the whole experiment to a netCDF-4 file.\n\n"
        "The state is saved every minute (RUN.nc.ckpt, RUN.nc.part). An interrupted run, by "
        "Ctrl-C or otherwise, is resumed by the same command, and gives the very file that an "
        "uninterrupted one gives. A finished run is never overwritten, "
        "nor is any other file that is there.\n\n"
        "A finished run is gone on with by --continue: the result is what one long run gives, bit "
        "for bit, with records and snapshots at the same distance unless run.records and "
        "run.snapshots are set. The earlier file stays until the longer one is whole. What "
        "measure, spectrum and phases added is then to be made anew. Files of nulldrift 0.1.0 "
        "kept no final state: they go on in law only, and that is said.\n\n"
        "With run.spectrum=gauss-newton or exact, the Hessian's spectrum is taken at every "
        "snapshot, "
        "as `nulldrift spectrum` would afterwards.",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 0,
    .most = 1,
    .run = run,
};
