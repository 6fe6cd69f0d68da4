/* Rows of a heat map in the order of where they peak. */
#ifndef ND_FIGURE_PEAKS_H
#define ND_FIGURE_PEAKS_H

#include <stddef.h>

/* A row of curves (a unit, a neuron) and the index at which it is highest. */
typedef struct nd_peak {
    size_t row, at;
} nd_peak;

/* Where `count` values, `stride` apart, are highest; NaN is passed over, the first of equals
 * counts.
 */
nd_peak nd_peak_of(size_t row, const double *values, size_t count, size_t stride);

/* Puts rows in the order of their peaks, rows of one peak as they are numbered. */
void nd_sort_peaks(nd_peak *peaks, size_t count);

#endif
