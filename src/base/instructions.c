#include "base/instructions.h"

#include <stdlib.h>
#include <string.h>

static bool can_run(const char *set) {
    if (strcmp(set, "baseline") == 0)
        return true;
#ifdef __x86_64__
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                __builtin_cpu_supports("bmi2");
    if (strcmp(set, "avx2") == 0)
        return avx2;
    if (strcmp(set, "avx512") == 0)
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512cd");
#endif
    return false;
}

bool nd_instructions_run(const char *set) {
    const char *wanted = getenv("NULLDRIFT_INSTRUCTIONS");
    return can_run(set) && (!wanted || !can_run(wanted) || strcmp(wanted, set) == 0);
}
