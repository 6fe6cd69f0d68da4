/* When the units of an NWB file were observed: their column obs_intervals. */
#ifndef ND_RECORDING_NWB_OBSERVED_H
#define ND_RECORDING_NWB_OBSERVED_H

#include "recording/nwb_parts.h"

/* The intervals in which all units of a table that `keep` marks were observed: start and stop,
 * seconds, ascending, `count` of them. *intervals stays NULL where the table says nothing; a unit
 * without intervals is taken to be observed throughout. Fails where the units share no interval. */
bool nd_nwb_observed(const nd_nwb *nwb, const char *table, const bool *keep, size_t units,
                     double **intervals, size_t *count, nd_error *error);

#endif
