/* What looks wrong about a position: said, not acted upon. */
#ifndef ND_RECORDING_POSITION_NOTES_H
#define ND_RECORDING_POSITION_NOTES_H

#include "recording/request.h"
#include "recording/series_read.h"

/* Notes jumps over more than half the range (not of two dimensions), numbers that may stand for no
 * position (-1, 0), and a few values far from all others. Fails for want of memory alone. */
bool nd_note_position(const nd_request *request, bool two, const nd_series *position,
                      nd_files *files, nd_error *error);

#endif
