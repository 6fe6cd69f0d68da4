/* What the benchmarks share: processor seconds and their median. */
#ifndef ND_BENCH_TIMING_H
#define ND_BENCH_TIMING_H

#include <stdlib.h>
#include <time.h>

/* Of the whole process, all threads together. */
static inline double processor_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static inline int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts the values on the way. */
static inline double median(double *values, size_t count) {
    qsort(values, count, sizeof *values, ascending);
    return values[count / 2];
}

#endif
