#include "api/matrix.h"

#include <math.h>
#include <stdio.h>

#include "base/error.h"

size_t nd_count_of(size_t rows, size_t columns) {
    size_t count;
    return __builtin_mul_overflow(rows, columns, &count) || count > PTRDIFF_MAX / sizeof(double)
               ? SIZE_MAX
               : count;
}

bool nd_matrix_check(const nd_matrix *matrix, const char *function, nd_error *error) {
    if (!nd_is_given(matrix, function, "matrix", error) ||
        !nd_is_given(matrix->data, function, "matrix's data", error))
        return false;
    if (matrix->type != ND_FLOAT64 && matrix->type != ND_FLOAT32)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "the matrix's type is %d, expected ND_FLOAT64 or ND_FLOAT32",
                          (int)matrix->type);
    if (matrix->rows == 0 || matrix->columns == 0 ||
        nd_count_of(matrix->rows, matrix->columns) == SIZE_MAX)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "the matrix has %zu rows and %zu columns, expected at least one of each "
                          "and no more than memory has",
                          matrix->rows, matrix->columns);
    ptrdiff_t size = matrix->type == ND_FLOAT32 ? sizeof(float) : sizeof(double);
    if ((uintptr_t)matrix->data % (uintptr_t)size != 0 || matrix->row_stride % size != 0 ||
        matrix->column_stride % size != 0)
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, "copy the array",
                          "the matrix's data or strides (%td and %td bytes) are no multiples of "
                          "its values' %td bytes",
                          matrix->row_stride, matrix->column_stride, size);
    ptrdiff_t far;
    if (__builtin_mul_overflow((ptrdiff_t)matrix->rows, matrix->row_stride, &far) ||
        __builtin_mul_overflow((ptrdiff_t)matrix->columns, matrix->column_stride, &far))
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                          "the matrix's strides lead out of memory");
    return true;
}

bool nd_all_finite(const double *values, size_t count, const char *function, const char *argument,
                   nd_error *error) {
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                              "%s is %g at index %zu, expected finite numbers", argument, values[i],
                              i);
    return true;
}

bool nd_bins_check(const int64_t *bin, size_t frames, size_t bins, const char *function,
                   nd_error *error) {
    if (!nd_is_given(bin, function, "bin", error))
        return false;
    if (bins == 0 || bins > PTRDIFF_MAX / sizeof(double))
        return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL, "bins is %zu", bins);
    for (size_t f = 0; f < frames; f++)
        if (bin[f] < -1 || (bin[f] >= 0 && (uint64_t)bin[f] >= bins))
            return nd_fail_as(ND_CODE_ARGUMENT, error, function, NULL,
                              "bin is %lld at frame %zu, expected -1 .. %zu", (long long)bin[f], f,
                              bins - 1);
    return true;
}
