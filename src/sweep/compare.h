/* A sweep beside a published table (docs/sweeps.md). */
#ifndef ND_SWEEP_COMPARE_H
#define ND_SWEEP_COMPARE_H

#include <stdio.h>

#include "store/sweep_store.h"

/* Compares the finished runs of `store` with the table at `path`, which has columns rule,
 * update_noise, label_noise, active_units_ratio and active_fraction_ratio (others are not read). By
 * rule and kind of noise, for both ratios: medians and quartiles of both sides, and the two-sample
 * Kolmogorov-Smirnov distance with its asymptotic p. Runs that diverged or ended with every unit
 * silent are left out on both sides and counted. Prints a table, or as JSON an object for every
 * rule and kind of noise; *inside tells whether each of our medians lies within the published
 * 25-75% range, in every stratum that has runs on both sides. */
bool nd_sweep_compare(nd_sweep_store *store, const char *path, bool as_json, FILE *out,
                      bool *inside, nd_error *error);

/* The greatest distance between the distributions of two samples, which get sorted. */
double nd_kolmogorov_smirnov(double *a, size_t count_a, double *b, size_t count_b);
/* The asymptotic chance of a distance of at least that between samples of one law. */
double nd_kolmogorov_smirnov_p(double distance, size_t count_a, size_t count_b);

/* The quantile at `share` of ascending values, interpolated linearly; NaN of none. */
double nd_quantile(const double *sorted, size_t count, double share);

#endif
