#include "store/traces.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "experiment/parse.h"

void nd_trace_table_free(nd_trace_table *table) {
    free(table->step);
    free(table->loss);
    free(table->active_fraction);
    free(table->fraction_active_units);
    free(table->snapshot_step);
    free(table->spatial_information);
    free(table->rate_map_correlation);
    free(table->status);
    *table = (nd_trace_table){0};
}

/* A variable over the records into a new array; absent leaves NULL. */
static bool take(const nd_nc *file, const char *name, size_t count, double **values,
                 nd_error *error) {
    if (!nd_nc_has(file, name))
        return true;
    *values = nd_doubles(count, error);
    return *values && nd_nc_get(file, name, *values, count, error);
}

/* The mean spatial information over the tuned units of every snapshot. */
static bool take_information(const nd_nc *file, size_t snapshots, nd_trace_table *table,
                             nd_error *error) {
    size_t units, rank_shape[8];
    int rank;
    if (!nd_nc_has(file, "spatial_information") || !nd_nc_has(file, "tuned"))
        return true;
    if (!nd_nc_shape(file, "spatial_information", &rank, rank_shape, error))
        return false;
    if (rank < 2 || rank > 3 || rank_shape[0] != snapshots)
        return nd_fail(error, nd_nc_path(file), "measure it again",
                       "spatial_information has the wrong shape");
    units = rank_shape[1] * (rank == 3 ? rank_shape[2] : 1); /* of every environment */
    double *information = nd_doubles(units, error), *tuned = nd_doubles(units, error);
    table->spatial_information = nd_doubles(snapshots, error);
    bool fine = information && tuned && table->spatial_information;
    for (size_t i = 0; fine && i < snapshots; i++) {
        fine = nd_nc_get_row(file, "spatial_information", i, information, units, error) &&
               nd_nc_get_row(file, "tuned", i, tuned, units, error);
        double sum = 0, count = 0;
        for (size_t j = 0; fine && j < units; j++)
            if (tuned[j] > 0) {
                sum += information[j];
                count++;
            }
        table->spatial_information[i] = count > 0 ? sum / count : NAN;
    }
    free(information);
    free(tuned);
    return fine;
}

static void point_at(nd_trace_table *table, size_t records, size_t snapshots) {
    table->traces = (nd_phase_traces){.records = records,
                                      .step = table->step,
                                      .loss = table->loss,
                                      .active_fraction = table->active_fraction,
                                      .fraction_active_units = table->fraction_active_units,
                                      .snapshots = snapshots,
                                      .snapshot_step = table->snapshot_step,
                                      .spatial_information = table->spatial_information,
                                      .rate_map_correlation = table->rate_map_correlation};
}

/* learning.divergence of the run; 0 where it has no such key. */
static double divergence_of(const nd_nc *file) {
    char *text = nd_nc_text(file, NULL, "experiment", NULL);
    nd_experiment *experiment = text ? nd_experiment_restore(text, nd_nc_path(file), NULL) : NULL;
    double divergence = experiment ? experiment->learning.divergence : 0;
    nd_experiment_free(experiment);
    free(text);
    return divergence;
}

static bool take_run(const nd_nc *file, nd_trace_table *table, nd_error *error) {
    size_t records, snapshots = 0;
    if (!nd_nc_dimension(file, "record", &records, error) ||
        !take(file, "step", records, &table->step, error) ||
        !take(file, "loss", records, &table->loss, error) ||
        !take(file, "active_fraction", records, &table->active_fraction, error) ||
        !take(file, "fraction_active_units", records, &table->fraction_active_units, error))
        return false;
    if (nd_nc_has(file, "snapshot_step") &&
        (!nd_nc_dimension(file, "snapshot", &snapshots, error) ||
         !take(file, "snapshot_step", snapshots, &table->snapshot_step, error) ||
         !take_information(file, snapshots, table, error) ||
         !take(file, "rate_map_correlation", snapshots * snapshots, &table->rate_map_correlation,
               error)))
        return false;
    point_at(table, records, snapshots);
    table->status = nd_nc_text(file, NULL, "status", NULL);
    table->traces.divergence = divergence_of(file);
    return true;
}

bool nd_traces_from_run(const nd_nc *file, nd_trace_table *table, nd_error *error) {
    *table = (nd_trace_table){0};
    if (take_run(file, table, error))
        return true;
    nd_trace_table_free(table);
    return nd_error_at(error, nd_nc_path(file));
}
