#include "run/hebbian_run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/watch.h"
#include "hebbian/engine.h"
#include "run/hebbian_measured.h"
#include "run/recorder.h"

/* Finer words than the course has, where a record found the dynamics unsettled. */
static void tell_trouble(const nd_engine *engine, nd_outcome outcome, nd_error *error) {
    const nd_error *trouble = nd_hebbian_engine_trouble(engine);
    if (outcome == ND_RUN_DIVERGED && trouble && error)
        *error = *trouble;
}

/* Where every field is, at every record. */
static bool take_centroids(void *context, nd_engine *engine, double *values, nd_error *error) {
    (void)context;
    const nd_hebbian *network = nd_hebbian_engine_network(engine);
    const double *response = nd_hebbian_engine_responses(engine, error);
    if (response)
        nd_field_centroids(network->inputs, response, network->neurons,
                           network->experiment->network.peak_threshold, values);
    return response != NULL;
}

static bool take_snapshot(void *context, nd_engine *engine, double *values, nd_error *error) {
    (void)context;
    const nd_hebbian *network = nd_hebbian_engine_network(engine);
    const double *response = nd_hebbian_engine_responses(engine, error);
    if (response)
        memcpy(values, response, network->inputs->count * network->neurons * sizeof *values);
    return response != NULL;
}

static bool write_file(void *context, nd_engine *engine, const nd_place *place, nd_journal *journal,
                       const nd_run_summary *summary, nd_error *error) {
    (void)context;
    return nd_hebbian_file_write(place, nd_hebbian_engine_network(engine), journal, summary,
                                 nd_hebbian_measure_rows, error);
}

static nd_standing look_at(const nd_place *place, const nd_experiment *experiment,
                           nd_error *error) {
    if (!place->there)
        return ND_NOTHING_THERE;
    nd_hebbian_run *run = nd_hebbian_run_open(place->path, error);
    nd_standing standing =
        nd_recorder_compare(place->path, run ? run->experiment : NULL, experiment, true, error);
    nd_hebbian_run_close(run);
    return standing;
}

static nd_outcome run_into(const nd_experiment *experiment, nd_place *place,
                           const nd_run_options *options, const nd_watch *watch, bool *unusable,
                           nd_error *error) {
    nd_outcome outcome = ND_RUN_FAILED;
    char *identity = nd_experiment_text(experiment, error);
    nd_engine *engine =
        identity ? nd_hebbian_engine_open(experiment, options->threads, error) : NULL;
    if (engine) {
        const nd_hebbian *network = nd_hebbian_engine_network(engine);
        nd_recorder_model model = {.identity = identity,
                                   .record_extra = network->neurons,
                                   .record = take_centroids,
                                   .snapshot_width = network->inputs->count * network->neurons,
                                   .snapshot = take_snapshot,
                                   .settle = nd_hebbian_engine_settle,
                                   .unusable = unusable,
                                   .write = write_file};
        outcome = nd_recorder_run(&model, experiment, engine, place, options, watch, error);
        tell_trouble(engine, outcome, error);
        nd_engine_close(engine);
    }
    free(identity);
    return outcome;
}

static nd_outcome simulate(const nd_experiment *experiment, const char *path, bool anew,
                           const nd_run_options *options, const nd_watch *watch, nd_error *error) {
    nd_place *place = nd_place_find(path, error);
    nd_standing standing = place ? look_at(place, experiment, error) : ND_OTHER_THERE;
    nd_outcome outcome = ND_RUN_FAILED;
    bool unusable = false;
    if (standing == ND_SAME_RUN_THERE) {
        nd_recorder_remove_leftovers(path);
        outcome = nd_recorder_outcome_there(path, error);
    } else if (standing == ND_NOTHING_THERE) {
        outcome = run_into(experiment, place, options, watch, &unusable, error);
        if (outcome == ND_RUN_FAILED && unusable && anew && error) {
            nd_recorder_begin_anew(path, options, error);
            outcome = run_into(experiment, place, options, watch, &unusable, error);
        }
    }
    nd_place_free(place);
    return outcome;
}

nd_outcome nd_hebbian_simulate(const nd_experiment *experiment, const char *path,
                               const nd_run_options *options, const nd_watch *watch,
                               nd_error *error) {
    return simulate(experiment, path, false, options, watch, error);
}

nd_outcome nd_hebbian_simulate_anew(const nd_experiment *experiment, const char *path,
                                    const nd_run_options *options, const nd_watch *watch,
                                    nd_error *error) {
    return simulate(experiment, path, true, options, watch, error);
}

/* A run in memory, its traces and its saves. */
typedef struct filling {
    nd_hebbian_traces *traces;
    nd_saved saved;
} filling;

static size_t neurons_of(const filling *self) {
    return nd_hebbian_engine_network(self->saved.engine)->neurons;
}

static bool on_record(void *context, uint64_t step, const nd_record *record, nd_error *error) {
    filling *self = context;
    nd_hebbian_traces *traces = self->traces;
    size_t k = traces->records;
    if (!take_centroids(NULL, self->saved.engine, traces->centroid + k * neurons_of(self), error))
        return false;
    traces->step[k] = step;
    traces->loss[k] = record->loss;
    traces->active_fraction[k] = record->active_fraction;
    traces->fraction_active_units[k] = record->fraction_active_units;
    traces->records++;
    return true;
}

static bool on_snapshot(void *context, uint64_t step, nd_engine *engine, nd_error *error) {
    (void)context;
    (void)step;
    (void)engine;
    (void)error;
    return true;
}

static bool on_pause(void *context, bool last, nd_error *error) {
    return nd_saved_pause(&((filling *)context)->saved, last, error);
}

static bool put_traces(const void *from, nd_buffer *state, nd_error *error) {
    const filling *self = from;
    const nd_hebbian_traces *traces = self->traces;
    size_t n = traces->records;
    return nd_buffer_put(state, &traces->records, sizeof n, error) &&
           nd_buffer_put(state, traces->step, n * sizeof *traces->step, error) &&
           nd_buffer_put(state, traces->loss, n * sizeof(double), error) &&
           nd_buffer_put(state, traces->active_fraction, n * sizeof(double), error) &&
           nd_buffer_put(state, traces->fraction_active_units, n * sizeof(double), error) &&
           nd_buffer_put(state, traces->centroid, n * neurons_of(self) * sizeof(double), error);
}

static bool take_traces(void *to, nd_buffer *state, nd_error *error) {
    filling *self = to;
    nd_hebbian_traces *traces = self->traces;
    size_t n;
    if (!nd_buffer_take(state, &n, sizeof n, error))
        return false;
    if (n > self->saved.course->records || n != self->saved.course->records_done)
        return nd_fail(error, NULL, NULL, "was saved by a run of another length");
    traces->records = n;
    return nd_buffer_take(state, traces->step, n * sizeof *traces->step, error) &&
           nd_buffer_take(state, traces->loss, n * sizeof(double), error) &&
           nd_buffer_take(state, traces->active_fraction, n * sizeof(double), error) &&
           nd_buffer_take(state, traces->fraction_active_units, n * sizeof(double), error) &&
           nd_buffer_take(state, traces->centroid, n * neurons_of(self) * sizeof(double), error);
}

static bool make_room(nd_hebbian_traces *traces, size_t records, size_t neurons, nd_error *error) {
    traces->lags = nd_drift_lags(records);
    return (traces->step = nd_array(records, sizeof *traces->step, error)) &&
           (traces->loss = nd_doubles(records, error)) &&
           (traces->active_fraction = nd_doubles(records, error)) &&
           (traces->fraction_active_units = nd_doubles(records, error)) &&
           (traces->centroid = nd_doubles(records * neurons, error)) &&
           (traces->squared = nd_doubles(traces->lags, error));
}

/* The run's beginning, or where it was saved last. */
static bool begin(filling *self, const nd_experiment *experiment, nd_error *error) {
    nd_saved *saved = &self->saved;
    for (int attempt = 0; attempt < 2; attempt++) {
        nd_hebbian_traces_free(self->traces);
        nd_engine_close(saved->engine);
        nd_course_free(saved->course);
        saved->engine = NULL;
        if (!(saved->course = nd_course_new(experiment, error)) ||
            !(saved->engine = nd_hebbian_engine_open(experiment, 1, error)) ||
            !make_room(self->traces, saved->course->records, neurons_of(self), error))
            return false;
        if (nd_saved_find(saved))
            return true;
    }
    return nd_fail(error, saved->saving->path, "remove it", "cannot be used, nor removed");
}

/* Settles and follows the course. */
static nd_outcome follow(filling *self, const nd_watch *watch, nd_error *error) {
    nd_course_sink sink = {on_record, on_snapshot, on_pause, self};
    nd_course *course = self->saved.course;
    uint64_t left = UINT64_MAX;
    while (left > 0) {
        nd_error why = {0};
        if (!nd_hebbian_engine_settle(self->saved.engine, 200, &left, &why)) {
            if (error)
                *error = why;
            return nd_is_shortage(&why) ? ND_RUN_FAILED : ND_RUN_DIVERGED;
        }
        bool stopped = nd_stop_asked(watch);
        if (!on_pause(self, stopped, error))
            return ND_RUN_FAILED;
        if (stopped)
            return ND_RUN_INTERRUPTED;
    }
    if (nd_course_follow(course, self->saved.engine, &sink, watch, error))
        return course->stopped ? ND_RUN_INTERRUPTED : ND_RUN_COMPLETE;
    return course->diverged ? ND_RUN_DIVERGED : ND_RUN_FAILED;
}

static bool measure_drift(nd_hebbian_traces *traces, const nd_hebbian *network, nd_error *error) {
    double *step = nd_doubles(traces->records, error);
    for (size_t k = 0; step && k < traces->records; k++)
        step[k] = (double)traces->step[k];
    bool fine =
        step && nd_late_diffusion(traces->centroid, step, traces->records, network->neurons,
                                  network->inputs, traces->squared, &traces->diffusion, error);
    free(step);
    return fine;
}

nd_outcome nd_hebbian_simulate_in_memory(const nd_experiment *experiment, const nd_saving *saving,
                                         nd_hebbian_traces *traces, const nd_watch *watch,
                                         nd_error *error) {
    nd_outcome outcome = ND_RUN_FAILED;
    char *identity = nd_experiment_text(experiment, error);
    filling self = {.traces = traces};
    self.saved = (nd_saved){.saving = saving,
                            .identity = identity,
                            .traces = &self,
                            .put = put_traces,
                            .take = take_traces};
    *traces = (nd_hebbian_traces){0};
    if (identity && begin(&self, experiment, error)) {
        nd_engine *engine = self.saved.engine;
        const nd_hebbian *network = nd_hebbian_engine_network(engine);
        outcome = follow(&self, watch, error);
        tell_trouble(engine, outcome, error);
        traces->counts = network->counts;
        if (outcome == ND_RUN_COMPLETE && !measure_drift(traces, network, error))
            outcome = ND_RUN_FAILED;
        if (outcome == ND_RUN_COMPLETE || outcome == ND_RUN_DIVERGED)
            nd_saved_remove(&self.saved);
    }
    nd_engine_close(self.saved.engine);
    nd_course_free(self.saved.course);
    free(identity);
    return outcome;
}

void nd_hebbian_traces_free(nd_hebbian_traces *traces) {
    free(traces->step);
    free(traces->loss);
    free(traces->active_fraction);
    free(traces->fraction_active_units);
    free(traces->centroid);
    free(traces->squared);
    *traces = (nd_hebbian_traces){0};
}
