/* The numbers of a part of a session: in the manifest's units, on a clock in seconds. */
#ifndef ND_RECORDING_SERIES_READ_H
#define ND_RECORDING_SERIES_READ_H

#include "recording/request.h"

/* The series of a role as the request says, in the manifest's units and on a clock in seconds;
 * *found false without failure where it is not given and its file has no default. */
bool nd_request_series(const nd_request *request, nd_role role, nd_files *files, nd_series *series,
                       bool *found, nd_error *error);

#endif
