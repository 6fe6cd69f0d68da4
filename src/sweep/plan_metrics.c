#include "sweep/plan_metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/yaml.h"
#include "experiment/parse.h"
#include "world/dataset.h"

/* What the runs of a plan have, as far as somebody asked. */
typedef struct runs_have {
    bool hebbian, feed_forward;
    bool positions, environments; /* a world with positions; with several environments */
} runs_have;

/* Which worlds have been looked at: tasks, and paths of the task file. */
typedef struct seen {
    char **name;
    size_t count, room;
} seen;

static bool is_new(seen *all, const nd_experiment *experiment, bool *new, nd_error *error) {
    const nd_world_keys *world = &experiment->world;
    char name[640];
    snprintf(name, sizeof name, "%.60s %d %.500s", world->task, world->environments > 1,
             strcmp(world->task, "file") == 0 && world->path ? world->path : "");
    *new = true;
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->name[i], name) == 0) {
            *new = false;
            return true;
        }
    char **grown = nd_grown(all->name, &all->room, all->count + 1, sizeof *grown, error);
    if (!grown)
        return false;
    all->name = grown;
    return (all->name[all->count] = nd_text(name, error)) && ++all->count;
}

/* Looks at one run. A world that cannot be made yet, a file that is still to come, may have
 * everything. */
static bool look(const char *text, seen *worlds, runs_have *have, nd_error *error) {
    nd_experiment *experiment = nd_experiment_restore(text, "sweep", error);
    if (!experiment)
        return false;
    bool fine = true, new = false;
    if (experiment->network.model == ND_HEBBIAN)
        have->hebbian = true;
    else {
        have->feed_forward = true;
        fine = is_new(worlds, experiment, &new, error);
    }
    nd_dataset *dataset = fine && new ? nd_dataset_make(experiment, NULL) : NULL;
    if (new) {
        have->positions |= !dataset || dataset->position;
        have->environments |= !dataset || dataset->environments > 1;
    }
    nd_dataset_free(dataset);
    nd_experiment_free(experiment);
    return fine;
}

static bool look_at_runs(const nd_sweep_plan *plan, runs_have *have, nd_error *error) {
    seen worlds = {0};
    bool fine = true;
    for (size_t i = 0; fine && i < plan->runs; i++)
        fine = look(plan->run[i].experiment, &worlds, have, error);
    for (size_t i = 0; i < worlds.count; i++)
        free(worlds.name[i]);
    free(worlds.name);
    return fine;
}

/* Why none of the runs can have the metric; NULL: some can. */
static const char *why_none(size_t index, const runs_have *have) {
    if (strcmp(nd_run_metric_name(index), "diffusion_constant") == 0)
        return have->hebbian ? NULL : "it is of Hebbian networks";
    if (index < ND_BASIC_METRICS)
        return NULL;
    nd_reduction how = nd_run_measures[index - ND_BASIC_METRICS].how;
    if (how == ND_ATTRIBUTE)
        return have->positions ? NULL : "phases are measured in worlds with positions";
    if (how == ND_OTHERS_LAST || how == ND_OTHERS_FIRST)
        return have->environments ? NULL : "it needs several environments";
    return have->hebbian || have->positions ? NULL : "it needs a world with positions";
}

static bool is_of_spectrum(const char *name) {
    return strncmp(name, "eigenvalue_", 11) == 0 || strstr(name, "_eigenvalue_") ||
           strcmp(name, "gauss_newton_rank") == 0;
}

bool nd_sweep_plan_metrics(nd_sweep_plan *plan, const char *path, const char *text,
                           const nd_sweep_file *file, nd_error *error) {
    runs_have have = {0};
    bool looked = false;
    for (unsigned i = 0; i < file->metrics_count; i++) {
        const char *name = file->metrics[i];
        char entry[64], where[512], mend[200];
        snprintf(entry, sizeof entry, "metrics.%u", i);
        nd_yaml_where(text, path, entry, where, sizeof where);
        size_t index = nd_run_metric_find(name, mend, sizeof mend);
        if (index == ND_RUN_METRICS)
            return nd_fail(error, where, mend, "'%.100s' is no metric of a sweep", name);
        if (!looked && !look_at_runs(plan, &have, error))
            return false;
        looked = true;
        const char *why = why_none(index, &have);
        if (why)
            return nd_fail(error, where, "leave it out", "none of the runs can have '%s': %s", name,
                           why);
        if (index >= ND_BASIC_METRICS)
            plan->measured[index - ND_BASIC_METRICS] = true;
        else
            plan->spectrum |= is_of_spectrum(name);
    }
    return true;
}
