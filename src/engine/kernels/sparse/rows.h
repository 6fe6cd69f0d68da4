/* Products of rows with chosen rows of a matrix: what the sparse kernels consist of. */
#ifndef ND_ENGINE_KERNELS_SPARSE_ROWS_H
#define ND_ENGINE_KERNELS_SPARSE_ROWS_H

#include "engine/kernels/tiles.h"
#include "vector/lane_sums.h"

/* `value` rounded up to whole vectors, and to fours. */
INLINE size_t padded(size_t value) {
    const size_t unit = LANES > 4 ? LANES : 4;
    return (value + unit - 1) / unit * unit;
}

enum { MOST = 6 }; /* vectors of a row kept in registers at a time */

/* A unit's row and four rows of a matrix that it is multiplied with, those of four samples. Lists
 * of samples are padded to fours with rows of zeros, which follow the last sample's: nothing is
 * left over. */
typedef struct quartet {
    uint32_t which[4];
    uint32_t row;   /* where the unit's row begins among the parameters */
    uint32_t minus; /* bit k: its factor at the k-th sample changes its sign */
} quartet;

/* Quartets, one after the other, of any units. */
typedef struct quartet_list {
    const quartet *quartets;
    size_t count;
} quartet_list;

/* Rows of zeros. As they take turns, sums added to them do not wait for each other. */
enum { ZERO_ROWS = 32 };

/* Fills a list of `count` samples up to fours. */
INLINE void pad_list(uint32_t *which, size_t count, size_t samples) {
    for (size_t i = 0; count && i < 3; i++)
        which[count + i] = (uint32_t)(samples + (which[0] + count + i) % ZERO_ROWS);
}

typedef real_mask four_masks
    __attribute__((vector_size(4 * sizeof(real)), aligned(sizeof(real)), may_alias));

/* Four values change their signs, as bits say. */
INLINE void change_signs(uint32_t minus, fours *value) {
    const four_masks bit = {1, 2, 4, 8}, sign = (four_masks)(fours){-0.0, -0.0, -0.0, -0.0};
    four_masks chosen = (((four_masks){0} + (real_mask)minus) & bit) != 0;
    *value = (fours)((four_masks)*value ^ (chosen & sign));
}

/* Which of four are positive. */
INLINE uint64_t bits_of_four(const fours *given) {
    const fours value = *given;
#if ND_BYTES >= 32 && ND_SINGLE
    return (uint64_t)(unsigned)_mm_movemask_ps(_mm_cmpgt_ps((__m128)value, _mm_setzero_ps()));
#elif ND_BYTES >= 32
    return (uint64_t)(unsigned)_mm256_movemask_pd(
        _mm256_cmp_pd((__m256d)value, _mm256_setzero_pd(), _CMP_GT_OQ));
#else
    uint64_t bits = 0;
    for (int i = 0; i < 4; i++)
        bits |= (uint64_t)(value[i] > 0) << i;
    return bits;
#endif
}

/* Which part of a row is dealt with: V vectors from real `from` on. */
typedef struct piece {
    size_t from;
    bool first;
} piece;

/* x . matrix[which[k]] over V vectors, four times. */
INLINE void four_dots(const int V, const real *x, const real *matrix, size_t stride,
                      const uint32_t which[4], fours *out) {
    reals sums[4];
    const real *y[4];
    for (int k = 0; k < 4; k++)
        y[k] = matrix + which[k] * stride;
    for (int v = 0; v < V; v++) {
        reals here = load(x + v * LANES);
        for (int k = 0; k < 4; k++)
            sums[k] = v == 0 ? here * load(y[k]) : sums[k] + here * load(y[k] + v * LANES);
    }
    four_sums(sums, out);
}

/* out[4 i + k] (+)= row . matrix[which[k]] of the i-th quartet, with its sign. */
INLINE void dots(const int V, const piece here, const quartet_list *list, const real *rows,
                 const real *matrix, size_t stride, real *restrict out) {
    for (size_t i = 0; i < list->count; i++, out += 4) {
        const quartet *q = list->quartets + i;
        fours sum;
        four_dots(V, rows + q->row + here.from, matrix + here.from, stride, q->which, &sum);
        change_signs(q->minus, &sum);
        if (!here.first)
            sum += *(fours *)out;
        *(fours *)out = sum;
    }
}

/* Which of a quartet's four products are positive, as bits of a byte each, when the last piece is
 * dealt with. `out`: scratch, of four reals for each, where rows do not fit registers. */
INLINE void positive_dots(const int V, const piece here, bool last, const quartet_list *list,
                          const real *rows, const real *matrix, size_t stride, real *restrict out,
                          uint8_t *restrict positive) {
    for (size_t i = 0; i < list->count; i++) {
        const quartet *q = list->quartets + i;
        fours sum;
        four_dots(V, rows + q->row + here.from, matrix + here.from, stride, q->which, &sum);
        if (!here.first)
            sum += *(fours *)(out + 4 * i);
        if (last)
            positive[i] = (uint8_t)bits_of_four(&sum);
        else
            *(fours *)(out + 4 * i) = sum;
    }
}

/* matrix[which[k]] += factor[4 i + k] row. */
INLINE void scatter(const int V, const piece here, const quartet_list *list, const real *rows,
                    const real *factor, real *restrict matrix, size_t stride) {
    for (size_t i = 0; i < list->count; i++, factor += 4) {
        const quartet *q = list->quartets + i;
        reals x[MOST];
        for (int v = 0; v < V; v++)
            x[v] = load(rows + q->row + here.from + v * LANES);
        for (int k = 0; k < 4; k++) {
            real *y = matrix + q->which[k] * stride + here.from;
            reals f = broadcast(factor[k]), old[MOST];
            for (int v = 0; v < V; v++)
                old[v] = load(y + v * LANES) + f * x[v];
            for (int v = 0; v < V; v++)
                store(y + v * LANES, old[v]);
        }
    }
}

/* row += sum_k factor[4 i + k] matrix[which[k]]. */
INLINE void gather(const int V, const piece here, const quartet_list *list, real *restrict rows,
                   const real *factor, const real *matrix, size_t stride) {
    for (size_t i = 0; i < list->count; i++, factor += 4) {
        const quartet *q = list->quartets + i;
        const real *y[4];
        real *to = rows + q->row + here.from;
        reals f[4];
        for (int k = 0; k < 4; k++) {
            y[k] = matrix + q->which[k] * stride + here.from;
            f[k] = broadcast(factor[k]);
        }
        for (int v = 0; v < V; v++) {
            reals even = f[0] * load(y[0] + v * LANES) + f[2] * load(y[2] + v * LANES);
            reals odd = f[1] * load(y[1] + v * LANES) + f[3] * load(y[3] + v * LANES);
            store(to + v * LANES, load(to + v * LANES) + (even + odd));
        }
    }
}

/* Both uses of the errors at once: sums[row] += sum_k factor[4 i + k] matrix[which[k]], and those
 * factors then are row . matrix[which[k]]; every row of the matrix is read once. */
INLINE void gather_and_dots(const int V, const quartet_list *list, const real *rows,
                            real *restrict sums, real *restrict factor, const real *matrix,
                            size_t stride) {
    for (size_t i = 0; i < list->count; i++, factor += 4) {
        const quartet *q = list->quartets + i;
        const real *y[4], *x = rows + q->row;
        real *to = sums + q->row;
        reals f[4], products[4] = {{0}};
        for (int k = 0; k < 4; k++) {
            y[k] = matrix + q->which[k] * stride;
            f[k] = broadcast(factor[k]);
        }
        for (int v = 0; v < V; v++) {
            reals here = load(x + v * LANES), sum = {0};
            for (int k = 0; k < 4; k++) {
                reals e = load(y[k] + v * LANES);
                products[k] += here * e;
                sum += f[k] * e;
            }
            store(to + v * LANES, load(to + v * LANES) + sum);
        }
        fours four;
        four_sums(products, &four);
        change_signs(q->minus, &four);
        *(fours *)factor = four;
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
 * on; what remains of longer rows is dealt with vector by vector. */
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

#endif
