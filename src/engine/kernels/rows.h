/* Products of rows with chosen rows of a matrix: what the sparse kernels consist of. */
#ifndef ND_ENGINE_KERNELS_ROWS_H
#define ND_ENGINE_KERNELS_ROWS_H

#include "engine/kernels/products.h"

/* `value` rounded up to whole vectors, and to fours. */
INLINE size_t padded(size_t value) {
    const size_t unit = LANES > 4 ? LANES : 4;
    return (value + unit - 1) / unit * unit;
}

enum { MOST = 6 }; /* vectors of a row kept in registers at a time */

/* x . matrix[which[i]] over V vectors, four times. */
INLINE void four_dots(const int V, const reals *x, const real *matrix, size_t stride,
                      const uint32_t which[4], fours *out) {
    reals sums[4];
    for (int k = 0; k < 4; k++) {
        const real *y = matrix + which[k] * stride;
        sums[k] = x[0] * load(y);
        for (int v = 1; v < V; v++)
            sums[k] += x[v] * load(y + v * LANES);
    }
    four_sums(sums, out);
}

/* Rows to meet, matrix[which[0 .. count-1]]. Lists are padded to fours with row 0, what belongs to
 * them with anything that is finite, their factors with zeros: nothing is left over. */
typedef struct meeting {
    const uint32_t *which;
    size_t count, plus; /* factors from the `plus`th on change their sign */
} meeting;

INLINE void pad_list(uint32_t *which, size_t count) {
    __builtin_memset(which + count, 0, 4 * sizeof *which);
}

INLINE void pad_factors(real *factor, size_t count) {
    __builtin_memset(factor + count, 0, 4 * sizeof *factor);
}

typedef real_mask four_masks
    __attribute__((vector_size(4 * sizeof(real)), aligned(sizeof(real)), may_alias));

/* Four values from the `at`th on become factors: with their signs, and zero past the last. */
INLINE void make_factors(const meeting *meet, size_t at, fours *value) {
    const four_masks place = (four_masks){0, 1, 2, 3} + (real_mask)at;
    const four_masks minus = (four_masks)(fours){-0.0, -0.0, -0.0, -0.0};
    four_masks bits = (four_masks)*value ^ (minus & (place >= (real_mask)meet->plus));
    *value = (fours)(bits & (place < (real_mask)meet->count));
}

/* out[i] (+)= row . matrix[which[i]]. `factors`: out is to be a list of factors; else, what is past
 * the last is of no account. */
INLINE void dots(const int V, const real *row, const real *matrix, size_t stride,
                 const meeting *meet, const bool factors, bool first, real *restrict out) {
    reals x[MOST];
    for (int v = 0; v < V; v++)
        x[v] = load(row + v * LANES);
    for (size_t i = 0; i < meet->count; i += 4) {
        fours here;
        four_dots(V, x, matrix, stride, meet->which + i, &here);
        if (factors)
            make_factors(meet, i, &here);
        if (!first)
            here += *(fours *)(out + i);
        *(fours *)(out + i) = here;
    }
}

/* matrix[which[i]] += factor[i] row. */
INLINE void scatter(const int V, const real *row, const real *factor, const meeting *meet,
                    real *restrict matrix, size_t stride) {
    reals x[MOST];
    for (int v = 0; v < V; v++)
        x[v] = load(row + v * LANES);
    for (size_t i = 0; i < meet->count; i++) {
        real *y = matrix + meet->which[i] * stride;
        reals f = broadcast(factor[i]), old[MOST];
        for (int v = 0; v < V; v++)
            old[v] = load(y + v * LANES) + f * x[v];
        for (int v = 0; v < V; v++)
            store(y + v * LANES, old[v]);
    }
}

/* sum = sum_i factor[i] matrix[which[i]]. */
INLINE void gather(const int V, const real *factor, const meeting *meet, const real *matrix,
                   size_t stride, reals *sum) {
    reals even[MOST], odd[MOST];
    for (int v = 0; v < V; v++)
        even[v] = odd[v] = (reals){0};
    for (size_t i = 0; i < meet->count; i += 4) {
        for (size_t k = i; k < i + 4; k += 2) {
            const real *y = matrix + meet->which[k] * stride;
            const real *z = matrix + meet->which[k + 1] * stride;
            reals f = broadcast(factor[k]), g = broadcast(factor[k + 1]);
            for (int v = 0; v < V; v++)
                even[v] += f * load(y + v * LANES);
            for (int v = 0; v < V; v++)
                odd[v] += g * load(z + v * LANES);
        }
    }
    for (int v = 0; v < V; v++)
        sum[v] = even[v] + odd[v];
}

/* Both uses of the errors at once: out[i] = row . matrix[which[i]], as factors, and sum = sum_i
 * factor[i] matrix[which[i]]; every row of the matrix is read once. */
INLINE void dots_and_gather(const int V, const real *row, const real *factor, const meeting *meet,
                            const real *matrix, size_t stride, real *restrict out, reals *sum) {
    for (int v = 0; v < V; v++)
        sum[v] = (reals){0};
    for (size_t i = 0; i < meet->count; i += 4) {
        reals f[4], products[4];
        const real *y[4];
        for (size_t k = 0; k < 4; k++) {
            y[k] = matrix + meet->which[i + k] * stride;
            f[k] = broadcast(factor[i + k]);
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
        fours here;
        four_sums(products, &here);
        make_factors(meet, i, &here);
        *(fours *)(out + i) = here;
    }
}

/* Calls `call` with the constant V for `vectors` of a row, at most MOST, from real `part` on. */
#define ONE_PART(vectors, call)                                                                    \
    switch (vectors) {                                                                             \
    case 1:                                                                                        \
        call(1);                                                                                   \
        break;                                                                                     \
    case 2:                                                                                        \
        call(2);                                                                                   \
        break;                                                                                     \
    case 3:                                                                                        \
        call(3);                                                                                   \
        break;                                                                                     \
    case 4:                                                                                        \
        call(4);                                                                                   \
        break;                                                                                     \
    case 5:                                                                                        \
        call(5);                                                                                   \
        break;                                                                                     \
    default:                                                                                       \
        call(6);                                                                                   \
        break;                                                                                     \
    }

/* The same for a row of `length` reals, in parts. Rows that fit make one part, from the constant 0
 * on; what remains of longer rows is met vector by vector. */
#define EVERY_PART(length, call)                                                                   \
    if ((length) <= MOST * LANES) {                                                                \
        const size_t part = 0;                                                                     \
        ONE_PART((length) / LANES, call)                                                           \
    } else {                                                                                       \
        size_t part = 0;                                                                           \
        for (; part + MOST * LANES <= (length); part += MOST * LANES) {                            \
            call(6);                                                                               \
        }                                                                                          \
        for (; part < (length); part += LANES) {                                                   \
            call(1);                                                                               \
        }                                                                                          \
    }

static void all_dots(const real *row, size_t length, const real *matrix, const meeting *meet,
                     real *out) {
#define DOTS(V) dots(V, row + part, matrix + part, length, meet, false, part == 0, out)
    EVERY_PART(length, DOTS)
#undef DOTS
}

/* The same, as factors. */
static void all_factors(const real *row, size_t length, const real *matrix, const meeting *meet,
                        real *out) {
#define FACTORS(V) dots(V, row + part, matrix + part, length, meet, true, part == 0, out)
    EVERY_PART(length, FACTORS)
#undef FACTORS
}

static void scatter_all(const real *row, size_t length, const real *factor, const meeting *meet,
                        real *matrix) {
#define SCATTER(V) scatter(V, row + part, factor, meet, matrix + part, length)
    EVERY_PART(length, SCATTER)
#undef SCATTER
}

#endif
