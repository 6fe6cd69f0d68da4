/* Measures the direction of drift at snapshots of a run file, and adds what is found to it. */
#ifndef ND_ANALYSE_DRIFT_OF_RUN_H
#define ND_ANALYSE_DRIFT_OF_RUN_H

#include "flatness/drift_direction.h"
#include "store/run_file.h"

typedef struct nd_drift_direction_options {
    nd_branch_options drift;
    const char *snapshot; /* one of a list as in analyse/spectra_of_run.h; NULL: the middle one */
    const nd_patience *patience;      /* while another command amends the file */
    double update_noise, label_noise; /* in place of the run's own; negative: the run's */
    /* Called before the work begins with how long it will take, about; NULL: nobody asks. */
    void (*forecast)(size_t snapshot, double seconds);
} nd_drift_direction_options;

/* Adds, over (snapshot), for both regularizers (log_sum, trace): drift_NAME_cosine, its standard
 * error drift_NAME_cosine_error and drift_NAME_p, drift_NAME_speed and drift_NAME_speed_predicted
 * (per step). `snapshot` receives the index. */
bool nd_drift_direction_into_run(const char *path, const nd_drift_direction_options *options,
                                 const nd_watch *watch, nd_branch_drift *drift, size_t *snapshot,
                                 nd_error *error);

#endif
