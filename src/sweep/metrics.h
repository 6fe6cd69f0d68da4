/* What a sweep keeps of a run: its traces, and the numbers of them (docs/sweeps.md). */
#ifndef ND_SWEEP_METRICS_H
#define ND_SWEEP_METRICS_H

#include "network/parameters.h"
#include "store/sweep_store.h"
#include "world/dataset.h"

/* Copies traces (records each) into the result and takes its metrics. */
bool nd_sweep_keep_traces(nd_sweep_result *result, size_t records, const double *step,
                          const double *loss, const double *active_fraction,
                          const double *fraction_active_units, nd_error *error);
/* Puts the five numbers of the spectra among the metrics, or the diffusion constant. */
bool nd_sweep_keep_spectrum(nd_sweep_result *result, const nd_parameters *first,
                            const nd_parameters *last, const nd_dataset *dataset,
                            const char *activation, nd_error *error);
void nd_sweep_keep_diffusion(nd_sweep_result *result, double diffusion);
void nd_sweep_result_free(nd_sweep_result *result);

#endif
