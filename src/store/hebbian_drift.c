/* The part of the Hebbian run file that tells how the fields drifted (hebbian/drift.h). */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "store/hebbian_file.h"

static bool define(nd_nc *file, bool circular, size_t lags, nd_error *error) {
    return nd_nc_define_dimension(file, "lag", lags, error) &&
           nd_nc_define(file, "centroid", ND_NC_DOUBLE, "snapshot unit",
                        circular ? "rad" : "length of the slice",
                        "centre of mass of the unit's responses (on the ring the direction of "
                        "their vector sum); NaN where its peak is not above "
                        "network.peak_threshold",
                        error) &&
           nd_nc_define(file, "lag_steps", ND_NC_DOUBLE, "lag", "steps",
                        "time between the snapshots compared", error) &&
           nd_nc_define(file, "mean_squared_displacement", ND_NC_DOUBLE, "lag",
                        circular ? "rad^2" : "square length of the slice",
                        "mean over units and pairs of snapshots, in the second half of the run, of "
                        "the squared way a centroid has gone",
                        error) &&
           nd_nc_define(file, "population_vector_correlation", ND_NC_DOUBLE, "snapshot snapshot",
                        "1",
                        "Pearson r across units of two snapshots' responses to an input, averaged "
                        "over inputs",
                        error);
}

static bool put_diffusion(nd_nc *file, const nd_diffusion *fit, nd_error *error) {
    return nd_nc_put_number(file, NULL, "diffusion_constant", fit->linear, error) &&
           nd_nc_put_number(file, NULL, "diffusion_constant_error", fit->linear_error, error) &&
           nd_nc_put_number(file, NULL, "diffusion_constant_log_fit", fit->logarithmic, error) &&
           nd_nc_put_number(file, NULL, "diffusion_exponent", fit->exponent, error) &&
           nd_nc_put_number(file, NULL, "diffusion_exponent_error", fit->exponent_error, error);
}

/* What is derived, in memory. */
typedef struct derived {
    double *centroid, *lag_steps, *squared, *correlation;
    nd_diffusion fit;
} derived;

static bool derive(derived *all, const nd_hebbian *network, const double *step, double *response,
                   size_t snapshots, nd_error *error) {
    const nd_hebbian_inputs *inputs = network->inputs;
    size_t neurons = network->neurons, lags = nd_drift_lags(snapshots);
    if (!(all->centroid = nd_doubles(snapshots * neurons, error)) ||
        !(all->lag_steps = nd_doubles(lags, error)) || !(all->squared = nd_doubles(lags, error)) ||
        !(all->correlation = nd_doubles(snapshots * snapshots, error)))
        return false;
    for (size_t k = 0; k < snapshots; k++)
        nd_field_centroids(inputs, response + k * inputs->count * neurons, neurons,
                           network->experiment->network.peak_threshold,
                           all->centroid + k * neurons);
    for (size_t lag = 0; lag < lags; lag++)
        all->lag_steps[lag] =
            (double)(lag + 1) * (step[snapshots - 1] - step[0]) / fmax((double)snapshots - 1, 1);
    nd_response_correlations(response, snapshots, inputs->count, neurons, all->correlation);
    return nd_late_diffusion(all->centroid, step, snapshots, neurons, inputs->circular,
                             all->squared, &all->fit, error);
}

bool nd_hebbian_drift_write(nd_nc *file, const nd_hebbian *network, const double *step,
                            double *response, size_t snapshots, nd_error *error) {
    derived all = {0};
    size_t neurons = network->neurons, lags = nd_drift_lags(snapshots);
    bool fine =
        snapshots == 0 || (derive(&all, network, step, response, snapshots, error) &&
                           define(file, network->inputs->circular, lags, error) &&
                           nd_nc_put(file, "centroid", all.centroid, snapshots * neurons, error) &&
                           nd_nc_put(file, "lag_steps", all.lag_steps, lags, error) &&
                           nd_nc_put(file, "mean_squared_displacement", all.squared, lags, error) &&
                           nd_nc_put(file, "population_vector_correlation", all.correlation,
                                     snapshots * snapshots, error) &&
                           put_diffusion(file, &all.fit, error));
    free(all.centroid);
    free(all.lag_steps);
    free(all.squared);
    free(all.correlation);
    return fine;
}
