#include "cli/run_output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/outputs.h"
#include "base/shown.h"
#include "cli/commands.h"
#include "nulldrift/files.h"
#include "run/unfinished.h"

/* EXPERIMENT.yaml -> EXPERIMENT.nc in the working folder; free() it. */
static char *default_output(const char *experiment_path, nd_error *error) {
    const char *slash = strrchr(experiment_path, '/');
    char *base = nd_text(slash ? slash + 1 : experiment_path, error);
    if (!base)
        return NULL;
    char *dot = strrchr(base, '.');
    if (dot && dot != base)
        *dot = '\0';
    char *output = nd_path_with(base, ".nc", error);
    free(base);
    return output;
}

nd_experiment *nd_experiment_argument(const nd_arguments *arguments, nd_error *error) {
    const char *const *sets;
    size_t set_count = nd_values(arguments, "set", &sets);
    return nd_experiment_load(nd_positional(arguments, 0), sets, set_count, error);
}

/* The terminal's watch, which first says where the run goes: at its first report, when nothing has
 * refused it any more. */
typedef struct herald {
    const nd_watch *terminal;
    const char *path;
    bool goes_on, said;
} herald;

static void report(const nd_progress *progress, void *context) {
    herald *self = context;
    if (!self->said)
        fprintf(stderr,
                "nulldrift: %s %s; until it is whole, `nulldrift info %s` tells how far it is\n",
                self->goes_on ? "going on with" : "writing", nd_shown(self->path).text,
                nd_shown(self->path).text);
    self->said = true;
    self->terminal->report(progress, self->terminal->context);
}

static int tell(nd_outcome outcome, const char *path, const nd_arguments *arguments,
                const nd_model_command *model, const nd_error *error) {
    bool as_json = nd_flag(arguments, "json"), quiet = nd_flag(arguments, "quiet") && !as_json;
    nd_terminal_done();
    if (outcome == ND_RUN_INTERRUPTED && as_json) {
        nd_json json = nd_json_begin(stdout);
        nd_json_text(&json, "run", path);
        nd_json_text(&json, "status", "stopped");
        nd_json_end(&json);
        return ND_EXIT_STOPPED;
    }
    if (outcome == ND_RUN_INTERRUPTED) {
        printf("Stopped at a checkpoint; run the same command again to resume %s.\n",
               nd_shown(path).text);
        return ND_EXIT_STOPPED;
    }
    nd_error reading = {0};
    if (outcome != ND_RUN_FAILED && !quiet && !model->summarise(path, as_json, &reading))
        return nd_report(&reading);
    return outcome == ND_RUN_FAILED || outcome == ND_RUN_DIVERGED ? nd_report(error) : ND_EXIT_FINE;
}

static bool take_options(const nd_arguments *arguments, nd_run_options *options) {
    double threads, every;
    if (!nd_number_value(arguments, "threads", 1, 1024, 1, &threads) ||
        !nd_number_value(arguments, "checkpoint-every", 0.001, 1e6, 60, &every))
        return false;
    *options = (nd_run_options){.threads = (unsigned)threads,
                                .checkpoint_seconds = every,
                                .command_line = nd_command_line(arguments),
                                .tell = nd_tell_user,
                                .resume_here = nd_flag(arguments, "resume-here"),
                                .no_wait = nd_flag(arguments, "no-wait"),
                                .follow_links = nd_flag(arguments, "follow-links")};
    return true;
}

/* A run writes aside until it is whole: neither its file nor those beside it may be an input. What
 * is there under its own name and no run file is not replaced, either, whatever is asked. */
static bool may_write(const char *path, const char *const *inputs, size_t count, bool in_place,
                      nd_error *error) {
    static const char *const beside[] = {".part", ".ckpt", ".ckpt.1"};
    const nd_outputs outputs = {.inputs = inputs, .inputs_count = count};
    struct stat there;
    bool fine = in_place || nd_output_no_input(&outputs, path, error);
    for (size_t i = 0; fine && i < sizeof beside / sizeof *beside; i++) {
        char *aside = nd_path_with(path, beside[i], error);
        fine = aside && nd_output_no_input(&outputs, aside, error);
        free(aside);
    }
    if (fine && stat(path, &there) == 0 && (!S_ISREG(there.st_mode) || !nd_is_result(path)))
        return nd_fail(error, path, "choose another name",
                       "exists already, and is no run file: it is not overwritten");
    return fine;
}

int nd_run_into_file(const nd_arguments *arguments, const nd_experiment *experiment,
                     const nd_model_command *model) {
    nd_error error = {0};
    nd_run_options options;
    if (!take_options(arguments, &options))
        return ND_EXIT_USAGE;
    const char *given = nd_value(arguments, "output");
    char *path =
        given ? nd_text(given, &error) : default_output(nd_positional(arguments, 0), &error);
    nd_key_value data;
    if (!nd_experiment_get(experiment, "world.path", &data, NULL)) /* the model has none */
        data.word = NULL;
    const char *const inputs[] = {nd_positional(arguments, 0), data.word};
    size_t count = data.word && data.word[0] ? 2 : 1;
    if (!path || !may_write(path, inputs, count, false, &error)) {
        free(path);
        return nd_report(&error);
    }
    bool quiet = nd_flag(arguments, "quiet");
    herald first = {
        .terminal = nd_terminal_watch(quiet), .path = path, .goes_on = nd_unfinished_named(path)};
    nd_watch watch = *first.terminal;
    if (watch.report) {
        watch.report = report;
        watch.context = &first;
    }
    char *checkpoint = nd_path_with(path, ".ckpt", NULL);
    nd_terminal_resumes_from(checkpoint);
    nd_outcome outcome = model->simulate(experiment, path, &options, &watch, &error);
    nd_terminal_resumes_from(NULL);
    free(checkpoint);
    int code = tell(outcome, path, arguments, model, &error);
    free(path);
    return code;
}

int nd_go_on_with_file(const nd_arguments *arguments, const nd_model_command *model) {
    nd_error error = {0};
    nd_run_options options;
    const char *from = nd_value(arguments, "continue"), *path = nd_value(arguments, "output");
    const char *const *sets;
    size_t set_count = nd_values(arguments, "set", &sets);
    if (!take_options(arguments, &options))
        return ND_EXIT_USAGE;
    if (!path)
        path = from;
    if (!may_write(path, &from, 1, true, &error))
        return nd_report(&error);
    bool quiet = nd_flag(arguments, "quiet");
    char *checkpoint = nd_path_with(path, ".ckpt", NULL);
    nd_terminal_resumes_from(checkpoint);
    nd_outcome outcome =
        nd_continue_file(from, sets, set_count, path, &options, nd_terminal_watch(quiet), &error);
    nd_terminal_resumes_from(NULL);
    free(checkpoint);
    return tell(outcome, path, arguments, model, &error);
}

nd_json nd_run_json(const char *path, const char *status, size_t records, const double *step,
                    const double *loss, const double *active_fraction,
                    const double *fraction_active_units) {
    size_t late = records > 10 ? records - 10 : 0;
    nd_json json = nd_json_begin(stdout);
    nd_json_text(&json, "run", path);
    nd_json_text(&json, "status",
                 !status || strcmp(status, "complete") == 0 ? "complete" : "diverged");
    nd_json_number(&json, "records", (double)records);
    nd_json_number(&json, "step", records > 0 ? step[records - 1] : NAN);
    nd_json_number(&json, "first_loss", records > 0 ? loss[0] : NAN);
    nd_json_number(&json, "loss", nd_mean_of_ten(loss, late, records));
    nd_json_number(&json, "first_fraction_active_units",
                   records > 0 ? fraction_active_units[0] : NAN);
    nd_json_number(&json, "fraction_active_units",
                   nd_mean_of_ten(fraction_active_units, late, records));
    nd_json_number(&json, "first_active_fraction", records > 0 ? active_fraction[0] : NAN);
    nd_json_number(&json, "active_fraction", nd_mean_of_ten(active_fraction, late, records));
    return json;
}

double nd_mean_of_ten(const double *values, size_t first, size_t count) {
    double sum = 0;
    size_t taken = 0;
    for (size_t i = first; i < count && taken < 10; i++, taken++)
        sum += values[i];
    return taken ? sum / (double)taken : NAN;
}
