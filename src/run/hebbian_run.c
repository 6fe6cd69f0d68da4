#include "run/hebbian_run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "hebbian/engine.h"
#include "run/session.h"
#include "store/hebbian_file.h"

/* Finer words than the course has, where a record found the dynamics unsettled. */
static void tell_trouble(const nd_engine *engine, nd_outcome outcome, nd_error *error) {
    const nd_error *trouble = nd_hebbian_engine_trouble(engine);
    if (outcome == ND_RUN_DIVERGED && trouble && error)
        *error = *trouble;
}

static bool take_snapshot(void *context, nd_engine *engine, double *values, nd_error *error) {
    (void)context;
    const nd_hebbian *network = nd_hebbian_engine_network(engine);
    const double *response = nd_hebbian_engine_responses(engine, error);
    if (response)
        memcpy(values, response, network->inputs->count * network->neurons * sizeof *values);
    return response != NULL;
}

static bool write_file(void *context, nd_engine *engine, const char *path, nd_journal *journal,
                       const nd_run_summary *summary, nd_error *error) {
    (void)context;
    return nd_hebbian_file_write(path, nd_hebbian_engine_network(engine), journal, summary, error);
}

static nd_standing look_at(const char *path, const nd_experiment *experiment, nd_error *error) {
    if (access(path, F_OK) != 0)
        return ND_NOTHING_THERE;
    nd_hebbian_run *run = nd_hebbian_run_open(path, error);
    nd_standing standing =
        nd_session_compare(path, run ? run->experiment : NULL, experiment, true, error);
    nd_hebbian_run_close(run);
    return standing;
}

static nd_outcome run_into(const nd_experiment *experiment, const char *path,
                           const nd_run_options *options, const nd_watch *watch, nd_error *error) {
    nd_outcome outcome = ND_RUN_FAILED;
    char *identity = nd_experiment_text(experiment, error);
    nd_engine *engine =
        identity ? nd_hebbian_engine_open(experiment, options->threads, error) : NULL;
    if (engine) {
        const nd_hebbian *network = nd_hebbian_engine_network(engine);
        nd_session_model model = {.identity = identity,
                                  .snapshot_width = network->inputs->count * network->neurons,
                                  .snapshot = take_snapshot,
                                  .settle = nd_hebbian_engine_settle,
                                  .write = write_file};
        outcome = nd_session_run(&model, experiment, engine, path, options, watch, error);
        tell_trouble(engine, outcome, error);
        nd_engine_close(engine);
    }
    free(identity);
    return outcome;
}

nd_outcome nd_hebbian_simulate(const nd_experiment *experiment, const char *path,
                               const nd_run_options *options, const nd_watch *watch,
                               nd_error *error) {
    nd_standing standing = look_at(path, experiment, error);
    if (standing == ND_SAME_RUN_THERE)
        return ND_RUN_COMPLETE;
    if (standing == ND_OTHER_THERE)
        return ND_RUN_FAILED;
    return run_into(experiment, path, options, watch, error);
}

static bool on_record(void *context, uint64_t step, const nd_record *record, nd_error *error) {
    nd_hebbian_traces *traces = context;
    (void)error;
    traces->step[traces->records] = step;
    traces->loss[traces->records] = record->loss;
    traces->active_fraction[traces->records] = record->active_fraction;
    traces->fraction_active_units[traces->records] = record->fraction_active_units;
    traces->records++;
    return true;
}

static bool on_snapshot(void *context, uint64_t step, nd_engine *engine, nd_error *error) {
    nd_hebbian_traces *traces = context;
    const nd_hebbian *network = nd_hebbian_engine_network(engine);
    const double *response = nd_hebbian_engine_responses(engine, error);
    if (!response)
        return false;
    nd_field_centroids(network->inputs, response, network->neurons,
                       network->experiment->network.peak_threshold,
                       traces->centroid + traces->snapshots * network->neurons);
    traces->snapshot_step[traces->snapshots++] = (double)step;
    return true;
}

static bool make_room(nd_hebbian_traces *traces, const nd_course *course, size_t neurons,
                      nd_error *error) {
    traces->lags = nd_drift_lags(course->snapshots);
    return (traces->step = nd_array(course->records, sizeof *traces->step, error)) &&
           (traces->loss = nd_doubles(course->records, error)) &&
           (traces->active_fraction = nd_doubles(course->records, error)) &&
           (traces->fraction_active_units = nd_doubles(course->records, error)) &&
           (traces->snapshot_step = nd_doubles(course->snapshots, error)) &&
           (traces->centroid = nd_doubles(course->snapshots * neurons, error)) &&
           (traces->squared = nd_doubles(traces->lags, error));
}

/* Settles and follows the course. */
static nd_outcome follow(nd_course *course, nd_engine *engine, nd_hebbian_traces *traces,
                         const nd_watch *watch, nd_error *error) {
    nd_course_sink sink = {on_record, on_snapshot, NULL, traces};
    uint64_t left = UINT64_MAX;
    while (left > 0) {
        if (!nd_hebbian_engine_settle(engine, 200, &left, error))
            return ND_RUN_DIVERGED;
        if (watch && watch->stop && *watch->stop)
            return ND_RUN_INTERRUPTED;
    }
    if (nd_course_follow(course, engine, &sink, watch, error))
        return course->stopped ? ND_RUN_INTERRUPTED : ND_RUN_COMPLETE;
    return course->diverged ? ND_RUN_DIVERGED : ND_RUN_FAILED;
}

nd_outcome nd_hebbian_simulate_in_memory(const nd_experiment *experiment, nd_hebbian_traces *traces,
                                         const nd_watch *watch, nd_error *error) {
    nd_outcome outcome = ND_RUN_FAILED;
    *traces = (nd_hebbian_traces){0};
    nd_course *course = nd_course_new(experiment, error);
    nd_engine *engine = course ? nd_hebbian_engine_open(experiment, 1, error) : NULL;
    if (engine) {
        const nd_hebbian *network = nd_hebbian_engine_network(engine);
        if (make_room(traces, course, network->neurons, error))
            outcome = follow(course, engine, traces, watch, error);
        tell_trouble(engine, outcome, error);
        traces->counts = network->counts;
        if (outcome == ND_RUN_COMPLETE &&
            !nd_late_diffusion(traces->centroid, traces->snapshot_step, traces->snapshots,
                               network->neurons, network->inputs->circular, traces->squared,
                               &traces->diffusion, error))
            outcome = ND_RUN_FAILED;
        nd_engine_close(engine);
    }
    nd_course_free(course);
    return outcome;
}

void nd_hebbian_traces_free(nd_hebbian_traces *traces) {
    free(traces->step);
    free(traces->loss);
    free(traces->active_fraction);
    free(traces->fraction_active_units);
    free(traces->snapshot_step);
    free(traces->centroid);
    free(traces->squared);
    *traces = (nd_hebbian_traces){0};
}
