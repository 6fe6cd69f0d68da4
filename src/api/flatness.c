/* Flatness of any network by its arrays (nulldrift/flatness.h). The rooms below work on the awake
 * units' parameters, a row per unit; the interface on all parameters, in the order of
 * nd_parameters: silent units have zero rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/network.h"
#include "base/error.h"
#include "base/locale.h"
#include "base/platform.h"
#include "flatness/lanczos.h"
#include "flatness/landscape.h"
#include "flatness/regularizer.h"
#include "flatness/relax.h"
#include "flatness/spectrum.h"
#include "nulldrift/flatness.h"
struct nd_point {
    nd_linearization *at;
    nd_parameters *scratch; /* of the network's shape */
    double variance;        /* Var(y) */
};

nd_point *nd_point_open(const nd_parameters *parameters, const nd_dataset *dataset,
                        const char *activation, nd_error *error) {
    ND_IN_C_LOCALE;
    static const char function[] = "nd_point_open";
    nd_parameters *copy = NULL;
    const nd_activation *phi = NULL;
    if (!nd_network_given(parameters, dataset, activation, function, &copy, &phi, error))
        return NULL;
    nd_point *point = nd_array(1, sizeof *point, error);
    if (point) {
        point->scratch = copy;
        point->variance = nd_target_variance(dataset);
        if ((point->at = nd_linearize(copy, dataset, phi, error)))
            return point;
        free(point);
        nd_error_at(error, function);
    }
    nd_parameters_free(copy);
    return NULL;
}

void nd_point_close(nd_point *point) {
    if (!point)
        return;
    nd_linearization_free(point->at);
    nd_parameters_free(point->scratch);
    free(point);
}

size_t nd_point_count(const nd_point *point) {
    return point ? nd_parameter_count(point->scratch) : 0;
}

double nd_point_loss(const nd_point *point, bool relative) {
    if (!point)
        return NAN;
    return relative ? point->at->loss / point->variance : point->at->loss;
}

double nd_point_trace(const nd_point *point) {
    return point ? nd_hessian_trace(point->at) : NAN;
}

/* factor times an awake vector, as a vector over all parameters. */
static void spread(const nd_point *point, double factor, const double *awake, double *all) {
    const nd_parameters *like = point->scratch;
    nd_parameters view = nd_parameters_view(like->hidden, like->inputs, like->outputs, all);
    memset(all, 0, nd_parameter_count(like) * sizeof *all);
    nd_awake_add(point->at, factor, awake, &view);
}

bool nd_point_gradient(const nd_point *point, double *gradient, nd_error *error) {
    static const char function[] = "nd_point_gradient";
    if (!nd_is_given(point, function, "point", error) ||
        !nd_is_given(gradient, function, "gradient", error))
        return false;
    double *awake = nd_doubles(nd_awake_parameters(point->at), error);
    if (!awake)
        return false;
    nd_jacobian_transposed_times(point->at, point->at->residual, awake);
    spread(point, point->at->scale, awake, gradient);
    free(awake);
    return true;
}

static bool sound_curvature(nd_curvature curvature, const char *function, nd_error *error) {
    return curvature == ND_CURVATURE_HESSIAN || curvature == ND_CURVATURE_GAUSS_NEWTON ||
           nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "curvature is %d", (int)curvature);
}

bool nd_point_times(const nd_point *point, nd_curvature curvature, const double *vector,
                    double *result, nd_error *error) {
    static const char function[] = "nd_point_times";
    if (!nd_is_given(point, function, "point", error) ||
        !nd_is_given(vector, function, "vector", error) ||
        !nd_is_given(result, function, "result", error) ||
        !sound_curvature(curvature, function, error))
        return false;
    const nd_linearization *at = point->at;
    size_t awake = nd_awake_parameters(at);
    double *from = nd_doubles(awake, error), *to = nd_doubles(awake, error);
    double *outputs = nd_doubles(nd_residual_count(at), error);
    bool fine = from && to && outputs;
    if (fine) {
        nd_parameters_copy(point->scratch, &(nd_parameters){.hidden = point->scratch->hidden,
                                                            .inputs = point->scratch->inputs,
                                                            .outputs = point->scratch->outputs,
                                                            .input_weights = (double *)vector});
        nd_awake_gather(at, point->scratch, from);
        if (curvature == ND_CURVATURE_HESSIAN) {
            nd_hessian_times(at, from, to);
            spread(point, 1, to, result);
        } else {
            nd_jacobian_times(at, from, outputs);
            nd_jacobian_transposed_times(at, outputs, to);
            spread(point, at->scale, to, result);
        }
    }
    free(from);
    free(to);
    free(outputs);
    return fine;
}

bool nd_point_spectrum(const nd_point *point, nd_curvature curvature, double most_bytes,
                       double **eigenvalues, size_t *count, nd_error *error) {
    static const char function[] = "nd_point_spectrum";
    if (!nd_is_given(point, function, "point", error) ||
        !nd_is_given(eigenvalues, function, "eigenvalues", error) ||
        !nd_is_given(count, function, "count", error) ||
        !sound_curvature(curvature, function, error))
        return false;
    if (!(most_bytes >= 0))
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "most_bytes is %g", most_bytes);
    double most = most_bytes > 0 ? most_bytes : nd_available_bytes();
    nd_spectrum spectrum = {0};
    bool fine;
    if (curvature == ND_CURVATURE_HESSIAN) {
        fine = nd_hessian_spectrum(point->at, most, &spectrum, error);
    } else {
        double bytes = nd_gauss_newton_bytes(point->at);
        fine = (bytes <= most ||
                nd_fail_as(ND_CODE_MEMORY, error, function, "see nd_point_ends",
                           "the Gauss-Newton spectrum needs %.2f GB, %.2f GB are free", bytes / 1e9,
                           most / 1e9)) &&
               nd_gauss_newton_spectrum(point->at, &spectrum, error);
    }
    if (!fine) {
        nd_error_at(error, function);
        nd_spectrum_free(&spectrum);
        return false;
    }
    *eigenvalues = spectrum.eigenvalue; /* an array of nd_doubles, which free() takes */
    *count = spectrum.count;
    return true;
}

bool nd_point_ends(const nd_point *point, uint64_t seed, size_t most_steps, nd_spectrum_ends *ends,
                   nd_error *error) {
    static const char function[] = "nd_point_ends";
    nd_extremes found;
    if (!nd_is_given(point, function, "point", error) ||
        !nd_is_given(ends, function, "ends", error))
        return false;
    if (most_steps > 100000)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "most_steps is %zu, expected at most 1e5", most_steps);
    if (nd_awake_parameters(point->at) == 0) { /* no unit is awake: all of it is zero */
        *ends = (nd_spectrum_ends){0};
        return true;
    }
    if (!nd_hessian_extremes(point->at, seed, most_steps ? most_steps : 300, &found, error))
        return false;
    *ends = (nd_spectrum_ends){found.largest, found.smallest, found.largest_error,
                               found.smallest_error, found.steps};
    return true;
}

bool nd_point_density(const nd_point *point, uint64_t seed, size_t probes, size_t steps,
                      nd_eigenvalue_density *density, nd_error *error) {
    static const char function[] = "nd_point_density";
    _Static_assert((int)ND_DENSITY_LENGTH == (int)ND_DENSITY_BINS, "every bin has its place");
    nd_density found;
    if (!nd_is_given(point, function, "point", error) ||
        !nd_is_given(density, function, "density", error))
        return false;
    if (probes == 1 || probes > 100000 || steps > 100000)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "%zu probes of %zu steps, expected 2 to 1e5 probes of at most 1e5 steps",
                          probes, steps);
    if (nd_awake_parameters(point->at) == 0)
        return nd_fail(error, function, NULL, "no unit is awake: the Hessian is zero");
    if (!nd_hessian_density(point->at, seed, probes ? probes : 16, steps ? steps : 100, &found,
                            error))
        return false;
    *density = (nd_eigenvalue_density){.trace = found.trace, .trace_error = found.trace_error};
    for (size_t b = 0; b < ND_DENSITY_LENGTH; b++) {
        double low, high;
        nd_density_edges(b, &low, &high);
        density->low[b] = low * found.scale;
        density->high[b] = high * found.scale;
        density->count[b] = found.count[b];
        density->count_error[b] = found.count_error[b];
    }
    return true;
}

bool nd_point_regularizer(const nd_point *point, nd_flatness_kind kind, double least, double *value,
                          double *gradient, double *direction, nd_error *error) {
    static const char function[] = "nd_point_regularizer";
    if (!nd_is_given(point, function, "point", error))
        return false;
    if (kind != ND_FLATNESS_LOG_SUM && kind != ND_FLATNESS_TRACE)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "kind is %d", (int)kind);
    if (!(least >= 0) || isinf(least))
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "least is %g, expected a number of at least 0", least);
    size_t awake = nd_awake_parameters(point->at);
    double found, *slope = nd_doubles(awake, error), *drift = nd_doubles(awake, error);
    bool fine = slope && drift &&
                nd_regularizer_at(point->at, kind == ND_FLATNESS_LOG_SUM ? ND_LOG_SUM : ND_TRACE,
                                  least, &found, slope, drift, error);
    if (fine && value)
        *value = found;
    if (fine && gradient)
        spread(point, 1, slope, gradient);
    if (fine && direction)
        spread(point, 1, drift, direction);
    free(slope);
    free(drift);
    return fine;
}

bool nd_relax_network(nd_parameters *parameters, const nd_dataset *dataset, const char *activation,
                      const nd_watch *watch, nd_relaxing *relaxing, nd_error *error) {
    static const char function[] = "nd_relax_network";
    static const nd_relaxed ends[] = {[ND_AT_SOLUTION] = ND_RELAXED_SOLUTION,
                                      [ND_AT_MINIMUM] = ND_RELAXED_MINIMUM,
                                      [ND_STILL_FALLING] = ND_RELAXED_FALLING};
    nd_parameters *copy = NULL;
    const nd_activation *phi = NULL;
    nd_relaxation found;
    if (!nd_network_given(parameters, dataset, activation, function, &copy, &phi, error))
        return false;
    bool fine = nd_relax(copy, dataset, phi, watch, &found, error);
    if (fine) {
        nd_parameters_spread(parameters, copy);
        if (relaxing)
            *relaxing = (nd_relaxing){ends[found.end], found.loss, found.least, found.distance,
                                      found.steps};
    }
    nd_parameters_free(copy);
    return fine;
}

bool nd_walk_landscape(const nd_landscape_walks *landscape, double *step, double *x, double *y,
                       nd_error *error) {
    static const char function[] = "nd_walk_landscape";
    if (!nd_is_given(landscape, function, "landscape", error) ||
        !nd_is_given(step, function, "step", error) || !nd_is_given(x, function, "x", error) ||
        !nd_is_given(y, function, "y", error))
        return false;
    const double numbers[] = {landscape->learning_rate, landscape->noise, landscape->start_x,
                              landscape->start_y};
    for (size_t i = 0; i < 4; i++)
        if (!isfinite(numbers[i]) || (i < 2 && numbers[i] < 0))
            return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                              "learning_rate, noise or start is %g", numbers[i]);
    if (landscape->walkers == 0 || landscape->records < 2 ||
        landscape->records > SIZE_MAX / 16 / landscape->walkers)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "%zu walkers with %zu records, expected at least 1 and 2",
                          landscape->walkers, landscape->records);
    const nd_landscape_options options = {.seed = landscape->seed,
                                          .walkers = landscape->walkers,
                                          .records = landscape->records,
                                          .steps = landscape->steps,
                                          .learning_rate = landscape->learning_rate,
                                          .noise = landscape->noise,
                                          .start_x = landscape->start_x,
                                          .start_y = landscape->start_y,
                                          .threads = landscape->threads ? landscape->threads : 1};
    return nd_landscape_walk(landscape->uniform ? ND_VALLEY_UNIFORM : ND_VALLEY_NARROWING, &options,
                             step, x, y, error);
}
