/* Spikes as two columns, time and cell; as two vectors, the cells as `ids`; or as a column of times
 * for each cell. */
#ifndef ND_RECORDING_SPIKE_LIST_H
#define ND_RECORDING_SPIKE_LIST_H

#include "recording/request.h"

/* Reads the list into activity->spike, sorted by cell; cell_id gets the cells' numbers, where the
 * list has them. */
bool nd_spike_list_read(const nd_request *request, nd_files *files, nd_activity *activity,
                        nd_error *error);

#endif
