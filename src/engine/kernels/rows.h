/* Products of rows with chosen rows of a matrix: what the sparse kernels consist of. */
#ifndef ND_ENGINE_KERNELS_ROWS_H
#define ND_ENGINE_KERNELS_ROWS_H

#include "engine/kernels/vector.h"

/* `value` rounded up to whole vectors, and to fours. */
INLINE size_t padded(size_t value) {
    const size_t unit = LANES > 4 ? LANES : 4;
    return (value + unit - 1) / unit * unit;
}

enum { MOST = 6 }; /* vectors of a row kept in registers at a time */

typedef real fours __attribute__((vector_size(4 * sizeof(real)), aligned(sizeof(real)), may_alias));

/* Sums of the lanes of four vectors, side by side. */
INLINE void four_sums(const reals sums[4], fours *out) {
#if ND_BYTES == 32 && !ND_SINGLE
    __m256d low = _mm256_hadd_pd((__m256d)sums[0], (__m256d)sums[1]);
    __m256d high = _mm256_hadd_pd((__m256d)sums[2], (__m256d)sums[3]);
    __m256d crossed = _mm256_permute2f128_pd(low, high, 0x21);
    *out = (fours)_mm256_add_pd(crossed, _mm256_blend_pd(low, high, 0xc));
#elif ND_BYTES == 32
    __m256 low = _mm256_hadd_ps((__m256)sums[0], (__m256)sums[1]);
    __m256 high = _mm256_hadd_ps((__m256)sums[2], (__m256)sums[3]);
    __m256 all = _mm256_hadd_ps(low, high);
    *out = (fours)_mm_add_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps(all, 1));
#else
    real all[4];
    for (int i = 0; i < 4; i++)
        all[i] = sum_of_lanes(sums[i]);
    __builtin_memcpy(out, all, sizeof all);
#endif
}

/* out[i] (+)= row . matrix[which[i]] over V vectors, for the four i from `at` on. */
INLINE void four_dots(const int V, const reals *x, const real *matrix, size_t stride,
                      const uint32_t which[4], bool first, real *restrict out) {
    reals sums[4];
    for (int k = 0; k < 4; k++) {
        const real *y = matrix + which[k] * stride;
        sums[k] = x[0] * load(y);
        for (int v = 1; v < V; v++)
            sums[k] += x[v] * load(y + v * LANES);
    }
    fours part;
    four_sums(sums, &part);
    if (!first)
        part += *(fours *)out;
    *(fours *)out = part;
}

/* The same for all; `out` has room for count rounded up to 4. */
INLINE void dots(const int V, const real *row, const real *matrix, size_t stride,
                 const uint32_t *which, size_t count, bool first, real *restrict out) {
    reals x[MOST];
    for (int v = 0; v < V; v++)
        x[v] = load(row + v * LANES);
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        four_dots(V, x, matrix, stride, which + i, first, out + i);
    if (i < count) {
        uint32_t last[4];
        for (size_t k = 0; k < 4; k++)
            last[k] = which[i + k < count ? i + k : count - 1];
        four_dots(V, x, matrix, stride, last, first, out + i);
    }
}

/* matrix[which[i]] += factor[i] row. */
INLINE void scatter(const int V, const real *row, const real *factor, const uint32_t *which,
                    size_t count, real *restrict matrix, size_t stride) {
    reals x[MOST];
    for (int v = 0; v < V; v++)
        x[v] = load(row + v * LANES);
    for (size_t i = 0; i < count; i++) {
        real *y = matrix + which[i] * stride;
        reals f = broadcast(factor[i]), old[MOST];
        for (int v = 0; v < V; v++)
            old[v] = load(y + v * LANES) + f * x[v];
        for (int v = 0; v < V; v++)
            store(y + v * LANES, old[v]);
    }
}

/* sum = sum_i factor[i] matrix[which[i]]. */
INLINE void gather(const int V, const real *factor, const uint32_t *which, size_t count,
                   const real *matrix, size_t stride, reals *sum) {
    reals even[MOST], odd[MOST];
    for (int v = 0; v < V; v++)
        even[v] = odd[v] = (reals){0};
    size_t i = 0;
    for (; i + 2 <= count; i += 2) {
        const real *y = matrix + which[i] * stride, *z = matrix + which[i + 1] * stride;
        reals f = broadcast(factor[i]), g = broadcast(factor[i + 1]);
        for (int v = 0; v < V; v++)
            even[v] += f * load(y + v * LANES);
        for (int v = 0; v < V; v++)
            odd[v] += g * load(z + v * LANES);
    }
    if (i < count) {
        const real *y = matrix + which[i] * stride;
        reals f = broadcast(factor[i]);
        for (int v = 0; v < V; v++)
            even[v] += f * load(y + v * LANES);
    }
    for (int v = 0; v < V; v++)
        sum[v] = even[v] + odd[v];
}

/* Both uses of the errors at once: out[i] = row . matrix[which[i]], sum = sum_i factor[i]
 * matrix[which[i]]; every row of the matrix is read once. */
INLINE void dots_and_gather(const int V, const real *row, const real *factor, const uint32_t *which,
                            size_t count, const real *matrix, size_t stride, real *restrict out,
                            reals *sum) {
    for (int v = 0; v < V; v++)
        sum[v] = (reals){0};
    for (size_t i = 0; i < count; i += 4) {
        reals f[4], products[4];
        const real *y[4];
        for (size_t k = 0; k < 4; k++) {
            bool beyond = i + k >= count;
            y[k] = matrix + which[beyond ? count - 1 : i + k] * stride;
            f[k] = broadcast(beyond ? 0 : factor[i + k]);
            products[k] = (reals){0};
        }
        for (int v = 0; v < V; v++) {
            reals x = load(row + v * LANES);
            for (int k = 0; k < 4; k++) {
                reals e = load(y[k] + v * LANES);
                products[k] += x * e;
                sum[v] += f[k] * e;
            }
        }
        four_sums(products, (fours *)(out + i));
    }
}

/* Calls `call` with the constant V for a row of `reals_left` reals, MOST vectors at a time. */
#define EVERY_PART(length, call)                                                                   \
    for (size_t part = 0; part < (length); part += MOST * LANES) {                                 \
        size_t part_left = ((length)-part) / LANES;                                                \
        switch (part_left < MOST ? part_left : MOST) {                                             \
        case 1:                                                                                    \
            call(1);                                                                               \
            break;                                                                                 \
        case 2:                                                                                    \
            call(2);                                                                               \
            break;                                                                                 \
        case 3:                                                                                    \
            call(3);                                                                               \
            break;                                                                                 \
        case 4:                                                                                    \
            call(4);                                                                               \
            break;                                                                                 \
        case 5:                                                                                    \
            call(5);                                                                               \
            break;                                                                                 \
        default:                                                                                   \
            call(6);                                                                               \
            break;                                                                                 \
        }                                                                                          \
    }

static void all_dots(const real *row, size_t length, const real *matrix, const uint32_t *which,
                     size_t count, real *out) {
#define DOTS(V) dots(V, row + part, matrix + part, length, which, count, part == 0, out)
    EVERY_PART(length, DOTS)
#undef DOTS
}

static void scatter_all(const real *row, size_t length, const real *factor, const uint32_t *which,
                        size_t count, real *matrix) {
#define SCATTER(V) scatter(V, row + part, factor, which, count, matrix + part, length)
    EVERY_PART(length, SCATTER)
#undef SCATTER
}

#endif
