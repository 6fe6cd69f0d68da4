/* Reading a measured run back. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/measured_run.h"
#include "base/error.h"
#include "measure/tuning.h"

static double *take(const nd_measured *measured, const char *name, size_t count, nd_error *error) {
    double *values = nd_doubles(count, error);
    if (values && nd_nc_get(measured->file, name, values, count, error))
        return values;
    free(values);
    return NULL;
}

static bool take_tuned(nd_measured *measured, size_t count, nd_error *error) {
    double *tuned = take(measured, "tuned", count, error);
    measured->tuned = tuned ? nd_array(count, sizeof(bool), error) : NULL;
    for (size_t i = 0; measured->tuned && i < count; i++)
        measured->tuned[i] = tuned[i] > 0;
    free(tuned);
    return measured->tuned != NULL;
}

static bool take_measures(nd_measured *measured, nd_error *error) {
    size_t snapshots = measured->run->snapshots, bins = measured->bins;
    size_t pairs = measured->environments * measured->units, places = measured->environments * bins;
    return (measured->occupancy = take(measured, "occupancy", places, error)) &&
           (measured->bin_position = take(measured, "bin_position", places, error)) &&
           (measured->information =
                take(measured, "spatial_information", snapshots * pairs, error)) &&
           take_tuned(measured, snapshots * pairs, error) &&
           (measured->rate_map_correlation =
                take(measured, "rate_map_correlation", snapshots * snapshots, error)) &&
           (measured->population_vector_correlation =
                take(measured, "population_vector_correlation", snapshots * snapshots, error));
}

nd_measured *nd_measured_open(const char *path, nd_error *error) {
    nd_measured *measured = nd_array(1, sizeof *measured, error);
    if (!measured)
        return NULL;
    bool fine = (measured->run = nd_run_open(path, error)) != NULL;
    if (fine) {
        measured->environments = measured->run->dataset->environments;
        measured->units = measured->run->hidden;
        if (measured->run->snapshots == 0) {
            nd_measured_close(measured);
            nd_fail(error, path, "let it run further before it is measured", "holds no snapshots");
            return NULL;
        }
        /* Files that 0.1.0 measured hold 0 in bins never visited: they are measured anew. */
        bool ready = nd_nc_has(measured->run->file, "published_population_vector_correlation");
        measured->file = ready ? nd_nc_open(path, error) : nd_nc_scratch(path, error);
        fine = measured->file &&
               (ready || nd_measures_add(measured->run, measured->file, NULL, error)) &&
               nd_nc_dimension(measured->file, "bin", &measured->bins, error) &&
               (measured->bins > 0 || nd_fail(error, path, "measure it again", "has no bins")) &&
               take_measures(measured, error);
    }
    if (fine)
        return measured;
    nd_measured_close(measured);
    return NULL;
}

void nd_measured_close(nd_measured *measured) {
    if (!measured)
        return;
    nd_run_close(measured->run);
    nd_nc_close(measured->file); /* measured aside: what was written is removed */
    free(measured->occupancy);
    free(measured->bin_position);
    free(measured->information);
    free(measured->tuned);
    free(measured->rate_map_correlation);
    free(measured->population_vector_correlation);
    free(measured);
}

bool nd_measured_maps(const nd_measured *measured, size_t snapshot, size_t environment,
                      double *maps, nd_error *error) {
    size_t size = measured->units * measured->bins, all = measured->environments * size;
    double *curves = nd_doubles(all, error);
    bool fine =
        curves && nd_nc_get_row(measured->file, "tuning_curves", snapshot, curves, all, error);
    if (fine)
        memcpy(maps, curves + environment * size, size * sizeof *maps);
    free(curves);
    return fine && nd_smooth_curves(maps, measured->units, measured->bins, error);
}

size_t nd_measured_tuned(const nd_measured *measured, size_t snapshot, double *mean_information) {
    size_t pairs = measured->environments * measured->units, count = 0;
    double sum = 0;
    for (size_t i = snapshot * pairs; i < (snapshot + 1) * pairs; i++)
        if (measured->tuned[i]) {
            sum += measured->information[i];
            count++;
        }
    if (mean_information)
        *mean_information = count > 0 ? sum / (double)count : NAN;
    return count;
}

size_t nd_snapshot_near(const nd_run *run, double share) {
    double step = share * run->snapshot_step[run->snapshots - 1];
    size_t nearest = 0;
    for (size_t i = 1; i < run->snapshots; i++)
        if (fabs(run->snapshot_step[i] - step) < fabs(run->snapshot_step[nearest] - step))
            nearest = i;
    return nearest;
}
