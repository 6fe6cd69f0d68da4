/* Tuning of anyone's activity: any netCDF file with position(sample) and activity(sample, unit)
 * (docs/model.md, section 4.2). */
#ifndef ND_ANALYSE_TUNING_FILE_H
#define ND_ANALYSE_TUNING_FILE_H

#include "base/place.h"
#include "nulldrift/base.h"

typedef struct nd_tuning_options {
    size_t bins;   /* of (directed) position, over its range */
    bool directed; /* tell the two running directions apart */
    double tuned;  /* a unit with more spatial information than this (bit) is tuned */
    double active; /* a unit is active where its activity exceeds this */
} nd_tuning_options;

/* What a reader wants to know at once. */
typedef struct nd_tuning_summary {
    size_t samples, units, tuned_units;
    double mean_information; /* of the tuned units, bit per unit activity; NaN if there are none */
    double active_fraction, fraction_active_units;
} nd_tuning_summary;

/* Reads `input` and writes `output`: bin_position, occupancy (bin), tuning_curves, rate_maps
 * (unit, bin), spatial_information, tuned, mean_activity (unit). Refuses missing variables,
 * shapes that do not match and numbers that are not finite. */
bool nd_tuning_file(const char *input, const nd_place *output, const nd_tuning_options *options,
                    nd_tuning_summary *summary, nd_error *error);

#endif
