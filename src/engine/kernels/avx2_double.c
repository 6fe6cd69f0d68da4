/* The kernels for avx2 in double precision; cmake/engine.cmake sets the instruction set. */
#ifdef __x86_64__
#define ND_SINGLE 0
#define ND_KERNELS nd_kernels_avx2_double
#define ND_SPARSE_KERNELS nd_kernels_avx2_double_sparse
#define ND_INSTRUCTION_SET "avx2"
#include "engine/kernels/body.h"
#endif
