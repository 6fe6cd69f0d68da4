/* How a sweep stands, seen from outside while it may be going on. */
#ifndef ND_SWEEP_STANDING_H
#define ND_SWEEP_STANDING_H

#include "store/sweep_store.h"

typedef struct nd_sweep_standing {
    nd_sweep_status status; /* of the store, or of all shards together */
    size_t processes;       /* alive, of this machine, that have runs at work */
    double log10_loss;      /* at the end, mean of the runs that are done; NaN: none */
    double rate;            /* steps per second of one core; NaN: none done */
    double seconds_left;    /* at as many runs at a time as now; NaN: none is at work */
} nd_sweep_standing;

/* Looks at `path`: a sweep's folder, its store, or a folder of shards. Nothing is changed. */
bool nd_sweep_look(const char *path, nd_sweep_standing *standing, nd_error *error);

#endif
