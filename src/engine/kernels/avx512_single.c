/* The kernels for avx512 in single precision; cmake/engine.cmake sets the instruction set. */
#ifdef __x86_64__
#define ND_SINGLE 1
#define ND_KERNELS nd_kernels_avx512_single
#define ND_SPARSE_KERNELS nd_kernels_avx512_single_sparse
#define ND_INSTRUCTION_SET "avx512"
#include "engine/kernels/body.h"
#endif
