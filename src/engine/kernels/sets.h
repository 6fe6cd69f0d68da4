/* The compiled sets of kernels, for src/engine/kernels.c. */
#ifndef ND_ENGINE_KERNELS_SETS_H
#define ND_ENGINE_KERNELS_SETS_H

#include "engine/kernels.h"

#ifdef __x86_64__
extern const nd_kernels nd_kernels_avx512_double, nd_kernels_avx512_single;
extern const nd_kernels nd_kernels_avx512_double_sparse, nd_kernels_avx512_single_sparse;
extern const nd_kernels nd_kernels_avx2_double, nd_kernels_avx2_single;
extern const nd_kernels nd_kernels_avx2_double_sparse, nd_kernels_avx2_single_sparse;
#endif
extern const nd_kernels nd_kernels_baseline_double, nd_kernels_baseline_single;
extern const nd_kernels nd_kernels_baseline_double_sparse, nd_kernels_baseline_single_sparse;

#endif
