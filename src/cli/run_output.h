/* What the commands that run an experiment share. */
#ifndef ND_CLI_RUN_OUTPUT_H
#define ND_CLI_RUN_OUTPUT_H

#include "nulldrift.h"

/* EXPERIMENT.yaml -> EXPERIMENT.nc in the working folder; free() it. */
char *nd_default_output(const char *experiment_path, nd_error *error);

/* The mean of up to ten values from `first` on; NaN when there are none. */
double nd_mean_of_ten(const double *values, size_t first, size_t count);

#endif
