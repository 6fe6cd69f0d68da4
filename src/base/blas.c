#include "base/blas.h"

#include <cblas.h>

void nd_blas_single_thread(void) {
    if (openblas_get_num_threads() != 1)
        openblas_set_num_threads(1);
}
