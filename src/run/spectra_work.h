/* The work that spectra.c does and spectra_write.c puts into the run file. */
#ifndef ND_RUN_SPECTRA_WORK_H
#define ND_RUN_SPECTRA_WORK_H

#include "measure/lanczos.h"
#include "measure/relax.h"
#include "measure/spectrum.h"
#include "run/spectra.h"

/* What is found at one point, snapshot or relaxed. */
typedef struct nd_flatness {
    double loss, trace, largest, rank, log_sum;
    nd_spectrum gauss_newton, exact;
} nd_flatness;

/* One snapshot's share of the work. */
typedef struct nd_spectra_job {
    size_t index;
    nd_parameters *parameters;
    nd_flatness here, relaxed;
    nd_relaxation relaxation;
    nd_extremes extremes;
    nd_density density;
    bool fine;
    nd_error error;
} nd_spectra_job;

typedef struct nd_spectra_work {
    const nd_spectra_options *options;
    const nd_run *run;
    const nd_activation *activation;
    double variance, memory;                      /* bytes for one job */
    size_t eigenvalues, gauss_newton_eigenvalues; /* lengths of the dimensions */
    size_t count;
    nd_spectra_job *jobs;
} nd_spectra_work;

/* Writes everything that the options asked for into a new version of the run's file. */
bool nd_spectra_write(nd_nc *file, const nd_spectra_work *all, nd_error *error);

#endif
