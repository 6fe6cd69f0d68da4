/* The work on a run's spectra: spectra.c does it on a run file, spectra_inside.c while the run goes
 * on, spectra_point.c at one point; spectra_write.c puts it into the file. */
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
    const nd_dataset *dataset;
    uint64_t seed;
    size_t snapshots; /* of the run, whether worked on or not */
    const nd_activation *activation;
    double variance, memory;                      /* bytes for one job */
    size_t eigenvalues, gauss_newton_eigenvalues; /* lengths of the dimensions */
    size_t count;
    nd_spectra_job *jobs;
} nd_spectra_work;

/* The work that `options` ask for; no jobs yet. Experiment, data set and options must outlive it.
 */
nd_spectra_work nd_spectra_work_of(const nd_experiment *experiment, const nd_dataset *dataset,
                                   const nd_spectra_options *options, size_t snapshots);

/* Measures the flatness at `parameters` into `at` and, if it is not NULL, by Lanczos into
 * `lanczos`. Fails on parameters that are not finite and on spectra that do not fit. */
bool nd_flatness_measure(const nd_spectra_work *all, const nd_parameters *parameters,
                         nd_flatness *at, nd_spectra_job *lanczos, nd_error *error);
void nd_point_flatness_free(nd_flatness *at);

/* Writes everything that the options asked for into a new version of the run's file. */
bool nd_spectra_write(nd_nc *file, const nd_spectra_work *all, nd_error *error);

#endif
