/* The compiled sets of kernels, for src/hebbian/kernels.c. */
#ifndef ND_HEBBIAN_KERNELS_SETS_H
#define ND_HEBBIAN_KERNELS_SETS_H

#include "hebbian/kernels.h"

#ifdef __x86_64__
extern const nd_hebbian_kernels nd_hebbian_kernels_avx512, nd_hebbian_kernels_avx2;
#endif
extern const nd_hebbian_kernels nd_hebbian_kernels_baseline;

#endif
