#include "base/sort.h"

#include <stdlib.h>

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int descending(const void *a, const void *b) {
    return ascending(b, a);
}

void nd_sort_ascending(double *values, size_t count) {
    qsort(values, count, sizeof *values, ascending);
}

void nd_sort_descending(double *values, size_t count) {
    qsort(values, count, sizeof *values, descending);
}

const double *nd_sorted_find(const double *values, size_t count, double value) {
    return bsearch(&value, values, count, sizeof *values, ascending);
}
