/* Runs of one experiment under several seeds, as one picture shows them: means and standard errors
 * over the seeds. */
#ifndef ND_FIGURE_SEEDS_H
#define ND_FIGURE_SEEDS_H

#include "analyse/measured_run.h"

/* A mean over the seeds, and its standard error (0 of one seed; NaN where no seed has a value). */
typedef struct nd_seed_mean {
    double *mean, *error;
} nd_seed_mean;

typedef struct nd_seeds {
    size_t count;
    nd_measured **measured;              /* count; the first stands for what is drawn of one run */
    const nd_run *run;                   /* of the first: its steps are everybody's */
    nd_seed_mean log_loss, active_units; /* records; log10 loss, fraction of active units */
    nd_seed_mean information;            /* snapshots; mean over the tuned units */
    double *correlation;                 /* snapshots x snapshots: of rate maps, mean */
} nd_seeds;

/* Opens `count` run files (measured aside where they are not). Fails where their records or
 * snapshots are at different steps, naming the file. */
nd_seeds *nd_seeds_open(const char *const *paths, size_t count, nd_error *error);
void nd_seeds_close(nd_seeds *seeds);

#endif
