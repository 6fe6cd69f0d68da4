#include "hebbian/kernels.h"

#include "base/instructions.h"
#include "hebbian/kernels/sets.h"

/* Best first; the last one always runs. */
static const nd_hebbian_kernels *const sets[] = {
#ifdef __x86_64__
    &nd_hebbian_kernels_avx512,
    &nd_hebbian_kernels_avx2,
#endif
    &nd_hebbian_kernels_baseline,
};

const nd_hebbian_kernels *nd_hebbian_kernels_choose(void) {
    size_t last = sizeof sets / sizeof *sets - 1;
    for (size_t k = 0; k < last; k++)
        if (nd_instructions_run(sets[k]->instruction_set))
            return sets[k];
    return sets[last];
}

size_t nd_hebbian_scratch(size_t neurons) {
    return ND_NOISE_ROWS * neurons;
}

size_t nd_padded(size_t count) {
    return (count + 7) / 8 * 8;
}
