/* What the figures of sweeps draw: the finished runs of a store, grouped by rule and noise. */
#ifndef ND_FIGURE_SWEEP_DATA_H
#define ND_FIGURE_SWEEP_DATA_H

#include "figure/plot.h"

/* One finished run. */
typedef struct nd_sweep_curve {
    size_t group; /* index into the groups */
    double update_noise;
    double final_active_fraction; /* mean of the last records */
    double log10_rate;            /* of sparsification; NaN where there is no fit */
    size_t records;
    double *step, *active_fraction, *fraction_active_units; /* records; of the first record's */
    double *log10_loss; /* records; over the targets' variance */
} nd_sweep_curve;

enum { ND_SWEEP_GROUPS = 24 };

typedef struct nd_sweep_data {
    size_t count, groups;
    double first_step, last_step; /* of the records after step 0 */
    double shortest;              /* steps of the shortest run; last_step is the longest's */
    nd_sweep_curve *curve;
    char group[ND_SWEEP_GROUPS][48]; /* "SGD, update noise" */
    size_t group_count[ND_SWEEP_GROUPS];
    size_t diverged, group_diverged[ND_SWEEP_GROUPS]; /* left out */
} nd_sweep_data;

/* Reads FOLDER/sweep.sqlite; runs that diverged, failed or never had an active unit are left out,
 * those that diverged counted. * Fails when none is left. */
nd_sweep_data *nd_sweep_data_read(const char *folder, nd_error *error);
void nd_sweep_data_free(nd_sweep_data *data);

/* "21 runs", or "15 runs, 6 diverged", in `words` of `size` bytes. */
const char *nd_sweep_count_words(size_t runs, size_t diverged, char *words, size_t size);

/* Which trace a table shows. */
typedef enum nd_sweep_trace {
    ND_ACTIVE_FRACTION,
    ND_FRACTION_ACTIVE_UNITS,
    ND_LOG10_LOSS
} nd_sweep_trace;

/* Writes the table NAME, all curves of one group (SIZE_MAX: of all) on a logarithmic step axis, and
 * the table NAME-mean: at each step the mean over the runs that reach it. */
void nd_sweep_curves(nd_plot *plot, const nd_sweep_data *data, size_t group, nd_sweep_trace trace,
                     const char *name);

#endif
