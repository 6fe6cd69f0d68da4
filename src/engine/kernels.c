#include "engine/kernels.h"

#include "base/instructions.h"
#include "engine/kernels/sets.h"

/* [sparse][single]; best first, the last always runs. */
static const nd_kernels *const SETS[][2][2] = {
#ifdef __x86_64__
    {{&nd_kernels_avx512_double, &nd_kernels_avx512_single},
     {&nd_kernels_avx512_double_sparse, &nd_kernels_avx512_single_sparse}},
    {{&nd_kernels_avx2_double, &nd_kernels_avx2_single},
     {&nd_kernels_avx2_double_sparse, &nd_kernels_avx2_single_sparse}},
#endif
    {{&nd_kernels_baseline_double, &nd_kernels_baseline_single},
     {&nd_kernels_baseline_double_sparse, &nd_kernels_baseline_single_sparse}},
};

const nd_kernels *nd_kernels_choose(bool single, bool sparse) {
    size_t last = sizeof SETS / sizeof SETS[0] - 1;
    for (size_t i = 0; i < last; i++)
        if (nd_instructions_run(SETS[i][sparse][single]->instruction_set))
            return SETS[i][sparse][single];
    return SETS[last][sparse][single];
}
