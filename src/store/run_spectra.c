#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/run_spectra.h"

/* Defines a variable whose first dimension is the snapshot and, if it is new, fills it with NaN. */
static bool define(nd_nc *file, const nd_spectra_work *all, const char *name,
                   const char *dimensions, size_t width, const char *units, const char *definition,
                   nd_error *error) {
    if (nd_nc_has(file, name))
        return nd_nc_define(file, name, ND_NC_DOUBLE, dimensions, units, definition, error);
    double *nothing = nd_doubles(width, error);
    bool fine =
        nothing && nd_nc_define(file, name, ND_NC_DOUBLE, dimensions, units, definition, error);
    for (size_t i = 0; fine && i < width; i++)
        nothing[i] = NAN;
    for (size_t i = 0; fine && i < all->snapshots; i++)
        fine = nd_nc_put_row(file, name, i, nothing, width, error);
    free(nothing);
    return fine;
}

typedef double (*scalar_of)(const nd_flatness *at);
static double loss_of(const nd_flatness *at) {
    return at->loss;
}
static double trace_of(const nd_flatness *at) {
    return at->trace;
}
static double largest_of(const nd_flatness *at) {
    return at->largest;
}
static double rank_of(const nd_flatness *at) {
    return at->rank;
}
static double log_sum_of(const nd_flatness *at) {
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

static bool write_scalars(nd_nc *file, const nd_spectra_work *all, bool relaxed, nd_error *error) {
    bool dense = !all->options->lanczos || all->options->exact;
    for (size_t v = 0; v < sizeof SCALARS / sizeof SCALARS[0]; v++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", relaxed ? "relaxed_" : "", SCALARS[v].name);
        if (SCALARS[v].dense && !dense)
            continue;
        if (!define(file, all, name, "snapshot", 1, "1", SCALARS[v].definition, error))
            return false;
        for (size_t i = 0; i < all->count; i++) {
            const nd_spectra_job *from = &all->jobs[i];
            double value = SCALARS[v].value(relaxed ? &from->relaxed : &from->here);
            if (!nd_nc_put_row(file, name, from->index, &value, 1, error))
                return false;
        }
    }
    return true;
}

/* The non-zero eigenvalues, largest first, NaN-padded. */
static bool write_spectrum(nd_nc *file, const nd_spectra_work *all, bool relaxed, bool exact,
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
        const nd_flatness *at = relaxed ? &all->jobs[i].relaxed : &all->jobs[i].here;
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

static bool write_column(nd_nc *file, const nd_spectra_work *all, const char *name,
                         const char *definition, double (*value)(const nd_spectra_job *from),
                         nd_error *error) {
    if (!define(file, all, name, "snapshot", 1, "1", definition, error))
        return false;
    for (size_t i = 0; i < all->count; i++) {
        double at = value(&all->jobs[i]);
        if (!nd_nc_put_row(file, name, all->jobs[i].index, &at, 1, error))
            return false;
    }
    return true;
}

static double distance_of(const nd_spectra_job *from) {
    return from->relaxation.distance;
}
static double end_of(const nd_spectra_job *from) {
    return from->relaxation.end;
}
static double lanczos_largest_of(const nd_spectra_job *from) {
    return from->extremes.largest;
}
static double lanczos_largest_error_of(const nd_spectra_job *from) {
    return from->extremes.largest_error;
}
static double lanczos_smallest_of(const nd_spectra_job *from) {
    return from->extremes.smallest;
}
static double lanczos_smallest_error_of(const nd_spectra_job *from) {
    return from->extremes.smallest_error;
}
static double lanczos_trace_of(const nd_spectra_job *from) {
    return from->density.trace;
}
static double lanczos_trace_error_of(const nd_spectra_job *from) {
    return from->density.trace_error;
}

static bool write_density(nd_nc *file, const nd_spectra_work *all, nd_error *error) {
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
        const nd_spectra_job *from = &all->jobs[i];
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

bool nd_spectra_write(nd_nc *file, const nd_spectra_work *all, nd_error *error) {
    const nd_spectra_options *options = all->options;
    bool dense = !options->lanczos || options->exact;
    for (int relaxed = 0; relaxed <= options->relax; relaxed++)
        if (!write_scalars(file, all, relaxed, error) ||
            (dense && !write_spectrum(file, all, relaxed, false, error)) ||
            (options->exact && !write_spectrum(file, all, relaxed, true, error)))
            return false;
    if (options->relax &&
        (!write_column(file, all, "relaxed_distance",
                       "Euclidean distance of the relaxed parameters from the snapshot's",
                       distance_of, error) ||
         !write_column(
             file, all, "relaxed_end",
             "where the descent ended: 0 at a loss of 1e-8 above the least possible, 1 at "
             "a minimum above that, 2 while the loss still fell",
             end_of, error)))
        return false;
    return !options->lanczos || write_density(file, all, error);
}
