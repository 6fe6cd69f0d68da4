/* How much of their tuning cells lose with time, sampling noise taken away (docs/model.md, 8.6). */
#ifndef ND_SESSIONS_TUNING_DRIFT_H
#define ND_SESSIONS_TUNING_DRIFT_H

#include "sessions/sessions.h"

/* Fills group->tuning, where cells are registered and sessions have activity in the same bins. All
 * NaN where not, and with fewer than three sessions. */
bool nd_tuning_drift_measure(const nd_recording *recording, nd_group *group,
                             const nd_session_result *results, nd_error *error);

#endif
