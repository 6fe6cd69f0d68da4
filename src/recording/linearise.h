/* Positions in two dimensions become one: the way along a path of points. */
#ifndef ND_RECORDING_LINEARISE_H
#define ND_RECORDING_LINEARISE_H

#include "recording/request.h"

/* Replaces the position's two columns by the distance along the path, from its
 * first point, of the place on it that is nearest. A stretch that goes back
 * over an earlier one, as between the arms of a W, has no length of its own.
 * Where the path is farther away than its `width`, the position is missing, and
 * counted. */
bool nd_linearise(const nd_request *request, nd_files *files, nd_series *position, nd_error *error);

#endif
