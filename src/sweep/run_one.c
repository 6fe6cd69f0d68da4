#include "sweep/run_one.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "experiment/start.h"
#include "run/hebbian_run.h"
#include "run/recorder.h"
#include "store/checkpoint.h"
#include "sweep/metrics.h"
#include "sweep/run_in_file.h"

/* What a run in memory leaves; its steps are whole numbers. */
static bool keep(nd_sweep_result *result, size_t records, const uint64_t *step, const double *loss,
                 const double *active_fraction, const double *fraction_active_units,
                 nd_error *error) {
    double *steps = nd_doubles(records, error);
    for (size_t i = 0; steps && i < records; i++)
        steps[i] = (double)step[i];
    bool fine = steps && nd_sweep_keep_traces(result, records, steps, loss, active_fraction,
                                              fraction_active_units, error);
    free(steps);
    return fine;
}

static nd_outcome run_feed_forward(const nd_experiment *experiment, const nd_sweep_way *way,
                                   const nd_watch *watch, nd_sweep_result *result,
                                   nd_error *error) {
    nd_traces traces = {0};
    pthread_mutex_lock(way->reading);
    nd_dataset *dataset = nd_dataset_make_following(experiment, way->follow_links, error);
    pthread_mutex_unlock(way->reading);
    if (dataset && dataset->note && way->saving.tell)
        way->saving.tell(dataset->note, way->saving.context);
    nd_outcome outcome =
        dataset ? nd_simulate_in_memory(experiment, dataset, &way->saving, &traces, watch, error)
                : ND_RUN_FAILED;
    if (outcome == ND_RUN_DIVERGED)
        result->state = ND_DIVERGED;
    if ((outcome == ND_RUN_COMPLETE || outcome == ND_RUN_DIVERGED) &&
        !keep(result, traces.records, traces.step, traces.loss, traces.active_fraction,
              traces.fraction_active_units, error))
        outcome = ND_RUN_FAILED;
    if (outcome == ND_RUN_COMPLETE && way->plan->spectrum &&
        !nd_sweep_keep_spectrum(result, traces.first, traces.last, dataset,
                                experiment->network.activation, error))
        outcome = ND_RUN_FAILED;
    nd_traces_free(&traces);
    nd_dataset_free(dataset);
    return outcome;
}

static nd_outcome run_hebbian(const nd_experiment *experiment, const nd_sweep_way *way,
                              const nd_watch *watch, nd_sweep_result *result, nd_error *error) {
    nd_hebbian_traces traces = {0};
    nd_outcome outcome =
        nd_hebbian_simulate_in_memory(experiment, &way->saving, &traces, watch, error);
    if (outcome == ND_RUN_DIVERGED)
        result->state = ND_DIVERGED;
    if ((outcome == ND_RUN_COMPLETE || outcome == ND_RUN_DIVERGED) &&
        !keep(result, traces.records, traces.step, traces.loss, traces.active_fraction,
              traces.fraction_active_units, error))
        outcome = ND_RUN_FAILED;
    if (outcome == ND_RUN_COMPLETE)
        nd_sweep_keep_diffusion(result, traces.diffusion.linear);
    nd_hebbian_traces_free(&traces);
    return outcome;
}

/* Is the failure one of the run's own files in the sweep's folder: a full disk, a file of something
 * else in its place? */
static bool own_files_failed(const nd_error *error, const nd_sweep_way *way) {
    size_t length = strlen(way->prefix);
    return strncmp(error->where, way->prefix, length) == 0 && error->where[length] == '.';
}

/* What an unfinished run leaves beside its file, by whichever way it was begun. */
static void remove_saves(const nd_sweep_way *way) {
    static const char *const endings[] = {".nc", ".measured.nc"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char *path = nd_path_with(way->prefix, endings[i], NULL);
        if (path)
            nd_recorder_remove_leftovers(path);
        free(path);
    }
    nd_checkpoint_remove(way->saving.path);
}

bool nd_sweep_run_one(const nd_experiment *experiment, const nd_sweep_way *way,
                      const nd_watch *watch, nd_sweep_result *result, char reason[512],
                      nd_error *error) {
    static const nd_run_state states[] = {[ND_RUN_COMPLETE] = ND_DONE,
                                          [ND_RUN_INTERRUPTED] = ND_WAITING,
                                          [ND_RUN_DIVERGED] = ND_DIVERGED,
                                          [ND_RUN_FAILED] = ND_FAILED};
    nd_error found = {0};
    *result = (nd_sweep_result){0};
    for (int i = 0; i < ND_RUN_METRICS; i++)
        result->metrics[i] = NAN;
    bool in_file = way->keep || nd_sweep_plan_measures(way->plan);
    nd_outcome outcome = in_file ? nd_sweep_run_in_file(experiment, way, watch, result, &found)
                         : experiment->network.model == ND_HEBBIAN
                             ? run_hebbian(experiment, way, watch, result, &found)
                             : run_feed_forward(experiment, way, watch, result, &found);
    result->state = states[outcome];
    bool own =
        outcome == ND_RUN_FAILED && (own_files_failed(&found, way) || nd_is_shortage(&found));
    if (outcome != ND_RUN_INTERRUPTED && !own)
        remove_saves(way);
    if (own) {
        *error = found;
        return false;
    }
    if (outcome == ND_RUN_DIVERGED || outcome == ND_RUN_FAILED) {
        nd_error_line(&found, reason, 512);
        result->reason = reason;
    }
    return outcome != ND_RUN_INTERRUPTED;
}
