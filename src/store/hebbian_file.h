/* The run file of the Hebbian network (docs/hebbian.md): the records of any run, and snapshots of
 * the responses over all inputs instead of parameters. */
#ifndef ND_STORE_HEBBIAN_FILE_H
#define ND_STORE_HEBBIAN_FILE_H

#include "base/netcdf_file.h"
#include "hebbian/drift.h"
#include "hebbian/hebbian.h"
#include "store/run_file_write.h"

/* All rows of a run, as its file holds them. */
typedef struct nd_hebbian_rows {
    size_t records, snapshots;
    double *column;        /* ND_RECORD_WIDTH x records, the step first */
    double *centroid;      /* records x N */
    double *snapshot_step; /* snapshots */
    double *response;      /* snapshots x n x N */
} nd_hebbian_rows;

/* Writes into `file` what can be measured on the rows. */
typedef bool nd_hebbian_measured(nd_nc *file, const nd_hebbian *network,
                                 const nd_hebbian_rows *rows, nd_error *error);

/* Puts all of a run into a new file: records as any run's, with the centroids (N) after them; a
 * snapshot is {step, responses (n x N)}. `network` is the network at the end; `measured` adds what
 * is derived from the rows. */
bool nd_hebbian_file_put(nd_nc *file, const nd_hebbian *network, const nd_run_rows *rows,
                         const nd_run_summary *summary, nd_hebbian_measured *measured,
                         nd_error *error);

/* Writes it to its place, whole or not at all, from the journal of a run. */
bool nd_hebbian_file_write(const nd_place *place, const nd_hebbian *network, nd_journal *journal,
                           const nd_run_summary *summary, nd_hebbian_measured *measured,
                           nd_error *error);

/* A run file read back; responses come a snapshot at a time. */
typedef struct nd_hebbian_run {
    nd_nc *file;
    nd_experiment *experiment;
    nd_hebbian_inputs *inputs; /* made anew from the experiment */
    size_t neurons, records, snapshots;
    double *step, *loss, *active_fraction, *fraction_active_units; /* records */
    double *snapshot_step;                                         /* snapshots */
} nd_hebbian_run;

/* Refuses, by name, what is not the complete run file of a Hebbian network. */
nd_hebbian_run *nd_hebbian_run_open(const char *path, nd_error *error);
void nd_hebbian_run_close(nd_hebbian_run *run);

/* Responses (n x N) of snapshot `index`. */
bool nd_hebbian_run_responses(const nd_hebbian_run *run, size_t index, double *response,
                              nd_error *error);

#endif
