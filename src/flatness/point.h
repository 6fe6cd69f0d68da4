/* The flatness at one point of parameter space, and the work of taking it at many: at the snapshots
 * of a run file (analyse/spectra_of_run.h) or while the run goes on (run/spectra_inside.h). */
#ifndef ND_FLATNESS_POINT_H
#define ND_FLATNESS_POINT_H

#include "base/hold.h"
#include "experiment/experiment.h"
#include "flatness/lanczos.h"
#include "flatness/relax.h"
#include "flatness/spectrum.h"

/* What is asked for. */
typedef struct nd_spectra_options {
    const char *snapshots;       /* which: "0,25,50", "first,middle,last", "10-20"; NULL: all */
    bool exact;                  /* the exact Hessian's eigenvalues, too */
    bool relax;                  /* everything again at the relaxed points */
    bool lanczos;                /* extreme eigenvalues, trace and density by Lanczos */
    size_t probes, steps;        /* of Lanczos; 0: 16 probes of 100 steps */
    double memory;               /* bytes it may take; 0: what the machine has free */
    unsigned threads;            /* snapshots beside each other; 0: one */
    const nd_patience *patience; /* while another command amends the run file */
} nd_spectra_options;

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

#endif
