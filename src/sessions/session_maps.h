/* Rate maps of a session: smoothing, what halves of it agree on, and maps given by others. */
#ifndef ND_SESSIONS_SESSION_MAPS_H
#define ND_SESSIONS_SESSION_MAPS_H

#include "sessions/session_result.h"

/* Sets ND_METRIC_RELIABILITY: the mean correlation of the listed cells' maps (result->active of
 * them), smoothed by `smoothing` bins, between every second half-minute and the rest. */
bool nd_map_reliability(const nd_binned *activity, const size_t *cells, double smoothing,
                        nd_session_result *result, nd_error *error);

/* The mean rate of a given map (bins, NaN where it has no value) under an occupancy (bins). */
double nd_map_rate(const double *map, const double *occupancy, size_t bins);

/* SI, bit/spike, of a given map and an occupancy computed elsewhere, over the bins that the map
 * covers; `scratch` has room for 2 x bins. */
double nd_map_information(const double *map, const double *occupancy, size_t bins, double *scratch);

#endif
