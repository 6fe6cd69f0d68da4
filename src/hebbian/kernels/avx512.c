/* The Hebbian kernels for avx512; cmake/hebbian.cmake sets the instruction set. */
#ifdef __x86_64__
#define ND_KERNELS nd_hebbian_kernels_avx512
#define ND_INSTRUCTION_SET "avx512"
#include "hebbian/kernels/body.h"
#endif
