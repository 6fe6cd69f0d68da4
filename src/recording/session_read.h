/* One session, read as its request says: in the child. */
#ifndef ND_RECORDING_SESSION_READ_H
#define ND_RECORDING_SESSION_READ_H

#include "recording/request.h"

/* What is in the session's files, on one clock, without the frames that do not count. */
bool nd_session_read(const nd_request *request, nd_files *files, nd_reading *reading,
                     nd_error *error);

#endif
