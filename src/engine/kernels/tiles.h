/* Loops over rows, cut into tiles whose height is a constant in the code that deals with them, so
 * that their sums stay in registers. */
#ifndef ND_ENGINE_KERNELS_TILES_H
#define ND_ENGINE_KERNELS_TILES_H

#include "vector/vector.h"

/* Rows and groups at a time: TILE x PAIR sums fit 16 registers, or WIDE of a single group. */
enum { TILE = 5, PAIR = 2, WIDE = 10 };

/* Rows per tile so that `rows` is cut into few, nearly equal tiles of at most `most`. */
INLINE size_t tile_height(size_t rows, size_t most) {
    size_t tiles = (rows + most - 1) / most;
    return tiles ? (rows + tiles - 1) / tiles : 1;
}

#define TILE_CASE(R, tile, ...)                                                                    \
    case R:                                                                                        \
        tile(R, __VA_ARGS__, row);                                                                 \
        break;
#define UP_TO_2(...)                                                                               \
    TILE_CASE(1, __VA_ARGS__)                                                                      \
    TILE_CASE(2, __VA_ARGS__)
#define UP_TO_3(...)                                                                               \
    UP_TO_2(__VA_ARGS__)                                                                           \
    TILE_CASE(3, __VA_ARGS__)
#define UP_TO_4(...)                                                                               \
    UP_TO_3(__VA_ARGS__)                                                                           \
    TILE_CASE(4, __VA_ARGS__)
#define UP_TO_5(...)                                                                               \
    UP_TO_4(__VA_ARGS__)                                                                           \
    TILE_CASE(5, __VA_ARGS__)
#define UP_TO_10(...)                                                                              \
    UP_TO_5(__VA_ARGS__)                                                                           \
    TILE_CASE(6, __VA_ARGS__)                                                                      \
    TILE_CASE(7, __VA_ARGS__)                                                                      \
    TILE_CASE(8, __VA_ARGS__)                                                                      \
    TILE_CASE(9, __VA_ARGS__)                                                                      \
    TILE_CASE(10, __VA_ARGS__)
#define TILES_UP_TO(MOST, rows, ...)                                                               \
    do {                                                                                           \
        size_t every_rows = (rows), every_height = tile_height(every_rows, MOST);                  \
        for (size_t row = 0; row < every_rows; row += every_height) {                              \
            size_t left = every_rows - row;                                                        \
            switch (left < every_height ? left : every_height) { UP_TO_##MOST(__VA_ARGS__) }       \
        }                                                                                          \
    } while (0)

/* Calls tile(R, ..., row) for all tiles of `rows`, R, at most TILE, being a constant in each call.
 */
#define EVERY_LOW_TILE(rows, ...) TILES_UP_TO(5, rows, __VA_ARGS__)
/* The same for tiles of one group, R at most WIDE. */
#define EVERY_WIDE_TILE(rows, ...) TILES_UP_TO(10, rows, __VA_ARGS__)

#endif
