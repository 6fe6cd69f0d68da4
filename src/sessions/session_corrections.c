#include "sessions/session_corrections.h"

#include <math.h>

#include "measure/tuned_course.h"
#include "sessions/crossed_halves.h"

bool nd_correction_asked(const nd_settings *settings, nd_correction correction) {
    const bool asked[ND_CORRECTIONS] = {
        settings->shuffle_reduction, settings->scaled_shuffle_reduction,
        settings->asymptotic_extrapolation, settings->bounded_asymptotic_extrapolation};
    return asked[correction];
}

/* Corrections of every cell's curve and of the mean curve; the error of a corrected mean is taken
 * to be that of the naive one. */
static void correct_by_curves(const nd_settings *settings, const bool *use,
                              nd_session_result *result) {
    const nd_sample_curves *curves = &result->curves;
    for (size_t m = 0; m < ND_CORRECTIONS; m++) {
        if (!nd_correction_asked(settings, (nd_correction)m))
            continue;
        for (size_t k = 0; k < ND_INFORMATIONS; k++) {
            double naive[ND_MOST_SAMPLE_FRACTIONS], shuffled[ND_MOST_SAMPLE_FRACTIONS];
            for (size_t i = 0; i < curves->cells; i++)
                if (use[i])
                    result->cell[i].corrected[m][k] =
                        nd_correct((nd_correction)m, curves->fraction,
                                   curves->naive[k] + i * curves->fractions,
                                   curves->shuffled[k] + i * curves->fractions, curves->fractions);
            nd_sample_curves_mean(curves, (nd_information)k, use, naive, shuffled);
            size_t of_active = ND_METRIC_ACTIVE_CORRECTED + m * ND_INFORMATIONS + k;
            result->metric[of_active] =
                nd_correct((nd_correction)m, curves->fraction, naive, shuffled, curves->fractions);
            result->error[of_active] = result->error[ND_METRIC_INFORMATION + k];
            size_t metric = ND_METRIC_CORRECTED + m * ND_INFORMATIONS + k;
            result->metric[metric] =
                nd_correct((nd_correction)m, curves->fraction, result->mean_naive[k],
                           result->mean_shuffled[k], curves->fractions);
            result->error[metric] = result->error[ND_METRIC_PLACE_INFORMATION + k];
        }
    }
}

/* Over active cells, SSR and BAE of spatial information are held against cells tuned as these are
 * (measure/tuned_course.h); the published formulas stay those of cells and of place cells. */
static bool correct_by_tuning(const nd_binned *activity, const size_t *cells,
                              const nd_settings *settings, const bool *use,
                              nd_session_result *result, nd_error *error) {
    bool blocks = result->metric[ND_METRIC_CORRECTION_BLOCK] > 1.0;
    double burst = blocks ? result->metric[ND_METRIC_BURST_LENGTH] : 1.0;
    nd_tuned_information tuned;
    if (!nd_tuned_information_of(activity, cells, result->active, burst, &result->curves, use,
                                 &tuned, error))
        return false;
    for (size_t k = 0; k < ND_INFORMATION_MUTUAL; k++) {
        double *of = result->metric + ND_METRIC_ACTIVE_CORRECTED + k;
        if (settings->scaled_shuffle_reduction)
            of[ND_CORRECTION_SCALED_SHUFFLE_REDUCTION * ND_INFORMATIONS] = tuned.reduced[k];
        if (settings->bounded_asymptotic_extrapolation)
            of[ND_CORRECTION_BOUNDED_ASYMPTOTIC_EXTRAPOLATION * ND_INFORMATIONS] =
                tuned.extrapolated[k];
    }
    return true;
}

/* Of place cells that are selected by other frames than those they are measured on. */
static bool cross_halves(const nd_binned *activity, const size_t *cells,
                         const nd_settings *settings, uint64_t seed, unsigned threads,
                         const nd_watch *watch, nd_session_result *result, nd_error *error) {
    nd_crossed crossed;
    double *metric = result->metric, *spread = result->error;
    if (!nd_crossed_halves(activity, cells, result->active, settings, seed, threads, watch, NULL,
                           &crossed, error))
        return false;
    metric[ND_METRIC_CROSSED_PLACE_SHARE] = crossed.share;
    spread[ND_METRIC_CROSSED_PLACE_SHARE] = spread[ND_METRIC_PLACE_SHARE];
    if (settings->scaled_shuffle_reduction)
        metric[ND_METRIC_CROSSED_REDUCED] = crossed.reduced;
    if (settings->bounded_asymptotic_extrapolation)
        metric[ND_METRIC_CROSSED_EXTRAPOLATED] = crossed.extrapolated;
    for (size_t m = ND_METRIC_CROSSED_REDUCED; m <= ND_METRIC_CROSSED_EXTRAPOLATED; m++)
        if (!isnan(metric[m]))
            spread[m] = spread[ND_METRIC_PLACE_INFORMATION];
    return true;
}

bool nd_session_correct(const nd_binned *activity, const size_t *cells, const nd_settings *settings,
                        const bool *use, uint64_t seed, unsigned threads, const nd_watch *watch,
                        nd_session_result *result, nd_error *error) {
    correct_by_curves(settings, use, result);
    if (!settings->scaled_shuffle_reduction && !settings->bounded_asymptotic_extrapolation)
        return true;
    return correct_by_tuning(activity, cells, settings, use, result, error) &&
           (settings->shuffles == 0 ||
            cross_halves(activity, cells, settings, seed, threads, watch, result, error));
}
