#include "flatness/spectrum.h"

#include <math.h>
#include <stdlib.h>

void nd_spectrum_free(nd_spectrum *spectrum) {
    free(spectrum->eigenvalue);
    *spectrum = (nd_spectrum){0};
}

static double smallest_nonzero(const nd_spectrum *spectrum) {
    if (spectrum->count == 0)
        return 0;
    double first = fabs(spectrum->eigenvalue[0]);
    double last = fabs(spectrum->eigenvalue[spectrum->count - 1]);
    return ND_EIGENVALUE_TOLERANCE * fmax(first, last);
}

size_t nd_spectrum_nonzero(const nd_spectrum *spectrum) {
    double least = smallest_nonzero(spectrum);
    size_t count = 0;
    for (size_t i = 0; i < spectrum->count; i++)
        count += fabs(spectrum->eigenvalue[i]) > least;
    return count;
}

size_t nd_spectrum_positive(const nd_spectrum *spectrum) {
    double least = smallest_nonzero(spectrum);
    size_t count = 0;
    for (size_t i = 0; i < spectrum->count; i++)
        count += spectrum->eigenvalue[i] > least;
    return count;
}

double nd_spectrum_log_sum(const nd_spectrum *spectrum) {
    double least = smallest_nonzero(spectrum), sum = 0;
    for (size_t i = 0; i < spectrum->count; i++)
        if (spectrum->eigenvalue[i] > least)
            sum += log(spectrum->eigenvalue[i]);
    return sum;
}
