#include "hebbian/kernels.h"

#include "base/instructions.h"
#include "hebbian/kernels/sets.h"

/* Best first. */
static const nd_hebbian_kernels *const faster[] = {
#ifdef __x86_64__
    &nd_hebbian_kernels_avx512,
    &nd_hebbian_kernels_avx2,
#endif
    NULL,
};

const nd_hebbian_kernels *nd_hebbian_kernels_choose(void) {
    for (const nd_hebbian_kernels *const *set = faster; *set; set++)
        if (nd_instructions_run((*set)->instruction_set))
            return *set;
    return &nd_hebbian_kernels_baseline;
}

size_t nd_hebbian_scratch(size_t neurons) {
    return ND_NOISE_ROWS * neurons;
}

size_t nd_padded(size_t count) {
    return (count + 7) / 8 * 8;
}
