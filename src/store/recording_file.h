/* What `nulldrift record` leaves: one netCDF file with everything, and tables as CSV. */
#ifndef ND_STORE_RECORDING_FILE_H
#define ND_STORE_RECORDING_FILE_H

#include "base/memory.h"
#include "base/netcdf_file.h"
#include "base/place.h"
#include "sessions/sessions.h"

/* Writes it to its place, whole or not at all; `command` (may be NULL) becomes its history
 * attribute. */
bool nd_recording_file_write(const nd_recording_result *result, const nd_place *place,
                             const char *command, nd_error *error);

/* The same into a file that is open already. */
bool nd_recording_file_put(nd_nc *file, const nd_recording_result *result, const char *command,
                           nd_error *error);

/* Reads such a file back; others are refused by name. Free with nd_recording_result_free. */
nd_recording_result *nd_recording_file_read(const char *path, nd_error *error);

/* One row a session: what it is, every metric and its standard error. */
bool nd_recording_sessions_csv(const nd_recording_result *result, const nd_place *place,
                               nd_error *error);
/* One row a sufficiently active cell of a session. */
bool nd_recording_cells_csv(const nd_recording_result *result, const nd_place *place,
                            nd_error *error);
/* One row a metric of a curve: its regression on time. */
bool nd_recording_statistics_csv(const nd_recording_result *result, const nd_place *place,
                                 nd_error *error);
/* One row a measure of drift of a group (docs/drift-measures.md); result->drift must be there. */
bool nd_recording_drift_csv(const nd_recording_result *result, const nd_place *place,
                            nd_error *error);

#endif
