/* The Hebbian kernels for avx2; cmake/hebbian.cmake sets the instruction set. */
#ifdef __x86_64__
#define ND_KERNELS nd_hebbian_kernels_avx2
#define ND_INSTRUCTION_SET "avx2"
#include "hebbian/kernels/body.h"
#endif
