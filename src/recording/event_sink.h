/* Where readers pour activity, block by block, in whatever order their file gives it: kept frames
 * only, sparse by cell, so that a file larger than memory passes through. */
#ifndef ND_RECORDING_EVENT_SINK_H
#define ND_RECORDING_EVENT_SINK_H

#include "recording/binning.h"

typedef struct nd_sink nd_sink;

/* How what is poured becomes activity. */
typedef struct nd_sink_plan {
    size_t cells, frames; /* of the activity as poured */
    const bool *keep;     /* frames; those that count */
    bool cells_first;     /* rows are cells, columns frames */
    const size_t *pick;   /* rows or columns that are cells, ascending; NULL: the first `cells` */
    double scale;         /* multiplies values; 0 stands for 1 */
    double time_scale;    /* multiplies spike times; 0 stands for 1 */
    const double *threshold; /* values at or below it count as none; NULL: negative is an error */
    const double *missing;   /* the value that stands for none; NULL: only NaN does */
    const char *file;        /* named in errors */
} nd_sink_plan;

nd_sink *nd_sink_new(const nd_sink_plan *plan, nd_error *error);
void nd_sink_free(nd_sink *sink);

/* A cell that does not count: its activity is dropped, and it is counted as left out. */
void nd_sink_drop_cell(nd_sink *sink, size_t cell);

/* A rectangle of the matrix: the value in row first_row + r and column first_column + c is
 * values[r * row_stride + c * column_stride]. For each cell, frames must come in order. NaN is
 * noted; a negative value is kept in mind, and fails in nd_sink_finish unless it is round-off or
 * there is a threshold. */
bool nd_sink_tile(nd_sink *sink, size_t first_row, size_t rows, size_t first_column, size_t columns,
                  const double *values, size_t row_stride, size_t column_stride, nd_error *error);

/* One value, under the same rules; zeros need not be given. */
bool nd_sink_value(nd_sink *sink, size_t row, size_t column, double value, nd_error *error);

/* The spikes of one cell, each counted in the frame begun by the last of clock[0 .. frames-1] not
 * after it, if it lasts so long. Times in any order; NaN is skipped. */
bool nd_sink_spikes(nd_sink *sink, size_t cell, const double *times, size_t count,
                    const double *clock, double frame_seconds, nd_error *error);

/* What was seen of spikes: their number, and the first and the last (INFINITY and -INFINITY where
 * there were none). */
void nd_sink_spike_span(const nd_sink *sink, size_t *spikes, double span[2]);

/* How many values below zero, of at most 1e-9 of the largest, were taken for zero. */
size_t nd_sink_rounded(const nd_sink *sink);

/* Moves what was collected into the reading, whose frames are the kept ones. Cells that are NaN
 * throughout are left out, then frames in which another cell is NaN; both are counted. */
bool nd_sink_finish(nd_sink *sink, nd_reading *reading, nd_error *error);

#endif
