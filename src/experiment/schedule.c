#include <math.h>
#include <string.h>

#include "experiment/experiment.h"

/* step i of `count` evenly spaced from 0 to steps, in exact integers. */
static uint64_t even_step(uint64_t steps, uint64_t i, uint64_t count) {
    return (uint64_t)((unsigned __int128)steps * i / (count - 1));
}

/* 0, then from 1 to steps in equal ratios. */
static uint64_t log_step(uint64_t steps, uint64_t i, uint64_t count) {
    if (i == 0 || steps == 0)
        return 0;
    if (i == count - 1)
        return steps;
    double exponent = count > 2 ? (double)(i - 1) / (double)(count - 2) : 1;
    return (uint64_t)llround(pow((double)steps, exponent));
}

size_t nd_schedule(uint64_t steps, uint64_t count, const char *spacing, uint64_t *out) {
    bool logarithmic = strcmp(spacing, "log") == 0;
    size_t made = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t step = count < 2     ? 0
                        : logarithmic ? log_step(steps, i, count)
                                      : even_step(steps, i, count);
        if (made == 0 || step > out[made - 1])
            out[made++] = step;
    }
    return made;
}
