/* Spike times in MATLAB's nested cell arrays, as the Frank laboratory keeps them:
 * spikes{day}{epoch}{tetrode}{cell}.data, whose first column is the time. */
#ifndef ND_RECORDING_MAT_SPIKES_H
#define ND_RECORDING_MAT_SPIKES_H

#include "recording/format.h"
#include "recording/mat_file.h"

/* Finds the cells below `value`: structures with a field data (or times, spike_times, ts), each
 * element of an array of them, or plain vectors of times. `field` names the field; NULL: one of
 * those. What is empty beside structures or further cell arrays is no cell; an empty
 * vector among vectors is a cell without spikes. */
bool nd_mat_spikes_describe(nd_mat *mat, matvar_t *value, const char *name, const char *field,
                            nd_activity *activity, nd_error *error);

/* Pours the spikes of the same cells, in the same order. */
bool nd_mat_spikes_pour(nd_mat *mat, matvar_t *value, const char *name, const char *field,
                        nd_sink *sink, const nd_clock *clock, nd_error *error);

#endif
