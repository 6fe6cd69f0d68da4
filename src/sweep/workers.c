/* The workers of a sweep: threads that claim a run, run it, record it, until none is left. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/locale.h"
#include "base/netcdf_names.h"
#include "base/platform.h"
#include "base/threads.h"
#include "base/watch.h"
#include "experiment/parse.h"
#include "sweep/kept_runs.h"
#include "sweep/metrics.h"
#include "sweep/owner.h"
#include "sweep/plan.h"
#include "sweep/run_one.h"
#include "sweep/sweep.h"

typedef struct crew crew;

/* One worker, and how far its run has come. */
typedef struct worker {
    crew *all;
    pthread_t thread;
    double steps; /* of the run in progress; under the crew's lock */
} worker;

struct crew {
    nd_sweep_store *store;
    const nd_sweep_plan *plan;
    const char *folder, *owner;
    const nd_sweep_options *options;
    char *to_tell, *told; /* for the user: kept, and the last thing kept; under the lock */
    volatile int stop;    /* asked by the watch, or by a worker that failed */
    pthread_mutex_t lock, reading;
    pthread_cond_t changed;
    size_t working;       /* workers that have not ended */
    double steps_done;    /* of runs finished by this process */
    size_t finished, bad; /* runs */
    nd_error error;
    bool failed;
    bool short_of; /* memory or processes, for a run that stays waiting: `error` says which */
    worker *workers;
    unsigned jobs;
};

static void fail_crew(crew *all, const nd_error *error) {
    pthread_mutex_lock(&all->lock);
    if (!all->failed)
        all->error = *error;
    all->failed = true;
    nd_flag_set(&all->stop, 1);
    pthread_mutex_unlock(&all->lock);
}

/* Memory or a process was not to be had for a run: the others may do with less, and are run. */
static void put_off(crew *all, int64_t id, const nd_error *error) {
    pthread_mutex_lock(&all->lock);
    if (!all->failed && !all->short_of) {
        (void)nd_fail(&all->error, all->folder,
                      "run the same again, with fewer `jobs` or on a larger machine",
                      "run %lld is still to be done: %s", (long long)id, error->what);
        all->short_of = true;
    }
    pthread_mutex_unlock(&all->lock);
}

static void on_progress(const nd_progress *progress, void *context) {
    worker *self = context;
    if (strcmp(progress->activity, "run") != 0)
        return; /* steps before the first */
    pthread_mutex_lock(&self->all->lock);
    self->steps = progress->done;
    pthread_mutex_unlock(&self->all->lock);
}

static void count_run(worker *self, size_t id, const nd_sweep_result *result) {
    crew *all = self->all;
    pthread_mutex_lock(&all->lock);
    self->steps = 0;
    all->steps_done += all->plan->run[id].steps;
    all->finished++;
    all->bad += result->state != ND_DONE;
    pthread_mutex_unlock(&all->lock);
}

/* The processor time of this thread, seconds. */
static double thread_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Keeps what a run has to say to the user, unless the one before said the same, for the thread that
 * oversees. */
static void tell_once(const char *lines, void *context) {
    crew *all = context;
    pthread_mutex_lock(&all->lock);
    if (!all->told || strcmp(all->told, lines) != 0) {
        char *joined = NULL;
        if (asprintf(&joined, "%s%s%s", all->to_tell ? all->to_tell : "", all->to_tell ? "\n" : "",
                     lines) >= 0) {
            free(all->to_tell);
            all->to_tell = joined;
        }
        free(all->told);
        all->told = nd_text(lines, NULL);
    }
    pthread_mutex_unlock(&all->lock);
}

/* Tells the user what has been kept. */
static void tell_user(crew *all) {
    pthread_mutex_lock(&all->lock);
    char *lines = all->to_tell;
    all->to_tell = NULL;
    pthread_mutex_unlock(&all->lock);
    if (lines && all->options->tell)
        all->options->tell(lines, all->options->context);
    free(lines);
}

/* Runs and records one claimed run; false when the worker should end. */
static bool work_on(worker *self, int64_t id, const char *text, nd_error *error) {
    crew *all = self->all;
    char reason[512], prefix[4000], path[4096];
    nd_watch watch = {on_progress, self, &all->stop};
    nd_sweep_result result;
    double start = thread_seconds();
    if (id < 0 || (size_t)id >= all->plan->runs)
        return nd_fail(error, "sweep store", "start the sweep anew in another folder",
                       "holds a run %lld that the sweep has not", (long long)id);
    nd_experiment *experiment = nd_experiment_restore(text, "sweep store", error);
    if (!experiment)
        return false;
    nd_sweep_way way = {
        .plan = all->plan,
        .keep = all->options->keep_runs,
        .follow_links = all->options->follow_links,
        .prefix = prefix,
        .command_line = all->options->command_line,
        .reading = &all->reading,
        .saving = {.path = path, .seconds = all->options->checkpoint_seconds, tell_once, all}};
    snprintf(prefix, sizeof prefix, "%.3800s/run-%lld", all->folder, (long long)id);
    snprintf(path, sizeof path, "%s.ckpt", prefix);
    nd_error failure = {0};
    bool ended = nd_sweep_run_one(experiment, &way, &watch, &result, reason, &failure);
    bool fine = !failure.what[0];
    if (!fine && nd_is_shortage(&failure)) {
        put_off(all, id, &failure); /* ours until all are through: then it is waiting again */
        fine = true;
    } else if (!fine)
        *error = failure;
    if (ended) {
        result.seconds = thread_seconds() - start;
        fine = nd_sweep_store_finish(all->store, id, all->owner, &result, error);
        if (fine)
            count_run(self, (size_t)id, &result);
    }
    nd_sweep_result_free(&result);
    nd_experiment_free(experiment);
    return fine;
}

static bool reclaim(const char *owner, void *context, nd_error *error) {
    crew *all = context;
    if (strcmp(owner, all->owner) == 0 || !nd_owner_is_gone(all->folder, owner))
        return true;
    return nd_sweep_store_release(all->store, owner, error);
}

static void *work(void *argument) {
    ND_IN_C_LOCALE;
    worker *self = argument;
    crew *all = self->all;
    bool found = true, fine = true;
    nd_error error = {0};
    while (fine && found && !nd_flag_of(&all->stop)) {
        int64_t id;
        char *experiment;
        fine = nd_sweep_store_claim(all->store, all->owner, &found, &id, &experiment, &error);
        if (fine && !found) { /* is anything left behind by a process that has died meanwhile? */
            fine = nd_sweep_store_owners(all->store, reclaim, all, &error) &&
                   nd_sweep_store_claim(all->store, all->owner, &found, &id, &experiment, &error);
        }
        if (fine && found)
            fine = work_on(self, id, experiment, &error);
        free(experiment);
    }
    if (!fine)
        fail_crew(all, &error);
    pthread_mutex_lock(&all->lock);
    all->working--;
    pthread_cond_signal(&all->changed);
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

/* What the watch is told: steps over the whole sweep. */
static void report(crew *all, const nd_watch *watch, const nd_sweep_status *before) {
    size_t done = before->runs[ND_DONE] + before->runs[ND_DIVERGED] + before->runs[ND_FAILED];
    size_t total = done + before->runs[ND_WAITING] + before->runs[ND_RUNNING];
    nd_progress progress = {.activity = "sweep", .unit = "steps", .total = before->steps};
    pthread_mutex_lock(&all->lock);
    progress.done = before->steps_done + all->steps_done;
    for (unsigned i = 0; i < all->jobs; i++)
        progress.done += all->workers[i].steps;
    snprintf(progress.note, sizeof progress.note, "%zu of %zu runs, %zu diverged or failed",
             done + all->finished, total,
             before->runs[ND_DIVERGED] + before->runs[ND_FAILED] + all->bad);
    pthread_mutex_unlock(&all->lock);
    watch->report(&progress, watch->context);
}

/* Waits for the workers, looking at the watch some times a second. */
static void oversee(crew *all, const nd_watch *watch, const nd_sweep_status *before) {
    pthread_mutex_lock(&all->lock);
    while (all->working > 0) {
        struct timespec until;
        clock_gettime(ND_CONDITION_CLOCK, &until);
        until.tv_nsec += 200000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&all->changed, &all->lock, &until);
        if (nd_stop_asked(watch))
            nd_flag_set(&all->stop, 1);
        pthread_mutex_unlock(&all->lock);
        tell_user(all);
        if (watch && watch->report)
            report(all, watch, before);
        pthread_mutex_lock(&all->lock);
    }
    pthread_mutex_unlock(&all->lock);
}

/* Runs the crew to its end: nothing left to claim, a stop, or a failure. */
static bool run_crew(crew *all, const nd_watch *watch, nd_error *error) {
    nd_sweep_status before;
    if (!nd_sweep_store_status(all->store, &before, error) ||
        !(all->workers = nd_array(all->jobs, sizeof *all->workers, error)))
        return false;
    pthread_mutex_init(&all->lock, NULL);
    pthread_mutex_init(&all->reading, NULL);
    nd_condition_init(&all->changed);
    unsigned started = 0;
    pthread_mutex_lock(&all->lock);
    for (; started < all->jobs; started++) {
        all->workers[started].all = all;
        if (pthread_create(&all->workers[started].thread, NULL, work, &all->workers[started]) != 0)
            break;
        all->working++;
    }
    pthread_mutex_unlock(&all->lock);
    if (started == 0)
        nd_fail(error, "sweep", NULL, "no thread can be started");
    oversee(all, watch, &before);
    for (unsigned i = 0; i < started; i++)
        pthread_join(all->workers[i].thread, NULL);
    tell_user(all);
    pthread_cond_destroy(&all->changed);
    pthread_mutex_destroy(&all->lock);
    pthread_mutex_destroy(&all->reading);
    free(all->workers);
    free(all->told);
    bool fine = !all->failed && !all->short_of;
    if (!fine && error)
        *error = all->error;
    return started > 0 && fine;
}

char *nd_sweep_store_path(const char *folder, size_t shard, size_t shards, nd_error *error) {
    char name[80] = "/sweep.sqlite";
    if (shards > 1)
        snprintf(name, sizeof name, "/shard-%zu-of-%zu.sqlite", shard + 1, shards);
    return nd_path_with(folder, name, error);
}

static bool retry(nd_sweep_store *store, const nd_sweep_options *options, nd_error *error) {
    size_t count;
    return (!options->retry_failed || nd_sweep_store_retry(store, ND_FAILED, &count, error)) &&
           (!options->retry_diverged || nd_sweep_store_retry(store, ND_DIVERGED, &count, error));
}

/* Is the whole store of the folder, if there is one, of this sweep? So are its shards then. */
static bool is_folder_of(const char *folder, const nd_sweep_plan *plan, nd_error *error) {
    char *whole = nd_sweep_store_path(folder, 0, 1, error);
    bool fine = whole && nd_sweep_store_is_of(whole, plan, error);
    free(whole);
    return fine;
}

/* Whether netCDF takes the folder's name, and that of what a link there leads to. */
static bool can_hold_runs(const char *folder, nd_error *error) {
    char *real = realpath(folder, NULL);
    bool fine = nd_nc_can_name(folder, error) && (!real || nd_nc_can_name(real, error));
    free(real);
    return fine;
}

bool nd_sweep_run(const char *path, const char *folder, const nd_sweep_options *options,
                  const nd_watch *watch, bool *stopped, nd_error *error) {
    ND_IN_C_LOCALE;
    size_t shards = options->shards ? options->shards : 1;
    *stopped = false;
    nd_sweep_plan *plan = nd_sweep_plan_read(path, error);
    if (!plan)
        return false;
    /* Whole runs go into files there. */
    bool files = options->keep_runs || nd_sweep_plan_measures(plan);
    if (files && !can_hold_runs(folder, error)) {
        nd_sweep_plan_free(plan);
        return false;
    }
    bool made = mkdir(folder, 0777) == 0;
    if (!made && errno != EEXIST) {
        nd_sweep_plan_free(plan);
        return nd_fail_errno(error, folder, "choose another folder", "cannot be made");
    }
    if (made)
        nd_sync_folder_of(folder);
    char *store_path = nd_sweep_store_path(folder, options->shard, shards, error);
    nd_sweep_store *store =
        store_path && is_folder_of(folder, plan, error)
            ? nd_sweep_store_begin(store_path, plan, options->shard, shards, error)
            : NULL;
    nd_owner *owner = store ? nd_owner_new(folder, error) : NULL;
    bool fine = owner != NULL;
    if (!store && made)
        (void)rmdir(folder);
    if (fine) {
        crew all = {.store = store,
                    .plan = plan,
                    .folder = folder,
                    .owner = nd_owner_name(owner),
                    .options = options,
                    .jobs = options->jobs ? options->jobs : nd_processors()};
        fine = retry(store, options, error) &&
               (!options->keep_runs || nd_sweep_plan_kept(store, plan, folder, options, error)) &&
               nd_sweep_store_owners(store, reclaim, &all, error) && run_crew(&all, watch, error);
        nd_error ignored_error;
        (void)nd_sweep_store_release(store, all.owner, &ignored_error);
        *stopped = fine && all.stop;
    }
    nd_sweep_store_close(store);
    nd_owner_free(owner);
    free(store_path);
    nd_sweep_plan_free(plan);
    return fine;
}
