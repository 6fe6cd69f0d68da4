/* What may be said of a run after its sparsity fell (docs/model.md, section 4.8): how far it may
 * fall further, and whether anything moves at all. */
#ifndef ND_MEASURE_AFTER_FALL_H
#define ND_MEASURE_AFTER_FALL_H

#include "measure/phases.h"

/* Fills `phases->after` from the traces and what else is known of the phases. */
bool nd_after_fall_find(const nd_phase_traces *traces, nd_phases *phases, nd_error *error);

#endif
