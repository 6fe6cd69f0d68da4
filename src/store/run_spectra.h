/* Spectra of the Hessian in a run file (docs/run-file.md). */
#ifndef ND_STORE_RUN_SPECTRA_H
#define ND_STORE_RUN_SPECTRA_H

#include "base/netcdf_file.h"
#include "flatness/point.h"

/* Writes everything that the options asked for into a new version of the run's file. */
bool nd_spectra_write(nd_nc *file, const nd_spectra_work *all, nd_error *error);

#endif
