/* Traces of a run as the phases of learning take them (measure/phases.h), from a run file or a
 * table. */
#ifndef ND_STORE_TRACES_H
#define ND_STORE_TRACES_H

#include "base/netcdf_file.h"
#include "measure/phases.h"

/* Traces read from a file, and what they are kept in. */
typedef struct nd_trace_table {
    nd_phase_traces traces;
    double *step, *loss, *active_fraction, *fraction_active_units;
    double *snapshot_step, *spatial_information, *rate_map_correlation;
    char *status; /* of a run file: complete, or why it ended early; NULL where it is not told */
} nd_trace_table;

void nd_trace_table_free(nd_trace_table *table);

/* From an open run file: step, loss, active_fraction and fraction_active_units, and, where
 * `measure` has been there, spatial_information, tuned and rate_map_correlation. */
bool nd_traces_from_run(const nd_nc *file, nd_trace_table *table, nd_error *error);

/* From a CSV table whose first line names the columns: step; loss or log10_loss;
 * and, if there, fraction_active_units, active_fraction and spatial_information (empty where it was
 * not measured). Fields are parted by commas, semicolons or tabs. Other columns are left alone. The
 * loss is taken to be over the targets' variance, and judged by learning.divergence's default.
 * Fails naming line and column. */
bool nd_traces_from_csv(const char *path, nd_trace_table *table, nd_error *error);

#endif
