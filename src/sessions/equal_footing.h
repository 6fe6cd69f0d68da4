/* Sessions of a group on an equal footing (docs/model.md, section 8.6): the same number of frames
 * in every bin, so that how long and where an animal ran makes no difference to what is counted. */
#ifndef ND_SESSIONS_EQUAL_FOOTING_H
#define ND_SESSIONS_EQUAL_FOOTING_H

#include "sessions/sessions.h"

/* Sets the metrics that are taken on an equal footing of the group's sessions, where they have
 * activity in bins of the same number; leaves them NaN where not. group->registered is known. */
bool nd_equal_footing(const nd_recording *recording, nd_group *group, nd_session_result *results,
                      nd_error *error);

#endif
