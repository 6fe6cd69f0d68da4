/* A session as bytes, for the pipe between the child that read it and the parent. */
#ifndef ND_RECORDING_SESSION_BYTES_H
#define ND_RECORDING_SESSION_BYTES_H

#include "base/memory.h"
#include "recording/binning.h"

bool nd_reading_put(nd_buffer *buffer, const nd_reading *reading, nd_error *error);

/* Rebuilds a reading from bytes that may be anything: lengths are checked against what is left,
 * and all that estimators rely on is checked afterwards, in nd_session_check. */
bool nd_reading_take(nd_buffer *buffer, nd_reading *reading, nd_error *error);

#endif
