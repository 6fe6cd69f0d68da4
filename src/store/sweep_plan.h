/* The runs of a sweep as planned, and the numbers each will be reduced to. */
#ifndef ND_STORE_SWEEP_PLAN_H
#define ND_STORE_SWEEP_PLAN_H

#include "base/memory.h"

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
    size_t runs;
    nd_planned_run *run;
} nd_sweep_plan;

void nd_sweep_plan_free(nd_sweep_plan *plan);

/* The numbers a run leaves behind: how many, and their names, which are column names, too. */
enum { ND_RUN_METRICS = 13 };
const char *nd_run_metric_name(size_t index);

#endif
