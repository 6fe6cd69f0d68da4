/* Runs whose traces stay in memory: for sweeps. */
#include <stdlib.h>

#include "run/course.h"
#include "run/simulate.h"

static bool on_record(void *context, uint64_t step, const nd_record *record, nd_error *error) {
    nd_traces *traces = context;
    (void)error;
    traces->step[traces->records] = step;
    traces->loss[traces->records] = record->loss;
    traces->active_fraction[traces->records] = record->active_fraction;
    traces->fraction_active_units[traces->records] = record->fraction_active_units;
    traces->records++;
    return true;
}

static bool on_snapshot(void *context, uint64_t step, nd_engine *engine, nd_error *error) {
    nd_traces *traces = context;
    (void)error;
    engine->backend->parameters(engine, step == 0 ? traces->first : traces->last);
    return true;
}

static bool make_room(nd_traces *traces, const nd_experiment *experiment, const nd_dataset *dataset,
                      size_t records, nd_error *error) {
    size_t hidden = experiment->network.hidden;
    *traces = (nd_traces){0};
    return (traces->step = nd_array(records, sizeof(uint64_t), error)) &&
           (traces->loss = nd_doubles(records, error)) &&
           (traces->active_fraction = nd_doubles(records, error)) &&
           (traces->fraction_active_units = nd_doubles(records, error)) &&
           (traces->first = nd_parameters_new(hidden, dataset->inputs, dataset->outputs, error)) &&
           (traces->last = nd_parameters_new(hidden, dataset->inputs, dataset->outputs, error));
}

nd_outcome nd_simulate_in_memory(const nd_experiment *experiment, const nd_dataset *dataset,
                                 nd_traces *traces, const nd_watch *watch, nd_error *error) {
    nd_outcome outcome = ND_RUN_FAILED;
    nd_course *course = nd_course_new(experiment, error);
    nd_engine *engine = course ? nd_engine_open(experiment, dataset, 1, error) : NULL;
    *traces = (nd_traces){0};
    if (engine && make_room(traces, experiment, dataset, course->records, error)) {
        nd_course_sink sink = {on_record, on_snapshot, NULL, traces};
        if (nd_course_follow(course, engine, &sink, watch, error))
            outcome = course->stopped ? ND_RUN_INTERRUPTED : ND_RUN_COMPLETE;
        else if (course->diverged)
            outcome = ND_RUN_DIVERGED;
        if (outcome == ND_RUN_DIVERGED)
            engine->backend->parameters(engine, traces->last);
    }
    nd_engine_close(engine);
    nd_course_free(course);
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
