/* What the animal did in a session, and how it differs from the first (docs/model.md, 8.6). */
#ifndef ND_SESSIONS_BEHAVIOUR_H
#define ND_SESSIONS_BEHAVIOUR_H

#include "sessions/sessions.h"

/* Sets the metrics of running, and the share of registered cells that each session has. */
bool nd_behaviour_measure(const nd_recording *recording, const nd_group *group,
                          nd_session_result *results, nd_error *error);

#endif
