/* From a sweep file to its runs, every one of them checked before anything starts. */
#ifndef ND_SWEEP_PLAN_H
#define ND_SWEEP_PLAN_H

#include "store/sweep_store.h"

/* Reads the sweep at `path`: all runs, in order: every row of the table, for each every grid point,
 * for each `samples` draws, for each `repeats` seeds. A run's seed is the sweep's plus its number,
 * unless a column, the grid or a draw gives `seed` (then repeats count up from it). Fails naming
 * the file and the line and column, or the entry, that is wrong. */
nd_sweep_plan *nd_sweep_plan_read(const char *path, nd_error *error);

#endif
