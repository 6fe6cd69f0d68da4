#include "run/spectra.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/threads.h"
#include "measure/lanczos.h"
#include "measure/relax.h"
#include "measure/spectrum.h"

enum { USUAL_PROBES = 16, USUAL_STEPS = 100, EXTREME_STEPS = 300 };

/* What is found at one point, snapshot or relaxed. */
typedef struct flatness {
    double loss, trace, largest, rank, log_sum;
    nd_spectrum gauss_newton, exact;
} flatness;

/* One snapshot's share of the work. */
typedef struct job {
    size_t index;
    nd_parameters *parameters;
    flatness here, relaxed;
    nd_relaxation relaxation;
    nd_extremes extremes;
    nd_density density;
    bool fine;
    nd_error error;
} job;

typedef struct work {
    const nd_spectra_options *options;
    const nd_run *run;
    const nd_activation *activation;
    double variance, memory;                      /* bytes for one job */
    size_t eigenvalues, gauss_newton_eigenvalues; /* lengths of the dimensions */
    size_t count;
    job *jobs;
} work;

static void flatness_free(flatness *at) {
    nd_spectrum_free(&at->gauss_newton);
    nd_spectrum_free(&at->exact);
}

static void work_free(work *all) {
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
static bool measure_dense(const work *all, const nd_linearization *point, flatness *at,
                          nd_error *error) {
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

static bool measure_point(const work *all, const nd_parameters *parameters, flatness *at,
                          job *lanczos, nd_error *error) {
    nd_linearization *point = nd_linearize(parameters, all->run->dataset, all->activation, error);
    if (!point)
        return false;
    const nd_spectra_options *options = all->options;
    uint64_t seed = all->run->experiment->seed;
    *at = (flatness){.loss = point->loss / all->variance,
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
    const work *all = context;
    job *mine = &all->jobs[index];
    mine->fine = measure_point(all, mine->parameters, &mine->here,
                               all->options->lanczos ? mine : NULL, &mine->error);
    if (mine->fine && all->options->relax)
        mine->fine = nd_relax(mine->parameters, all->run->dataset, all->activation,
                              &mine->relaxation, &mine->error) &&
                     measure_point(all, mine->parameters, &mine->relaxed, NULL, &mine->error);
}

static bool gather_jobs(work *all, const char *path, nd_error *error) {
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
        job *next = &all->jobs[all->count++];
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
    work *all;
    size_t first;
} batch;

static void do_batch(size_t index, void *context) {
    const batch *part = context;
    do_job(part->first + index, part->all);
}

static bool do_jobs(work *all, const nd_watch *watch, const char *path, nd_error *error) {
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

/* Defines a variable whose first dimension is the snapshot and, if it is new, fills it with NaN. */
static bool define(nd_nc *file, const work *all, const char *name, const char *dimensions,
                   size_t width, const char *units, const char *definition, nd_error *error) {
    if (nd_nc_has(file, name))
        return nd_nc_define(file, name, ND_NC_DOUBLE, dimensions, units, definition, error);
    double *nothing = nd_doubles(width, error);
    bool fine =
        nothing && nd_nc_define(file, name, ND_NC_DOUBLE, dimensions, units, definition, error);
    for (size_t i = 0; fine && i < width; i++)
        nothing[i] = NAN;
    for (size_t i = 0; fine && i < all->run->snapshots; i++)
        fine = nd_nc_put_row(file, name, i, nothing, width, error);
    free(nothing);
    return fine;
}

typedef double (*scalar_of)(const flatness *at);
static double loss_of(const flatness *at) {
    return at->loss;
}
static double trace_of(const flatness *at) {
    return at->trace;
}
static double largest_of(const flatness *at) {
    return at->largest;
}
static double rank_of(const flatness *at) {
    return at->rank;
}
static double log_sum_of(const flatness *at) {
    return at->log_sum;
}

static const struct {
    const char *name, *definition;
    scalar_of value;
    bool dense;
} SCALARS[] = {
    {"hessian_loss", "loss over the targets' variance where the spectrum was taken", loss_of,
     false},
    {"hessian_trace", "trace of the exact Hessian of the loss: the sum of its eigenvalues",
     trace_of, false},
    {"hessian_largest", "largest eigenvalue of the exact Hessian", largest_of, false},
    {"gauss_newton_rank",
     "number of eigenvalues of the Gauss-Newton matrix above 1e-10 of its largest", rank_of, true},
    {"gauss_newton_log_sum", "sum of the natural logarithms of those eigenvalues", log_sum_of,
     true},
};

static bool write_scalars(nd_nc *file, const work *all, bool relaxed, nd_error *error) {
    bool dense = !all->options->lanczos || all->options->exact;
    for (size_t v = 0; v < sizeof SCALARS / sizeof SCALARS[0]; v++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", relaxed ? "relaxed_" : "", SCALARS[v].name);
        if (SCALARS[v].dense && !dense)
            continue;
        if (!define(file, all, name, "snapshot", 1, "1", SCALARS[v].definition, error))
            return false;
        for (size_t i = 0; i < all->count; i++) {
            const job *from = &all->jobs[i];
            double value = SCALARS[v].value(relaxed ? &from->relaxed : &from->here);
            if (!nd_nc_put_row(file, name, from->index, &value, 1, error))
                return false;
        }
    }
    return true;
}

/* The non-zero eigenvalues, largest first, NaN-padded. */
static bool write_spectrum(nd_nc *file, const work *all, bool relaxed, bool exact,
                           nd_error *error) {
    char name[80], dimensions[80];
    const char *dimension = exact ? "eigenvalue" : "gauss_newton_eigenvalue";
    size_t width = exact ? all->eigenvalues : all->gauss_newton_eigenvalues;
    snprintf(name, sizeof name, "%s%s", relaxed ? "relaxed_" : "",
             exact ? "eigenvalues" : "gauss_newton_eigenvalues");
    snprintf(dimensions, sizeof dimensions, "snapshot %s", dimension);
    double *row = nd_doubles(width, error);
    bool fine = row && nd_nc_define_dimension(file, dimension, width, error) &&
                define(file, all, name, dimensions, width, "1",
                       exact ? "eigenvalues of the exact Hessian of the loss above 1e-10 of the "
                               "largest in magnitude, largest first; NaN after the last"
                             : "eigenvalues of the Gauss-Newton matrix 2/(n d_out) J'J above 1e-10 "
                               "of the largest, largest first; NaN after the last",
                       error);
    for (size_t i = 0; fine && i < all->count; i++) {
        const flatness *at = relaxed ? &all->jobs[i].relaxed : &all->jobs[i].here;
        const nd_spectrum *spectrum = exact ? &at->exact : &at->gauss_newton;
        double most = 0;
        size_t kept = 0;
        for (size_t e = 0; e < spectrum->count; e++)
            most = fmax(most, fabs(spectrum->eigenvalue[e]));
        for (size_t e = 0; e < spectrum->count && kept < width; e++)
            if (fabs(spectrum->eigenvalue[e]) > ND_EIGENVALUE_TOLERANCE * most)
                row[kept++] = spectrum->eigenvalue[e];
        while (kept < width)
            row[kept++] = NAN;
        fine = nd_nc_put_row(file, name, all->jobs[i].index, row, width, error);
    }
    free(row);
    return fine;
}

static bool write_column(nd_nc *file, const work *all, const char *name, const char *definition,
                         double (*value)(const job *from), nd_error *error) {
    if (!define(file, all, name, "snapshot", 1, "1", definition, error))
        return false;
    for (size_t i = 0; i < all->count; i++) {
        double at = value(&all->jobs[i]);
        if (!nd_nc_put_row(file, name, all->jobs[i].index, &at, 1, error))
            return false;
    }
    return true;
}

static double distance_of(const job *from) {
    return from->relaxation.distance;
}
static double lanczos_largest_of(const job *from) {
    return from->extremes.largest;
}
static double lanczos_largest_error_of(const job *from) {
    return from->extremes.largest_error;
}
static double lanczos_smallest_of(const job *from) {
    return from->extremes.smallest;
}
static double lanczos_smallest_error_of(const job *from) {
    return from->extremes.smallest_error;
}
static double lanczos_trace_of(const job *from) {
    return from->density.trace;
}
static double lanczos_trace_error_of(const job *from) {
    return from->density.trace_error;
}

static bool write_density(nd_nc *file, const work *all, nd_error *error) {
    double low[ND_DENSITY_BINS], high[ND_DENSITY_BINS];
    for (size_t b = 0; b < ND_DENSITY_BINS; b++)
        nd_density_edges(b, &low[b], &high[b]);
    if (!nd_nc_define_dimension(file, "spectral_bin", ND_DENSITY_BINS, error) ||
        !nd_nc_define(file, "spectral_bin_low", ND_NC_DOUBLE, "spectral_bin", "1",
                      "lower edge, relative to the largest magnitude of an eigenvalue", error) ||
        !nd_nc_put(file, "spectral_bin_low", low, ND_DENSITY_BINS, error) ||
        !nd_nc_define(file, "spectral_bin_high", ND_NC_DOUBLE, "spectral_bin", "1",
                      "upper edge, relative to the largest magnitude of an eigenvalue", error) ||
        !nd_nc_put(file, "spectral_bin_high", high, ND_DENSITY_BINS, error) ||
        !define(file, all, "spectral_density", "snapshot spectral_bin", ND_DENSITY_BINS, "1",
                "expected number of eigenvalues of the exact Hessian in the bin, by stochastic "
                "Lanczos quadrature",
                error) ||
        !define(file, all, "spectral_density_error", "snapshot spectral_bin", ND_DENSITY_BINS, "1",
                "its standard error over the probes", error))
        return false;
    for (size_t i = 0; i < all->count; i++) {
        const job *from = &all->jobs[i];
        if (!nd_nc_put_row(file, "spectral_density", from->index, from->density.count,
                           ND_DENSITY_BINS, error) ||
            !nd_nc_put_row(file, "spectral_density_error", from->index, from->density.count_error,
                           ND_DENSITY_BINS, error))
            return false;
    }
    return write_column(file, all, "lanczos_largest", "largest eigenvalue, by Lanczos",
                        lanczos_largest_of, error) &&
           write_column(file, all, "lanczos_largest_error", "bound of its error by the residual",
                        lanczos_largest_error_of, error) &&
           write_column(file, all, "lanczos_smallest", "smallest eigenvalue, by Lanczos",
                        lanczos_smallest_of, error) &&
           write_column(file, all, "lanczos_smallest_error", "bound of its error by the residual",
                        lanczos_smallest_error_of, error) &&
           write_column(file, all, "lanczos_trace", "trace, by random signs", lanczos_trace_of,
                        error) &&
           write_column(file, all, "lanczos_trace_error", "its standard error over the probes",
                        lanczos_trace_error_of, error);
}

static bool write_all(nd_nc *file, const work *all, nd_error *error) {
    const nd_spectra_options *options = all->options;
    bool dense = !options->lanczos || options->exact;
    for (int relaxed = 0; relaxed <= options->relax; relaxed++)
        if (!write_scalars(file, all, relaxed, error) ||
            (dense && !write_spectrum(file, all, relaxed, false, error)) ||
            (options->exact && !write_spectrum(file, all, relaxed, true, error)))
            return false;
    if (options->relax &&
        !write_column(file, all, "relaxed_distance",
                      "Euclidean distance of the relaxed parameters from the snapshot's",
                      distance_of, error))
        return false;
    return !options->lanczos || write_density(file, all, error);
}

static void tell(const work *all, nd_spectra_report *report) {
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
    work all = {.options = options,
                .run = run,
                .activation = nd_activation_find(run->experiment->network.activation),
                .variance = nd_target_variance(run->dataset),
                .memory = memory / (options->threads ? options->threads : 1),
                .eigenvalues = parameters,
                .gauss_newton_eigenvalues = parameters < residuals ? parameters : residuals};
    bool fine = true;
    if (run->snapshots == 0)
        fine = nd_fail(error, path, "run it with run.snapshots of at least 1",
                       "holds no snapshots of the parameters to take spectra of");
    fine = fine && gather_jobs(&all, path, error) && do_jobs(&all, watch, path, error);
    nd_nc *file = fine ? nd_nc_amend(path, error) : NULL;
    if (file && write_all(file, &all, error))
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
