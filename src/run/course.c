#include "run/course.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/error.h"
#include "base/watch.h"

static const double PIECE_SECONDS = 0.1; /* between looks at the clock */

double nd_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

nd_course *nd_course_new(const nd_experiment *experiment, nd_error *error) {
    const nd_run_keys *keys = &experiment->run;
    nd_course *course = nd_array(1, sizeof *course, error);
    if (course && (course->record_steps = nd_array(keys->records, sizeof(uint64_t), error)) &&
        (course->snapshot_steps = nd_array(keys->snapshots, sizeof(uint64_t), error))) {
        course->records =
            nd_schedule(keys->steps, keys->records, keys->spacing, course->record_steps);
        course->snapshots =
            nd_schedule(keys->steps, keys->snapshots, keys->spacing, course->snapshot_steps);
        course->watch = nd_divergence_start(experiment->learning.divergence, course->records);
        return course;
    }
    nd_course_free(course);
    return NULL;
}

void nd_course_free(nd_course *course) {
    if (!course)
        return;
    free(course->record_steps);
    free(course->snapshot_steps);
    free(course);
}

/* What of a course changes as it is followed. */
typedef struct standing {
    uint64_t records_done, snapshots_done;
    nd_record last;
    nd_divergence watch;
} standing;

bool nd_course_put(const nd_course *course, nd_buffer *state, nd_error *error) {
    standing now = {.records_done = course->records_done,
                    .snapshots_done = course->snapshots_done,
                    .last = course->last,
                    .watch = course->watch};
    return nd_buffer_put(state, &now, sizeof now, error);
}

bool nd_course_take(nd_course *course, nd_buffer *state, nd_error *error) {
    standing then;
    if (!nd_buffer_take(state, &then, sizeof then, error))
        return false;
    if (then.records_done > course->records || then.snapshots_done > course->snapshots ||
        then.watch.run > then.records_done || then.watch.run > then.watch.made)
        return nd_fail(error, NULL, NULL, "was saved by a run of another length");
    then.watch.factor = course->watch.factor;
    then.watch.records = course->watch.records;
    course->records_done = then.records_done;
    course->snapshots_done = then.snapshots_done;
    course->last = then.last;
    course->watch = then.watch;
    return true;
}

/* Is `step` where, of the steps due, the first `done` are made and no more? */
static bool stands_at(const uint64_t *due, size_t count, size_t done, uint64_t step) {
    return (done == 0 || due[done - 1] <= step) && (done == count || due[done] >= step);
}

bool nd_course_is_at(const nd_course *course, const nd_engine *engine, nd_error *error) {
    uint64_t step = engine->step + course->before;
    return (step >= engine->step &&
            stands_at(course->record_steps, course->records, course->records_done, step) &&
            stands_at(course->snapshot_steps, course->snapshots, course->snapshots_done, step)) ||
           nd_fail(error, NULL, "remove it to start afresh",
                   "stands at a step that does not fit what it has recorded");
}

/* The next step at which something is due; false when nothing is left. */
static bool next_due(const nd_course *course, uint64_t *step) {
    bool record = course->records_done < course->records;
    bool snapshot = course->snapshots_done < course->snapshots;
    uint64_t record_step = record ? course->record_steps[course->records_done] : UINT64_MAX;
    uint64_t snapshot_step = snapshot ? course->snapshot_steps[course->snapshots_done] : UINT64_MAX;
    *step = record_step < snapshot_step ? record_step : snapshot_step;
    return record || snapshot;
}

static void report(const nd_course *course, const nd_engine *engine, const nd_watch *watch) {
    if (!watch || !watch->report)
        return;
    uint64_t end = course->record_steps[course->records - 1];
    nd_progress progress = {.activity = "run",
                            .done = (double)(engine->step + course->before),
                            .total = end ? (double)end : 1,
                            .unit = "steps"};
    snprintf(progress.note, sizeof progress.note, "log10 loss %.2f, active units %.0f%%",
             log10(course->last.loss), 100 * course->last.fraction_active_units);
    watch->report(&progress, watch->context);
}

/* Fails, saying since when the loss has been beyond its limit. */
static bool stays_high(const nd_course *course, nd_error *error) {
    size_t first = course->records_done - course->watch.run;
    return nd_fail(error, NULL,
                   "lower learning.learning_rate or the noise; learning.divergence sets the limit",
                   "the network diverged at step %llu: its loss, %.3g times the targets' variance "
                   "now, has been above %.3g since step %llu",
                   (unsigned long long)course->record_steps[course->records_done - 1],
                   course->last.loss, course->watch.limit,
                   (unsigned long long)course->record_steps[first]);
}

/* Makes what is due at the engine's step. */
static bool make_due(nd_course *course, nd_engine *engine, const nd_course_sink *sink,
                     nd_error *error) {
    uint64_t step = engine->step + course->before;
    if (course->records_done < course->records &&
        course->record_steps[course->records_done] == step) {
        engine->backend->record(engine, &course->last);
        if (nd_is_shortage(&engine->trouble)) { /* no number, and no divergence */
            if (error)
                *error = engine->trouble;
            return false;
        }
        bool high = nd_divergence_at(&course->watch, course->last.loss);
        course->diverged = !isfinite(course->last.loss);
        if (course->diverged)
            return nd_fail(error, NULL, "lower learning.learning_rate or the noise",
                           "the network diverged: its loss is not finite at step %llu",
                           (unsigned long long)step);
        if (!sink->record(sink->context, step, &course->last, error))
            return false;
        course->records_done++;
        course->diverged = high;
        if (high)
            return stays_high(course, error);
    }
    if (course->snapshots_done < course->snapshots &&
        course->snapshot_steps[course->snapshots_done] == step) {
        if (!sink->snapshot(sink->context, step, engine, error))
            return false;
        course->snapshots_done++;
    }
    return true;
}

/* Advances to `due` in pieces short enough to look at the clock between them. */
static bool advance_watchfully(nd_course *course, nd_engine *engine, uint64_t due, uint64_t *piece,
                               const nd_course_sink *sink, const nd_watch *watch, nd_error *error) {
    due -= course->before;
    while (engine->step < due && !course->stopped) {
        uint64_t from = engine->step, to = due - from > *piece ? from + *piece : due;
        double before = nd_seconds();
        nd_error why = {0};
        if (!engine->backend->advance(engine, to, &why)) {
            course->diverged = !nd_is_shortage(&why);
            if (error)
                *error = why;
            return false;
        }
        double rate = (double)(to - from) / fmax(nd_seconds() - before, 1e-9);
        *piece = (uint64_t)fmax(1, fmin(rate * PIECE_SECONDS, 2.0 * (double)*piece));
        report(course, engine, watch);
        course->stopped = nd_stop_asked(watch);
        if (sink->pause && !sink->pause(sink->context, course->stopped, error))
            return false;
    }
    return true;
}

bool nd_course_follow(nd_course *course, nd_engine *engine, const nd_course_sink *sink,
                      const nd_watch *watch, nd_error *error) {
    uint64_t due, piece = 64;
    while (next_due(course, &due)) {
        if (!advance_watchfully(course, engine, due, &piece, sink, watch, error))
            return false;
        if (course->stopped)
            return true;
        if (!make_due(course, engine, sink, error))
            return false;
    }
    return true;
}
