/* Measures of drift in a netCDF file, with units and definitions, and as CSV: the same names for a
 * recording's sessions and a run's snapshots (docs/drift-measures.md). */
#ifndef ND_STORE_DRIFT_FILE_H
#define ND_STORE_DRIFT_FILE_H

#include "base/netcdf_file.h"
#include "base/place.h"
#include "measure/drift_measures.h"

/* One series of sessions and where it lies among all of a file. */
typedef struct nd_drift_series {
    const char *name;
    size_t first, sessions;
    const nd_drift_measures *measures; /* NULL: not followed */
    const char *why;                   /* then why, in words */
} nd_drift_series;

/* Writes NAME(session, other_session) for every pair measure, NaN between series, and NAME(group)
 * for every number, with NAME_error; attribute drift_reasons: a line "SERIES: NAME: why" for all
 * that is missing. The dimensions must be defined. Nothing where there are no series. */
bool nd_drift_file_put(nd_nc *file, const nd_drift_series *series, size_t count, size_t sessions,
                       nd_error *error);

/* One row a measure of a series: near, far, r with time apart and p; numbers with their errors; and
 * why there is none. */
bool nd_drift_csv(const nd_drift_series *series, size_t count, const nd_place *place,
                  nd_error *error);

/* What such a file holds, read back: a recording's groups, or a run's environments. */
typedef struct nd_drift_read {
    size_t series;
    char **name;                  /* series */
    nd_drift_measures **measures; /* series; NULL: not followed */
    char *time_unit;
} nd_drift_read;

/* Fails, saying how to get them, where the file has no measures of drift. What is missing has no
 * reason here: drift_reasons has it. Free with nd_drift_read_free. */
nd_drift_read *nd_drift_file_get(const char *path, nd_error *error);
void nd_drift_read_free(nd_drift_read *read);

#endif
