/* Information of a session corrected for limited sampling (docs/model.md, section 8.4). */
#ifndef ND_SESSIONS_SESSION_CORRECTIONS_H
#define ND_SESSIONS_SESSION_CORRECTIONS_H

#include "sessions/session_result.h"

bool nd_correction_asked(const nd_settings *settings, nd_correction correction);

/* Fills in every cell's `corrected` and the corrected metrics, over the active cells (`cells`,
 * result->active) for which use[i] holds. result->curves, and the mean curves over place cells,
 * must be there; `seed` is the session's. */
bool nd_session_correct(const nd_binned *activity, const size_t *cells, const nd_settings *settings,
                        const bool *use, uint64_t seed, unsigned threads, const nd_watch *watch,
                        nd_session_result *result, nd_error *error);

#endif
