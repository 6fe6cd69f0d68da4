/* The residual block of one unit, diagonalised: the first steps of the reduced problem that
 * spectrum_exact.c solves. */
#ifndef ND_FLATNESS_SPECTRUM_BLOCKS_H
#define ND_FLATNESS_SPECTRUM_BLOCKS_H

#include "flatness/linearization.h"

/* Coordinates c of one unit's parameters that can matter: (input side, output side) = (input_map c,
 * output_map c), orthonormal, with the unit's part of R diagonal in them. */
typedef struct nd_unit_block {
    size_t width;       /* rank of the driving inputs (at most) + d_out */
    double *input_map;  /* inputs x width */
    double *output_map; /* outputs x width */
    double *coupling;   /* width: the diagonal */
} nd_unit_block;

/* The block of awake unit `j` (its row in the linearization). */
bool nd_unit_block_make(const nd_linearization *point, size_t j, nd_unit_block *block,
                        nd_error *error);
void nd_unit_block_free(nd_unit_block *block);

/* The width that unit `j`'s block will have. */
size_t nd_unit_block_width(const nd_linearization *point, size_t j);

/* One coordinate's column of the Jacobian: n d_out values, into `column`. `driven` is scratch of n
 * values. */
void nd_unit_block_column(const nd_linearization *point, size_t j, const nd_unit_block *block,
                          size_t coordinate, double *driven, double *column);

#endif
