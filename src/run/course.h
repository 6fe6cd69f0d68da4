/* The course of a run: an engine taken through its schedule of records and snapshots, with pauses
 * in between for checkpoints, progress and being stopped. Where the rows go is the caller's. */
#ifndef ND_RUN_COURSE_H
#define ND_RUN_COURSE_H

#include "engine/engine.h"
#include "measure/divergence.h"

/* What a course hands out; each returns false, with `error`, to end it. */
typedef struct nd_course_sink {
    bool (*record)(void *context, uint64_t step, const nd_record *record, nd_error *error);
    bool (*snapshot)(void *context, uint64_t step, nd_engine *engine, nd_error *error);
    /* Called between pieces of work, some times a second, and once when stopped (last = true). */
    bool (*pause)(void *context, bool last, nd_error *error);
    void *context;
} nd_course_sink;

typedef struct nd_course {
    uint64_t *record_steps, *snapshot_steps;
    size_t records, snapshots;           /* how many there will be */
    size_t records_done, snapshots_done; /* so far; set them to resume */
    nd_record last;                      /* the last record made */
    nd_divergence watch;                 /* over their losses; set it to resume */
    uint64_t before;                     /* steps made before the engine began; 0 as a rule */
    bool stopped;                        /* by the watch */
    bool diverged;                       /* `error` says at which step */
} nd_course;

nd_course *nd_course_new(const nd_experiment *experiment, nd_error *error);
void nd_course_free(nd_course *course);

/* Goes on to the end, the watch's stop, divergence (course->diverged) or a failure of the sink.
 * True when the end was reached or the watch stopped it. */
bool nd_course_follow(nd_course *course, nd_engine *engine, const nd_course_sink *sink,
                      const nd_watch *watch, nd_error *error);

/* Where the course stands, to and from a state that is saved: it must be of the same experiment. */
bool nd_course_put(const nd_course *course, nd_buffer *state, nd_error *error);
bool nd_course_take(nd_course *course, nd_buffer *state, nd_error *error);
/* Whether a course and an engine that were both taken from a checkpoint belong together: what was
 * due before the engine's step is done, and what is due after it is not. */
bool nd_course_is_at(const nd_course *course, const nd_engine *engine, nd_error *error);

/* Seconds on a clock that never goes back. */
double nd_seconds(void);

#endif
