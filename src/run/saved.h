/* The state of a run in memory, saved now and then, so that a time limit or a power cut costs a
 * minute of it: as recorder.h does for runs into a file. */
#ifndef ND_RUN_SAVED_H
#define ND_RUN_SAVED_H

#include "run/course.h"

/* Where and how often a run in memory is saved, and who hears of what went wrong with that. */
typedef struct nd_saving {
    const char *path;                               /* of the checkpoint */
    double seconds;                                 /* between saves; 0: 60 */
    void (*tell)(const char *lines, void *context); /* may be NULL */
    void *context;
} nd_saving;

/* One run's saves: the course and the engine, and the caller's traces of it. */
typedef struct nd_saved {
    const nd_saving *saving; /* NULL: nothing is saved */
    const char *identity;    /* what the run is, as text */
    nd_course *course;
    nd_engine *engine;
    void *traces;
    bool (*put)(const void *traces, nd_buffer *state, nd_error *error);
    bool (*take)(void *traces, nd_buffer *state, nd_error *error);
    double last; /* when it was saved, nd_seconds() */
} nd_saved;

/* Takes course, engine and traces to the last save, if there is one. False where there is one that
 * cannot be used (of another instruction set, damaged): the caller makes all three anew, and the
 * save is gone; saving->tell says so. */
bool nd_saved_find(nd_saved *saved);

/* Between pieces of work: saves where it is time, or `last`. */
bool nd_saved_pause(nd_saved *saved, bool last, nd_error *error);

/* The run has ended: its save is no longer wanted. */
void nd_saved_remove(const nd_saved *saved);

#endif
