#include "measure/spectrum.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

void nd_spectrum_free(nd_spectrum *spectrum) {
    free(spectrum->eigenvalue);
    *spectrum = (nd_spectrum){0};
}

static double smallest_nonzero(const nd_spectrum *spectrum) {
    if (spectrum->count == 0)
        return 0;
    double first = fabs(spectrum->eigenvalue[0]);
    double last = fabs(spectrum->eigenvalue[spectrum->count - 1]);
    return ND_EIGENVALUE_TOLERANCE * fmax(first, last);
}

size_t nd_spectrum_nonzero(const nd_spectrum *spectrum) {
    double least = smallest_nonzero(spectrum);
    size_t count = 0;
    for (size_t i = 0; i < spectrum->count; i++)
        count += fabs(spectrum->eigenvalue[i]) > least;
    return count;
}

size_t nd_spectrum_positive(const nd_spectrum *spectrum) {
    double least = smallest_nonzero(spectrum);
    size_t count = 0;
    for (size_t i = 0; i < spectrum->count; i++)
        count += spectrum->eigenvalue[i] > least;
    return count;
}

double nd_spectrum_log_sum(const nd_spectrum *spectrum) {
    double least = smallest_nonzero(spectrum), sum = 0;
    for (size_t i = 0; i < spectrum->count; i++)
        if (spectrum->eigenvalue[i] > least)
            sum += log(spectrum->eigenvalue[i]);
    return sum;
}

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
