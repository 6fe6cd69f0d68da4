/* Phase i, fast familiarity: the fall of log10 loss to its first level (docs/model.md, section
 * 4.8). Found forwards, from windows that grow with the steps made, so that a longer run has the
 * same phase i. */
#ifndef ND_MEASURE_FAMILIARITY_H
#define ND_MEASURE_FAMILIARITY_H

#include "measure/phases.h"

typedef struct nd_familiarity {
    bool seen;
    bool settled; /* false: the loss was still falling when the run ended */
    double end_step;
} nd_familiarity;

bool nd_familiarity_find(const nd_phase_traces *traces, nd_familiarity *found, nd_error *error);

#endif
