#include "base/blas.h"

#include <cblas.h>

#include "base/room.h"

/* Address space that OpenBLAS maps for each thread that computes: 128 MiB in today's releases. */
static const size_t BUFFER = (size_t)160 << 20;

/* Whether this thread has computed: it keeps its buffer then. */
static _Thread_local bool has_buffer;

bool nd_blas_begin(nd_error *error) {
    if (openblas_get_num_threads() != 1)
        openblas_set_num_threads(1);
    has_buffer = has_buffer || nd_room_for(BUFFER, "OpenBLAS", error);
    return has_buffer;
}
