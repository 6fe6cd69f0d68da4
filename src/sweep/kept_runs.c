#include "sweep/kept_runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/shown.h"
#include "experiment/parse.h"
#include "world/world.h"

double nd_sweep_run_bytes(const nd_experiment *e) {
    double records = 4 * (double)e->run.records, snapshots = (double)e->run.snapshots;
    if (e->network.model == ND_HEBBIAN) {
        double neurons = (double)e->network.neurons;
        return 8 * (records + (double)e->run.records * neurons +
                    snapshots * neurons * (double)e->network.input_count);
    }
    const nd_world *world = nd_world_find(e->world.task);
    double inputs = (double)e->world.input_dim;
    double outputs = world && world->needs_output_dim ? (double)e->world.output_dim : inputs;
    return 8 * (records + snapshots * (double)e->network.hidden * (inputs + 1 + outputs) +
                (double)e->world.samples * (inputs + outputs));
}

/* What there is to keep, and what was not kept. */
typedef struct count {
    nd_sweep_store *store;
    const char *folder;
    bool retry;
    size_t waiting, unkept;
    double bytes;
    bool *ended; /* by id */
} count;

static bool is_kept(const char *folder, int64_t id) {
    char path[4096];
    snprintf(path, sizeof path, "%.3800s/run-%lld.nc", folder, (long long)id);
    return access(path, F_OK) == 0;
}

static bool see(int64_t id, const char *experiment, const nd_sweep_result *result, void *context,
                nd_error *error) {
    count *of = context;
    (void)experiment;
    (void)error;
    bool without = result->state != ND_FAILED && !is_kept(of->folder, id);
    of->unkept += without;
    of->ended[id] = !(without && of->retry);
    return true;
}

/* "3.4 GB" */
static const char *size_words(double bytes, char *words, size_t size) {
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    for (; bytes >= 1000 && unit + 1 < sizeof units / sizeof *units; unit++)
        bytes /= 1000;
    snprintf(words, size, "%.3g %s", bytes, units[unit]);
    return words;
}

static void tell(const count *of, const nd_sweep_options *options) {
    char line[5000], size[32], free_size[32];
    struct statvfs disk;
    if (!options->tell)
        return;
    if (of->unkept > 0 && !of->retry) {
        snprintf(line, sizeof line,
                 "%s: %zu runs ended before without `keep` runs, and have no run file; "
                 "`retry` unkept makes them again",
                 nd_shown(of->folder).text, of->unkept);
        options->tell(line, options->context);
    }
    if (of->waiting == 0 || statvfs(of->folder, &disk) != 0)
        return;
    double room = (double)disk.f_bavail * (double)disk.f_frsize;
    snprintf(line, sizeof line, "%s: run-ID.nc of %zu runs will take about %s; %s are free there%s",
             nd_shown(of->folder).text, of->waiting, size_words(of->bytes, size, sizeof size),
             size_words(room, free_size, sizeof free_size),
             of->bytes > room ? ", which may not do: fewer run.snapshots take less" : "");
    options->tell(line, options->context);
}

bool nd_sweep_plan_kept(nd_sweep_store *store, const nd_sweep_plan *plan, const char *folder,
                        const nd_sweep_options *options, nd_error *error) {
    size_t shards = options->shards ? options->shards : 1;
    count of = {.store = store, .folder = folder, .retry = options->retry_unkept};
    nd_remove_left_behind_in(folder, "run-");
    bool fine = (of.ended = nd_array(plan->runs, sizeof(bool), error)) &&
                nd_sweep_store_each(store, see, &of, error);
    for (size_t id = options->shard; fine && id < plan->runs; id += shards) {
        if (of.ended[id])
            continue;
        nd_experiment *experiment =
            nd_experiment_restore(plan->run[id].experiment, "sweep store", error);
        fine = experiment && (!of.retry || nd_sweep_store_reopen(store, (int64_t)id, error));
        if (fine && !is_kept(folder, (int64_t)id)) {
            of.waiting++;
            of.bytes += nd_sweep_run_bytes(experiment);
        }
        nd_experiment_free(experiment);
    }
    free(of.ended);
    if (fine)
        tell(&of, options);
    return fine;
}
