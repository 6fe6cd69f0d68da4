/* The kernels for baseline in single precision; cmake/engine.cmake sets the instruction set. */
#define ND_SINGLE 1
#define ND_KERNELS nd_kernels_baseline_single
#define ND_SPARSE_KERNELS nd_kernels_baseline_single_sparse
#define ND_INSTRUCTION_SET "baseline"
#include "engine/kernels/body.h"
