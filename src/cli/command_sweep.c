#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/shown.h"
#include "base/words.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "nulldrift/sweep.h"
#include "sweep/shards.h"
#include "sweep/sweep.h"

static int wrong_usage(const char *what) {
    fprintf(stderr, "nulldrift: sweep: %s; see `nulldrift sweep --help`\n", nd_shown(what).text);
    return ND_EXIT_USAGE;
}

static void print_status(const nd_sweep_status *status) {
    size_t total = 0;
    for (int i = 0; i < ND_RUN_STATES; i++)
        total += status->runs[i];
    printf("%s: %zu runs\n", nd_shown(status->name).text, total);
    for (int i = 0; i < ND_RUN_STATES; i++)
        if (status->runs[i])
            printf("  %-9s %zu\n", nd_run_state_name((nd_run_state)i), status->runs[i]);
    if (status->silent)
        printf("  (%zu of those done ended with every unit silent)\n", status->silent);
    printf("  %.4g of %.4g steps, %.1f core minutes\n", status->steps_done, status->steps,
           status->seconds / 60);
}

static void print_status_json(const nd_sweep_status *status) {
    nd_json json = nd_json_begin(stdout);
    nd_json_text(&json, "sweep", status->name);
    for (int i = 0; i < ND_RUN_STATES; i++)
        nd_json_number(&json, nd_run_state_name((nd_run_state)i), (double)status->runs[i]);
    nd_json_number(&json, "silent", (double)status->silent);
    nd_json_number(&json, "steps_done", status->steps_done);
    nd_json_number(&json, "steps", status->steps);
    nd_json_number(&json, "core_seconds", status->seconds);
    nd_json_end(&json);
}

static nd_sweep_store *open_store(const char *folder, nd_error *error) {
    char *path = nd_sweep_store_path(folder, 0, 1, error);
    nd_sweep_store *store = path ? nd_sweep_store_open(path, error) : NULL;
    free(path);
    return store;
}

/* "I/N", I from 1 to N. */
static bool read_shard(const char *text, nd_sweep_options *options) {
    unsigned long index, count;
    char end;
    if (!text)
        return true;
    if (sscanf(text, "%lu/%lu%c", &index, &count, &end) != 2 || index < 1 || index > count ||
        count > 100000)
        return false;
    options->shard = index - 1;
    options->shards = count;
    return true;
}

static bool read_retry(const char *text, nd_sweep_options *options) {
    if (!text)
        return true;
    options->retry_failed = strcmp(text, "failed") == 0;
    options->retry_diverged = strcmp(text, "diverged") == 0;
    options->retry_unkept = strcmp(text, "unkept") == 0;
    return options->retry_failed || options->retry_diverged || options->retry_unkept;
}

static int run_sweep(const nd_arguments *arguments) {
    nd_error error = {0};
    nd_sweep_options options = {0};
    double jobs, every;
    const char *folder = nd_value(arguments, "output");
    if (!folder || nd_positional_count(arguments) != 2)
        return wrong_usage("run needs one SWEEP.yaml and -o FOLDER");
    if (!nd_number_value(arguments, "jobs", 0, 4096, 0, &jobs) ||
        !nd_number_value(arguments, "checkpoint-every", 0.001, 1e6, 60, &every))
        return ND_EXIT_USAGE;
    if (!read_shard(nd_value(arguments, "shard"), &options))
        return wrong_usage("--shard wants I/N, e.g. 3/10");
    if (!read_retry(nd_value(arguments, "retry"), &options))
        return wrong_usage("--retry wants failed, diverged or unkept");
    const char *keep = nd_value(arguments, "keep");
    if (keep && strcmp(keep, "runs") != 0)
        return wrong_usage("--keep wants runs");
    options.keep_runs = keep != NULL;
    if (options.retry_unkept && !keep)
        return wrong_usage("--retry unkept goes with --keep runs");
    options.command_line = nd_command_line(arguments);
    options.jobs = (unsigned)jobs;
    options.follow_links = nd_flag(arguments, "follow-links");
    options.checkpoint_seconds = every;
    options.tell = nd_tell_user;
    bool quiet = nd_flag(arguments, "quiet"), stopped;
    char *store_path = nd_sweep_store_path(folder, options.shard, options.shards, &error);
    nd_terminal_resumes_from(store_path);
    bool fine = nd_sweep_run(nd_positional(arguments, 1), folder, &options,
                             nd_terminal_watch(quiet), &stopped, &error);
    nd_terminal_resumes_from(NULL);
    free(store_path);
    nd_terminal_done();
    if (!fine)
        return nd_report(&error);
    char *path = nd_sweep_store_path(folder, options.shard, options.shards, &error);
    nd_sweep_store *store = path ? nd_sweep_store_open(path, &error) : NULL;
    nd_sweep_status status;
    fine = store && nd_sweep_store_status(store, &status, &error);
    nd_sweep_store_close(store);
    free(path);
    if (!fine)
        return nd_report(&error);
    bool as_json = nd_flag(arguments, "json");
    if (as_json)
        print_status_json(&status);
    else if (!quiet)
        print_status(&status);
    if (stopped && status.runs[ND_WAITING] + status.runs[ND_RUNNING] > 0) {
        fprintf(as_json ? stderr : stdout, "Stopped; run the same command again to go on.\n");
        return ND_EXIT_STOPPED;
    }
    if (!quiet && !as_json && status.runs[ND_RUNNING])
        printf("What is still running is with other processes that share this store.\n");
    return ND_EXIT_FINE;
}

/* A folder of shards that are not merged yet. */
static int show_shards(const char *folder, bool as_json) {
    nd_error error = {0};
    char words[480];
    nd_shards *shards = nd_shards_find(folder, &error);
    if (!shards)
        return nd_report(&error);
    nd_sweep_status status = nd_shards_status(shards);
    if (as_json) {
        nd_shards_free(shards);
        print_status_json(&status);
        return ND_EXIT_FINE;
    }
    print_status(&status);
    bool whole = nd_shards_whole(shards, words, sizeof words);
    printf("  of %zu runs in %zu shards%s%s\n", shards->runs, shards->of,
           whole ? ", all finished; to be merged" : ": ", words);
    nd_shards_free(shards);
    return ND_EXIT_FINE;
}

static int show_status(const char *folder, bool as_json) {
    nd_error error = {0};
    nd_sweep_status status;
    char *path = nd_sweep_store_path(folder, 0, 1, &error);
    bool shards = path && access(path, F_OK) != 0 && nd_shards_any(folder);
    free(path);
    if (shards)
        return show_shards(folder, as_json);
    nd_sweep_store *store = open_store(folder, &error);
    bool fine = store && nd_sweep_store_status(store, &status, &error);
    nd_sweep_store_close(store);
    if (!fine)
        return nd_report(&error);
    (as_json ? print_status_json : print_status)(&status);
    return ND_EXIT_FINE;
}

/* To standard output, or whole or not at all to a file. */
static int write_table(const nd_arguments *arguments, const char *folder) {
    nd_error error = {0};
    const char *output = nd_value(arguments, "output");
    bool all_keys = nd_flag(arguments, "all-keys");
    char *path = nd_sweep_store_path(folder, 0, 1, &error);
    const char *input = path;
    nd_place *place = path && output ? nd_output_place(arguments, output, &input, 1, &error) : NULL;
    bool allowed = path && (!output || place);
    free(path);
    if (!allowed)
        return nd_report(&error);
    char *text = nd_tabulate_sweep(folder, all_keys, nd_flag(arguments, "json"), &error);
    bool fine = text != NULL;
    if (fine && output)
        fine = nd_place_write(place, text, strlen(text), &error);
    else if (fine) {
        nd_put_shown_lines(text, stdout);
        fine = (!ferror(stdout) && fflush(stdout) == 0) ||
               nd_fail_errno(&error, "standard output", NULL, "cannot be written");
    }
    nd_free(text);
    nd_place_free(place);
    return fine ? ND_EXIT_FINE : nd_report(&error);
}

static int merge_shards(const nd_arguments *arguments, const char *folder) {
    nd_error error = {0}, remark = {0};
    size_t count;
    nd_patience patience = nd_patience_asked(arguments);
    if (!nd_sweep_merge(folder, nd_flag(arguments, "partial"), &patience, &count, &remark, &error))
        return nd_report(&error);
    nd_say_remark(&remark);
    bool as_json = nd_flag(arguments, "json");
    if (!as_json)
        printf("%zu shards merged.\n", count);
    return show_status(folder, as_json);
}

static int compare_with(const nd_arguments *arguments, const char *folder) {
    nd_error error = {0};
    bool inside;
    if (nd_positional_count(arguments) != 3)
        return wrong_usage("compare needs FOLDER and PAPER.csv");
    char *text = nd_compare_sweep(folder, nd_positional(arguments, 2), nd_flag(arguments, "json"),
                                  &inside, &error);
    if (!text)
        return nd_report(&error);
    fputs(text, stdout);
    nd_free(text);
    return inside ? ND_EXIT_FINE : ND_EXIT_FAILED;
}

static int run(const nd_arguments *arguments) {
    const char *what = nd_positional(arguments, 0), *folder = nd_positional(arguments, 1);
    if (strcmp(what, "run") == 0)
        return run_sweep(arguments);
    if (strcmp(what, "compare") == 0)
        return compare_with(arguments, folder);
    static const char *const verbs[] = {"run", "status", "table", "compare", "merge"};
    bool known = false;
    char mend[200], words[480];
    nd_nearest nearest = {.wanted = what};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        known |= strcmp(verbs[i], what) == 0;
        nd_nearest_offer(&nearest, verbs[i]);
    }
    if (!known) {
        snprintf(words, sizeof words, "there is no '%.60s'; %s", nd_shown(what).text,
                 nd_nearest_mend(&nearest, "expected run, status, table, compare or merge", mend,
                                 sizeof mend));
        return wrong_usage(words);
    }
    if (nd_positional_count(arguments) != 2)
        return wrong_usage("status, table and merge need one FOLDER");
    if (strcmp(what, "status") == 0)
        return show_status(folder, nd_flag(arguments, "json"));
    if (strcmp(what, "table") == 0)
        return write_table(arguments, folder);
    return merge_shards(arguments, folder);
}

static const nd_option OPTIONS[] = {
    {'o', "output", "PATH", "run: the sweep's folder; table: a file instead of standard output"},
    {0, "force", NULL, "table: replace a file that is no earlier result"},
    {'j', "jobs", "N", "run: how many runs at a time; by default one per processor"},
    {0, "shard", "I/N", "run: only part I of N, into a store of its own (job arrays); then merge"},
    {0, "partial", NULL,
     "merge: what there is, though shards are missing, unfinished, doubled or of another sweep"},
    {0, "checkpoint-every", "SECONDS", "run: how often a run in progress is saved; 60 by default"},
    {0, "follow-links", NULL,
     "run: follow links inside worlds' data files to other files, which is refused otherwise"},
    {0, "keep", "runs",
     "run: leave every run's file in the folder, run-ID.nc, for figures and measures; says "
     "beforehand how much disk they will take"},
    {0, "retry", "failed|diverged|unkept",
     "run: take up again the runs that failed, or diverged, or ended without --keep runs"},
    {0, "all-keys", NULL, "table: every key of the experiments, not only those that differ"},
    ND_OPTION_PROGRESS,
    {'q', "quiet", NULL, "run: no progress and no summary"},
    ND_OPTION_NO_WAIT,
    ND_OPTION_JSON,
    {0},
};

static const nd_example EXAMPLES[] = {
    {"nulldrift sweep run examples/table-2.yaml -o table-2",
     "random experiments of the paper's kind, on all processors"},
    {"nulldrift sweep status table-2", "how far it has come"},
    {"nulldrift sweep run seeds.yaml -o seeds --keep runs && nulldrift figure fig2 "
     "seeds/run-*.nc -o fig2.pdf",
     "with the run files: Figure 2 over seeds"},
    {"nulldrift sweep table table-2 -o runs.csv", "one line per run, for your own analysis"},
    {"nulldrift sweep run sweep.yaml -o folder --shard $SLURM_ARRAY_TASK_ID/100 "
     "--jobs $SLURM_CPUS_PER_TASK",
     "one element of a Slurm job array"},
    {"nulldrift sweep merge folder", "put the shards together"},
    {NULL, NULL},
};

const nd_command nd_command_sweep = {
    .name = "sweep",
    .usage = "run SWEEP.yaml -o FOLDER [--jobs N] | status FOLDER | table FOLDER | "
             "compare FOLDER PAPER.csv | merge FOLDER",
    .summary = "run many experiments on all cores and keep them in one store",
    .description =
        "A sweep file states a base experiment and what is varied: grids, random draws, rows of a "
        "table (`nulldrift help sweeps`). Every run is checked before anything starts. The store, "
        "FOLDER/sweep.sqlite, holds each run's experiment, state, metrics and traces; killed at "
        "any moment and started again, a sweep loses a minute of what was in flight, and several "
        "processes may share one store.\n\n"
        "compare sets the sweep beside a published table, by rule and kind of noise: medians, "
        "quartiles and a two-sample Kolmogorov-Smirnov test. It exits with 1 when a median lies "
        "outside the published 25-75% range.",
    .options = OPTIONS,
    .examples = EXAMPLES,
    .least = 2,
    .most = 3,
    .run = run,
};
