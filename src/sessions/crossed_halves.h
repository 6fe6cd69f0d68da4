/* Place cells selected by one half of a session, their information estimated on the other
 * (docs/model.md, section 8.5): cells that are selected by what is measured seem to tell too much.
 */
#ifndef ND_SESSIONS_CROSSED_HALVES_H
#define ND_SESSIONS_CROSSED_HALVES_H

#include "sessions/session_result.h"

/* Means over both ways; NaN where neither half has a place cell. Information in bit/spike. */
typedef struct nd_crossed {
    double share;                 /* place cells by one half, of the cells listed */
    double reduced, extrapolated; /* SSR and BAE by cells tuned as these (measure/tuned_course.h) */
} nd_crossed;

/* Halves are every second stretch of 30 s, and the rest. A cell takes part in a half in which it
 * has half of the active frames of a sufficiently active one. `selected` (2 x count, may be NULL):
 * whether a cell counts as a place cell by the first half, and by the second, and has its
 * information on the other. `seed` is the session's. */
bool nd_crossed_halves(const nd_binned *activity, const size_t *cells, size_t count,
                       const nd_settings *settings, uint64_t seed, unsigned threads,
                       const nd_watch *watch, bool *selected, nd_crossed *crossed, nd_error *error);

#endif
