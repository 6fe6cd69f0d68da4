/* Sweeps (nulldrift/sweep.h): checks of what is given, then sweep/ and store/. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/locale.h"
#include "base/memory.h"
#include "nulldrift/sweep.h"
#include "store/sweep_store.h"
#include "sweep/shards.h"
#include "sweep/sweep.h"

bool nd_run_sweep(const char *path, const char *folder, const nd_sweep_request *request,
                  const nd_watch *watch, bool *stopped, nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_run_sweep";
    const nd_sweep_request with = request ? *request : (nd_sweep_request){0};
    bool ended_early = false;
    if (!nd_is_given(path, function, "path", error) ||
        !nd_is_given(folder, function, "folder", error))
        return false;
    if (with.shards > 100000 || (with.shards > 0 ? with.shard >= with.shards : with.shard > 0))
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "shard is %zu of %zu",
                          with.shard, with.shards);
    if (with.jobs > 4096)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "jobs is %u", with.jobs);
    if (!(with.checkpoint_seconds >= 0) || isinf(with.checkpoint_seconds))
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "checkpoint_seconds is %g",
                          with.checkpoint_seconds);
    if (with.retry_unkept && !with.keep_runs)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "retry_unkept goes with keep_runs");
    const nd_sweep_options options = {.jobs = with.jobs,
                                      .shard = with.shard,
                                      .shards = with.shards,
                                      .retry_failed = with.retry_failed,
                                      .retry_diverged = with.retry_diverged,
                                      .keep_runs = with.keep_runs,
                                      .retry_unkept = with.retry_unkept,
                                      .command_line = with.command_line,
                                      .checkpoint_seconds = with.checkpoint_seconds,
                                      .tell = with.tell,
                                      .context = with.context,
                                      .follow_links = with.follow_links};
    bool fine = nd_sweep_run(path, folder, &options, watch, &ended_early, error);
    if (stopped)
        *stopped = ended_early;
    return fine;
}

static nd_sweep_store *open_store(const char *folder, nd_error *error) {
    char *path = nd_sweep_store_path(folder, 0, 1, error);
    nd_sweep_store *store = path ? nd_sweep_store_open(path, error) : NULL;
    free(path);
    return store;
}

/* Has the folder shards, and no store of all? */
static bool in_shards(const char *folder) {
    char *path = nd_sweep_store_path(folder, 0, 1, NULL);
    bool shards = path && access(path, F_OK) != 0 && nd_shards_any(folder);
    free(path);
    return shards;
}

bool nd_count_sweep(const char *folder, nd_sweep_counts *counts, nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_count_sweep";
    nd_sweep_status status;
    if (!nd_is_given(folder, function, "folder", error) ||
        !nd_is_given(counts, function, "counts", error))
        return false;
    if (in_shards(folder)) {
        nd_shards *shards = nd_shards_find(folder, error);
        if (!shards)
            return false;
        status = nd_shards_status(shards);
        nd_shards_free(shards);
    } else {
        nd_sweep_store *store = open_store(folder, error);
        bool fine = store && nd_sweep_store_status(store, &status, error);
        nd_sweep_store_close(store);
        if (!fine)
            return false;
    }
    *counts = (nd_sweep_counts){.waiting = status.runs[ND_WAITING],
                                .running = status.runs[ND_RUNNING],
                                .done = status.runs[ND_DONE],
                                .diverged = status.runs[ND_DIVERGED],
                                .failed = status.runs[ND_FAILED],
                                .silent = status.silent,
                                .steps = status.steps,
                                .steps_done = status.steps_done,
                                .seconds = status.seconds};
    snprintf(counts->name, sizeof counts->name, "%s", status.name);
    return true;
}

char *nd_tabulate_sweep(const char *folder, bool all_keys, bool as_json, nd_error *error) {
    ND_IN_C_LOCALE;
    char *text = NULL;
    size_t length;
    if (!nd_is_given(folder, "nd_tabulate_sweep", "folder", error))
        return NULL;
    nd_sweep_store *store = open_store(folder, error);
    FILE *out = store ? open_memstream(&text, &length) : NULL;
    if (store && !out)
        nd_fail_errno(error, folder, NULL, "cannot be tabulated");
    bool fine = out && nd_sweep_store_write_table(store, all_keys, as_json, out, error);
    if (out && fclose(out) != 0)
        fine = nd_fail(error, folder, NULL, ND_OUT_OF_MEMORY " for its table");
    nd_sweep_store_close(store);
    if (fine)
        return text;
    free(text);
    return NULL;
}

bool nd_merge_sweep(const char *folder, bool partial, size_t *count, nd_error *remark,
                    nd_error *error) {
    ND_IN_C_LOCALE;
    size_t merged = 0;
    nd_error worth_a_word = {0};
    if (!nd_is_given(folder, "nd_merge_sweep", "folder", error) ||
        !nd_sweep_merge(folder, partial, NULL, &merged, &worth_a_word, error))
        return false;
    if (count)
        *count = merged;
    if (remark)
        *remark = worth_a_word;
    return true;
}
