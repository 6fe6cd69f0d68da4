/* The kernels for baseline in double precision; cmake/engine.cmake sets the instruction set. */
#define ND_SINGLE 0
#define ND_KERNELS nd_kernels_baseline_double
#define ND_SPARSE_KERNELS nd_kernels_baseline_double_sparse
#define ND_INSTRUCTION_SET "baseline"
#include "engine/kernels/body.h"
