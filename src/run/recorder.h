/* One run into a file: an engine taken through its course, with the journal, checkpoints and
 * resuming that every model shares. What differs between models is handed in. */
#ifndef ND_RUN_RECORDER_H
#define ND_RUN_RECORDER_H

#include "run/course.h"
#include "run/simulate.h"
#include "store/run_file_write.h"

/* What a model brings to its run; all functions get `context`. */
typedef struct nd_recorder_model {
    void *context;
    /* Everything the run depends on, as text: a checkpoint of another is refused. */
    const char *identity;
    /* Doubles that each record has beyond ND_RECORD_WIDTH, and what fills them; 0 and NULL: none.
     */
    size_t record_extra;
    bool (*record)(void *context, nd_engine *engine, double *values, nd_error *error);
    size_t snapshot_width; /* doubles of a snapshot, without its step */
    /* The snapshot at the engine's present step, into `values`. */
    bool (*snapshot)(void *context, nd_engine *engine, double *values, nd_error *error);
    /* Updates before step 0: makes some of them and says how many are left. NULL: none to make. */
    bool (*settle)(nd_engine *engine, uint64_t count, uint64_t *left, nd_error *error);
    /* Writes the run file from the journal, whole or not at all. */
    bool (*write)(void *context, nd_engine *engine, const nd_place *place, nd_journal *journal,
                  const nd_run_summary *summary, nd_error *error);
    /* Where there is no checkpoint: takes over what an earlier run left. NULL: there is none. */
    bool (*begin)(void *begin_context, nd_engine *engine, nd_course *course, nd_journal *journal,
                  nd_error *error);
    void *begin_context;
    /* Gets true where there is a checkpoint that cannot be used; may be NULL. */
    bool *unusable;
    uint64_t before;       /* steps that were made before the engine began */
    const char *continued; /* nd_run_summary.continued */
} nd_recorder_model;

/* Runs `engine`, which is at its beginning, into `place`, found before anybody judged what stands
 * there; picks up the checkpoint there, if any. */
nd_outcome nd_recorder_run(const nd_recorder_model *model, const nd_experiment *experiment,
                           nd_engine *engine, nd_place *place, const nd_run_options *options,
                           const nd_watch *watch, nd_error *error);

/* To begin anew after an error from nd_recorder_run of an unusable checkpoint: tells of it and
 * removes what is there. */
void nd_recorder_begin_anew(const char *path, const nd_run_options *options, nd_error *error);

/* How far a run had come at a checkpoint, from the state that the checkpoint holds. */
typedef struct nd_recorder_progress {
    double step, seconds; /* updates made; wall time so far */
    nd_record last;
} nd_recorder_progress;
bool nd_recorder_progress_take(nd_buffer *state, const nd_experiment *experiment,
                               nd_recorder_progress *progress, nd_error *error);

/* A kill after the run file is in place, but before what it was made from is gone, leaves a journal
 * and a checkpoint: removes them, if there are any. */
void nd_recorder_remove_leftovers(const char *path);

/* How the finished run at `path` ended, which its file says: ND_RUN_COMPLETE, or ND_RUN_DIVERGED
 * with `error`, as when it was made. */
nd_outcome nd_recorder_outcome_there(const char *path, nd_error *error);

/* What stands at `path` before a run: nothing, a finished run of the same experiment, or something
 * that must not be overwritten (`error` says what). */
typedef enum nd_standing { ND_NOTHING_THERE, ND_SAME_RUN_THERE, ND_OTHER_THERE } nd_standing;

/* Judges a run file that could be opened: is its experiment `wanted`? `same` adds what else must
 * agree. For ND_OTHER_THERE fills `error`; `there` may be NULL when it could not be read, and
 * `error` filled already. */
nd_standing nd_recorder_compare(const char *path, const nd_experiment *there,
                                const nd_experiment *wanted, bool same, nd_error *error);

#endif
