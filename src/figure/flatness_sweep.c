#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/files.h"
#include "experiment/parse.h"
#include "figure/flatness_data.h"
#include "store/sweep_store.h"

static bool is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

bool nd_flatness_is_sweep(const char *path) {
    static const char ending[] = ".sqlite";
    size_t length = strlen(path), end = sizeof ending - 1;
    return is_folder(path) || (length > end && strcmp(path + length - end, ending) == 0);
}

void nd_flatness_sweep_free(nd_flatness_sweep *sweep) {
    free(sweep->end);
    *sweep = (nd_flatness_sweep){0};
}

static size_t metric(const char *name) {
    size_t index = 0;
    while (index < ND_RUN_METRICS && strcmp(nd_run_metric_name(index), name) != 0)
        index++;
    return index;
}

static bool add_run(int64_t id, const char *text, const nd_sweep_result *result, void *context,
                    nd_error *error) {
    nd_flatness_sweep *sweep = context;
    (void)id;
    double first = result->metrics[metric("first_active_units")];
    double ratio = result->metrics[metric("active_units_ratio")];
    double nonzero = result->metrics[metric("nonzero_eigenvalue_fraction")];
    sweep->diverged += result->state == ND_DIVERGED;
    if (result->state != ND_DONE || !isfinite(first * ratio) || !isfinite(nonzero))
        return true;
    nd_experiment *experiment = nd_experiment_restore(text, "the sweep", error);
    nd_flatness_end *grown =
        experiment ? nd_grown(sweep->end, &sweep->room, sweep->count + 1, sizeof *grown, error)
                   : NULL;
    if (grown) {
        double steps = (double)experiment->run.steps;
        sweep->end = grown;
        sweep->shortest = sweep->count == 0 ? steps : fmin(sweep->shortest, steps);
        sweep->longest = fmax(sweep->longest, steps);
        sweep->end[sweep->count++] =
            (nd_flatness_end){first * ratio, nonzero, experiment->learning.label_noise > 0};
    }
    nd_experiment_free(experiment);
    return grown != NULL;
}

bool nd_flatness_read_sweep(const char *path, nd_flatness_sweep *sweep, nd_error *error) {
    size_t before = sweep->count;
    char *inside = nd_path_with(path, is_folder(path) ? "/sweep.sqlite" : "", error);
    nd_sweep_store *store = inside ? nd_sweep_store_open(inside, error) : NULL;
    bool fine = store && nd_sweep_store_each(store, add_run, sweep, error);
    nd_sweep_store_close(store);
    free(inside);
    if (fine && sweep->count == before)
        return nd_fail(error, path, "set spectrum: true in the sweep, and run it",
                       "holds no finished run with a spectrum");
    return fine;
}
