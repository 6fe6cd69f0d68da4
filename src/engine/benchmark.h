/* What the engine takes: its standard cases, and the floors they are judged by. */
#ifndef ND_ENGINE_BENCHMARK_H
#define ND_ENGINE_BENCHMARK_H

#include "engine/engine.h"

typedef struct nd_benchmark_case {
    char letter; /* A .. F */
    const char *summary;
    const char *experiment; /* YAML */
    uint64_t steps;         /* of the whole measurement */
} nd_benchmark_case;

/* All of them, ended by one whose letter is 0. */
const nd_benchmark_case *nd_benchmark_cases(void);

enum { ND_BENCHMARK_PARTS = 20 };

/* Processor time of a run, measured in equal parts. */
typedef struct nd_benchmark {
    uint64_t steps;                  /* made */
    double microseconds_per_step;    /* the mean over all of them */
    double median_microseconds;      /* the median over the parts */
    double awake_units;              /* the mean share of units active at the parts' ends, x H */
    double multiplications_per_step; /* useful ones: those of awake units, dense over samples */
    double part_microseconds[ND_BENCHMARK_PARTS]; /* per step, of every part */
    double part_awake[ND_BENCHMARK_PARTS];        /* units awake at every part's end */
    char engine[256];                             /* what the engine says of itself */
} nd_benchmark;

/* Runs `text` (YAML) with the overrides `sets` for `steps` steps on one thread. */
bool nd_benchmark_run(const char *text, const char *const *sets, size_t set_count, uint64_t steps,
                      nd_benchmark *out, nd_error *error);

/* A shell command for what stands beside a benchmark: Python with these arguments (a literal), by
 * the first one here with which they succeed. */
#define ND_BY_ANY_PYTHON(arguments)                                                                \
    "for python in python3 /usr/bin/python3; do $python " arguments " 2>/dev/null && break; done"

/* The instruction set of the chosen kernels. */
const char *nd_benchmark_instructions(void);

/* Nanoseconds per bulk Gaussian for the chosen kernels. */
double nd_benchmark_gaussian(bool single);

/* Fused multiplications and additions per second, in registers only: the most there is. */
double nd_benchmark_peak(bool single);

#endif
