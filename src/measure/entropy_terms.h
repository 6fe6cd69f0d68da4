/* Many logarithms at once, in a form compilers vectorise. */
#ifndef ND_MEASURE_ENTROPY_TERMS_H
#define ND_MEASURE_ENTROPY_TERMS_H

#include <stddef.h>

/* term[i] = x[i] (log2 x[i] - shift[i]) for i in 0 .. count-1, 0 where x[i] <= 0; the logarithm
 * within 4 units in the last place. Instruction sets may differ in the last bit. */
void nd_entropy_terms(const double *x, const double *shift, size_t count, double *term);

/* The sum of `count` values, in an order fixed by `count` alone. */
double nd_ordered_sum(const double *x, size_t count);

#endif
