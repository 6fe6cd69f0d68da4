/* The Hebbian kernels for whatever the compiler takes as the least processor. */
#define ND_KERNELS nd_hebbian_kernels_baseline
#define ND_INSTRUCTION_SET "baseline"
#include "hebbian/kernels/body.h"
