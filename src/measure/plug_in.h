/* What few events seem to tell of the bin they fall in (docs/model.md, section 8.4). */
#ifndef ND_MEASURE_PLUG_IN_H
#define ND_MEASURE_PLUG_IN_H

#include <stddef.h>

/* The mean of log2(1 + k), k binomial of n with chance p in 0 .. 1.
 *
 * With k of m events in a bin, k binomial with chance q, the mean of k/m log2(k/(m p)), a bin's
 * part of the plug-in information, is q (this of m - 1 and q, less log2(m p)). */
double nd_mean_log_count(size_t n, double p);

#endif
