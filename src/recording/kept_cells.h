/* Which cells count: areas and filters. */
#ifndef ND_RECORDING_KEPT_CELLS_H
#define ND_RECORDING_KEPT_CELLS_H

#include "recording/request.h"

/* Drops from the sink, and marks in the activity, the cells that `cells: {area}` and `keep` leave
 * out; without `keep`, those that the file itself does not call cells. Before identities are set:
 * a registration may count those that are left alone. */
bool nd_cells_choose(const nd_request *request, nd_files *files, nd_activity *activity,
                     nd_sink *sink, nd_error *error);

#endif
