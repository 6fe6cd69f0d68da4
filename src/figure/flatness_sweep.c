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
    free(sweep->fraction_active_units);
    free(sweep->nonzero_fraction);
    free(sweep->label_noise);
    *sweep = (nd_flatness_sweep){0};
}

static size_t metric(const char *name) {
    size_t index = 0;
    while (index < ND_RUN_METRICS && strcmp(nd_run_metric_name(index), name) != 0)
        index++;
    return index;
}

static bool grow(nd_flatness_sweep *sweep, nd_error *error) {
    if (sweep->count < sweep->room)
        return true;
    size_t room = 2 * sweep->room + 64;
    double *units = realloc(sweep->fraction_active_units, room * sizeof *units);
    if (units)
        sweep->fraction_active_units = units;
    double *nonzero = realloc(sweep->nonzero_fraction, room * sizeof *nonzero);
    if (nonzero)
        sweep->nonzero_fraction = nonzero;
    bool *label = realloc(sweep->label_noise, room * sizeof *label);
    if (label)
        sweep->label_noise = label;
    if (!units || !nonzero || !label)
        return nd_fail(error, "memory", "", "no room for %zu runs", room);
    sweep->room = room;
    return true;
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
    if (!experiment || !grow(sweep, error)) {
        nd_experiment_free(experiment);
        return false;
    }
    sweep->fraction_active_units[sweep->count] = first * ratio;
    sweep->nonzero_fraction[sweep->count] = nonzero;
    sweep->label_noise[sweep->count++] = experiment->learning.label_noise > 0;
    nd_experiment_free(experiment);
    return true;
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
