#include "engine/kernels.h"

#include <stdlib.h>
#include <string.h>

#include "engine/kernels/sets.h"

static bool always(void) {
    return true;
}

#ifdef __x86_64__
static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("bmi2");
}

static bool has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512cd");
}
#endif

static const struct {
    const nd_kernels *of[2]; /* double, single */
    bool (*runs)(void);
} SETS[] = {
#ifdef __x86_64__
    {{&nd_kernels_avx512_double, &nd_kernels_avx512_single}, has_avx512},
    {{&nd_kernels_avx2_double, &nd_kernels_avx2_single}, has_avx2},
#endif
    {{&nd_kernels_baseline_double, &nd_kernels_baseline_single}, always},
};

const nd_kernels *nd_kernels_choose(bool single) {
    const char *wanted = getenv("NULLDRIFT_INSTRUCTIONS");
    const nd_kernels *best = NULL;
    for (size_t i = 0; i < sizeof SETS / sizeof SETS[0]; i++) {
        if (!SETS[i].runs())
            continue;
        const nd_kernels *kernels = SETS[i].of[single];
        if (wanted && strcmp(wanted, kernels->instruction_set) == 0)
            return kernels;
        best = best ? best : kernels;
    }
    return best;
}
