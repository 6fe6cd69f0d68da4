#include "run/hebbian_measured.h"

#include <math.h>
#include <stdlib.h>

#include "measure/correlation.h"
#include "measure/tuning.h"
#include "measure/unit_measure.h"
#include "store/snapshot_pairs.h"

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

/* How the centroids (records x N) drifted, at `step` (records). */
static bool write_drift(nd_nc *file, const nd_hebbian *network, const double *step,
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

/* Responses of all snapshots (n x N each) and room for one of them by unit. */
typedef struct snapshots {
    const nd_hebbian *network;
    const double *response;
} snapshots;

/* Snapshot `index` as maps (N x n), and which units have a field. */
static bool maps_at(size_t index, double *maps, bool *use, void *context, nd_error *error) {
    const snapshots *self = context;
    size_t inputs = self->network->inputs->count, neurons = self->network->neurons;
    const double *response = self->response + index * inputs * neurons;
    (void)error;
    for (size_t i = 0; i < neurons; i++) {
        double peak = 0;
        for (size_t s = 0; s < inputs; s++) {
            maps[i * inputs + s] = response[s * neurons + i];
            peak = fmax(peak, response[s * neurons + i]);
        }
        use[i] = peak > self->network->experiment->network.peak_threshold;
    }
    return true;
}

static bool write_correlations(nd_nc *file, snapshots *self, size_t count, nd_error *error) {
    double *rate_map = nd_doubles(count * count, error);
    double *vector = rate_map ? nd_doubles(count * count, error) : NULL;
    bool fine = vector &&
                nd_correlation_matrices(count, self->network->neurons, self->network->inputs->count,
                                        maps_at, self, rate_map, vector, error) &&
                nd_define_snapshot_pairs(
                    file, "population_vector_correlation",
                    "Pearson r across units of two snapshots' responses to an input, averaged "
                    "over inputs",
                    error) &&
                nd_define_snapshot_pairs(
                    file, "rate_map_correlation",
                    "Pearson r of a unit's responses at two snapshots, averaged over the units "
                    "whose peak exceeds network.peak_threshold at both",
                    error) &&
                nd_nc_put(file, "population_vector_correlation", vector, count * count, error) &&
                nd_nc_put(file, "rate_map_correlation", rate_map, count * count, error);
    free(rate_map);
    free(vector);
    return fine;
}

static bool write_unit_measures(nd_nc *file, snapshots *self, size_t count, nd_error *error) {
    size_t inputs = self->network->inputs->count, neurons = self->network->neurons;
    double *maps = nd_doubles(inputs * neurons, error), *occupancy = nd_doubles(inputs, error);
    double *value = nd_doubles(neurons, error), *tuned = nd_doubles(neurons, error);
    bool *use = nd_array(neurons, sizeof *use, error);
    bool fine = maps && occupancy && value && tuned && use &&
                nd_nc_define(file, "tuned", ND_NC_BYTE, "snapshot unit", "1",
                             "1 where the unit's peak exceeds network.peak_threshold and its "
                             "spatial information 0.01",
                             error);
    for (size_t m = 0; fine && m < ND_UNIT_MEASURES; m++)
        fine = nd_nc_define(file, nd_unit_measures[m].name, ND_NC_DOUBLE, "snapshot unit",
                            nd_unit_measures[m].units, nd_unit_measures[m].definition, error);
    for (size_t s = 0; fine && s < inputs; s++)
        occupancy[s] = 1 / (double)inputs; /* all equally likely */
    for (size_t k = 0; fine && k < count; k++) {
        maps_at(k, maps, use, self, error);
        for (size_t m = 0; fine && m < ND_UNIT_MEASURES; m++) {
            for (size_t i = 0; i < neurons; i++)
                value[i] = nd_unit_measures[m].value(maps + i * inputs, occupancy, inputs);
            for (size_t i = 0; m == ND_UNIT_SPATIAL_INFORMATION && i < neurons; i++)
                tuned[i] = use[i] && value[i] > ND_TUNED_INFORMATION;
            fine = nd_nc_put_row(file, nd_unit_measures[m].name, k, value, neurons, error);
        }
        fine = fine && nd_nc_put_row(file, "tuned", k, tuned, neurons, error);
    }
    free(maps);
    free(occupancy);
    free(value);
    free(tuned);
    free(use);
    return fine;
}

bool nd_hebbian_measure_rows(nd_nc *file, const nd_hebbian *network, const nd_hebbian_rows *rows,
                             nd_error *error) {
    snapshots self = {network, rows->response};
    return write_drift(file, network, rows->column, rows->centroid, rows->records, error) &&
           (rows->snapshots == 0 || (write_correlations(file, &self, rows->snapshots, error) &&
                                     write_unit_measures(file, &self, rows->snapshots, error)));
}
