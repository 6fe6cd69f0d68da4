/* Where readers pour activity, block by block, in whatever order their file gives it: kept frames
 * only, sparse by cell, so that a file larger than memory passes through. */
#ifndef ND_RECORDING_EVENT_SINK_H
#define ND_RECORDING_EVENT_SINK_H

#include "recording/binning.h"

typedef struct nd_sink nd_sink;

/* For `cells` cells and `frames` frames, of which those with keep[frame] count. `threshold` may be
 * NULL (see nd_selector). `keep_cell` may be NULL: all count. `file` names the file in errors. */
nd_sink *nd_sink_new(size_t cells, size_t frames, const bool *keep, const double *threshold,
                     const char *file, nd_error *error);
void nd_sink_free(nd_sink *sink);

/* A cell that does not count: its activity is dropped, and it is counted as left out. */
void nd_sink_drop_cell(nd_sink *sink, size_t cell);

/* A rectangle of the activity: the value of cell first_cell + c in frame first_frame + f is
 * values[f * frame_stride + c * cell_stride]. For each cell, frames must come in order. NaN is
 * noted; negative values fail unless there is a threshold. */
bool nd_sink_tile(nd_sink *sink, size_t first_frame, size_t frames, size_t first_cell, size_t cells,
                  const double *values, size_t frame_stride, size_t cell_stride, nd_error *error);

/* One value, under the same rules; zeros need not be given. */
bool nd_sink_value(nd_sink *sink, size_t frame, size_t cell, double value, nd_error *error);

/* The spikes of one cell, each counted in the frame begun by the last of clock[0 .. frames-1] not
 * after it, if it lasts so long. Times in any order; NaN is skipped. */
bool nd_sink_spikes(nd_sink *sink, size_t cell, const double *times, size_t count,
                    const double *clock, double frame_seconds, nd_error *error);

/* Moves what was collected into the reading, whose frames are the kept ones. Cells that are NaN
 * throughout are left out, then frames in which another cell is NaN; both are counted. */
bool nd_sink_finish(nd_sink *sink, nd_reading *reading, nd_error *error);

#endif
