/* Runs whose traces stay in memory: for sweeps. */
#include <stdlib.h>

#include "base/error.h"
#include "base/locale.h"
#include "run/simulate.h"

/* A run, its traces and its saves. */
typedef struct in_memory {
    nd_traces *traces;
    nd_saved saved;
} in_memory;

static bool on_record(void *context, uint64_t step, const nd_record *record, nd_error *error) {
    nd_traces *traces = ((in_memory *)context)->traces;
    (void)error;
    traces->step[traces->records] = step;
    traces->loss[traces->records] = record->loss;
    traces->active_fraction[traces->records] = record->active_fraction;
    traces->fraction_active_units[traces->records] = record->fraction_active_units;
    traces->records++;
    return true;
}

static bool on_snapshot(void *context, uint64_t step, nd_engine *engine, nd_error *error) {
    nd_traces *traces = ((in_memory *)context)->traces;
    (void)error;
    engine->backend->parameters(engine, step == 0 ? traces->first : traces->last);
    return true;
}

static bool make_room(nd_traces *traces, const nd_experiment *experiment, const nd_dataset *dataset,
                      size_t records, nd_error *error) {
    size_t hidden = experiment->network.hidden;
    *traces = (nd_traces){.room = records};
    return (traces->step = nd_array(records, sizeof(uint64_t), error)) &&
           (traces->loss = nd_doubles(records, error)) &&
           (traces->active_fraction = nd_doubles(records, error)) &&
           (traces->fraction_active_units = nd_doubles(records, error)) &&
           (traces->first = nd_parameters_new(hidden, dataset->inputs, dataset->outputs, error)) &&
           (traces->last = nd_parameters_new(hidden, dataset->inputs, dataset->outputs, error));
}

/* The traces so far, and the parameters of the last snapshots. */
static bool put_traces(const void *from, nd_buffer *state, nd_error *error) {
    const nd_traces *traces = ((const in_memory *)from)->traces;
    size_t n = traces->records, bytes = nd_parameter_count(traces->first) * sizeof(double);
    return nd_buffer_put(state, &traces->records, sizeof traces->records, error) &&
           nd_buffer_put(state, traces->step, n * sizeof *traces->step, error) &&
           nd_buffer_put(state, traces->loss, n * sizeof(double), error) &&
           nd_buffer_put(state, traces->active_fraction, n * sizeof(double), error) &&
           nd_buffer_put(state, traces->fraction_active_units, n * sizeof(double), error) &&
           nd_buffer_put(state, traces->first->input_weights, bytes, error) &&
           nd_buffer_put(state, traces->last->input_weights, bytes, error);
}

static bool take_traces(void *to, nd_buffer *state, nd_error *error) {
    in_memory *self = to;
    nd_traces *traces = self->traces;
    size_t bytes = nd_parameter_count(traces->first) * sizeof(double), n;
    if (!nd_buffer_take(state, &n, sizeof n, error))
        return false;
    if (n > traces->room || n != self->saved.course->records_done)
        return nd_fail(error, NULL, NULL, "was saved by a run of another length");
    traces->records = n;
    return nd_buffer_take(state, traces->step, n * sizeof *traces->step, error) &&
           nd_buffer_take(state, traces->loss, n * sizeof(double), error) &&
           nd_buffer_take(state, traces->active_fraction, n * sizeof(double), error) &&
           nd_buffer_take(state, traces->fraction_active_units, n * sizeof(double), error) &&
           nd_buffer_take(state, traces->first->input_weights, bytes, error) &&
           nd_buffer_take(state, traces->last->input_weights, bytes, error);
}

static bool on_pause(void *context, bool last, nd_error *error) {
    in_memory *self = context;
    return nd_saved_pause(&self->saved, last, error);
}

/* The run's beginning, or where it was saved last. */
static bool begin(in_memory *self, const nd_experiment *experiment, const nd_dataset *dataset,
                  nd_traces *traces, nd_error *error) {
    for (int attempt = 0; attempt < 2; attempt++) {
        nd_saved *saved = &self->saved;
        nd_traces_free(traces);
        nd_engine_close(saved->engine);
        nd_course_free(saved->course);
        saved->engine = NULL;
        if (!(saved->course = nd_course_new(experiment, error)) ||
            !(saved->engine = nd_engine_open(experiment, dataset, 1, error)) ||
            !make_room(traces, experiment, dataset, saved->course->records, error))
            return false;
        if (nd_saved_find(saved))
            return true;
    }
    return nd_fail(error, self->saved.saving->path, "remove it", "cannot be used, nor removed");
}

nd_outcome nd_simulate_in_memory(const nd_experiment *experiment, const nd_dataset *dataset,
                                 const nd_saving *saving, nd_traces *traces, const nd_watch *watch,
                                 nd_error *error) {
    ND_IN_C_LOCALE;
    nd_outcome outcome = ND_RUN_FAILED;
    char *identity = nd_experiment_text(experiment, error);
    in_memory self = {traces,
                      {.saving = saving,
                       .identity = identity,
                       .traces = &self,
                       .put = put_traces,
                       .take = take_traces}};
    nd_saved *saved = &self.saved;
    *traces = (nd_traces){0};
    if (identity && begin(&self, experiment, dataset, traces, error)) {
        nd_course_sink sink = {on_record, on_snapshot, on_pause, &self};
        if (nd_course_follow(saved->course, saved->engine, &sink, watch, error))
            outcome = saved->course->stopped ? ND_RUN_INTERRUPTED : ND_RUN_COMPLETE;
        else if (saved->course->diverged)
            outcome = ND_RUN_DIVERGED;
        if (outcome == ND_RUN_DIVERGED)
            saved->engine->backend->parameters(saved->engine, traces->last);
        if (outcome == ND_RUN_COMPLETE || outcome == ND_RUN_DIVERGED)
            nd_saved_remove(saved);
    }
    nd_engine_close(saved->engine);
    nd_course_free(saved->course);
    free(identity);
    return outcome;
}

void nd_traces_free(nd_traces *traces) {
    free(traces->step);
    free(traces->loss);
    free(traces->active_fraction);
    free(traces->fraction_active_units);
    nd_parameters_free(traces->first);
    nd_parameters_free(traces->last);
    *traces = (nd_traces){0};
}
