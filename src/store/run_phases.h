/* The phases of a run (measure/phases.h), from a run file or a table of traces. */
#ifndef ND_STORE_RUN_PHASES_H
#define ND_STORE_RUN_PHASES_H

#include "base/netcdf_file.h"
#include "measure/phases.h"

/* Traces read from a file, and what they are kept in. */
typedef struct nd_trace_table {
    nd_phase_traces traces;
    double *step, *loss, *active_fraction, *fraction_active_units;
    double *snapshot_step, *spatial_information, *rate_map_correlation;
} nd_trace_table;

void nd_trace_table_free(nd_trace_table *table);

/* From an open run file: step, loss, active_fraction and fraction_active_units, and, where
 * `measure` has been there, spatial_information, tuned and rate_map_correlation. */
bool nd_traces_from_run(const nd_nc *file, nd_trace_table *table, nd_error *error);

/* From a CSV table whose first line names the columns: step; loss or log10_loss;
 * fraction_active_units; and, if there, active_fraction and spatial_information (empty where it was
 * not measured). Other columns are left alone. Fails naming line and column. */
bool nd_traces_from_csv(const char *path, nd_trace_table *table, nd_error *error);

/* The phases of the run in `file`, found and written to its global attributes: phase_1_end_step,
 * phase_2_end_step, phase_sparsity_metric, phase_fall_from_step, phase_fall_to_step, phase_method,
 * phase_table. A phase that was not seen ends where it began. */
bool nd_phases_into_run(nd_nc *file, nd_phases *phases, nd_error *error);

#endif
