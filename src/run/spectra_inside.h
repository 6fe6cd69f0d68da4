/* The spectra of a run's snapshots, taken while it runs (run.spectrum): what `nulldrift spectrum`
 * would add afterwards, bit for bit. They go through the journal with their snapshot, so that a run
 * killed and resumed loses none. */
#ifndef ND_RUN_SPECTRA_INSIDE_H
#define ND_RUN_SPECTRA_INSIDE_H

#include "store/run_file_write.h"

typedef struct nd_spectra_inside nd_spectra_inside;

/* For the run of `experiment` on `dataset`, which must outlive it; where run.spectrum is none it
 * adds nothing to a snapshot. */
nd_spectra_inside *nd_spectra_inside_new(const nd_experiment *experiment, const nd_dataset *dataset,
                                         nd_error *error);
void nd_spectra_inside_free(nd_spectra_inside *self);

/* Measures the spectra at `parameters` (step `step`) into `values`, which has room for the
 * addition's width. Parameters that are not finite have none: NaN. Fails, with the key's name, on
 * what does not fit into memory. */
bool nd_spectra_inside_take(nd_spectra_inside *self, const nd_parameters *parameters, uint64_t step,
                            double *values, nd_error *error);

/* What the run file's writer needs to put them there; lives as long as `self`. */
const nd_run_addition *nd_spectra_inside_addition(nd_spectra_inside *self);

#endif
