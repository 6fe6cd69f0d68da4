#include "figure/peaks.h"

#include <math.h>
#include <stdlib.h>

nd_peak nd_peak_of(size_t row, const double *values, size_t count, size_t stride) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++) {
        double here = values[i * stride], highest = values[best * stride];
        if (here > highest || (isnan(highest) && !isnan(here)))
            best = i;
    }
    return (nd_peak){row, best};
}

static int by_peak(const void *a, const void *b) {
    const nd_peak *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

void nd_sort_peaks(nd_peak *peaks, size_t count) {
    qsort(peaks, count, sizeof *peaks, by_peak);
}
