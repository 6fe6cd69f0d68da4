/* Laps and running speeds of a group's sessions, for measure/followed.h. */
#ifndef ND_SESSIONS_FOLLOWED_LAPS_H
#define ND_SESSIONS_FOLLOWED_LAPS_H

#include "measure/followed.h"
#include "sessions/sessions.h"

/* Fills frames->gap and frames->lap: the trials the file has, or, on a track without them, the runs
 * from one end to the other (around a loop, the rounds). No laps in two dimensions without trials.
 */
bool nd_laps_of_session(const nd_session *session, const nd_session_result *result,
                        nd_followed_frames *frames, nd_error *error);

/* Fills of->speed: the way made in each bin over the time spent there, NaN in bins without. */
bool nd_speeds_of_sessions(const nd_session *sessions, nd_followed *of, nd_error *error);

#endif
