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
 * for every number, with NAME_error; `drift_reasons`(group): a line "NAME: why" for all that is
 * missing. The dimensions must be defined. Nothing where there are no series. */
bool nd_drift_file_put(nd_nc *file, const nd_drift_series *series, size_t count, size_t sessions,
                       nd_error *error);

/* One row a measure of a series: near, far, r with time apart and p; numbers with their errors; and
 * why there is none. */
bool nd_drift_csv(const nd_drift_series *series, size_t count, const nd_place *place,
                  nd_error *error);

#endif
