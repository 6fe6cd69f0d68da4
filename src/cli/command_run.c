#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/shown.h"
#include "cli/commands.h"
#include "cli/run_output.h"
#include "nulldrift/contents.h"
#include "nulldrift/run.h"

/* What is said of a run file. */
typedef struct made_run {
    size_t records, snapshots;
    double *step, *loss, *active_fraction, *fraction_active_units; /* records */
    bool has_positions, has_spectra;
    const char *status; /* of the file */
} made_run;

/* The values of a variable over the records; NULL with `error`. */
static double *over_records(const nd_contents *file, const char *name, size_t *records,
                            nd_error *error) {
    nd_variable_view view;
    if (!nd_contents_find(file, name, &view, error))
        return NULL;
    double *values = nd_doubles(view.count, error);
    if (values && nd_contents_numbers(file, name, values, view.count, error)) {
        *records = view.count;
        return values;
    }
    free(values);
    return NULL;
}

/* Does the run's experiment ask for spectra on the way? */
static bool asks_for_spectra(const char *text, const char *path) {
    nd_key_value value;
    nd_experiment *experiment = nd_experiment_parse(text, path, NULL, NULL, 0, NULL);
    bool asks = experiment && nd_experiment_get(experiment, "run.spectrum", &value, NULL) &&
                strcmp(value.word, "none") != 0;
    nd_experiment_free(experiment);
    return asks;
}

static bool read_run(const nd_contents *file, const char *path, made_run *run, nd_error *error) {
    nd_variable_view view;
    nd_attribute_view attribute;
    *run = (made_run){.has_positions = nd_contents_find(file, "position", &view, NULL)};
    if (nd_contents_find(file, "snapshot_step", &view, NULL))
        run->snapshots = view.count;
    for (size_t i = 0; nd_contents_attribute(file, NULL, i, &attribute); i++)
        if (strcmp(attribute.name, "status") == 0)
            run->status = attribute.text;
        else if (strcmp(attribute.name, "experiment") == 0 && attribute.text)
            run->has_spectra = asks_for_spectra(attribute.text, path);
    size_t *n = &run->records;
    return (run->step = over_records(file, "step", n, error)) &&
           (run->loss = over_records(file, "loss", n, error)) &&
           (run->active_fraction = over_records(file, "active_fraction", n, error)) &&
           (run->fraction_active_units = over_records(file, "fraction_active_units", n, error)) &&
           (*n > 0 || nd_fail(error, path, "run it again", "holds no records"));
}

static void summarise(const made_run *run, const char *path) {
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
    if (run->has_positions)
        printf("Next: nulldrift measure %s && nulldrift figure fig2 %s -o fig2.pdf\n", shown.text,
               shown.text);
    else if (run->has_spectra)
        printf("Next: nulldrift info %s, or nulldrift figure fig6 %s -o fig6.pdf\n", shown.text,
               shown.text);
    else
        printf("Next: nulldrift spectrum %s, or nulldrift figure fig6 %s -o fig6.pdf\n", shown.text,
               shown.text);
}

static void print_json(const made_run *run, const char *path) {
    size_t n = run->records;
    nd_json json = nd_run_json(path, run->status, n, run->step, run->loss, run->active_fraction,
                               run->fraction_active_units);
    nd_json_number(&json, "snapshots", (double)run->snapshots);
    nd_json_truth(&json, "silent", n > 0 && run->fraction_active_units[n - 1] == 0);
    nd_json_end(&json);
}

static bool summarise_file(const char *path, bool as_json, nd_error *error) {
    nd_contents *file = nd_contents_open(path, error);
    made_run run = {0};
    bool fine = file && read_run(file, path, &run, error);
    if (fine)
        (as_json ? print_json : summarise)(&run, path);
    free(run.step);
    free(run.loss);
    free(run.active_fraction);
    free(run.fraction_active_units);
    nd_contents_close(file);
    return fine;
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
    nd_key_value model;
    if (nd_experiment_get(experiment, "network.model", &model, NULL) &&
        strcmp(model.word, "hebbian") == 0) {
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
