/* The metrics that a sweep file asks for by name, beside those of every run. */
#ifndef ND_SWEEP_PLAN_METRICS_H
#define ND_SWEEP_PLAN_METRICS_H

#include "store/sweep_plan.h"
#include "sweep/sweep_file.h"

/* Marks in the laid out `plan` what file->metrics names; one of the spectrum's asks for all of
 * them. Fails, at line and entry of the sweep file (`text` at `path`), for a name that is no metric
 * and for a metric that none of the runs can have. */
bool nd_sweep_plan_metrics(nd_sweep_plan *plan, const char *path, const char *text,
                           const nd_sweep_file *file, nd_error *error);

#endif
