#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyse/measured_run.h"
#include "base/error.h"
#include "base/files.h"
#include "base/helper.h"
#include "base/json.h"
#include "base/netcdf_file.h"
#include "base/sandbox.h"
#include "base/shown.h"
#include "cli/commands.h"
#include "experiment/parse.h"
#include "run/unfinished.h"
#include "sweep/standing.h"

enum { NAME = 257 };

static bool ends_with(const char *path, const char *ending) {
    size_t length = strlen(path), tail = strlen(ending);
    return length > tail && strcmp(path + length - tail, ending) == 0;
}

static bool is_sqlite(const char *path) {
    char bytes[16] = {0};
    FILE *file = nd_fopen_regular(path, NULL);
    if (!file)
        return false;
    size_t got = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    return got == sizeof bytes && memcmp(bytes, "SQLite format 3", sizeof bytes) == 0;
}

/* What a file of ours is that is not netCDF; NULL if it seems to be none. */
static const char *other_kind(const char *path) {
    if (access(path, R_OK) != 0)
        return NULL;
    if (ends_with(path, ".yaml") || ends_with(path, ".yml"))
        return "a description of an experiment, a sweep or a recording; run, hebbian, sweep and "
               "record take such";
    return NULL;
}

/* ---- unfinished runs, and sweeps ---- */

static int tell_run(const char *path, bool as_json) {
    nd_error error = {0};
    nd_unfinished run;
    if (!nd_unfinished_read(path, &run, &error))
        return nd_report(&error);
    double rate = run.seconds > 0 ? run.step / run.seconds : NAN;
    double left = rate > 0 ? (run.steps - run.step) / rate : NAN;
    if (as_json) {
        nd_json json = nd_json_begin(stdout);
        nd_json_text(&json, "run", run.output);
        nd_json_number(&json, "step", run.step);
        nd_json_number(&json, "steps", run.steps);
        nd_json_number(&json, "loss", run.last.loss);
        nd_json_number(&json, "fraction_active_units", run.last.fraction_active_units);
        nd_json_number(&json, "steps_per_second", rate);
        nd_json_number(&json, "seconds_left", left);
        nd_json_number(&json, "checkpoint_age_seconds", run.age);
        nd_json_truth(&json, "process", run.alive);
        nd_json_end(&json);
        nd_unfinished_free(&run);
        return ND_EXIT_FINE;
    }
    char text[32];
    if (!run.experiment)
        printf("%s: an unfinished run without a checkpoint yet.\n", nd_shown(run.output).text);
    else {
        printf("%s: an unfinished run, at step %.4g of %.4g (%.0f%%)", nd_shown(run.output).text,
               run.step, run.steps, run.steps > 0 ? 100 * run.step / run.steps : 100);
        if (isfinite(run.age)) {
            nd_duration(run.age, text, sizeof text);
            printf(" by its checkpoint of %s ago", text);
        }
        printf(".\n  loss     log10 %.2f, active units %.0f%%\n", log10(run.last.loss),
               100 * run.last.fraction_active_units);
    }
    if (isfinite(left)) {
        nd_duration(left, text, sizeof text);
        printf("  rate     %.3g steps/s, some %s left\n", rate, text);
    }
    printf("  process  %s\n",
           run.alive ? "one is at it" : "none is at it; the command that began it goes on");
    nd_unfinished_free(&run);
    return ND_EXIT_FINE;
}

static int tell_sweep(const char *path, bool as_json) {
    nd_error error = {0};
    nd_sweep_standing standing;
    if (!nd_sweep_look(path, &standing, &error))
        return nd_report(&error);
    const nd_sweep_status *status = &standing.status;
    size_t total = 0, count = sizeof status->runs / sizeof *status->runs;
    for (size_t i = 0; i < count; i++)
        total += status->runs[i];
    if (as_json) {
        nd_json json = nd_json_begin(stdout);
        nd_json_text(&json, "sweep", status->name);
        nd_json_number(&json, "runs", (double)total);
        for (size_t i = 0; i < count; i++)
            nd_json_number(&json, nd_run_state_name((nd_run_state)i), (double)status->runs[i]);
        nd_json_number(&json, "steps_done", status->steps_done);
        nd_json_number(&json, "steps", status->steps);
        nd_json_number(&json, "steps_per_core_second", standing.rate);
        nd_json_number(&json, "seconds_left", standing.seconds_left);
        nd_json_number(&json, "mean_log10_loss", standing.log10_loss);
        nd_json_number(&json, "processes", (double)standing.processes);
        nd_json_end(&json);
        return ND_EXIT_FINE;
    }
    printf("%s: a sweep of %zu runs", nd_shown(status->name).text, total);
    for (size_t i = 0; i < count; i++)
        if (status->runs[i])
            printf(", %zu %s", status->runs[i], nd_run_state_name((nd_run_state)i));
    printf(".\n  steps      %.4g of %.4g done\n", status->steps_done, status->steps);
    if (isfinite(standing.log10_loss))
        printf("  loss       log10 %.2f at the end, mean of the runs that are done\n",
               standing.log10_loss);
    if (isfinite(standing.rate))
        printf("  rate       %.3g steps/s of one core", standing.rate);
    if (isfinite(standing.seconds_left)) {
        char text[32];
        nd_duration(standing.seconds_left, text, sizeof text);
        printf(", some %s left", text);
    }
    printf("%s  processes  %zu at it%s\n", isfinite(standing.rate) ? "\n" : "", standing.processes,
           standing.processes == 0 && status->runs[ND_WAITING] + status->runs[ND_RUNNING] > 0
               ? "; `nulldrift sweep run` with the same arguments goes on"
               : "");
    return ND_EXIT_FINE;
}

static bool is_sweep(const char *path) {
    struct stat about;
    return is_sqlite(path) || (stat(path, &about) == 0 && S_ISDIR(about.st_mode));
}

/* ---- netCDF ---- */

static void print_dimensions(const nd_nc *file) {
    char name[NAME];
    size_t length;
    printf("dimensions:");
    for (size_t i = 0; nd_nc_dimension_at(file, i, name, &length); i++)
        printf(" %s %zu", nd_shown(name).text, length);
    printf("\n");
}

/* A long text is for --experiment and --attribute; here its size is told. */
static void print_attributes(const nd_nc *file) {
    char name[NAME];
    printf("attributes:\n");
    for (size_t i = 0; nd_nc_attribute_at(file, i, name); i++) {
        double number;
        uint64_t count;
        nd_shown_text shown = nd_shown(name);
        char *text = nd_nc_text(file, NULL, name, NULL);
        if (text && (strchr(text, '\n') || strlen(text) > 300))
            printf("  %-22s %zu characters; shown by --attribute %s\n", shown.text, strlen(text),
                   shown.text);
        else if (text)
            printf("  %-22s %s\n", shown.text, nd_shown(text).text);
        else if (nd_nc_count(file, NULL, name, &count, NULL))
            printf("  %-22s %llu\n", shown.text, (unsigned long long)count);
        else if (nd_nc_number(file, NULL, name, &number, NULL))
            printf("  %-22s %.12g\n", shown.text, number);
        free(text);
    }
}

static void print_variables(const nd_nc *file) {
    char name[NAME], dimensions[512];
    printf("variables:\n");
    for (size_t i = 0; nd_nc_variable_at(file, i, name, dimensions, sizeof dimensions); i++) {
        char *units = nd_nc_text(file, name, "units", NULL);
        char *definition = nd_nc_text(file, name, "long_name", NULL);
        for (char *c = dimensions; *c; c++)
            *c = *c == ' ' ? ',' : *c;
        printf("  %s(%s)%s%s%s\n", nd_shown(name).text, nd_shown(dimensions).text,
               units ? " [" : "", nd_shown(units).text, units ? "]" : "");
        if (definition)
            printf("      %s\n", nd_shown(definition).text);
        free(units);
        free(definition);
    }
}

/* A measured run is also told in words. */
static void print_words(const char *path, const nd_nc *file) {
    if (!nd_nc_has(file, "published_population_vector_correlation") ||
        !nd_nc_has(file, "input_weights"))
        return;
    nd_measured *measured = nd_measured_open(path, NULL);
    char *words = measured ? nd_measured_words(measured, NULL) : NULL;
    if (words) {
        printf("course:\n");
        nd_put_shown_lines(words, stdout);
    }
    free(words);
    nd_measured_close(measured);
}

static int print_one_attribute(const nd_nc *file, const char *name) {
    nd_error error = {0};
    double number;
    uint64_t count;
    char *text = nd_nc_text(file, NULL, name, &error);
    if (text) {
        nd_put_shown_lines(text, stdout);
        if (text[0] == '\0' || text[strlen(text) - 1] != '\n')
            putchar('\n');
    } else if (nd_nc_count(file, NULL, name, &count, NULL))
        printf("%llu\n", (unsigned long long)count);
    else if (nd_nc_number(file, NULL, name, &number, NULL))
        printf("%.17g\n", number);
    else
        return nd_report(&error);
    free(text);
    return ND_EXIT_FINE;
}

/* The experiment that makes the file again. Files of 0.1.0 spell out keys that nothing used. */
static int print_experiment(const nd_nc *file) {
    nd_error error = {0};
    char *stored = nd_nc_text(file, NULL, "experiment", &error), *text = NULL;
    nd_experiment *experiment =
        stored ? nd_experiment_restore(stored, nd_nc_path(file), &error) : NULL;
    if (experiment && (text = nd_experiment_text(experiment, &error)))
        nd_put_shown_lines(text, stdout);
    int code = text ? ND_EXIT_FINE : nd_report(&error);
    nd_experiment_free(experiment);
    free(stored);
    free(text);
    return code;
}

static void print_json(const char *path, const nd_nc *file) {
    char name[NAME], dimensions[512];
    size_t length;
    nd_json json = nd_json_begin(stdout);
    nd_json_text(&json, "file", path);
    nd_json_open(&json, "dimensions", '{');
    for (size_t i = 0; nd_nc_dimension_at(file, i, name, &length); i++)
        nd_json_number(&json, name, (double)length);
    nd_json_close(&json, '{');
    nd_json_open(&json, "attributes", '{');
    for (size_t i = 0; nd_nc_attribute_at(file, i, name); i++) {
        double number = NAN;
        uint64_t count;
        char *text = nd_nc_text(file, NULL, name, NULL);
        if (text)
            nd_json_text(&json, name, text);
        else if (nd_nc_count(file, NULL, name, &count, NULL))
            nd_json_count(&json, name, count);
        else if (nd_nc_number(file, NULL, name, &number, NULL))
            nd_json_number(&json, name, number);
        free(text);
    }
    nd_json_close(&json, '{');
    nd_json_open(&json, "variables", '{');
    for (size_t i = 0; nd_nc_variable_at(file, i, name, dimensions, sizeof dimensions); i++) {
        char *units = nd_nc_text(file, name, "units", NULL);
        char *definition = nd_nc_text(file, name, "long_name", NULL);
        nd_json_open(&json, name, '{');
        nd_json_text(&json, "dimensions", dimensions);
        nd_json_text(&json, "units", units);
        nd_json_text(&json, "long_name", definition);
        nd_json_close(&json, '{');
        free(units);
        free(definition);
    }
    nd_json_close(&json, '{');
    nd_json_end(&json);
}

/* What confines readers here, and what of the things a hostile file might want came of it. */
static int tell_sandbox(bool as_json) {
    nd_error error = {0};
    nd_sandbox_attempt attempts[ND_SANDBOX_ATTEMPTS];
    nd_sandbox_means means;
    const char *place = getenv("TMPDIR");
    char folder[4096];
    snprintf(folder, sizeof folder, "%.4000s/nulldrift-sandbox-XXXXXX",
             place && place[0] ? place : "/tmp");
    if (!mkdtemp(folder)) {
        nd_fail_errno(&error, folder, "set TMPDIR to a folder that can be written to",
                      "cannot be made");
        return nd_report(&error);
    }
    bool fine = nd_sandbox_try(folder, attempts, &means, &error);
    (void)rmdir(folder);
    if (!fine)
        return nd_report(&error);
    char *reader = nd_helper_path(&error);
    if (!reader)
        return nd_report(&error);
    if (as_json) {
        nd_json json = nd_json_begin(stdout);
        nd_json_text(&json, "reader", reader);
        nd_json_truth(&json, "no_new_privileges", means.no_new_privileges);
        nd_json_truth(&json, "system_calls", means.system_calls);
        nd_json_count(&json, "landlock", (uint64_t)means.files);
        nd_json_truth(&json, "widened", means.widened);
        nd_json_open(&json, "refused", '{');
        for (size_t i = 0; i < ND_SANDBOX_ATTEMPTS; i++)
            nd_json_truth(&json, attempts[i].what, attempts[i].refused);
        nd_json_close(&json, '{');
        nd_json_end(&json);
        free(reader);
        return ND_EXIT_FINE;
    }
    printf("What confines the processes that read foreign files here:\n"
           "  program         ");
    nd_put_shown(reader, stdout);
    free(reader);
    printf(", started anew and given nothing else\n  new privileges  %s\n  system calls    %s\n  "
           "files           ",
           means.no_new_privileges ? "none can be had" : "not withheld by this system",
           means.system_calls
               ? "an allow-list (libseccomp)"
               : "not confined: built without libseccomp, or a kernel without filters");
    if (means.files > 0)
        printf("the named ones alone (Landlock %d)\n", means.files);
    else
        printf("not confined: this kernel has no Landlock\n");
    printf("  limits          memory, time, open files, processes, written files%s\n"
           "What a child confined so was refused:\n",
           means.widened ? "; all widened for a sanitizer" : "");
    for (size_t i = 0; i < ND_SANDBOX_ATTEMPTS; i++)
        printf("  %-32s%s\n", attempts[i].what, attempts[i].refused ? "refused" : "NOT REFUSED");
    return ND_EXIT_FINE;
}

static int run(const nd_arguments *arguments) {
    if (nd_flag(arguments, "sandbox"))
        return tell_sandbox(nd_flag(arguments, "json"));
    if (nd_positional_count(arguments) != 1) {
        fprintf(stderr,
                "nulldrift: info: give a file or a folder, or --sandbox; see `nulldrift info "
                "--help`\n");
        return ND_EXIT_USAGE;
    }
    const char *path = nd_positional(arguments, 0), *attribute = nd_value(arguments, "attribute");
    bool experiment = nd_flag(arguments, "experiment"), as_json = nd_flag(arguments, "json");
    bool whole = !attribute && !experiment;
    if (whole && nd_unfinished_named(path))
        return tell_run(path, as_json);
    if (whole && is_sweep(path))
        return tell_sweep(path, as_json);
    const char *other = whole ? other_kind(path) : NULL;
    if (other) {
        printf("%s: %s\n", nd_shown(path).text, other);
        return ND_EXIT_FINE;
    }
    nd_error error = {0};
    nd_nc *file = nd_nc_open(path, &error);
    if (!file)
        return nd_report(&error);
    int code = ND_EXIT_FINE;
    if (experiment)
        code = print_experiment(file);
    else if (attribute)
        code = print_one_attribute(file, attribute);
    else if (as_json)
        print_json(path, file);
    else {
        printf("%s\n", nd_shown(path).text);
        print_dimensions(file);
        print_attributes(file);
        print_variables(file);
        print_words(path, file);
    }
    nd_nc_close(file);
    return code;
}

static const nd_option OPTIONS[] = {
    {0, "experiment", NULL, "print the experiment that made the file, ready to be run again"},
    {0, "attribute", "NAME", "print one attribute of the file, whole"},
    {0, "sandbox", NULL, "tell what confines the readers of foreign files on this machine"},
    ND_OPTION_JSON,
    {0},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift info figure-2.nc", "dimensions, attributes, and each variable with its definition"},
    {"nulldrift info figure-2.nc.part", "how far that run is, while it goes on"},
    {"nulldrift info table-2", "how far that sweep is"},
    {"nulldrift info figure-2.nc --experiment > again.yaml", "the experiment, to run it again"},
    {NULL, NULL},
};

const nd_command nd_command_info = {
    .name = "info",
    .usage = "FILE|FOLDER [--experiment | --attribute NAME] [--json] | --sandbox",
    .summary = "tell what is in a file of ours",
    .description =
        "Shows the dimensions, attributes and variables of a run file (or any netCDF file), each "
        "variable with its units and definition, and for a measured run its course in words.\n\n"
        "Of an unfinished run (RUN.nc, RUN.nc.part or RUN.nc.ckpt) it tells step, loss, rate, time "
        "left and whether a process is at it; of a sweep's folder the same of all its runs.\n\n"
        "--sandbox tries, from within a process confined as readers of foreign files are, what a "
        "hostile file might want, and tells what was refused.",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 0,
    .most = 1,
    .run = run,
};
