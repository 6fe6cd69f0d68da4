#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/threads.h"
#include "run/spectra_work.h"

enum { USUAL_PROBES = 16, USUAL_STEPS = 100, EXTREME_STEPS = 300 };

static void flatness_free(nd_flatness *at) {
    nd_spectrum_free(&at->gauss_newton);
    nd_spectrum_free(&at->exact);
}

static void work_free(nd_spectra_work *all) {
    for (size_t i = 0; all->jobs && i < all->count; i++) {
        nd_parameters_free(all->jobs[i].parameters);
        flatness_free(&all->jobs[i].here);
        flatness_free(&all->jobs[i].relaxed);
    }
    free(all->jobs);
}

static bool check_gauss_newton(const nd_linearization *point, double memory, nd_error *error) {
    double bytes = nd_gauss_newton_bytes(point);
    if (bytes <= memory)
        return true;
    return nd_fail(error, "", "take --lanczos, or a larger --memory",
                   "the Gauss-Newton spectrum needs %.2f GB, %.2f GB are free", bytes / 1e9,
                   memory / 1e9);
}

/* The dense spectra at one point; with Lanczos alone there are none. */
static bool measure_dense(const nd_spectra_work *all, const nd_linearization *point,
                          nd_flatness *at, nd_error *error) {
    if (!check_gauss_newton(point, all->memory, error) ||
        !nd_gauss_newton_spectrum(point, &at->gauss_newton, error))
        return false;
    at->rank = (double)nd_spectrum_nonzero(&at->gauss_newton);
    at->log_sum = nd_spectrum_log_sum(&at->gauss_newton);
    if (!all->options->exact)
        return true;
    if (!nd_hessian_spectrum(point, all->memory, &at->exact, error))
        return false;
    if (at->exact.count > 0)
        at->largest = at->exact.eigenvalue[0];
    return true;
}

static bool measure_point(const nd_spectra_work *all, const nd_parameters *parameters,
                          nd_flatness *at, nd_spectra_job *lanczos, nd_error *error) {
    nd_linearization *point = nd_linearize(parameters, all->run->dataset, all->activation, error);
    if (!point)
        return false;
    const nd_spectra_options *options = all->options;
    uint64_t seed = all->run->experiment->seed;
    *at = (nd_flatness){.loss = point->loss / all->variance,
                        .trace = nd_hessian_trace(point),
                        .rank = NAN,
                        .log_sum = NAN};
    bool fine = nd_hessian_largest(point, seed, EXTREME_STEPS, &at->largest, error);
    if (fine && lanczos) {
        fine = nd_hessian_extremes(point, seed, EXTREME_STEPS, &lanczos->extremes, error) &&
               nd_hessian_density(point, seed, options->probes ? options->probes : USUAL_PROBES,
                                  options->steps ? options->steps : USUAL_STEPS, &lanczos->density,
                                  error);
    }
    if (fine && (!options->lanczos || options->exact))
        fine = measure_dense(all, point, at, error);
    nd_linearization_free(point);
    return fine;
}

static void do_job(size_t index, void *context) {
    const nd_spectra_work *all = context;
    nd_spectra_job *mine = &all->jobs[index];
    mine->fine = measure_point(all, mine->parameters, &mine->here,
                               all->options->lanczos ? mine : NULL, &mine->error);
    if (mine->fine && all->options->relax)
        mine->fine = nd_relax(mine->parameters, all->run->dataset, all->activation,
                              &mine->relaxation, &mine->error) &&
                     measure_point(all, mine->parameters, &mine->relaxed, NULL, &mine->error);
}

static bool gather_jobs(nd_spectra_work *all, const char *path, nd_error *error) {
    size_t snapshots = all->run->snapshots;
    bool *chosen = nd_array(snapshots, sizeof *chosen, error);
    all->jobs = nd_array(snapshots, sizeof *all->jobs, error);
    bool fine = chosen && all->jobs;
    for (size_t i = 0; fine && i < snapshots; i++)
        chosen[i] = all->options->snapshots == NULL;
    if (fine && all->options->snapshots)
        fine = nd_snapshot_list(all->options->snapshots, snapshots, chosen, error);
    for (size_t i = 0; fine && i < snapshots; i++) {
        if (!chosen[i])
            continue;
        nd_spectra_job *next = &all->jobs[all->count++];
        next->index = i;
        next->parameters = nd_run_parameters_new(all->run, error);
        fine = next->parameters && nd_run_snapshot(all->run, i, next->parameters, error);
        if (fine && !nd_parameters_finite(next->parameters)) {
            char where[600];
            snprintf(where, sizeof where, "%s, snapshot %zu (step %.0f)", path, i,
                     all->run->snapshot_step[i]);
            fine = nd_fail(error, where, "leave it out with --snapshots",
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

static bool do_jobs(nd_spectra_work *all, const nd_watch *watch, const char *path,
                    nd_error *error) {
    unsigned threads = all->options->threads ? all->options->threads : 1;
    for (size_t first = 0; first < all->count; first += threads) {
        size_t count = all->count - first < threads ? all->count - first : threads;
        batch part = {all, first};
        nd_parallel_for(count, threads, do_batch, &part);
        for (size_t i = first; i < first + count; i++)
            if (!all->jobs[i].fine) {
                char where[600];
                snprintf(where, sizeof where, "%s, snapshot %zu (step %.0f)", path,
                         all->jobs[i].index, all->run->snapshot_step[all->jobs[i].index]);
                *error = all->jobs[i].error;
                return nd_error_at(error, where);
            }
        nd_progress progress = {"spectrum", (double)(first + count), (double)all->count,
                                "snapshots", ""};
        if (watch && watch->report)
            watch->report(&progress, watch->context);
        if (watch && watch->stop && *watch->stop)
            return nd_fail(error, path, "run it again; the file is as it was",
                           "stopped after %zu of %zu snapshots", first + count, all->count);
    }
    return true;
}

static void tell(const nd_spectra_work *all, nd_spectra_report *report) {
    *report = (nd_spectra_report){.snapshots = all->count};
    for (size_t i = 0; all->options->relax && i < all->count; i++) {
        report->not_relaxed += !all->jobs[i].relaxation.reached;
        report->worst_relaxed_loss = fmax(report->worst_relaxed_loss, all->jobs[i].relaxation.loss);
    }
}

bool nd_spectra_into_run(const char *path, const nd_spectra_options *options, const nd_watch *watch,
                         nd_spectra_report *report, nd_error *error) {
    nd_run *run = nd_run_open(path, error);
    if (!run)
        return false;
    size_t residuals = run->dataset->samples * run->dataset->outputs;
    size_t parameters = run->hidden * (run->dataset->inputs + 1 + run->dataset->outputs);
    double memory = options->memory > 0 ? options->memory : nd_available_bytes();
    nd_spectra_work all = {.options = options,
                           .run = run,
                           .activation = nd_activation_find(run->experiment->network.activation),
                           .variance = nd_target_variance(run->dataset),
                           .memory = memory / (options->threads ? options->threads : 1),
                           .eigenvalues = parameters,
                           .gauss_newton_eigenvalues =
                               parameters < residuals ? parameters : residuals};
    bool fine = true;
    if (run->snapshots == 0)
        fine = nd_fail(error, path, "run it with run.snapshots of at least 1",
                       "holds no snapshots of the parameters to take spectra of");
    fine = fine && gather_jobs(&all, path, error) && do_jobs(&all, watch, path, error);
    nd_nc *file = fine ? nd_nc_amend(path, error) : NULL;
    if (file && nd_spectra_write(file, &all, error))
        fine = nd_nc_publish(file, error);
    else {
        nd_nc_close(file);
        fine = false;
    }
    if (fine)
        tell(&all, report);
    work_free(&all);
    nd_run_close(run);
    return fine;
}
