/* Tuning, information and correlations of a run's snapshots, in its run file (docs/model.md,
 * section 4).
 *
 * Variables, E there only where there are several environments:
 *     bin_position(E, bin), occupancy(E, bin), tuning_curves(snapshot, E, unit, bin),
 *     spatial_information(snapshot, E, unit), tuned(snapshot, E, unit),
 *     rate_map_correlation(snapshot, other_snapshot),
 *     population_vector_correlation(snapshot, other_snapshot), both again with the prefix
 *     published_ (bins never visited count as silent),
 *     environment_correlation(snapshot, E, other_environment)
 * docs/run-file.md defines each of them, and so does the file. */
#ifndef ND_ANALYSE_MEASURED_RUN_H
#define ND_ANALYSE_MEASURED_RUN_H

#include "store/run_file.h"

/* Measures `run` and writes the variables into `file`, which is a new version of the run's own
 * file. Fails where the world has no positions. Measuring again writes the same values. */
bool nd_measures_add(const nd_run *run, nd_nc *file, const nd_watch *watch, nd_error *error);

/* Measures the run file `path`, which is replaced whole; with the phases of learning
 * (store/traces.h) where the run shows them. */
bool nd_measure_run_file(const char *path, const nd_patience *patience, const nd_watch *watch,
                         nd_error *error);

/* A run with its measures, read back. */
typedef struct nd_measured {
    nd_run *run;
    nd_nc *file; /* where the measures are */
    size_t environments, units, bins;
    double *occupancy;            /* environments x bins */
    double *bin_position;         /* environments x bins: centres, in the unit of positions */
    double *information;          /* snapshots x environments x units; NaN: silent */
    bool *tuned;                  /* snapshots x environments x units */
    double *rate_map_correlation; /* snapshots x snapshots */
    double *population_vector_correlation; /* snapshots x snapshots */
} nd_measured;

/* Opens a run with its measures; one that has not been measured is measured aside, its file left
 * as it is. */
nd_measured *nd_measured_open(const char *path, nd_error *error);
void nd_measured_close(nd_measured *measured);

/* The smoothed rate maps of a snapshot in one environment: units x bins, NaN where a bin was never
 * visited, into `maps`. */
bool nd_measured_maps(const nd_measured *measured, size_t snapshot, size_t environment,
                      double *maps, nd_error *error);

/* Of the (environment, unit) pairs tuned in a snapshot: how many, and their mean spatial
 * information, NaN if there are none. */
size_t nd_measured_tuned(const nd_measured *measured, size_t snapshot, double *mean_information);

/* The snapshot nearest to `share` (0 to 1) of the run's steps. */
size_t nd_snapshot_near(const nd_run *run, double share);

/* What loss, sparsity and information did, in words, as lines; free() it. */
char *nd_measured_words(const nd_measured *measured, nd_error *error);

#endif
