/* The phases of learning (measure/phases.h) of a run, in its run file. */
#ifndef ND_ANALYSE_PHASES_OF_RUN_H
#define ND_ANALYSE_PHASES_OF_RUN_H

#include "store/traces.h"

/* The phases of the run in `file`, found and written to its global attributes: phase_1_end_step,
 * phase_2_end_step, phase_sparsity_metric, phase_fall_from_step, phase_fall_to_step,
 * phase_3_claimed, phase_3_words, phase_method, phase_table. A phase that was not seen ends where
 * it began. */
bool nd_phases_into_run(nd_nc *file, nd_phases *phases, nd_error *error);

/* The same where the run has phases; one that is too short for them, or that diverged, is left
 * without. */
bool nd_phases_where_there(nd_nc *file, nd_error *error);

#endif
