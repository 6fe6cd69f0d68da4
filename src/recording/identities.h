/* Which cell is which: identities and registration tables. */
#ifndef ND_RECORDING_IDENTITIES_H
#define ND_RECORDING_IDENTITIES_H

#include "recording/request.h"

/* Gives the session's cells the identities that the manifest says they have: of `registration`, of
 * `ids`, or, where the session is registered, those that the activity's file gives. `activity` is
 * zeroed where there are only maps. Fails where the session is registered and there are none, and
 * where two cells would have the same. */
bool nd_identities_set(const nd_request *request, nd_files *files, const nd_activity *activity,
                       nd_session *session, nd_error *error);

#endif
