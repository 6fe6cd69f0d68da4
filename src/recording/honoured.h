/* Which keys of a part are used, by part, by format, and by what was found: a key that is given and
 * not used is an error by line and key; one under `defaults`, where no session uses it. */
#ifndef ND_RECORDING_HONOURED_H
#define ND_RECORDING_HONOURED_H

#include "recording/request.h"

/* Checks a session's keys, whose files have been recognised but not read. Keys from `defaults` that
 * it does not use are added to unused[role]. */
bool nd_check_keys(const nd_request *request, uint32_t unused[ND_ROLES], nd_error *error);

/* The same for the activity, once its layout is known. */
bool nd_check_activity_keys(const nd_request *request, const nd_activity *activity,
                            uint32_t unused[ND_ROLES], nd_error *error);

/* A key of the part is not used here: an error if the session itself gives it; `why` says for what
 * reason, `mend` what to do. */
bool nd_part_key_unused(const nd_request *request, nd_role role, nd_part_key key, const char *why,
                        const char *mend, uint32_t unused[ND_ROLES], nd_error *error);

#endif
