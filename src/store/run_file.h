/* The run file: netCDF-4 with the names of docs/run-file.md. */
#ifndef ND_STORE_RUN_FILE_H
#define ND_STORE_RUN_FILE_H

#include "base/netcdf_file.h"
#include "experiment/experiment.h"
#include "world/dataset.h"

/* A run file read back: everything but the parameters, which come a snapshot at a time. */
#define ND_STATE_GROUP "state" /* the group of a run file that holds final_state */

typedef struct nd_run {
    nd_nc *file;
    nd_experiment *experiment;
    nd_dataset *dataset;
    size_t records;
    double *step; /* records */
    double *loss, *active_fraction, *fraction_active_units;
    size_t snapshots;
    double *snapshot_step; /* snapshots */
    size_t hidden;
} nd_run;

/* Opens a run file; foreign, truncated or incomplete files are refused by name. */
nd_run *nd_run_open(const char *path, nd_error *error);
void nd_run_close(nd_run *run);

/* Reads snapshot `index` into `parameters` (made by nd_run_parameters_new). */
nd_parameters *nd_run_parameters_new(const nd_run *run, nd_error *error);
bool nd_run_snapshot(const nd_run *run, size_t index, nd_parameters *parameters, nd_error *error);

/* Adds the engine's final state to `state`; fails where the file keeps none. */
bool nd_run_final_state(const nd_run *run, nd_buffer *state, nd_error *error);

/* Activity of snapshot `index` over the data set: n x H, into `activity`. */
bool nd_run_activity(const nd_run *run, size_t index, double *activity, nd_error *error);

#endif
