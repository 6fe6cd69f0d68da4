/* Numbers of a whole run (measure/run_measure.h), from its measured file. */
#ifndef ND_ANALYSE_RUN_MEASURES_H
#define ND_ANALYSE_RUN_MEASURES_H

#include "base/netcdf_file.h"
#include "measure/run_measure.h"

/* Fills `values` from a measured run file of either model; NaN where the file has no such variable,
 * or the number is not defined. */
bool nd_run_measures_take(const nd_nc *file, double values[ND_RUN_MEASURES], nd_error *error);

#endif
