/* Positions by body part, as trackers of poses write them: DeepLabCut, SLEAP.
 */
#ifndef ND_RECORDING_TRACKED_H
#define ND_RECORDING_TRACKED_H

#include "recording/request.h"

/* The part's series by its `body`: x, or y for position_y or column: y, or both
 * where two dimensions are asked for or the position is linearised; of several
 * body parts their mean. Where one of them is less likely than `likelihood`, it
 * is NaN. */
bool nd_tracked_series(const nd_request *request, nd_role role, nd_files *files, nd_open_file *own,
                       nd_series *series, nd_error *error);

/* Joins over what is missing for at most `gap` seconds, by straight lines; the
 * rows must have times, a rate, or frames of known length. */
bool nd_tracked_join(const nd_request *request, nd_role role, nd_files *files, nd_series *series,
                     nd_error *error);

#endif
