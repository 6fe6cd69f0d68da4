/* The caller's matrices as they lie, and checks that the parts of the interface share. */
#ifndef ND_API_MATRIX_H
#define ND_API_MATRIX_H

#include <string.h>

#include "base/memory.h"
#include "nulldrift/measure.h"

/* Is the matrix there, with at least one value, sound strides, and no more than memory can hold? */
bool nd_matrix_check(const nd_matrix *matrix, const char *function, nd_error *error);

/* Are all of `count` values finite? Else fails, naming `argument` and the index. */
bool nd_all_finite(const double *values, size_t count, const char *function, const char *argument,
                   nd_error *error);

/* Is every bin of `frames` frames in -1 .. bins - 1, and bins at least 1? */
bool nd_bins_check(const int64_t *bin, size_t frames, size_t bins, const char *function,
                   nd_error *error);

/* rows x columns x 8 bytes, or SIZE_MAX where that overflows. */
size_t nd_count_of(size_t rows, size_t columns);

static inline double nd_matrix_at(const nd_matrix *matrix, size_t row, size_t column) {
    const char *at = (const char *)matrix->data + (ptrdiff_t)row * matrix->row_stride +
                     (ptrdiff_t)column * matrix->column_stride;
    return matrix->type == ND_FLOAT32 ? (double)*(const float *)at : *(const double *)at;
}

#endif
