/* The two small matrix products that all of a step consists of: mixing the rows of a group (every
 * lane its own unit), and summing over units. Both keep their sums in registers, tile by tile. */
#ifndef ND_ENGINE_KERNELS_DENSE_PRODUCTS_H
#define ND_ENGINE_KERNELS_DENSE_PRODUCTS_H

#include "engine/kernels/tiles.h"
#include "vector/lane_sums.h"

/* sum[i * G + g] = sum over k in [from, to) of coefficient[i row_step + k inner_step] in[g][k],
 * for R rows i and G groups g that lie `group_step` reals apart. */
INLINE void mix(const int R, const int G, const real *coefficient, size_t row_step,
                size_t inner_step, size_t from, size_t to, const real *in, size_t group_step,
                reals *sum) {
    UNROLL
    for (int i = 0; i < R * G; i++)
        sum[i] = (reals){0};
    for (size_t k = from; k < to; k++) {
        reals x[PAIR];
        UNROLL
        for (int g = 0; g < G; g++)
            x[g] = load(in + (size_t)g * group_step + k * LANES);
        UNROLL
        for (int i = 0; i < R; i++) {
            reals c = broadcast(coefficient[(size_t)i * row_step + k * inner_step]);
            UNROLL
            for (int g = 0; g < G; g++)
                sum[i * G + g] += c * x[g];
        }
    }
}

/* What the sum over units reads: left is [group][..][lane] with left_step reals to a group. */
typedef struct contraction {
    const real *left, *right;
    size_t left_step, right_step, groups, columns;
    real *out; /* rows x columns */
} contraction;

/* out[row + i][column + j] = sum over groups and lanes of left[row + i] right[column + j]. */
INLINE void contract_tile(const int R, const int C, const contraction *c, size_t row,
                          size_t column) {
    reals sum[2 * TILE];
    UNROLL
    for (int i = 0; i < R * C; i++)
        sum[i] = (reals){0};
    const real *left = c->left + row * LANES, *right = c->right + column * LANES;
    UNROLL_LITTLE
    for (size_t g = 0; g < c->groups; g++, left += c->left_step, right += c->right_step) {
        reals x[2];
        UNROLL
        for (int i = 0; i < R; i++)
            x[i] = load(left + (size_t)i * LANES);
        UNROLL
        for (int j = 0; j < C; j++) {
            reals y = load(right + (size_t)j * LANES);
            UNROLL
            for (int i = 0; i < R; i++)
                sum[i * C + j] += x[i] * y;
        }
    }
    UNROLL
    for (int i = 0; i < R; i++)
        store_sums(C, sum + i * C, c->out + (row + (size_t)i) * c->columns + column);
}

/* All of out. */
static void contract(const contraction *given, size_t rows) {
    const contraction copy = *given, *c = &copy;
    size_t width = tile_height(c->columns, TILE);
    for (size_t row = 0; row < rows; row += 2)
        for (size_t column = 0; column < c->columns; column += width) {
            size_t left = c->columns - column, now = left < width ? left : width;
            switch (now + (row + 1 < rows ? TILE : 0)) {
            case 1:
                contract_tile(1, 1, c, row, column);
                break;
            case 2:
                contract_tile(1, 2, c, row, column);
                break;
            case 3:
                contract_tile(1, 3, c, row, column);
                break;
            case 4:
                contract_tile(1, 4, c, row, column);
                break;
            case 5:
                contract_tile(1, 5, c, row, column);
                break;
            case TILE + 1:
                contract_tile(2, 1, c, row, column);
                break;
            case TILE + 2:
                contract_tile(2, 2, c, row, column);
                break;
            case TILE + 3:
                contract_tile(2, 3, c, row, column);
                break;
            case TILE + 4:
                contract_tile(2, 4, c, row, column);
                break;
            default:
                contract_tile(2, 5, c, row, column);
                break;
            }
        }
}

#endif
