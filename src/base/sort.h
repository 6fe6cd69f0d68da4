/* Numbers in order. */
#ifndef ND_BASE_SORT_H
#define ND_BASE_SORT_H

#include <stddef.h>

/* Sorts `count` values, none of them NaN, in place: the smallest, or the largest, first. */
void nd_sort_ascending(double *values, size_t count);
void nd_sort_descending(double *values, size_t count);

/* The place of `value` among `count` values in ascending order; NULL where it is not there. */
const double *nd_sorted_find(const double *values, size_t count, double value);

#endif
