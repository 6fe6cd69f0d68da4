/* The runs of a sweep as planned, and the numbers each will be reduced to. */
#ifndef ND_STORE_SWEEP_PLAN_H
#define ND_STORE_SWEEP_PLAN_H

#include "base/memory.h"
#include "measure/run_measure.h"

/* The numbers a run leaves behind: how many, and their names, which are column names, too. Those of
 * every run come first; the others, nd_run_measures in their order, are of the sweeps that ask. */
enum { ND_BASIC_METRICS = 16, ND_RUN_METRICS = ND_BASIC_METRICS + ND_RUN_MEASURES };
const char *nd_run_metric_name(size_t index);
/* The metric of that name; ND_RUN_METRICS if there is none, and `mend` of `size` bytes says which
 * may be meant, or how to see them. */
size_t nd_run_metric_find(const char *name, char *mend, size_t size);

/* One run as planned. */
typedef struct nd_planned_run {
    char *label;      /* the table's name for it, or its number */
    char *experiment; /* the whole experiment as YAML */
    double steps;     /* updates */
    double cost;      /* relative: the dearest are run first */
} nd_planned_run;

/* The runs of a sweep, in order; a run's number is its id. */
typedef struct nd_sweep_plan {
    char *name;
    char identity[33]; /* the same exactly when all runs and metrics are */
    bool spectrum;
    bool measured[ND_RUN_MEASURES]; /* which of them are asked for */
    size_t runs;
    nd_planned_run *run;
} nd_sweep_plan;

void nd_sweep_plan_free(nd_sweep_plan *plan);

/* Is any of nd_run_measures asked for? */
bool nd_sweep_plan_measures(const nd_sweep_plan *plan);

#endif
