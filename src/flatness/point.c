#include <math.h>

#include "base/error.h"
#include "base/platform.h"
#include "flatness/point.h"

enum { USUAL_PROBES = 16, USUAL_STEPS = 100, EXTREME_STEPS = 300 };

void nd_point_flatness_free(nd_flatness *at) {
    nd_spectrum_free(&at->gauss_newton);
    nd_spectrum_free(&at->exact);
}

nd_spectra_work nd_spectra_work_of(const nd_experiment *experiment, const nd_dataset *dataset,
                                   const nd_spectra_options *options, size_t snapshots) {
    size_t residuals = dataset->samples * dataset->outputs;
    size_t parameters = experiment->network.hidden * (dataset->inputs + 1 + dataset->outputs);
    double memory = options->memory > 0 ? options->memory : nd_available_bytes();
    return (nd_spectra_work){.options = options,
                             .dataset = dataset,
                             .seed = experiment->seed,
                             .snapshots = snapshots,
                             .activation = nd_activation_find(experiment->network.activation),
                             .variance = nd_target_variance(dataset),
                             .memory = memory / (options->threads ? options->threads : 1),
                             .eigenvalues = parameters,
                             .gauss_newton_eigenvalues =
                                 parameters < residuals ? parameters : residuals};
}

static bool check_gauss_newton(const nd_linearization *point, double memory, nd_error *error) {
    double bytes = nd_gauss_newton_bytes(point);
    if (bytes <= memory)
        return true;
    return nd_fail(error, "", "take `lanczos`, or a larger `memory`",
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

bool nd_flatness_measure(const nd_spectra_work *all, const nd_parameters *parameters,
                         nd_flatness *at, nd_spectra_job *lanczos, nd_error *error) {
    nd_linearization *point = nd_linearize(parameters, all->dataset, all->activation, error);
    if (!point)
        return false;
    const nd_spectra_options *options = all->options;
    *at = (nd_flatness){.loss = point->loss / all->variance,
                        .trace = nd_hessian_trace(point),
                        .rank = NAN,
                        .log_sum = NAN};
    bool fine = nd_hessian_largest(point, all->seed, EXTREME_STEPS, &at->largest, error);
    if (fine && lanczos) {
        fine = nd_hessian_extremes(point, all->seed, EXTREME_STEPS, &lanczos->extremes, error) &&
               nd_hessian_density(
                   point, all->seed, options->probes ? options->probes : USUAL_PROBES,
                   options->steps ? options->steps : USUAL_STEPS, &lanczos->density, error);
    }
    if (fine && (!options->lanczos || options->exact))
        fine = measure_dense(all, point, at, error);
    nd_linearization_free(point);
    return fine;
}
