/* A longer run from an earlier one's file. Where the file keeps the engine's final state, the
 * longer run is the one that would have been made in one go, bit for bit: its records and snapshots
 * up to the earlier end are the earlier run's. A file without (of 0.1.0) goes on in law: from its
 * last snapshot, by noise of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/files.h"
#include "base/hold.h"
#include "experiment/parse.h"
#include "experiment/start.h"
#include "run/feed_forward.h"
#include "store/run_file.h"

/* What goes on from where. */
typedef struct continuation {
    nd_run *earlier;
    nd_experiment *experiment; /* of the longer run */
    nd_dataset *dataset;
    nd_experiment law;      /* the engine's, in law: the longer run's with other noise */
    nd_dataset law_dataset; /* and its data set: the same, with the last snapshot as initial */
    char words[300];
} continuation;

static bool may_change(const char *set) {
    static const char *const keys[] = {"run.steps=", "run.records=", "run.snapshots="};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strncmp(set, keys[i], strlen(keys[i])) == 0)
            return true;
    return false;
}

static bool is_set(const char *const *sets, size_t count, const char *key) {
    for (size_t i = 0; i < count; i++)
        if (strncmp(sets[i], key, strlen(key)) == 0 && sets[i][strlen(key)] == '=')
            return true;
    return false;
}

/* How many records (or snapshots) keep the earlier ones' distance over `steps`; 0: no number does.
 */
static uint64_t as_dense(uint64_t count, uint64_t earlier_steps, uint64_t steps) {
    unsigned __int128 spaces = (unsigned __int128)(count - 1) * steps;
    if (earlier_steps == 0 || spaces % earlier_steps != 0)
        return 0;
    return (uint64_t)(spaces / earlier_steps) + 1;
}

/* The longer run's experiment: the earlier one's text with what is set. */
static bool read_experiment(continuation *c, const char *path, const char *const *sets,
                            size_t set_count, nd_error *error) {
    const nd_experiment *earlier = c->earlier->experiment;
    for (size_t i = 0; i < set_count; i++)
        if (!may_change(sets[i])) {
            char where[300];
            snprintf(where, sizeof where, "`set` %.200s", sets[i]);
            return nd_fail(error, where,
                           "only run.steps, run.records and run.snapshots may change; to change "
                           "more, begin from the network with task: file (`nulldrift help worlds`)",
                           "would make another run of the one that goes on");
        }
    char *text = nd_experiment_text(earlier, error);
    if (text)
        c->experiment = nd_experiment_parse(text, path, NULL, sets, set_count, error);
    free(text);
    if (!c->experiment)
        return false;
    nd_run_keys *keys = &c->experiment->run;
    uint64_t records = as_dense(keys->records, earlier->run.steps, keys->steps);
    uint64_t snapshots = as_dense(keys->snapshots, earlier->run.steps, keys->steps);
    if (!is_set(sets, set_count, "run.records") && records)
        keys->records = records;
    if (!is_set(sets, set_count, "run.snapshots") && snapshots)
        keys->snapshots = snapshots;
    return true;
}

static bool check(const continuation *c, const char *path, nd_error *error) {
    const nd_experiment *earlier = c->earlier->experiment;
    char *status = nd_nc_text(c->earlier->file, NULL, "status", error);
    bool complete = status && strcmp(status, "complete") == 0;
    if (status && !complete)
        nd_fail(error, path, NULL, "did not end well: %.300s", status);
    free(status);
    if (!complete)
        return false;
    if (c->experiment->run.steps < earlier->run.steps)
        return nd_fail(error, path, "give a larger number of steps with `set` run.steps=N",
                       "has made %llu steps already", (unsigned long long)earlier->run.steps);
    if (strcmp(earlier->run.spectrum, "none") != 0)
        return nd_fail(error, path, NULL,
                       "takes spectra inside the run (run.spectrum), which cannot be gone on with");
    return nd_run_is_of_dataset(c->earlier->file, c->dataset) ||
           nd_fail(error, path, NULL, "was made from other data than its world makes now");
}

/* The row of the earlier run's `steps` that was taken at `step`. */
static bool row_at(const double *steps, size_t count, uint64_t step, size_t *row) {
    for (*row = 0; *row < count; ++*row)
        if (steps[*row] == (double)step)
            return true;
    return false;
}

static bool not_there(const nd_run *earlier, const char *what, uint64_t step, nd_error *error) {
    char mend[300];
    snprintf(mend, sizeof mend,
             "let run.steps be a multiple of %llu, or of their distance, and leave run.records and "
             "run.snapshots out",
             (unsigned long long)earlier->experiment->run.steps);
    return nd_fail(error, nd_nc_path(earlier->file), mend,
                   "holds no %s of step %llu, which the longer run has", what,
                   (unsigned long long)step);
}

static bool take_records(const nd_run *earlier, nd_course *course, nd_journal *journal,
                         nd_error *error) {
    uint64_t end = earlier->experiment->run.steps;
    while (course->records_done < course->records &&
           course->record_steps[course->records_done] <= end) {
        uint64_t step = course->record_steps[course->records_done];
        size_t k;
        if (!row_at(earlier->step, earlier->records, step, &k))
            return not_there(earlier, "record", step, error);
        double row[ND_RECORD_WIDTH] = {(double)step, earlier->loss[k], earlier->active_fraction[k],
                                       earlier->fraction_active_units[k]};
        course->last = (nd_record){row[1], row[2], row[3]};
        if (nd_divergence_at(&course->watch, row[1]))
            return nd_fail(error, nd_nc_path(earlier->file), NULL,
                           "diverged by learning.divergence, at step %llu",
                           (unsigned long long)step);
        if (!nd_journal_append(journal, ND_ROW_RECORD, row, error))
            return false;
        course->records_done++;
    }
    return true;
}

static bool take_snapshots(const nd_run *earlier, nd_course *course, nd_journal *journal,
                           nd_error *error) {
    uint64_t end = earlier->experiment->run.steps;
    size_t count = earlier->hidden * (earlier->dataset->inputs + 1 + earlier->dataset->outputs);
    double *row = nd_doubles(1 + count, error);
    bool fine = row != NULL;
    while (fine && course->snapshots_done < course->snapshots &&
           course->snapshot_steps[course->snapshots_done] <= end) {
        uint64_t step = course->snapshot_steps[course->snapshots_done];
        nd_parameters view = nd_parameters_view(earlier->hidden, earlier->dataset->inputs,
                                                earlier->dataset->outputs, row + 1);
        size_t k;
        row[0] = (double)step;
        fine = (row_at(earlier->snapshot_step, earlier->snapshots, step, &k) ||
                not_there(earlier, "snapshot", step, error)) &&
               nd_run_snapshot(earlier, k, &view, error) &&
               nd_journal_append(journal, ND_ROW_SNAPSHOT, row, error);
        course->snapshots_done += fine;
    }
    free(row);
    return fine;
}

static bool take_over(void *context, nd_engine *engine, nd_course *course, nd_journal *journal,
                      nd_error *error) {
    const continuation *c = context;
    if (!take_records(c->earlier, course, journal, error) ||
        !take_snapshots(c->earlier, course, journal, error))
        return false;
    if (c->words[0]) /* the engine begins with the last snapshot already */
        return true;
    nd_buffer state = {0};
    bool fine = nd_run_final_state(c->earlier, &state, error) &&
                engine->backend->restore(engine, &state, error) &&
                nd_course_is_at(course, engine, error);
    nd_buffer_free(&state);
    return fine || nd_error_at(error, nd_nc_path(c->earlier->file));
}

/* The engine of a run that goes on in law: from the last snapshot, by another seed. */
static bool begin_in_law(continuation *c, const char *path, nd_error *error) {
    const nd_run *earlier = c->earlier;
    uint64_t end = earlier->experiment->run.steps;
    static char file[] = "file";
    if (earlier->snapshots == 0 || earlier->snapshot_step[earlier->snapshots - 1] != (double)end)
        return nd_fail(error, path, NULL, "has no snapshot of its end");
    c->law_dataset = *c->dataset;
    if (!(c->law_dataset.initial = nd_run_parameters_new(earlier, error)) ||
        !nd_run_snapshot(earlier, earlier->snapshots - 1, c->law_dataset.initial, error))
        return false;
    c->law = *c->experiment;
    c->law.seed = nd_digest(c->experiment->seed, &end, sizeof end);
    c->law.network.initialisation = file;
    snprintf(c->words, sizeof c->words,
             "from step %llu in law only: the file kept no final state, so that the noise is other "
             "than one long run's, and running moments begin anew",
             (unsigned long long)end);
    return true;
}

static void tell_in_law(const continuation *c, const char *from, const nd_run_options *options) {
    char line[600];
    snprintf(line, sizeof line, "%.250s: goes on %s", from, c->words);
    if (options->tell)
        options->tell(line, options->context);
}

static bool open_all(continuation *c, const char *from, const char *const *sets, size_t set_count,
                     bool follow_links, nd_error *error) {
    return (c->earlier = nd_run_open(from, error)) &&
           read_experiment(c, from, sets, set_count, error) && c->experiment &&
           (c->dataset = nd_dataset_make_following(c->experiment, follow_links, error)) &&
           check(c, from, error);
}

/* Whether both are one file. */
static bool is_itself(const char *from, const char *path) {
    struct stat here, there;
    return stat(from, &here) == 0 && stat(path, &there) == 0 && here.st_dev == there.st_dev &&
           here.st_ino == there.st_ino;
}

/* Is what stands at `path` the longer run itself? Anything else but the earlier file is in the way.
 */
static bool look_at(const continuation *c, const char *from, const char *path, bool *done,
                    nd_error *error) {
    *done = false;
    if (access(path, F_OK) != 0)
        return true;
    bool itself = is_itself(from, path);
    nd_run *run = nd_run_open(path, error);
    nd_standing standing =
        nd_recorder_compare(path, run ? run->experiment : NULL, c->experiment,
                            run && nd_run_is_of_dataset(run->file, c->dataset), error);
    nd_run_close(run);
    *done = standing == ND_SAME_RUN_THERE;
    if (itself && !*done && error)
        *error = (nd_error){0};
    return *done || itself;
}

nd_outcome nd_continue(const char *from, const char *const *sets, size_t set_count,
                       const char *path, const nd_run_options *options, const nd_watch *watch,
                       nd_error *error) {
    continuation c = {0};
    nd_outcome outcome = ND_RUN_FAILED;
    bool done;
    nd_patience patience = {.no_wait = options->no_wait,
                            .tell = options->tell,
                            .context = options->context,
                            .stop = watch ? watch->stop : NULL};
    /* Going on in place, it amends the file. */
    nd_hold *hold = is_itself(from, path) ? nd_hold_take(path, &patience, error) : NULL;
    nd_place *place = hold || !is_itself(from, path) ? nd_place_find(path, error) : NULL;
    if (place && open_all(&c, from, sets, set_count, options->follow_links, error) &&
        look_at(&c, from, path, &done, error)) {
        if (options->tell && c.dataset->note)
            options->tell(c.dataset->note, options->context);
        nd_beginning beginning = {.begin = take_over, .context = &c};
        bool exact = nd_nc_has_bytes(c.earlier->file, ND_STATE_GROUP, "final_state");
        if (done) {
            nd_recorder_remove_leftovers(path);
            outcome = nd_recorder_outcome_there(path, error);
        } else if (exact || begin_in_law(&c, from, error)) {
            if (!exact) {
                beginning.in_law = &c.law;
                beginning.law_dataset = &c.law_dataset;
                beginning.words = c.words;
                beginning.before = c.earlier->experiment->run.steps;
                tell_in_law(&c, from, options);
            }
            outcome = nd_feed_forward_run(c.experiment, c.dataset, place, &beginning, options,
                                          watch, error);
        }
    }
    nd_place_free(place);
    nd_hold_release(hold);
    nd_parameters_free(c.law_dataset.samples ? c.law_dataset.initial : NULL);
    nd_dataset_free(c.dataset);
    nd_experiment_free(c.experiment);
    nd_run_close(c.earlier);
    return outcome;
}
