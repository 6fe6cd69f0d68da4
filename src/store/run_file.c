#include "store/run_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "experiment/parse.h"
#include "network/network.h"

static bool take_traces(nd_run *run, nd_error *error) {
    nd_nc *file = run->file;
    size_t n = run->records;
    return (run->step = nd_doubles(n, error)) && (run->loss = nd_doubles(n, error)) &&
           (run->active_fraction = nd_doubles(n, error)) &&
           (run->fraction_active_units = nd_doubles(n, error)) &&
           (run->snapshot_step = nd_doubles(run->snapshots, error)) &&
           nd_nc_get(file, "step", run->step, n, error) &&
           nd_nc_get(file, "loss", run->loss, n, error) &&
           nd_nc_get(file, "active_fraction", run->active_fraction, n, error) &&
           nd_nc_get(file, "fraction_active_units", run->fraction_active_units, n, error) &&
           nd_nc_get(file, "snapshot_step", run->snapshot_step, run->snapshots, error);
}

/* Reads an optional variable of `count` values into *values; absent leaves it NULL. */
static bool take_optional(nd_nc *file, const char *name, size_t count, double **values,
                          nd_error *error) {
    if (!nd_nc_has(file, name))
        return true;
    *values = nd_doubles(count, error);
    return *values && nd_nc_get(file, name, *values, count, error);
}

static bool take_environments(nd_run *run, nd_error *error) {
    nd_dataset *dataset = run->dataset;
    if (nd_nc_has(run->file, "environment")) {
        dataset->environment = nd_array(dataset->samples, sizeof(int64_t), error);
        if (!dataset->environment ||
            !nd_nc_get_int64(run->file, "environment", dataset->environment, dataset->samples,
                             error))
            return false;
        for (size_t s = 0; s < dataset->samples; s++) {
            if (dataset->environment[s] < 0 || dataset->environment[s] >= (int64_t)dataset->samples)
                return nd_fail(error, nd_nc_path(run->file), NULL,
                               "an environment is %lld, expected 0 to %zu",
                               (long long)dataset->environment[s], dataset->samples - 1);
            if ((size_t)dataset->environment[s] >= dataset->environments)
                dataset->environments = (size_t)dataset->environment[s] + 1;
        }
    }
    if (!nd_nc_has(run->file, "wall_texture"))
        return true;
    int rank;
    size_t shape[8];
    dataset->wall_texture = nd_nc_load(run->file, "wall_texture", &rank, shape, error);
    if (!dataset->wall_texture)
        return false;
    if (rank != 2 || shape[0] != dataset->environments)
        return nd_fail(error, nd_nc_path(run->file), NULL, "wall_texture has the wrong shape");
    dataset->texture = shape[1];
    return true;
}

static bool take_dataset(nd_run *run, nd_error *error) {
    size_t samples, inputs, outputs;
    if (!nd_nc_dimension(run->file, "sample", &samples, error) ||
        !nd_nc_dimension(run->file, "input", &inputs, error) ||
        !nd_nc_dimension(run->file, "output", &outputs, error) ||
        !(run->dataset = nd_dataset_new(samples, inputs, outputs, error)))
        return false;
    nd_dataset *dataset = run->dataset;
    dataset->position_unit = nd_nc_units(run->file, "position");
    if (dataset->position_unit && strcmp(dataset->position_unit, "world units") == 0) {
        free(dataset->position_unit); /* what version 0.1.0 called a number without a unit */
        dataset->position_unit = NULL;
    }
    return nd_nc_get(run->file, "inputs", dataset->input, samples * inputs, error) &&
           nd_nc_get(run->file, "targets", dataset->target, samples * outputs, error) &&
           take_optional(run->file, "position", samples, &dataset->position, error) &&
           take_optional(run->file, "heading", samples, &dataset->heading, error) &&
           take_optional(run->file, "output_offset", outputs, &dataset->output_offset, error) &&
           take_environments(run, error);
}

static bool take_experiment(nd_run *run, nd_error *error) {
    char *text = nd_nc_text(run->file, NULL, "experiment", NULL);
    if (!text)
        return nd_fail(error, nd_nc_path(run->file), "give a file that `nulldrift run` has made",
                       "is not a run file: it has no attribute 'experiment'");
    run->experiment = nd_experiment_restore(text, nd_nc_path(run->file), error);
    free(text);
    return run->experiment != NULL;
}

static bool by_hand(const nd_run *run, nd_error *error, const char *what) {
    return nd_fail(error, nd_nc_path(run->file), "was it changed by hand? run it again", "%s",
                   what);
}

/* What the file's shapes must be before arrays are made by them. */
static bool take_shapes(nd_run *run, nd_error *error) {
    enum { MOST = 1 << 30 }; /* products of two cannot overflow */
    static const char *const names[] = {"record", "unit", "sample", "input", "output"};
    size_t length[sizeof names / sizeof *names];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!nd_nc_dimension(run->file, names[i], &length[i], error))
            return false;
        if (length[i] == 0 || length[i] > MOST)
            return nd_fail(error, nd_nc_path(run->file), "was it changed by hand? run it again",
                           "its dimension %s, %zu, is none of a run", names[i], length[i]);
    }
    if (!nd_nc_dimension(run->file, "snapshot", &run->snapshots, error))
        return false;
    run->records = length[0];
    run->hidden = length[1];
    if (run->snapshots > MOST || run->hidden != run->experiment->network.hidden)
        return by_hand(run, error, "its dimensions do not fit its experiment");
    return true;
}

/* Do these steps go up, from 0 or more? */
static bool go_up(const double *step, size_t count) {
    double before = -1;
    for (size_t i = 0; i < count; before = step[i++])
        if (!(step[i] > before && step[i] < 1e18))
            return false;
    return true;
}

static bool check_values(const nd_run *run, nd_error *error) {
    if (!go_up(run->step, run->records) || !go_up(run->snapshot_step, run->snapshots))
        return by_hand(run, error, "its steps do not go up");
    return true;
}

nd_run *nd_run_open(const char *path, nd_error *error) {
    nd_run *run = nd_array(1, sizeof *run, error);
    if (!run)
        return NULL;
    bool fine = (run->file = nd_nc_open(path, error)) && take_experiment(run, error);
    if (fine && run->experiment->network.model != ND_FEED_FORWARD)
        fine = nd_fail(error, path, "`nulldrift help hebbian` says what reads it",
                       "is the run of a Hebbian network, a feed-forward one is needed");
    fine = fine && take_shapes(run, error) && take_traces(run, error) && take_dataset(run, error) &&
           check_values(run, error);
    if (fine)
        return run;
    nd_run_close(run);
    return NULL;
}

void nd_run_close(nd_run *run) {
    if (!run)
        return;
    nd_nc_close(run->file);
    nd_experiment_free(run->experiment);
    nd_dataset_free(run->dataset);
    free(run->step);
    free(run->loss);
    free(run->active_fraction);
    free(run->fraction_active_units);
    free(run->snapshot_step);
    free(run);
}

nd_parameters *nd_run_parameters_new(const nd_run *run, nd_error *error) {
    return nd_parameters_new(run->hidden, run->dataset->inputs, run->dataset->outputs, error);
}

bool nd_run_snapshot(const nd_run *run, size_t index, nd_parameters *parameters, nd_error *error) {
    size_t hidden = run->hidden, inputs = run->dataset->inputs, outputs = run->dataset->outputs;
    if (index >= run->snapshots)
        return nd_fail(error, nd_nc_path(run->file), NULL, "has %zu snapshots, no number %zu",
                       run->snapshots, index);
    return nd_nc_get_row(run->file, "input_weights", index, parameters->input_weights,
                         hidden * inputs, error) &&
           nd_nc_get_row(run->file, "bias", index, parameters->bias, hidden, error) &&
           nd_nc_get_row(run->file, "output_weights", index, parameters->output_weights,
                         outputs * hidden, error);
}

bool nd_run_final_state(const nd_run *run, nd_buffer *state, nd_error *error) {
    size_t length;
    void *bytes = nd_nc_get_bytes(run->file, ND_STATE_GROUP, "final_state", &length, error);
    bool fine = bytes && nd_buffer_put(state, bytes, length, error);
    free(bytes);
    return fine;
}

bool nd_run_activity(const nd_run *run, size_t index, double *activity, nd_error *error) {
    nd_parameters *parameters = nd_run_parameters_new(run, error);
    bool fine = parameters && nd_run_snapshot(run, index, parameters, error);
    if (fine)
        nd_hidden_activity(parameters, nd_activation_find(run->experiment->network.activation),
                           run->dataset->input, run->dataset->samples, activity);
    nd_parameters_free(parameters);
    return fine;
}
