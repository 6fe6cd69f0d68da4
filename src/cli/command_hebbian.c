#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/shown.h"
#include "cli/commands.h"
#include "cli/run_output.h"
#include "hebbian/agreement.h"
#include "run/hebbian_run.h"
#include "store/hebbian_file.h"

static double attribute(const nd_hebbian_run *run, const char *name) {
    double value = NAN;
    (void)nd_nc_number(run->file, NULL, name, &value, NULL);
    return value;
}

static void summarise_drift(const nd_hebbian_run *run) {
    double constant = attribute(run, "diffusion_constant");
    if (!isfinite(constant))
        return;
    const char *unit = run->inputs->circular ? "rad^2" : "slice^2";
    printf("  drift of the fields    D = %.3g +- %.1g %s per step (linear fit), %.3g (log fit, "
           "exponent %.2f +- %.2f)\n",
           constant, attribute(run, "diffusion_constant_error"), unit,
           attribute(run, "diffusion_constant_log_fit"), attribute(run, "diffusion_exponent"),
           attribute(run, "diffusion_exponent_error"));
}

static void summarise(const nd_hebbian_run *run, const char *path) {
    size_t n = run->records, late = n > 10 ? n - 10 : 0;
    printf("%s: %zu records and %zu snapshots over %.4g steps.\n", nd_shown(path).text, n,
           run->snapshots, run->step[n - 1]);
    printf("  similarity error       %.4f -> %.4f\n", run->loss[0],
           nd_mean_of_ten(run->loss, late, n));
    printf("  fraction active units  %.3f -> %.3f (peak above %g)\n", run->fraction_active_units[0],
           nd_mean_of_ten(run->fraction_active_units, late, n),
           run->experiment->network.peak_threshold);
    printf("  active fraction        %.3f -> %.3f\n", run->active_fraction[0],
           nd_mean_of_ten(run->active_fraction, late, n));
    summarise_drift(run);
    double problems = attribute(run, "fixed_points");
    printf("  fixed points           %.0f, %.2f pivots each; restarted from Euler steps %.0f times "
           "(%.3f%%), left to the Euler dynamics %.0f times\n",
           problems, attribute(run, "fixed_point_pivots") / problems,
           attribute(run, "fixed_point_fall_backs"),
           100 * attribute(run, "fixed_point_fall_backs") / problems,
           attribute(run, "fixed_point_unpolished"));
    printf("Next: nulldrift figure fig4c %s -o fig4c.pdf\n", nd_shown(path).text);
}

static void print_json(const nd_hebbian_run *run, const char *path) {
    static const char *const members[] = {"diffusion_constant",         "diffusion_constant_error",
                                          "diffusion_constant_log_fit", "diffusion_exponent",
                                          "diffusion_exponent_error",   "fixed_points",
                                          "fixed_point_fall_backs",     "fixed_point_unpolished"};
    char *status = nd_nc_text(run->file, NULL, "status", NULL);
    nd_json json = nd_run_json(path, status, run->records, run->step, run->loss,
                               run->active_fraction, run->fraction_active_units);
    nd_json_number(&json, "snapshots", (double)run->snapshots);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        nd_json_number(&json, members[i], attribute(run, members[i]));
    nd_json_end(&json);
    free(status);
}

static bool summarise_file(const char *path, bool as_json, nd_error *error) {
    nd_hebbian_run *run = nd_hebbian_run_open(path, error);
    if (run)
        (as_json ? print_json : summarise)(run, path);
    nd_hebbian_run_close(run);
    return run != NULL;
}

static void print_check_json(const nd_experiment *experiment, const nd_agreement *found) {
    nd_json json = nd_json_begin(stdout);
    nd_json_text(&json, "experiment", experiment->name);
    nd_json_count(&json, "fixed_points", found->problems);
    nd_json_count(&json, "steps", experiment->run.settle + experiment->run.steps);
    nd_json_count(&json, "asymmetric", found->asymmetric);
    nd_json_count(&json, "indefinite", found->indefinite);
    nd_json_number(&json, "difference_tolerance_1e-4", found->coarse);
    nd_json_number(&json, "difference_tolerance_1e-10", found->fine);
    nd_json_number(&json, "residual", found->residual);
    nd_json_count(&json, "apart", found->apart);
    nd_json_count(&json, "problems", found->counts.problems);
    nd_json_count(&json, "fall_backs", found->counts.fall_backs);
    nd_json_count(&json, "unpolished", found->counts.unpolished);
    nd_json_text(&json, "verdict", found->apart == 0 ? "agree" : "differ");
    nd_json_end(&json);
}

/* Prints the comparison; a problem beyond the bounds is a failure. */
static int check(const nd_experiment *experiment, double problems, bool quiet, bool as_json) {
    nd_error error = {0};
    nd_agreement found;
    bool fine = nd_hebbian_agreement(experiment, (uint64_t)problems, &found,
                                     nd_terminal_watch(quiet), &error);
    nd_terminal_done();
    if (!fine)
        return nd_report(&error);
    if (as_json) {
        print_check_json(experiment, &found);
        return found.apart == 0 ? ND_EXIT_FINE : ND_EXIT_FAILED;
    }
    printf("%s: %" PRIu64 " fixed points along %" PRIu64 " steps against the Euler dynamics\n"
           "  M asymmetric / M + l2 indefinite       %" PRIu64 " / %" PRIu64 "\n"
           "  largest difference, tolerance 1e-4     %.2g (at most %g)\n"
           "  largest difference, tolerance 1e-10    %.2g (at most %g)\n"
           "  complementarity residual               %.2g (at most %g)\n"
           "  beyond one of these                    %" PRIu64 "\n"
           "  restarted from Euler steps             %" PRIu64 " of %" PRIu64 " steps (%.3f%%)\n"
           "  left to the Euler dynamics             %" PRIu64 "\n",
           nd_shown(experiment->name).text, found.problems,
           experiment->run.settle + experiment->run.steps, found.asymmetric, found.indefinite,
           found.coarse, ND_AGREES_COARSE, found.fine, ND_AGREES_FINE, found.residual,
           ND_AGREES_RESIDUAL, found.apart, found.counts.fall_backs, found.counts.problems,
           100 * (double)found.counts.fall_backs / fmax((double)found.counts.problems, 1),
           found.counts.unpolished);
    return found.apart == 0 ? ND_EXIT_FINE : ND_EXIT_FAILED;
}

static int run(const nd_arguments *arguments) {
    static const nd_model_command HEBBIAN = {nd_hebbian_simulate, summarise_file};
    nd_error error = {0};
    double problems;
    if (!nd_number_value(arguments, "check", 1, 1e9, 1, &problems))
        return ND_EXIT_USAGE;
    nd_experiment *experiment = nd_experiment_argument(arguments, &error);
    if (!experiment)
        return nd_report(&error);
    int code;
    if (experiment->network.model != ND_HEBBIAN) {
        nd_fail(&error, nd_positional(arguments, 0), "use `nulldrift run`",
                "is an experiment for the feed-forward network (network.model is not hebbian)");
        code = nd_report(&error);
    } else if (nd_value(arguments, "check")) {
        code = check(experiment, problems, nd_flag(arguments, "quiet"), nd_flag(arguments, "json"));
    } else {
        code = nd_run_into_file(arguments, experiment, &HEBBIAN);
    }
    nd_experiment_free(experiment);
    return code;
}

static const nd_option OPTIONS[] = {
    {'o', "output", "RUN.nc", "the run file; by default the experiment's name with .nc, here"},
    {0, "set", "KEY=VALUE",
     "override a key of the experiment, e.g. learning.noise_lateral=0; may be given more than "
     "once"},
    {0, "threads", "N", "threads for the responses at records; results do not depend on it"},
    {0, "resume-here", NULL,
     "go on with a run begun on another instruction set, whose rounding differs; its file says so"},
    {0, "checkpoint-every", "SECONDS", "how often to save the state; 60 by default"},
    {0, "check", "N",
     "make no run file: compare N fixed points along the run with the Euler dynamics"},
    ND_OPTION_PROGRESS,
    {'q', "quiet", NULL, "no progress and no summary"},
    ND_OPTION_JSON,
    {0},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift hebbian examples/hebbian-ring.yaml", "Figure 4C: the ring, into hebbian-ring.nc"},
    {"nulldrift hebbian examples/hebbian-place.yaml --set learning.noise_lateral=0 -o forward.nc",
     "place cells with noise in the feed-forward weights only"},
    {"nulldrift hebbian examples/hebbian-ring.yaml --check 2000 --set run.steps=4000",
     "are the exact fixed points those of the dynamics?"},
    {NULL, NULL},
};

const nd_command nd_command_hebbian = {
    .name = "hebbian",
    .usage = "EXPERIMENT.yaml [-o RUN.nc] [--set KEY=VALUE]... [--check N] [--quiet]",
    .summary = "run the Hebbian / anti-Hebbian network, which learns without a gradient",
    .description =
        "Shows one random input per step to a recurrent network, takes its dynamics to their exact "
        "fixed point, and changes its weights by local rules with noise (Qin et al. 2023). Records "
        "hold the similarity-matching error and the sparsity, snapshots the responses to all "
        "inputs; at the end the drift of the fields is measured: centroids, mean squared "
        "displacement, diffusion constant, population-vector correlation.\n\n"
        "The state is saved every minute (RUN.nc.ckpt, RUN.nc.part). An interrupted run, by "
        "Ctrl-C or otherwise, is resumed by the same command, and gives the very file that an "
        "uninterrupted one gives. A finished run is never overwritten, nor is any other file that "
        "is there.",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 1,
    .most = 1,
    .run = run,
};
