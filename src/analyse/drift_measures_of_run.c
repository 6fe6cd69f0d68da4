#include "analyse/drift_measures_of_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "measure/tuning.h"
#include "store/coordinates.h"
#include "store/drift_file.h"

/* The snapshots of one environment on their way into followed cells. */
typedef struct taking {
    const nd_measured *measured;
    size_t environment;
    int64_t *bin;               /* samples; -1: of another environment */
    double *activity;           /* samples x units */
    double *maps;               /* units x bins */
    nd_sparse_activity *sparse; /* sessions: what the frames point to */
    nd_followed *of;
} taking;

static bool bin_samples(taking *t, nd_error *error) {
    const nd_dataset *dataset = t->measured->run->dataset;
    size_t samples = dataset->samples, count = 0;
    double *here = nd_doubles(samples, error), *directed = nd_doubles(samples, error);
    int64_t *bin = nd_array(samples, sizeof *bin, error);
    bool fine = here && directed && bin;
    for (size_t s = 0; fine && s < samples; s++) {
        bool in = !dataset->environment || (size_t)dataset->environment[s] == t->environment;
        t->bin[s] = in ? (int64_t)count : -1;
        if (in)
            here[count++] = dataset->position[s];
    }
    if (fine) {
        nd_directed_position(here, count, directed);
        nd_bin_positions(directed, count, t->measured->bins, bin);
        for (size_t s = 0; s < samples; s++)
            t->bin[s] = t->bin[s] < 0 ? -1 : bin[t->bin[s]];
    }
    free(here);
    free(directed);
    free(bin);
    return fine;
}

/* A network runs no laps: the first samples of all places count as one, the second as the next. */
static bool number_samples(nd_followed_frames *frames, nd_error *error) {
    const nd_binned *activity = &frames->activity;
    int32_t *seen = nd_array(activity->bins, sizeof *seen, error);
    frames->lap = nd_array(activity->frames, sizeof *frames->lap, error);
    bool fine = seen && frames->lap;
    for (size_t f = 0; fine && f < activity->frames; f++) {
        frames->lap[f] = seen[activity->bin[f]]++;
        if ((size_t)frames->lap[f] >= frames->laps)
            frames->laps = (size_t)frames->lap[f] + 1;
    }
    free(seen);
    return fine;
}

static bool take_snapshot(taking *t, size_t session, size_t snapshot, nd_error *error) {
    const nd_measured *measured = t->measured;
    nd_followed *of = t->of;
    size_t units = measured->units, samples = measured->run->dataset->samples;
    nd_followed_frames *frames = &of->frames[session];
    if (!nd_run_activity(measured->run, snapshot, t->activity, error) ||
        !nd_measured_maps(measured, snapshot, t->environment, of->map + session * units * of->bins,
                          error) ||
        !nd_sparse_activity_from(t->activity, samples, units, t->bin, of->bins, 1,
                                 &t->sparse[session], error) ||
        !(frames->cell = nd_array(units, sizeof *frames->cell, error)))
        return false;
    frames->activity = t->sparse[session].view;
    if (!number_samples(frames, error))
        return false;
    of->time[session] = measured->run->snapshot_step[snapshot];
    memcpy(of->occupancy + session * of->bins, measured->occupancy + t->environment * of->bins,
           of->bins * sizeof *of->occupancy);
    for (size_t u = 0; u < units; u++) {
        size_t at = session * units + u;
        frames->cell[u] = u;
        of->state[at] =
            nd_active_frames(&frames->activity, u) > 0 ? ND_CELL_ACTIVE : ND_CELL_SILENT;
        of->rate[at] = nd_total_amount(&frames->activity, u) / (double)frames->activity.frames;
        of->tuned[at] =
            measured->tuned[(snapshot * measured->environments + t->environment) * units + u];
    }
    return true;
}

static bool describe(taking *t, nd_error *error) {
    const nd_measured *measured = t->measured;
    const double *position = measured->bin_position + t->environment * measured->bins;
    const char *unit = measured->run->dataset->position_unit;
    nd_followed *of = t->of;
    of->noiseless = true;
    of->smoothing = ND_RATE_MAP_SMOOTHING;
    of->bin_width_x = measured->bins > 1 ? position[1] - position[0] : 1;
    if (!(of->bin_width_x > 0))
        of->bin_width_x = 1;
    free(of->position_unit);
    free(of->time_unit);
    of->position_unit = nd_text(unit && strcmp(unit, "1") != 0 ? unit : "", error);
    of->time_unit = nd_text("step", error);
    return of->position_unit && of->time_unit;
}

static nd_drift_measures *measure_environment(const nd_measured *measured, size_t environment,
                                              const nd_run_drift *drift, unsigned threads,
                                              nd_error *error) {
    size_t units = measured->units, samples = measured->run->dataset->samples;
    taking t = {.measured = measured,
                .environment = environment,
                .bin = nd_array(samples, sizeof *t.bin, error),
                .activity = nd_doubles(samples * units, error),
                .sparse = nd_array(drift->sessions, sizeof *t.sparse, error),
                .of = nd_followed_new(drift->sessions, units, measured->bins, error)};
    nd_drift_request how = {measured->run->experiment->seed, threads};
    nd_drift_measures *made = NULL;
    bool fine =
        t.bin && t.activity && t.sparse && t.of && bin_samples(&t, error) && describe(&t, error);
    for (size_t s = 0; fine && s < drift->sessions; s++)
        fine = take_snapshot(&t, s, drift->snapshot[s], error);
    if (fine)
        made = nd_drift_measure(t.of, &how, error);
    for (size_t s = 0; t.sparse && s < drift->sessions; s++)
        nd_sparse_activity_clear(&t.sparse[s]);
    nd_followed_free(t.of);
    free(t.bin);
    free(t.activity);
    free(t.sparse);
    return made;
}

nd_run_drift *nd_drift_of_run(const nd_measured *measured, unsigned threads, nd_error *error) {
    nd_run_drift *drift = nd_array(1, sizeof *drift, error);
    size_t snapshots = measured->run->snapshots;
    if (!drift)
        return NULL;
    drift->environments = measured->environments;
    drift->sessions = snapshots < ND_DRIFT_SNAPSHOTS ? snapshots : ND_DRIFT_SNAPSHOTS;
    drift->snapshot = nd_array(drift->sessions, sizeof *drift->snapshot, error);
    drift->name = nd_array(drift->environments, sizeof *drift->name, error);
    drift->measures = nd_array(drift->environments, sizeof(nd_drift_measures *), error);
    bool fine = drift->snapshot && drift->name && drift->measures;
    for (size_t s = 0; fine && s < drift->sessions; s++)
        drift->snapshot[s] = drift->sessions > 1 ? s * (snapshots - 1) / (drift->sessions - 1) : 0;
    for (size_t e = 0; fine && e < drift->environments; e++) {
        char name[64];
        snprintf(name, sizeof name, "environment %zu", e);
        drift->name[e] = nd_text(drift->environments > 1 ? name : "the network", error);
        drift->measures[e] = measure_environment(measured, e, drift, threads, error);
        fine = drift->name[e] && drift->measures[e];
    }
    if (fine)
        return drift;
    nd_run_drift_free(drift);
    return NULL;
}

void nd_run_drift_free(nd_run_drift *drift) {
    if (!drift)
        return;
    for (size_t e = 0; e < drift->environments; e++) {
        if (drift->name)
            free(drift->name[e]);
        if (drift->measures)
            nd_drift_measures_free(drift->measures[e]);
    }
    free(drift->snapshot);
    free(drift->name);
    free(drift->measures);
    free(drift);
}

/* Sessions of all environments one after the other. */
static bool put_sessions(nd_nc *file, const nd_run_drift *drift, const nd_run *run,
                         nd_error *error) {
    size_t all = drift->environments * drift->sessions;
    double *values = nd_doubles(2 * all, error);
    for (size_t i = 0; values && i < all; i++) {
        size_t environment = i / drift->sessions;
        values[i] = run->snapshot_step[drift->snapshot[i % drift->sessions]];
        values[all + i] = (double)environment;
    }
    bool fine =
        values && nd_nc_define_dimension(file, "session", all, error) &&
        nd_nc_define_dimension(file, "other_session", all, error) &&
        nd_nc_define_dimension(file, "group", drift->environments, error) &&
        nd_nc_define(file, "session_step", ND_NC_DOUBLE, "session", "step",
                     "the snapshot that counts as this session of the measures of drift", error) &&
        nd_nc_put(file, "session_step", values, all, error) &&
        nd_nc_define(file, "session_environment", ND_NC_DOUBLE, "session", "1",
                     "its environment, from 0: the group of the measures of drift", error) &&
        nd_nc_put(file, "session_environment", values + all, all, error);
    free(values);
    return fine;
}

static bool put_drift(nd_nc *file, const nd_run_drift *drift, const nd_run *run, nd_error *error) {
    nd_drift_series *series = nd_array(drift->environments, sizeof *series, error);
    for (size_t e = 0; series && e < drift->environments; e++)
        series[e] = (nd_drift_series){drift->name[e], e * drift->sessions, drift->sessions,
                                      drift->measures[e], NULL};
    bool fine = series && put_sessions(file, drift, run, error) &&
                nd_drift_file_put(file, series, drift->environments,
                                  drift->environments * drift->sessions, error) &&
                nd_put_coordinates(file, error);
    free(series);
    return fine;
}

bool nd_drift_into_run_file(const char *path, unsigned threads, const nd_patience *patience,
                            nd_run_drift **drift, nd_error *error) {
    nd_hold *hold = nd_hold_take(path, patience, error);
    nd_measured *measured = hold ? nd_measured_open(path, error) : NULL;
    nd_run_drift *made = measured ? nd_drift_of_run(measured, threads, error) : NULL;
    nd_nc *file = made ? nd_nc_amend_held(hold, error) : NULL;
    bool fine = file && put_drift(file, made, measured->run, error);
    nd_measured_close(measured);
    if (fine)
        fine = nd_nc_publish(file, error);
    else
        nd_nc_close(file);
    nd_hold_release(hold);
    if (fine && drift)
        *drift = made;
    else
        nd_run_drift_free(made);
    return fine;
}
