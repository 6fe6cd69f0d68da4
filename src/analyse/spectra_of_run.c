#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/spectra_of_run.h"
#include "base/error.h"
#include "base/threads.h"
#include "base/watch.h"
#include "store/coordinates.h"
#include "store/run_spectra.h"

static void work_free(nd_spectra_work *all) {
    for (size_t i = 0; all->jobs && i < all->count; i++) {
        nd_parameters_free(all->jobs[i].parameters);
        nd_point_flatness_free(&all->jobs[i].here);
        nd_point_flatness_free(&all->jobs[i].relaxed);
    }
    free(all->jobs);
}

static void do_job(size_t index, void *context) {
    const nd_spectra_work *all = context;
    nd_spectra_job *mine = &all->jobs[index];
    mine->fine = nd_flatness_measure(all, mine->parameters, &mine->here,
                                     all->options->lanczos ? mine : NULL, &mine->error);
    if (mine->fine && all->options->relax)
        mine->fine = nd_relax(mine->parameters, all->dataset, all->activation, NULL,
                              &mine->relaxation, &mine->error) &&
                     nd_flatness_measure(all, mine->parameters, &mine->relaxed, NULL, &mine->error);
}

static void name_snapshot(const nd_run *run, size_t index, char *where, size_t size) {
    snprintf(where, size, "%s, snapshot %zu (step %.0f)", nd_nc_path(run->file), index,
             run->snapshot_step[index]);
}

static bool gather_jobs(nd_spectra_work *all, const nd_run *run, nd_error *error) {
    size_t snapshots = run->snapshots;
    bool *chosen = nd_array(snapshots, sizeof *chosen, error);
    all->jobs = nd_array(snapshots, sizeof *all->jobs, error);
    bool fine = chosen && all->jobs;
    for (size_t i = 0; fine && i < snapshots; i++)
        chosen[i] = all->options->snapshots == NULL;
    if (fine && all->options->snapshots)
        fine = nd_snapshot_list("`snapshots`", all->options->snapshots, snapshots, chosen, error);
    for (size_t i = 0; fine && i < snapshots; i++) {
        if (!chosen[i])
            continue;
        nd_spectra_job *next = &all->jobs[all->count++];
        next->index = i;
        next->parameters = nd_run_parameters_new(run, error);
        fine = next->parameters && nd_run_snapshot(run, i, next->parameters, error);
        if (fine && !nd_parameters_finite(next->parameters)) {
            char where[600];
            name_snapshot(run, i, where, sizeof where);
            fine = nd_fail(error, where, "leave it out with `snapshots`",
                           "the parameters hold values that are not finite, and have no Hessian");
        }
    }
    free(chosen);
    return fine;
}

typedef struct batch {
    nd_spectra_work *all;
    size_t first;
} batch;

static void do_batch(size_t index, void *context) {
    const batch *part = context;
    do_job(part->first + index, part->all);
}

static bool do_jobs(nd_spectra_work *all, const nd_run *run, const nd_watch *watch,
                    nd_error *error) {
    unsigned threads = all->options->threads ? all->options->threads : 1;
    for (size_t first = 0; first < all->count; first += threads) {
        size_t count = all->count - first < threads ? all->count - first : threads;
        batch part = {all, first};
        nd_parallel_for(count, threads, do_batch, &part);
        for (size_t i = first; i < first + count; i++)
            if (!all->jobs[i].fine) {
                char where[600];
                name_snapshot(run, all->jobs[i].index, where, sizeof where);
                *error = all->jobs[i].error;
                return nd_error_at(error, where);
            }
        nd_progress progress = {"spectrum", (double)(first + count), (double)all->count,
                                "snapshots", ""};
        if (watch && watch->report)
            watch->report(&progress, watch->context);
        if (nd_stop_asked(watch))
            return nd_fail_as(ND_CODE_STOPPED, error, nd_nc_path(run->file),
                              "run it again; the file is as it was",
                              "stopped after %zu of %zu snapshots", first + count, all->count);
    }
    return true;
}

static void tell(const nd_spectra_work *all, nd_spectra_report *report) {
    *report = (nd_spectra_report){.snapshots = all->count};
    for (size_t i = 0; all->options->relax && i < all->count; i++) {
        const nd_relaxation *relaxed = &all->jobs[i].relaxation;
        report->least_loss = relaxed->least;
        if (relaxed->end == ND_AT_MINIMUM) {
            report->at_minimum++;
            report->worst_minimum = fmax(report->worst_minimum, relaxed->loss);
        } else if (relaxed->end == ND_STILL_FALLING) {
            report->still_falling++;
            report->worst_falling = fmax(report->worst_falling, relaxed->loss);
        }
    }
}

bool nd_spectra_into_run(const char *path, const nd_spectra_options *options, const nd_watch *watch,
                         nd_spectra_report *report, nd_error *error) {
    nd_hold *hold = nd_hold_take(path, options->patience, error);
    nd_run *run = hold ? nd_run_open(path, error) : NULL;
    if (!run) {
        nd_hold_release(hold);
        return false;
    }
    nd_spectra_work all =
        nd_spectra_work_of(run->experiment, run->dataset, options, run->snapshots);
    bool fine = true;
    if (run->snapshots == 0)
        fine = nd_fail(error, path, "run it with run.snapshots of at least 1",
                       "holds no snapshots of the parameters to take spectra of");
    fine = fine && gather_jobs(&all, run, error) && do_jobs(&all, run, watch, error);
    nd_nc *file = fine ? nd_nc_amend_held(hold, error) : NULL;
    if (file && nd_spectra_write(file, &all, error) && nd_put_coordinates(file, error))
        fine = nd_nc_publish(file, error);
    else {
        nd_nc_close(file);
        fine = false;
    }
    if (fine)
        tell(&all, report);
    work_free(&all);
    nd_run_close(run);
    nd_hold_release(hold);
    return fine;
}
