/* An unfinished run, by what lies beside RUN.nc while it goes on: its journal RUN.nc.part and its
 * checkpoint RUN.nc.ckpt. */
#ifndef ND_RUN_UNFINISHED_H
#define ND_RUN_UNFINISHED_H

#include "experiment/experiment.h"
#include "run/recorder.h"

typedef struct nd_unfinished {
    char *output;              /* RUN.nc, as it will be called */
    nd_experiment *experiment; /* NULL before the first checkpoint */
    bool alive;                /* a process is at it now */
    double age;                /* seconds since the checkpoint was written; NaN: there is none */
    double step, steps;        /* at the checkpoint, and at the end */
    double seconds;            /* of wall time, to the checkpoint */
    nd_record last;            /* the last record */
} nd_unfinished;

/* Does `path` name an unfinished run: RUN.nc.part, RUN.nc.ckpt, RUN.nc.ckpt.1, or RUN.nc itself
 * where only those are there? */
bool nd_unfinished_named(const char *path);

/* Reads it; nothing is changed. Fails on a damaged checkpoint, naming it. */
bool nd_unfinished_read(const char *path, nd_unfinished *run, nd_error *error);
void nd_unfinished_free(nd_unfinished *run);

#endif
