#include <stdlib.h>

#include "base/error.h"
#include "experiment/parse.h"
#include "store/hebbian_file.h"

static bool take_experiment(nd_hebbian_run *run, nd_error *error) {
    const char *path = nd_nc_path(run->file);
    char *text = nd_nc_text(run->file, NULL, "experiment", NULL);
    if (!text)
        return nd_fail(error, path, "give a file that `nulldrift hebbian` has made",
                       "is not a run file: it has no attribute 'experiment'");
    run->experiment = nd_experiment_restore(text, path, error);
    free(text);
    if (run->experiment && run->experiment->network.model != ND_HEBBIAN)
        return nd_fail(error, path, "give a file that `nulldrift hebbian` has made",
                       "is the run of a feed-forward network, a Hebbian one is needed");
    return run->experiment != NULL;
}

static bool take_shapes(nd_hebbian_run *run, nd_error *error) {
    size_t samples;
    if (!nd_nc_dimension(run->file, "record", &run->records, error) ||
        !nd_nc_dimension(run->file, "snapshot", &run->snapshots, error) ||
        !nd_nc_dimension(run->file, "unit", &run->neurons, error) ||
        !nd_nc_dimension(run->file, "sample", &samples, error))
        return false;
    if (run->neurons != run->experiment->network.neurons ||
        samples != run->experiment->network.input_count || run->records == 0 ||
        run->records > 1 << 30 || run->snapshots > 1 << 30)
        return nd_fail(error, nd_nc_path(run->file), "was it changed by hand?",
                       "its dimensions do not fit its experiment");
    run->inputs = nd_hebbian_inputs_make(run->experiment->network.inputs, samples, error);
    return run->inputs != NULL;
}

static bool take_traces(nd_hebbian_run *run, nd_error *error) {
    size_t n = run->records;
    return (run->step = nd_doubles(n, error)) && (run->loss = nd_doubles(n, error)) &&
           (run->active_fraction = nd_doubles(n, error)) &&
           (run->fraction_active_units = nd_doubles(n, error)) &&
           (run->snapshot_step = nd_doubles(run->snapshots, error)) &&
           nd_nc_get(run->file, "step", run->step, n, error) &&
           nd_nc_get(run->file, "loss", run->loss, n, error) &&
           nd_nc_get(run->file, "active_fraction", run->active_fraction, n, error) &&
           nd_nc_get(run->file, "fraction_active_units", run->fraction_active_units, n, error) &&
           nd_nc_get(run->file, "snapshot_step", run->snapshot_step, run->snapshots, error);
}

nd_hebbian_run *nd_hebbian_run_open(const char *path, nd_error *error) {
    nd_hebbian_run *run = nd_array(1, sizeof *run, error);
    if (!run)
        return NULL;
    if ((run->file = nd_nc_open(path, error)) && take_experiment(run, error) &&
        take_shapes(run, error) && take_traces(run, error))
        return run;
    nd_hebbian_run_close(run);
    return NULL;
}

void nd_hebbian_run_close(nd_hebbian_run *run) {
    if (!run)
        return;
    nd_nc_close(run->file);
    nd_experiment_free(run->experiment);
    nd_hebbian_inputs_free(run->inputs);
    free(run->step);
    free(run->loss);
    free(run->active_fraction);
    free(run->fraction_active_units);
    free(run->snapshot_step);
    free(run);
}

bool nd_hebbian_run_responses(const nd_hebbian_run *run, size_t index, double *response,
                              nd_error *error) {
    if (index >= run->snapshots)
        return nd_fail(error, nd_nc_path(run->file), NULL, "has %zu snapshots, no number %zu",
                       run->snapshots, index);
    return nd_nc_get_row(run->file, "responses", index, response, run->inputs->count * run->neurons,
                         error);
}
