#include "flatness/summary.h"

#include <math.h>

#include "base/platform.h"

#include "flatness/spectrum.h"

static bool spectrum_at(const nd_parameters *parameters, const nd_dataset *dataset,
                        const nd_activation *activation, nd_spectrum *exact, double *trace,
                        size_t *rank, nd_error *error) {
    nd_linearization *point = nd_linearize(parameters, dataset, activation, error);
    if (!point)
        return false;
    bool fine = nd_hessian_spectrum(point, nd_available_bytes(), exact, error);
    *trace = nd_hessian_trace(point);
    nd_spectrum gauss_newton = {0};
    if (fine && rank) {
        fine = nd_gauss_newton_spectrum(point, &gauss_newton, error);
        *rank = fine ? nd_spectrum_nonzero(&gauss_newton) : 0;
    }
    nd_spectrum_free(&gauss_newton);
    nd_linearization_free(point);
    return fine;
}

bool nd_summarize_spectra(const nd_parameters *first, const nd_parameters *last,
                          const nd_dataset *dataset, const nd_activation *activation,
                          nd_spectrum_summary *summary, nd_error *error) {
    nd_spectrum before = {0}, after = {0};
    double trace_before = 0, trace_after = 0;
    size_t rank = 0;
    bool fine = spectrum_at(first, dataset, activation, &before, &trace_before, NULL, error) &&
                spectrum_at(last, dataset, activation, &after, &trace_after, &rank, error);
    if (fine) {
        double all = (double)after.parameters;
        *summary = (nd_spectrum_summary){
            .eigenvalue_sum_ratio = trace_after / trace_before,
            .eigenvalue_max_ratio =
                before.count ? (after.count ? after.eigenvalue[0] : 0) / before.eigenvalue[0] : NAN,
            .positive_eigenvalue_fraction = (double)nd_spectrum_positive(&after) / all,
            .nonzero_eigenvalue_fraction = (double)nd_spectrum_nonzero(&after) / all,
            .gauss_newton_rank = (double)rank,
        };
    }
    nd_spectrum_free(&before);
    nd_spectrum_free(&after);
    return fine;
}
