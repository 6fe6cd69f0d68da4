#include "run/simulate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "run/course.h"
#include "store/checkpoint.h"
#include "store/run_file.h"
#include "store/run_file_write.h"
#include "world/world.h"

static const double CHECKPOINT_SECONDS = 60;

/* All that belongs to one run into a file. */
typedef struct session {
    const nd_experiment *experiment;
    const nd_run_options *options;
    nd_dataset *dataset;
    nd_engine *engine;
    nd_course *course;
    nd_journal *journal;
    char *identity; /* the experiment's text and the data set's checksum */
    char *part_path, *checkpoint_path;
    double *row; /* scratch: a snapshot's row, step first */
    double started, checkpointed;
    double earlier_seconds; /* wall time before this start */
} session;

/* What a checkpoint holds beside the engine's state. */
typedef struct progress_state {
    uint64_t records_done, snapshots_done, journal_length;
    double wall_seconds;
    nd_record last;
} progress_state;

static bool save_checkpoint(session *self, nd_error *error) {
    progress_state state = {.records_done = self->course->records_done,
                            .snapshots_done = self->course->snapshots_done,
                            .wall_seconds = self->earlier_seconds + nd_seconds() - self->started,
                            .last = self->course->last};
    nd_buffer buffer = {0};
    bool fine = nd_journal_sync(self->journal, &state.journal_length, error) &&
                nd_buffer_put(&buffer, &state, sizeof state, error) &&
                self->engine->backend->save(self->engine, &buffer, error) &&
                nd_checkpoint_write(self->checkpoint_path, self->identity, &buffer, error);
    nd_buffer_free(&buffer);
    self->checkpointed = nd_seconds();
    return fine;
}

static bool on_record(void *context, uint64_t step, const nd_record *record, nd_error *error) {
    session *self = context;
    double row[ND_RECORD_WIDTH] = {(double)step, record->loss, record->active_fraction,
                                   record->fraction_active_units};
    return nd_journal_append(self->journal, ND_ROW_RECORD, row, error);
}

static bool on_snapshot(void *context, uint64_t step, nd_engine *engine, nd_error *error) {
    session *self = context;
    size_t hidden = self->experiment->network.hidden, inputs = self->dataset->inputs;
    nd_parameters view = {.hidden = hidden,
                          .inputs = inputs,
                          .outputs = self->dataset->outputs,
                          .input_weights = self->row + 1,
                          .bias = self->row + 1 + hidden * inputs,
                          .output_weights = self->row + 1 + hidden * (inputs + 1)};
    self->row[0] = (double)step;
    engine->backend->parameters(engine, &view);
    return nd_journal_append(self->journal, ND_ROW_SNAPSHOT, self->row, error);
}

static bool on_pause(void *context, bool last, nd_error *error) {
    session *self = context;
    double every = self->options->checkpoint_seconds > 0 ? self->options->checkpoint_seconds
                                                         : CHECKPOINT_SECONDS;
    if (!last && nd_seconds() - self->checkpointed < every)
        return true;
    return save_checkpoint(self, error);
}

/* Finds the last checkpoint, if any, and takes engine and course back to it; `state` says where the
 * journal stood. */
static bool find_checkpoint(session *self, progress_state *state, const nd_watch *watch,
                            nd_error *error) {
    nd_buffer buffer = {0};
    nd_error older = {0};
    nd_checkpoint_found found =
        nd_checkpoint_read(self->checkpoint_path, self->identity, &buffer, &older);
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
    if (fine && found != ND_CHECKPOINT_NONE) {
        fine = nd_buffer_take(&buffer, state, sizeof *state, error) &&
               self->engine->backend->restore(self->engine, &buffer, error);
        if (!fine)
            nd_error_at(error, self->checkpoint_path);
        self->course->records_done = state->records_done;
        self->course->snapshots_done = state->snapshots_done;
        self->course->last = state->last;
        self->earlier_seconds = state->wall_seconds;
    }
    nd_buffer_free(&buffer);
    return fine;
}

static char *make_identity(const nd_experiment *experiment, const nd_dataset *dataset,
                           nd_error *error) {
    char *text = nd_experiment_text(experiment, error), line[64];
    if (!text)
        return NULL;
    snprintf(line, sizeof line, "# data set %08x\n", nd_dataset_checksum(dataset));
    char *identity = nd_path_with(text, line, error);
    free(text);
    return identity;
}

typedef enum standing { NOTHING_THERE, SAME_RUN_THERE, OTHER_THERE } standing;

/* What stands at `path` already: a run file of this experiment, or something not to overwrite. */
static standing look_at(const char *path, const nd_experiment *experiment,
                        const nd_dataset *dataset, nd_error *error) {
    if (access(path, F_OK) != 0)
        return NOTHING_THERE;
    static const char mend[] = "choose another output with -o, or remove it";
    nd_run *run = nd_run_open(path, error);
    if (!run) {
        if (error && !error->mend[0])
            snprintf(error->mend, sizeof error->mend, "%s", mend);
        return OTHER_THERE;
    }
    char *there = nd_experiment_text(run->experiment, error);
    char *wanted = nd_experiment_text(experiment, error);
    double sum = -1;
    (void)nd_nc_number(run->file, NULL, "dataset_checksum", &sum, NULL);
    bool same = there && wanted && strcmp(there, wanted) == 0 &&
                sum == (double)nd_dataset_checksum(dataset);
    free(there);
    free(wanted);
    nd_run_close(run);
    if (same)
        return SAME_RUN_THERE;
    nd_fail(error, path, mend, "is the run of another experiment, it is not overwritten");
    return OTHER_THERE;
}

static bool write_result(session *self, const char *path, const char *status, nd_error *error) {
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
                              .wall_time = self->earlier_seconds + nd_seconds() - self->started};
    uint64_t length;
    if (!nd_journal_sync(self->journal, &length, error) ||
        !nd_run_file_write(path, self->experiment, self->dataset, self->journal, &summary, error))
        return false;
    nd_journal_remove(self->journal);
    self->journal = NULL;
    nd_checkpoint_remove(self->checkpoint_path);
    return true;
}

static bool open_session(session *self, const char *path, const nd_watch *watch, nd_error *error) {
    size_t parameters =
        self->experiment->network.hidden * (self->dataset->inputs + 1 + self->dataset->outputs);
    progress_state state;
    if (!nd_check_writable(path, error) ||
        !(self->engine =
              nd_engine_open(self->experiment, self->dataset, self->options->threads, error)) ||
        !(self->course = nd_course_new(self->experiment, error)) ||
        !(self->row = nd_doubles(parameters + 1, error)) ||
        !(self->identity = make_identity(self->experiment, self->dataset, error)) ||
        !(self->part_path = nd_path_with(path, ".part", error)) ||
        !(self->checkpoint_path = nd_path_with(path, ".ckpt", error)) ||
        !find_checkpoint(self, &state, watch, error))
        return false;
    self->journal = nd_journal_open(self->part_path, ND_RECORD_WIDTH, parameters + 1,
                                    state.journal_length, error);
    self->started = self->checkpointed = nd_seconds();
    return self->journal != NULL;
}

static void close_session(session *self) {
    nd_engine_close(self->engine);
    nd_course_free(self->course);
    nd_journal_close(self->journal);
    nd_dataset_free(self->dataset);
    free(self->row);
    free(self->identity);
    free(self->part_path);
    free(self->checkpoint_path);
}

static nd_outcome follow(session *self, const char *path, const nd_watch *watch, nd_error *error) {
    nd_course_sink sink = {on_record, on_snapshot, on_pause, self};
    bool followed = nd_course_follow(self->course, self->engine, &sink, watch, error);
    if (followed && self->course->stopped)
        return ND_RUN_INTERRUPTED;
    if (followed)
        return write_result(self, path, "complete", error) ? ND_RUN_COMPLETE : ND_RUN_FAILED;
    if (!self->course->diverged)
        return ND_RUN_FAILED; /* what is in the journal up to the last checkpoint can be resumed */
    nd_error writing = {0};
    nd_error_at(error, path);
    if (write_result(self, path, error ? error->what : "diverged", &writing))
        return ND_RUN_DIVERGED;
    if (error)
        *error = writing;
    return ND_RUN_FAILED;
}

nd_outcome nd_simulate(const nd_experiment *experiment, const char *path,
                       const nd_run_options *options, const nd_watch *watch, nd_error *error) {
    session self = {.experiment = experiment, .options = options};
    nd_outcome outcome = ND_RUN_FAILED;
    if ((self.dataset = nd_dataset_make(experiment, error))) {
        standing there = look_at(path, experiment, self.dataset, error);
        if (there == SAME_RUN_THERE)
            outcome = ND_RUN_COMPLETE;
        else if (there == NOTHING_THERE && open_session(&self, path, watch, error))
            outcome = follow(&self, path, watch, error);
    }
    close_session(&self);
    return outcome;
}
