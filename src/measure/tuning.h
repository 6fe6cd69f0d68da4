/* Tuning to a position, whoever produced the activity (docs/model.md, section 4.2). */
#ifndef ND_MEASURE_TUNING_H
#define ND_MEASURE_TUNING_H

#include "base/memory.h"

enum { ND_TUNING_BINS = 100 };
#define ND_TUNED_INFORMATION 0.01 /* bit: a unit above it is tuned */
#define ND_RATE_MAP_SMOOTHING 6.0 /* bins */

/* Directed position: (position - min) * sign(velocity), the first velocity repeated, sign 0 giving
 * 0. `out` has room for `samples`. */
void nd_directed_position(const double *position, size_t samples, double *out);

/* The bin of each sample: `bins` equal bins over the range of `position`. */
void nd_bin_positions(const double *position, size_t samples, size_t bins, int64_t *bin);

/* Occupancy (bins, time shares summing to 1) and tuning curves (units x bins: mean activity of the
 * samples in the bin, NaN where it was never visited) of activity (samples x units). A bin of -1
 * leaves the sample out. */
void nd_tuning_curves(const double *activity, size_t samples, size_t units, const int64_t *bin,
                      size_t bins, double *occupancy, double *curves);

/* Spatial information of one tuning curve, bit per unit activity; NaN for a silent unit. */
double nd_spatial_information(const double *curve, const double *occupancy, size_t bins);

/* The convention of the published code (Ratzon, Derdikman & Barak 2024), for its numbers alone: a
 * bin never visited counts as one where every unit is silent. `curves` holds `count` values. */
void nd_published_curves(double *curves, size_t count);

/* Rate maps: every curve (units x bins) smoothed in place, sigma ND_RATE_MAP_SMOOTHING bins,
 * reflecting edges. A bin that is NaN takes no part and stays NaN. */
bool nd_smooth_curves(double *curves, size_t units, size_t bins, nd_error *error);

#endif
