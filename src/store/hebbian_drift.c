/* The parts of the Hebbian run file that tell how the fields drifted (hebbian/drift.h). */
#include <math.h>
#include <stdlib.h>

#include "store/hebbian_file.h"

static bool define(nd_nc *file, bool circular, size_t lags, nd_error *error) {
    return nd_nc_define_dimension(file, "lag", lags, error) &&
           nd_nc_define(file, "centroid", ND_NC_DOUBLE, "record unit",
                        circular ? "rad" : "length of the slice",
                        "centre of mass of the unit's field, the unbroken stretch of responses "
                        "above 0 around the largest; NaN where that is not above "
                        "network.peak_threshold",
                        error) &&
           nd_nc_define(file, "lag_steps", ND_NC_DOUBLE, "lag", "steps",
                        "time between the records compared", error) &&
           nd_nc_define(file, "mean_squared_displacement", ND_NC_DOUBLE, "lag",
                        circular ? "rad^2" : "square length of the slice",
                        "mean over units and pairs of records, in the second half of the run, of "
                        "the squared way a centroid has gone; NaN where few fields last that long",
                        error);
}

static bool put_diffusion(nd_nc *file, const nd_diffusion *fit, nd_error *error) {
    return nd_nc_put_number(file, NULL, "diffusion_constant", fit->linear, error) &&
           nd_nc_put_number(file, NULL, "diffusion_constant_error", fit->linear_error, error) &&
           nd_nc_put_number(file, NULL, "diffusion_constant_log_fit", fit->logarithmic, error) &&
           nd_nc_put_number(file, NULL, "diffusion_exponent", fit->exponent, error) &&
           nd_nc_put_number(file, NULL, "diffusion_exponent_error", fit->exponent_error, error);
}

bool nd_hebbian_drift_write(nd_nc *file, const nd_hebbian *network, const double *step,
                            const double *centroid, size_t records, nd_error *error) {
    if (records == 0)
        return true;
    size_t neurons = network->neurons, lags = nd_drift_lags(records);
    double interval = (step[records - 1] - step[0]) / fmax((double)records - 1, 1);
    double *lag_steps = nd_doubles(lags, error);
    double *squared = lag_steps ? nd_doubles(lags, error) : NULL;
    nd_diffusion fit;
    for (size_t lag = 0; squared && lag < lags; lag++)
        lag_steps[lag] = (double)(lag + 1) * interval;
    bool fine = squared &&
                nd_late_diffusion(centroid, step, records, neurons, network->inputs, squared, &fit,
                                  error) &&
                define(file, network->inputs->circular, lags, error) &&
                nd_nc_put(file, "centroid", centroid, records * neurons, error) &&
                nd_nc_put(file, "lag_steps", lag_steps, lags, error) &&
                nd_nc_put(file, "mean_squared_displacement", squared, lags, error) &&
                put_diffusion(file, &fit, error);
    free(lag_steps);
    free(squared);
    return fine;
}

bool nd_hebbian_correlation_write(nd_nc *file, const nd_hebbian *network, double *response,
                                  size_t snapshots, nd_error *error) {
    if (snapshots == 0)
        return true;
    double *correlation = nd_doubles(snapshots * snapshots, error);
    bool fine =
        correlation &&
        nd_response_correlations(response, snapshots, network->inputs->count, network->neurons,
                                 correlation, error) &&
        nd_nc_define(file, "population_vector_correlation", ND_NC_DOUBLE, "snapshot snapshot", "1",
                     "Pearson r across units of two snapshots' responses to an input, "
                     "averaged over inputs",
                     error) &&
        nd_nc_put(file, "population_vector_correlation", correlation, snapshots * snapshots, error);
    free(correlation);
    return fine;
}
