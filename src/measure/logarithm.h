/* Many logarithms at once, in a form compilers vectorise. */
#ifndef ND_MEASURE_LOGARITHM_H
#define ND_MEASURE_LOGARITHM_H

#include <stddef.h>

/* term[i] = x[i] (log2 x[i] - shift[i]) for i in 0 .. count-1, 0 where x[i] <= 0. Within 4 units
 * in the last place of the C library's log2; the same bits on every instruction set. */
void nd_entropy_terms(const double *x, const double *shift, size_t count, double *term);

#endif
