#include <math.h>
#include <stdio.h>

#include "analyse/drift_of_run.h"
#include "base/error.h"
#include "base/json.h"
#include "base/shown.h"
#include "cli/commands.h"

/* How many branches would tell the predictions apart. */
static void say_needed(double a, double b) {
    double needed[] = {a, b};
    char text[2][32];
    for (size_t i = 0; i < 2; i++)
        snprintf(text[i], sizeof text[i], isnan(needed[i]) ? "no number" : "%.0f", needed[i]);
    printf("%-28s %-22s %s\n", "  branches for p < 0.05 *", text[0], text[1]);
    printf("* in four of five tries, if the cosine is what it seems to be here\n");
}

static void print_drift(const nd_branch_drift *drift, const char *path, size_t snapshot,
                        double steps) {
    static const char *const names[ND_REGULARIZERS] = {"sum of logs", "sum"};
    printf("%s, snapshot %zu: %zu branches of %.0f steps from loss %.2g, %zu awake units (%zu "
           "parameters), displacement %.3g.\n",
           nd_shown(path).text, snapshot, drift->branches, steps, drift->loss, drift->awake_units,
           drift->awake_parameters, drift->displacement);
    printf("%-28s %-22s %s\n", "minus the gradient of the", names[0], names[1]);
    const nd_branch_match *a = &drift->match[0], *b = &drift->match[1];
    printf("%-28s %.4f +- %.4f       %.4f +- %.4f\n", "  mean cosine of a branch", a->cosine,
           a->cosine_error, b->cosine, b->cosine_error);
    printf("%-28s %-22.2g %.2g\n", "  p (one-sided t)", a->p, b->p);
    printf("%-28s %.3f +- %.3f         %.3f +- %.3f\n", "  cosine of the mean", a->mean_cosine,
           a->mean_cosine_error, b->mean_cosine, b->mean_cosine_error);
    printf("%-28s %.3g +- %.1g    %.3g +- %.1g\n", "  speed along it, per step", a->along,
           a->along_error, b->along, b->along_error);
    printf("%-28s %-22.3g %.3g\n", "  theory's, per step", a->predicted, b->predicted);
    printf("The two predictions have a cosine of %.3f. What of each is orthogonal to the other:\n",
           drift->between);
    printf("%-28s %.4f +- %.4f       %.4f +- %.4f\n", "  mean cosine of a branch", a->own_cosine,
           a->own_cosine_error, b->own_cosine, b->own_cosine_error);
    printf("%-28s %-22.2g %.2g\n", "  p (one-sided t)", a->own_p, b->own_p);
    say_needed(a->own_branches, b->own_branches);
}

/* A line a regularizer. */
static void print_json(const nd_branch_drift *drift, const char *path, size_t snapshot,
                       double steps) {
    for (int which = 0; which < ND_REGULARIZERS; which++) {
        const nd_branch_match *match = &drift->match[which];
        nd_json json = nd_json_begin(stdout);
        nd_json_text(&json, "run", path);
        nd_json_number(&json, "snapshot", (double)snapshot);
        nd_json_number(&json, "branches", (double)drift->branches);
        nd_json_number(&json, "steps", steps);
        nd_json_number(&json, "loss", drift->loss);
        nd_json_number(&json, "awake_units", (double)drift->awake_units);
        nd_json_text(&json, "regularizer", nd_regularizer_name((nd_regularizer)which));
        nd_json_number(&json, "cosine", match->cosine);
        nd_json_number(&json, "cosine_error", match->cosine_error);
        nd_json_number(&json, "p", match->p);
        nd_json_number(&json, "mean_cosine", match->mean_cosine);
        nd_json_number(&json, "mean_cosine_error", match->mean_cosine_error);
        nd_json_number(&json, "own_cosine", match->own_cosine);
        nd_json_number(&json, "own_cosine_error", match->own_cosine_error);
        nd_json_number(&json, "own_p", match->own_p);
        nd_json_number(&json, "own_branches", match->own_branches);
        nd_json_number(&json, "predictions_cosine", drift->between);
        nd_json_number(&json, "speed", match->along);
        nd_json_number(&json, "speed_error", match->along_error);
        nd_json_number(&json, "speed_predicted", match->predicted);
        nd_json_end(&json);
    }
}

static void say_forecast(size_t snapshot, double seconds) {
    char text[32];
    if (seconds < 1)
        snprintf(text, sizeof text, "a second");
    else
        nd_duration(seconds, text, sizeof text);
    fprintf(stderr, "nulldrift: branches from snapshot %zu; this takes about %s here\n", snapshot,
            text);
}

static int run(const nd_arguments *arguments) {
    nd_error error = {0};
    double branches, steps, threads, update_noise, label_noise;
    if (!nd_number_value(arguments, "branches", 8, 1e6, 64, &branches) ||
        !nd_number_value(arguments, "steps", 1, 1e12, 1000, &steps) ||
        !nd_number_value(arguments, "threads", 1, 1024, 1, &threads) ||
        !nd_number_value(arguments, "update-noise", 0, 1e6, -1, &update_noise) ||
        !nd_number_value(arguments, "label-noise", 0, 1e6, -1, &label_noise))
        return ND_EXIT_USAGE;
    nd_patience patience = nd_patience_asked(arguments);
    nd_drift_direction_options options = {.drift = {.branches = (size_t)branches,
                                                    .steps = (uint64_t)steps,
                                                    .threads = (unsigned)threads,
                                                    .relax = !nd_flag(arguments, "as-it-is")},
                                          .snapshot = nd_value(arguments, "snapshot"),
                                          .update_noise = update_noise,
                                          .label_noise = label_noise,
                                          .patience = &patience};
    const char *path = nd_positional(arguments, 0);
    bool quiet = nd_flag(arguments, "quiet");
    options.forecast = quiet ? NULL : say_forecast;
    nd_branch_drift drift;
    size_t snapshot;
    bool fine = nd_drift_direction_into_run(path, &options, nd_terminal_watch(quiet), &drift,
                                            &snapshot, &error);
    nd_terminal_done();
    if (!fine)
        return nd_report(&error);
    if (nd_flag(arguments, "json"))
        print_json(&drift, path, snapshot, steps);
    else if (!quiet)
        print_drift(&drift, path, snapshot, steps);
    return ND_EXIT_FINE;
}

static const nd_option OPTIONS[] = {
    {0, "snapshot", "N", "where the branches begin: a number from 0, or first, middle, last"},
    {0, "branches", "N", "how many; 64 by default"},
    {0, "steps", "N", "updates of each; 1000 by default"},
    {0, "update-noise", "S", "in place of the run's own"},
    {0, "label-noise", "S", "in place of the run's own"},
    {0, "as-it-is", NULL, "begin at the snapshot itself, not relaxed to the manifold first"},
    {0, "threads", "N", "branches run at a time; results do not depend on it"},
    ND_OPTION_PROGRESS,
    {'q', "quiet", NULL, "no progress and no table"},
    ND_OPTION_NO_WAIT,
    ND_OPTION_JSON,
    {0},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift drift-direction figure-2.nc --snapshot 10", "under the run's own noise"},
    {"nulldrift drift-direction run.nc --update-noise 0 --label-noise 0.5",
     "the same snapshot under label noise"},
    {NULL, NULL},
};

const nd_command nd_command_drift_direction = {
    .name = "drift-direction",
    .usage = "RUN.nc [--snapshot N] [--branches N] [--steps N]",
    .summary = "compare the direction of drift with what theory predicts",
    .description =
        "Starts many branches of a run from one snapshot, each with noise of its own, and compares "
        "where they go, less where a branch without noise goes, with minus the gradient of two "
        "regularizers, projected on the null space of "
        "the Gauss-Newton matrix: the sum of the logarithms of its eigenvalues, which update noise "
        "should lower, and their sum, which label noise should lower. The two predictions may be "
        "nearly parallel; what of each is orthogonal to the other is tested apart. The figures are "
        "added to the "
        "run file (drift_log_sum_cosine, drift_trace_cosine, ...; `nulldrift help flatness`).",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 1,
    .most = 1,
    .run = run,
};
