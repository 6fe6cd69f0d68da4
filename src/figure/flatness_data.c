#include "figure/flatness_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/platform.h"
#include "flatness/spectrum.h"
#include "network/network.h"

/* Awake parameters up to which a spectrum is computed for a figure: a second or two. */
enum { MOST_PARAMETERS = 3000 };

void nd_flatness_free(nd_flatness_run *run) {
    if (!run)
        return;
    free(run->path);
    free(run->step);
    free(run->active_fraction);
    free(run->fraction_active_units);
    free(run->trace);
    free(run->nonzero_fraction);
    free(run->gauss_newton);
    free(run);
}

static nd_flatness_run *flatness_new(const char *path, const nd_run *run, nd_error *error) {
    nd_flatness_run *made = nd_array(1, sizeof *made, error);
    if (!made)
        return NULL;
    const nd_dataset *dataset = run->dataset;
    size_t n = run->snapshots, residuals = dataset->samples * dataset->outputs;
    made->snapshots = n;
    made->parameters = run->hidden * (dataset->inputs + 1 + dataset->outputs);
    made->label_noise = run->experiment->learning.label_noise > 0;
    made->gauss_newton_count = residuals < made->parameters ? residuals : made->parameters;
    made->path = nd_text(path, error);
    made->step = nd_doubles(n, error);
    made->active_fraction = nd_doubles(n, error);
    made->fraction_active_units = nd_doubles(n, error);
    made->trace = nd_doubles(n, error);
    made->nonzero_fraction = nd_doubles(n, error);
    made->gauss_newton = nd_doubles(n * made->gauss_newton_count, error);
    if (made->path && made->step && made->active_fraction && made->fraction_active_units &&
        made->trace && made->nonzero_fraction && made->gauss_newton)
        return made;
    nd_flatness_free(made);
    return NULL;
}

/* Counts the stored eigenvalues of a snapshot; 0 when there are none. */
static size_t stored_count(const nd_run *run, size_t snapshot, size_t width, double *row) {
    size_t count = 0;
    if (!nd_nc_has(run->file, "eigenvalues") ||
        !nd_nc_get_row(run->file, "eigenvalues", snapshot, row, width, NULL))
        return 0;
    while (count < width && !isnan(row[count]))
        count++;
    return count;
}

static bool stored_gauss_newton(const nd_run *run, size_t snapshot, nd_flatness_run *made) {
    double *row = made->gauss_newton + snapshot * made->gauss_newton_count;
    return nd_nc_has(run->file, "gauss_newton_eigenvalues") &&
           nd_nc_get_row(run->file, "gauss_newton_eigenvalues", snapshot, row,
                         made->gauss_newton_count, NULL) &&
           !isnan(row[0]);
}

static bool take_gauss_newton(const nd_linearization *point, double *row, size_t width,
                              nd_error *error) {
    nd_spectrum spectrum = {0};
    if (!nd_gauss_newton_spectrum(point, &spectrum, error))
        return false;
    size_t kept = nd_spectrum_nonzero(&spectrum);
    for (size_t i = 0; i < width; i++)
        row[i] = i < kept ? spectrum.eigenvalue[i] : NAN;
    nd_spectrum_free(&spectrum);
    return true;
}

static bool take_snapshot(const nd_run *run, size_t snapshot, const nd_parameters *parameters,
                          double *row, nd_flatness_run *made, nd_error *error) {
    const nd_activation *activation = nd_activation_find(run->experiment->network.activation);
    nd_linearization *point = nd_linearize(parameters, run->dataset, activation, error);
    if (!point)
        return false;
    made->step[snapshot] = run->snapshot_step[snapshot];
    made->trace[snapshot] = nd_hessian_trace(point);
    size_t count = stored_count(run, snapshot, made->parameters, row);
    bool newton = stored_gauss_newton(run, snapshot, made), fine = true;
    if ((count == 0 || !newton) && nd_awake_parameters(point) > MOST_PARAMETERS)
        fine = nd_fail(error, made->path, "run `nulldrift spectrum` on it with `exact` first",
                       "snapshot %zu has no stored eigenvalues, and is too large to compute them "
                       "for a figure",
                       snapshot);
    if (fine && count == 0) {
        nd_spectrum spectrum = {0};
        fine = nd_hessian_spectrum(point, nd_available_bytes(), &spectrum, error);
        count = fine ? nd_spectrum_nonzero(&spectrum) : 0;
        nd_spectrum_free(&spectrum);
    }
    if (fine && !newton)
        fine = take_gauss_newton(point, made->gauss_newton + snapshot * made->gauss_newton_count,
                                 made->gauss_newton_count, error);
    made->nonzero_fraction[snapshot] = (double)count / (double)made->parameters;
    nd_linearization_free(point);
    return fine;
}

static bool take_all(const nd_run *run, nd_flatness_run *made, nd_error *error) {
    size_t entries = run->dataset->samples * run->hidden;
    nd_parameters *parameters = nd_run_parameters_new(run, error);
    double *activity = nd_doubles(entries, error), *row = nd_doubles(made->parameters, error);
    bool fine = parameters && activity && row;
    for (size_t i = 0; fine && i < run->snapshots; i++) {
        fine = nd_run_snapshot(run, i, parameters, error) &&
               take_snapshot(run, i, parameters, row, made, error) &&
               nd_run_activity(run, i, activity, error);
        if (fine)
            nd_sparsity(activity, run->dataset->samples, run->hidden,
                        run->experiment->network.active_threshold, &made->active_fraction[i],
                        &made->fraction_active_units[i]);
    }
    nd_parameters_free(parameters);
    free(activity);
    free(row);
    return fine;
}

nd_flatness_run *nd_flatness_read(const char *path, nd_error *error) {
    nd_run *run = nd_run_open(path, error);
    if (!run)
        return NULL;
    nd_flatness_run *made = NULL;
    if (run->snapshots == 0)
        nd_fail(error, path, "run it with run.snapshots of at least 1", "holds no snapshots");
    else if ((made = flatness_new(path, run, error)) && !take_all(run, made, error)) {
        nd_flatness_free(made);
        made = NULL;
        nd_error_at(error, path);
    }
    nd_run_close(run);
    return made;
}
