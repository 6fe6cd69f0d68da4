/* What Figures 5 and S2 draw of a run: sparsity and flatness at every snapshot. */
#ifndef ND_FIGURE_FLATNESS_DATA_H
#define ND_FIGURE_FLATNESS_DATA_H

#include "store/run_file.h"

typedef struct nd_flatness_run {
    char *path;
    size_t snapshots, parameters;
    bool label_noise; /* else update noise, or none */
    double *step;     /* snapshots */
    double *active_fraction, *fraction_active_units;
    double *trace;            /* of the exact Hessian */
    double *nonzero_fraction; /* of its eigenvalues: above 1e-10 of the largest, either sign */
    double *gauss_newton;     /* snapshots x gauss_newton_count: largest first, NaN-padded */
    size_t gauss_newton_count;
} nd_flatness_run;

/* Reads what `nulldrift spectrum` has stored of exact spectra; what is not there is computed, where
 * the network is small enough for a figure (else an error says which command to run first). */
nd_flatness_run *nd_flatness_read(const char *path, nd_error *error);
void nd_flatness_free(nd_flatness_run *run);

/* The same of a sweep's finished runs (those with spectra): one point each, at their ends. */
typedef struct nd_flatness_end {
    double fraction_active_units, nonzero_fraction;
    bool label_noise;
} nd_flatness_end;

typedef struct nd_flatness_sweep {
    size_t count, room;
    size_t diverged;          /* left out */
    double shortest, longest; /* of the runs, steps */
    nd_flatness_end *end;
} nd_flatness_sweep;

/* Is `path` a sweep's folder or store? */
bool nd_flatness_is_sweep(const char *path);
/* Adds the runs of a sweep; one without spectra is refused. */
bool nd_flatness_read_sweep(const char *path, nd_flatness_sweep *sweep, nd_error *error);
void nd_flatness_sweep_free(nd_flatness_sweep *sweep);

#endif
