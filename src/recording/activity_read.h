/* What the session's activity is: its matrix, and which way it lies; or its spikes. */
#ifndef ND_RECORDING_ACTIVITY_READ_H
#define ND_RECORDING_ACTIVITY_READ_H

#include "recording/request.h"

/* Describes the activity, whichever format it is in: frames and cells, the clock of the frames in
 * seconds, what of it is cells. Which of a matrix's sides is frames is told by `orientation`, else
 * by the number of times, of cells the file says there are, of identities, of positions; where
 * those agree with both or none, and frames would be fewer than cells, it is an error. */
bool nd_activity_read(const nd_request *request, nd_files *files, nd_activity *activity,
                      nd_error *error);

/* Pours the activity into the sink that was made for it. */
bool nd_activity_pour(const nd_request *request, nd_files *files, const nd_activity *activity,
                      nd_sink *sink, const nd_clock *clock, nd_error *error);

#endif
