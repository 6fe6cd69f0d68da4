/* How one run of a sweep is to be made, for those who make it. */
#ifndef ND_SWEEP_WAY_H
#define ND_SWEEP_WAY_H

#include <pthread.h>

#include "run/simulate.h"
#include "store/sweep_store.h"

typedef struct nd_sweep_way {
    const nd_sweep_plan *plan; /* which metrics are asked for */
    bool keep;                 /* leave its run file, PREFIX.nc */
    bool follow_links;         /* those in data files */
    const char *prefix;        /* FOLDER/run-ID: what the names of its files begin with */
    const char *command_line;  /* for the history of its run file; may be NULL */
    pthread_mutex_t *reading;  /* held while a world is made: netCDF serves one thread at a time */
    nd_saving saving;          /* and who hears of what a data file holds that is not used */
} nd_sweep_way;

#endif
