#include "run/recorder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/netcdf_names.h"
#include "base/watch.h"
#include "store/checkpoint.h"

static const double CHECKPOINT_SECONDS = 60, PIECE_SECONDS = 0.1;

/* All that belongs to one run into a file. */
typedef struct session {
    const nd_recorder_model *model;
    const nd_experiment *experiment;
    const nd_run_options *options;
    nd_engine *engine;
    nd_course *course;
    nd_journal *journal;
    char *part_path, *checkpoint_path;
    double *row; /* scratch: a row of the journal, step first */
    double started, checkpointed;
    double earlier_seconds; /* wall time before this start */
    char resumed[400];      /* where it went from one instruction set to another; or empty */
} session;

enum { RESUMED_ROOM = 400 };

/* What a checkpoint holds beside the states of course and engine. */
typedef struct progress_state {
    uint64_t journal_length, step; /* step: for whoever looks at the run from outside */
    double wall_seconds;
    char instructions[ND_INSTRUCTIONS_ROOM]; /* of the engine that made it */
    char resumed[RESUMED_ROOM];              /* where the run went from one set to another before */
} progress_state;

static bool save_checkpoint(session *self, nd_error *error) {
    progress_state state = {.step = self->engine->step,
                            .wall_seconds = self->earlier_seconds + nd_seconds() - self->started};
    nd_engine_instructions(self->engine, state.instructions);
    snprintf(state.resumed, sizeof state.resumed, "%s", self->resumed);
    nd_buffer buffer = {0};
    bool fine = nd_journal_sync(self->journal, &state.journal_length, error) &&
                nd_buffer_put(&buffer, &state, sizeof state, error) &&
                nd_course_put(self->course, &buffer, error) &&
                self->engine->backend->save(self->engine, &buffer, error) &&
                nd_checkpoint_write(self->checkpoint_path, self->model->identity, &buffer, error);
    nd_buffer_free(&buffer);
    self->checkpointed = nd_seconds();
    return fine;
}

static bool on_record(void *context, uint64_t step, const nd_record *record, nd_error *error) {
    session *self = context;
    double *row = self->row;
    row[0] = (double)step;
    row[1] = record->loss;
    row[2] = record->active_fraction;
    row[3] = record->fraction_active_units;
    return (!self->model->record || self->model->record(self->model->context, self->engine,
                                                        row + ND_RECORD_WIDTH, error)) &&
           nd_journal_append(self->journal, ND_ROW_RECORD, row, error);
}

static bool on_snapshot(void *context, uint64_t step, nd_engine *engine, nd_error *error) {
    session *self = context;
    self->row[0] = (double)step;
    return self->model->snapshot(self->model->context, engine, self->row + 1, error) &&
           nd_journal_append(self->journal, ND_ROW_SNAPSHOT, self->row, error);
}

static bool on_pause(void *context, bool last, nd_error *error) {
    session *self = context;
    double every = self->options->checkpoint_seconds > 0 ? self->options->checkpoint_seconds
                                                         : CHECKPOINT_SECONDS;
    if (!last && nd_seconds() - self->checkpointed < every)
        return true;
    return save_checkpoint(self, error);
}

/* Whether the run may go on by this engine's instruction set. */
static bool may_resume(session *self, progress_state *state, nd_error *error) {
    char here[ND_INSTRUCTIONS_ROOM];
    nd_engine_instructions(self->engine, here);
    state->instructions[sizeof state->instructions - 1] = '\0';
    state->resumed[sizeof state->resumed - 1] = '\0';
    snprintf(self->resumed, sizeof self->resumed, "%s", state->resumed);
    if (strcmp(here, state->instructions) == 0)
        return true;
    if (!self->options->resume_here)
        return nd_fail(
            error, self->checkpoint_path,
            "resume it on a machine like the first, or here with `resume_here`, which "
            "its file will say",
            "was made with the instruction set %s; here it is %s, whose rounding differs",
            state->instructions, here);
    size_t length = strlen(self->resumed);
    snprintf(self->resumed + length, sizeof self->resumed - length,
             "%sfrom step %llu on instruction set %s, before on %s", length ? "; " : "",
             (unsigned long long)state->step, here, state->instructions);
    return true;
}

/* Finds the last checkpoint, if any (`there`), and takes engine and course back to it; `state` says
 * where the journal stood. */
static bool find_checkpoint(session *self, progress_state *state, bool *there,
                            const nd_watch *watch, nd_error *error) {
    nd_buffer buffer = {0};
    nd_error older = {0};
    nd_checkpoint_found found =
        nd_checkpoint_read(self->checkpoint_path, self->model->identity, &buffer, &older);
    *state = (progress_state){0};
    bool fine =
        found == ND_CHECKPOINT_NONE || found == ND_CHECKPOINT_READ || found == ND_CHECKPOINT_OLDER;
    if (!fine && error)
        *error = older;
    if (found == ND_CHECKPOINT_OLDER && watch && watch->report) {
        nd_progress word = {.activity = "resume", .total = 1, .unit = "steps"};
        snprintf(word.note, sizeof word.note, "%.150s", older.what);
        watch->report(&word, watch->context);
    }
    *there = found != ND_CHECKPOINT_NONE;
    self->course->before = self->model->before;
    if (fine && *there) {
        fine = nd_buffer_take(&buffer, state, sizeof *state, error) &&
               may_resume(self, state, error) && nd_course_take(self->course, &buffer, error) &&
               self->engine->backend->restore(self->engine, &buffer, error) &&
               nd_course_is_at(self->course, self->engine, error);
        if (!fine)
            nd_error_at(error, self->checkpoint_path);
        self->earlier_seconds = state->wall_seconds;
    }
    nd_buffer_free(&buffer);
    if (!fine && self->model->unusable)
        *self->model->unusable = true;
    return fine;
}

static bool write_result(session *self, nd_place *place, const char *status, nd_error *error) {
    bool complete = strcmp(status, "complete") == 0;
    char history[1200], date[40];
    time_t now = time(NULL);
    struct tm parts;
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
    snprintf(history, sizeof history, "%s: %.1100s", date,
             self->options->command_line ? self->options->command_line : "nd_simulate");
    nd_run_summary summary = {.records = self->course->records_done,
                              .snapshots = self->course->snapshots_done,
                              .engine = self->engine->backend->describe(self->engine),
                              .status = status,
                              .history = history,
                              .continued = self->model->continued,
                              .resumed = self->resumed[0] ? self->resumed : NULL,
                              .wall_time = self->earlier_seconds + nd_seconds() - self->started};
    snprintf(place->kept, sizeof place->kept,
             "the run, at its end, stays as %.160s: move the other file away and give the same "
             "command again, which takes it",
             self->part_path);
    nd_buffer state = {0};
    uint64_t length;
    bool fine = nd_journal_sync(self->journal, &length, error);
    if (fine && complete && !self->model->continued) {
        fine = self->engine->backend->save(self->engine, &state, error);
        summary.final_state = &state;
    }
    fine = fine && self->model->write(self->model->context, self->engine, place, self->journal,
                                      &summary, error);
    nd_buffer_free(&state);
    if (!fine)
        return false;
    nd_journal_remove(self->journal);
    self->journal = NULL;
    nd_checkpoint_remove(self->checkpoint_path);
    return true;
}

static bool open_session(session *self, const char *path, const nd_watch *watch, nd_error *error) {
    size_t width = self->model->snapshot_width + 1;
    size_t record_width = ND_RECORD_WIDTH + self->model->record_extra;
    progress_state state;
    bool found;
    if (!nd_nc_can_name(path, error) || !nd_check_writable(path, error) ||
        !(self->course = nd_course_new(self->experiment, error)) ||
        !(self->row = nd_doubles(width > record_width ? width : record_width, error)) ||
        !(self->part_path = nd_path_with(path, ".part", error)) ||
        !(self->checkpoint_path = nd_path_with(path, ".ckpt", error)) ||
        !find_checkpoint(self, &state, &found, watch, error))
        return false;
    self->journal =
        nd_journal_open(self->part_path, record_width, width, state.journal_length, error);
    self->started = self->checkpointed = nd_seconds();
    if (!self->journal || found || !self->model->begin)
        return self->journal != NULL;
    if (self->model->begin(self->model->begin_context, self->engine, self->course, self->journal,
                           error))
        return true;
    nd_journal_remove(self->journal); /* nothing of its own is lost */
    self->journal = NULL;
    return false;
}

/* Makes the updates before step 0, looking up between them; false to end the run. */
static bool settle(session *self, const nd_watch *watch, nd_error *error) {
    uint64_t piece = 16, left = self->model->settle ? UINT64_MAX : 0;
    while (left > 0 && !self->course->stopped) {
        double before = nd_seconds();
        nd_error why = {0};
        if (!self->model->settle(self->engine, piece, &left, &why)) {
            self->course->diverged = !nd_is_shortage(&why);
            if (error)
                *error = why;
            return false;
        }
        double rate = (double)piece / (nd_seconds() - before + 1e-9);
        piece = rate * PIECE_SECONDS < 2.0 * (double)piece ? (uint64_t)(rate * PIECE_SECONDS) + 1
                                                           : 2 * piece;
        if (left > 0 && watch && watch->report) {
            double total = (double)self->experiment->run.settle;
            nd_progress progress = {"settle", total - (double)left, total, "steps", ""};
            watch->report(&progress, watch->context);
        }
        self->course->stopped = nd_stop_asked(watch);
        if (!on_pause(self, self->course->stopped, error))
            return false;
    }
    return true;
}

static nd_outcome follow(session *self, nd_place *place, const nd_watch *watch, nd_error *error) {
    nd_course_sink sink = {on_record, on_snapshot, on_pause, self};
    bool followed = settle(self, watch, error) &&
                    (self->course->stopped ||
                     nd_course_follow(self->course, self->engine, &sink, watch, error));
    if (followed && self->course->stopped)
        return ND_RUN_INTERRUPTED;
    if (followed)
        return write_result(self, place, "complete", error) ? ND_RUN_COMPLETE : ND_RUN_FAILED;
    if (!self->course->diverged)
        return ND_RUN_FAILED; /* what is in the journal up to the last checkpoint can be resumed */
    nd_error writing = {0};
    nd_error_at(error, place->path);
    if (write_result(self, place, error ? error->what : "diverged", &writing))
        return ND_RUN_DIVERGED;
    if (error)
        *error = writing;
    return ND_RUN_FAILED;
}

nd_outcome nd_recorder_run(const nd_recorder_model *model, const nd_experiment *experiment,
                           nd_engine *engine, nd_place *place, const nd_run_options *options,
                           const nd_watch *watch, nd_error *error) {
    session self = {.model = model, .experiment = experiment, .options = options, .engine = engine};
    nd_outcome outcome = ND_RUN_FAILED;
    if (open_session(&self, place->path, watch, error))
        outcome = follow(&self, place, watch, error);
    nd_course_free(self.course);
    nd_journal_close(self.journal);
    free(self.row);
    free(self.part_path);
    free(self.checkpoint_path);
    return outcome;
}

bool nd_recorder_progress_take(nd_buffer *state, const nd_experiment *experiment,
                               nd_recorder_progress *progress, nd_error *error) {
    progress_state found;
    nd_course *course = nd_course_new(experiment, error);
    bool fine = course && nd_buffer_take(state, &found, sizeof found, error) &&
                nd_course_take(course, state, error);
    *progress = (nd_recorder_progress){0};
    if (fine) {
        progress->step = (double)found.step;
        progress->seconds = found.wall_seconds;
        progress->last = course->last;
    }
    nd_course_free(course);
    return fine;
}

void nd_recorder_begin_anew(const char *path, const nd_run_options *options, nd_error *error) {
    char why[1600], line[1700];
    nd_error_line(error, why, sizeof why);
    snprintf(line, sizeof line, "%s (the run is begun anew)", why);
    if (options->tell)
        options->tell(line, options->context);
    nd_recorder_remove_leftovers(path);
    *error = (nd_error){0};
}

void nd_recorder_remove_leftovers(const char *path) {
    nd_remove_left_behind(path);
    char *part = nd_path_with(path, ".part", NULL), *checkpoint = nd_path_with(path, ".ckpt", NULL);
    if (part)
        (void)unlink(part);
    if (checkpoint)
        nd_checkpoint_remove(checkpoint);
    free(part);
    free(checkpoint);
}

nd_outcome nd_recorder_outcome_there(const char *path, nd_error *error) {
    nd_nc *file = nd_nc_open(path, error);
    char *status = file ? nd_nc_text(file, NULL, "status", NULL) : NULL;
    nd_outcome outcome = file ? ND_RUN_COMPLETE : ND_RUN_FAILED;
    if (status && strcmp(status, "complete") != 0) {
        nd_fail(error, path, "it is there already, and was not run again", "%s", status);
        outcome = ND_RUN_DIVERGED;
    }
    free(status);
    nd_nc_close(file);
    return outcome;
}

nd_standing nd_recorder_compare(const char *path, const nd_experiment *there,
                                const nd_experiment *wanted, bool same, nd_error *error) {
    static const char mend[] = "choose another output, or remove it";
    if (!there) {
        if (error && !error->mend[0])
            snprintf(error->mend, sizeof error->mend, "%s", mend);
        return ND_OTHER_THERE;
    }
    char *text = nd_experiment_text(there, error);
    char *wanted_text = nd_experiment_text(wanted, error);
    same = same && text && wanted_text && strcmp(text, wanted_text) == 0;
    free(text);
    free(wanted_text);
    if (same)
        return ND_SAME_RUN_THERE;
    nd_fail(error, path, mend, "is the run of another experiment, it is not overwritten");
    return ND_OTHER_THERE;
}
